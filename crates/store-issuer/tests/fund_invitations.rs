//! Records of people on the register, and inviting many of them, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;
mod fund_rows;

use chrono::Duration;
use engines::engines;
use entitlement::enrolment::{Enrolment, Stage};
use fund_rows::now;
use issuance::Subject;
use store_issuer::fund::{
    CycleRow, EffectRow, InvitationRun, InvitationSelection, LetterRow, MailingRow, PersonRow, RunProgress,
};
use store_issuer::{BoundKey, ContactRow, EnrolmentRow, Transaction};

const FUND: &str = "fund";
const TODAY: &str = "2027-01-15";

async fn put(tx: &mut Transaction, id: &str, change: impl Fn(PersonRow) -> PersonRow) {
    let subject = Subject {
        id: format!("s-{id}"),
        number: format!("n-{id}"),
        name: id.to_owned(),
        claims: serde_json::Map::new(),
        created_at: now(),
        updated_at: now(),
    };
    tx.put_subject(FUND, &subject).await.unwrap();
    let row = PersonRow {
        subject_id: Some(format!("s-{id}")),
        medium: Some("mail".into()),
        ..fund_rows::person(id)
    };
    tx.insert_fund_person(FUND, &change(row)).await.unwrap();
}

async fn enrol(tx: &mut Transaction, id: &str, enrolment: Enrolment) -> String {
    let row = EnrolmentRow {
        id: format!("e-{id}"),
        subject_id: format!("s-{id}"),
        enrolment,
        code_mark: "m".into(),
        invited_by: "o".into(),
        invited_at: now(),
        secret_mark: None,
        claimed_at: None,
        holder_key: None,
        place_kept_at: None,
        document: None,
        picture: None,
        proposed_at: None,
        decided_at: None,
        revision: 0,
    };
    tx.insert_enrolment(FUND, &row).await.unwrap();
    row.id
}

fn asked(id: &str) -> EffectRow {
    EffectRow {
        key: format!("{id}/invitation/r"),
        person: id.into(),
        year: 2027,
        rule: "invited-to-enrol".into(),
        kind: "invite-to-enrol".into(),
        content: "{\"run\":\"r\"}".into(),
        asked_at: now(),
        done_at: None,
        done_by: None,
    }
}

fn everybody() -> InvitationSelection {
    InvitationSelection { born: (i32::MIN, i32::MAX), ..InvitationSelection::default() }
}

/// One of each standing, and some who cannot take part.
async fn people(tx: &mut Transaction) {
    let as_is = |row| row;
    for id in ["enrolled", "free-1", "free-2", "invited", "expired", "under-way", "waiting"] {
        put(tx, id, as_is).await;
    }
    put(tx, "dead", |row| PersonRow { died_on: Some("2026-12-01".parse().unwrap()), ..row }).await;
    put(tx, "over", |row| PersonRow { benefit_until: Some("2027-01-14".parse().unwrap()), ..row }).await;
    put(tx, "unlinked", |row| PersonRow { subject_id: None, ..row }).await;
    put(tx, "case", as_is).await;
    let ended = CycleRow {
        person: "case".into(),
        year: 2027,
        stage: "closed".into(),
        closed_how: Some("deceased".into()),
        channel: None,
        applied: 1,
        sealed: None,
        updated_at: now(),
    };
    tx.begin_fund_year_of(FUND, "case", 2027, now()).await.unwrap();
    tx.replace_fund_cycle(FUND, 0, &ended).await.unwrap();
    let key = BoundKey { device_key: "k".into(), how: "enrolment".into(), by: "o".into(), at: now() };
    tx.bind_key(FUND, "s-enrolled", "b", &key).await.unwrap();
    enrol(tx, "invited", Enrolment::invited(now())).await;
    enrol(tx, "expired", Enrolment { expires_at: now(), ..Enrolment::invited(now()) }).await;
    enrol(tx, "under-way", Enrolment { stage: Stage::Claimed, ..Enrolment::invited(now()) }).await;
    tx.ask_fund_effect(FUND, &asked("waiting")).await.unwrap();
}

async fn chosen(tx: &mut Transaction, selection: &InvitationSelection, again: bool) -> Vec<String> {
    let when = (TODAY.parse().unwrap(), now());
    let rows = tx.list_to_invite(FUND, when, (selection, again), "", 100).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_selection_means_the_living_who_are_not_enrolled_and_each_narrowing_counts() {
    for store in &engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        people(&mut tx).await;
        put(&mut tx, "young", |row| PersonRow {
            country: "SEN".into(),
            language: "ar".into(),
            birth_year: 1980,
            medium: Some("post".into()),
            ..row
        })
        .await;
        let all = ["expired", "free-1", "free-2", "young"];
        assert_eq!(chosen(&mut tx, &everybody(), false).await, all);
        assert_eq!(
            chosen(&mut tx, &everybody(), true).await,
            ["expired", "free-1", "free-2", "invited", "young"]
        );
        let young = ["young"];
        for narrowed in [
            InvitationSelection { countries: vec!["FRA".into(), "SEN".into()], ..everybody() },
            InvitationSelection { languages: vec!["ar".into()], ..everybody() },
            InvitationSelection { media: vec!["post".into()], ..everybody() },
            InvitationSelection { born: (1975, 1985), ..everybody() },
        ] {
            assert_eq!(chosen(&mut tx, &narrowed, false).await, young, "{narrowed:?}");
        }
        tx.insert_invitation_number(FUND, "r", "mark free-2").await.unwrap();
        tx.insert_invitation_number(FUND, "r", "mark free-2").await.unwrap();
        let listed = InvitationSelection { list_of: Some("r".into()), ..everybody() };
        assert_eq!(chosen(&mut tx, &listed, false).await, ["free-2"]);
        let when = (TODAY.parse().unwrap(), now());
        let counted = tx.count_invitable(FUND, when, &everybody()).await.unwrap();
        let of = |language: &str, standing: &str| {
            let found = counted.iter().find(|it| it.language == language && it.standing == standing);
            found.map_or(0, |it| it.people)
        };
        assert_eq!(
            ["enrolled", "under-way", "letter-waits", "invited", "free"].map(|it| of("fr", it)),
            [1, 1, 1, 1, 3]
        );
        assert_eq!(of("ar", "free"), 1);
    }
}

#[tokio::test]
async fn a_run_goes_on_where_it_was_and_its_list_goes_with_it() {
    for store in &engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        people(&mut tx).await;
        let run = InvitationRun {
            id: "r".into(),
            state: "preview".into(),
            selection: "{}".into(),
            listed: Some((2, 1)),
            hours: "9".into(),
            progress: RunProgress::default(),
            made_by: "o".into(),
            made_at: now(),
            confirmed_by: None,
            finished_at: None,
        };
        tx.insert_invitation_run(FUND, &run).await.unwrap();
        tx.insert_invitation_number(FUND, "r", "mark free-1").await.unwrap();
        assert_eq!(tx.find_invitation_run(FUND, "r").await.unwrap(), Some(run));
        assert_eq!(tx.find_running_invitation_run(FUND).await.unwrap(), None, "nobody confirmed it");
        assert!(tx.confirm_invitation_run(FUND, "r", "p").await.unwrap());
        assert!(!tx.confirm_invitation_run(FUND, "r", "p").await.unwrap());
        let after = RunProgress { after_person: "free-1".into(), asked: 1 };
        let from = RunProgress::default();
        tx.move_invitation_run(FUND, "r", (&from, &after)).await.unwrap();
        assert!(tx.move_invitation_run(FUND, "r", (&from, &after)).await.is_err(), "somebody else moved it");
        tx.finish_invitation_run(FUND, "r", now()).await.unwrap();
        let over = tx.find_invitation_run(FUND, "r").await.unwrap().unwrap();
        assert_eq!((over.state.as_str(), over.progress), ("finished", after));
        assert!(!tx.stop_invitation_run(FUND, "r", now()).await.unwrap(), "it is over");
        let listed = InvitationSelection { list_of: Some("r".into()), ..everybody() };
        assert!(chosen(&mut tx, &listed, false).await.is_empty(), "the numbers are erased");
        assert_eq!(tx.list_invitation_runs(FUND, 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn people_without_a_record_are_found_until_they_are_linked() {
    for store in &engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        people(&mut tx).await;
        let today = TODAY.parse().unwrap();
        let found = tx.list_fund_people_without_record(FUND, today, "", 10).await.unwrap();
        assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["unlinked"]);
        tx.link_fund_person(FUND, "unlinked", ("s-unlinked", "app")).await.unwrap();
        assert!(tx.list_fund_people_without_record(FUND, today, "", 10).await.unwrap().is_empty());
        let of = tx.find_fund_person_of_subject(FUND, "s-unlinked").await.unwrap().unwrap();
        assert_eq!((of.id.as_str(), of.medium.as_deref()), ("unlinked", Some("app")));
        assert!(tx.find_fund_person_of_subject("other", "s-unlinked").await.unwrap().is_none());
        let taken = tx.link_fund_person(FUND, "free-1", ("s-unlinked", "app")).await;
        assert!(taken.unwrap_err().is_conflict(), "a record is one person's");
    }
}

fn mailing() -> MailingRow {
    MailingRow {
        id: "m".into(),
        state: "gathering".into(),
        kinds: "invite-to-enrol".into(),
        at_kind: "invite-to-enrol".into(),
        after_key: String::new(),
        letters: 0,
        left_out: 0,
        telephone: "1".into(),
        return_address: "a".into(),
        made_by: "o".into(),
        made_at: now(),
        ready_at: None,
        posted_on: None,
        posted_by: None,
        posted_at: None,
    }
}

/// The letter that waits is in a mailing, and its code is one of an enrolment.
async fn gathered(tx: &mut Transaction) {
    people(tx).await;
    let waiting = tx.list_asked_fund_letters(FUND, "invite-to-enrol", "", 10).await.unwrap();
    assert_eq!(waiting.iter().map(|it| it.person.id.as_str()).collect::<Vec<_>>(), ["waiting"]);
    tx.insert_fund_mailing(FUND, &mailing()).await.unwrap();
    let letter = LetterRow {
        mailing: "m".into(),
        effect: "waiting/invitation/r".into(),
        person: "waiting".into(),
        year: 2027,
        kind: "invite-to-enrol".into(),
        language: "fr".into(),
        country: "ITA".into(),
        place: None,
        number: None,
        fault: None,
        sealed: Some(vec![9]),
        withdrawn: false,
    };
    tx.insert_fund_letter(FUND, &letter).await.unwrap();
    let id = enrol(tx, "waiting", Enrolment::invited(now())).await;
    tx.set_enrolment_letter(FUND, &id, "waiting/invitation/r").await.unwrap();
    tx.ready_fund_mailing(FUND, "m", now()).await.unwrap();
}

#[tokio::test]
async fn codes_are_erased_with_the_post_and_die_with_a_mailing_that_is_given_up() {
    for store in &engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        gathered(&mut tx).await;
        let contact = ContactRow { email_sealed: vec![1], language: None };
        tx.put_contact(FUND, "s-waiting", &contact, now()).await.unwrap();
        let late = (now() + Duration::days(20), now() + Duration::days(20));
        let recalled = tx.list_invitations_to_recall(FUND, late, 10).await.unwrap();
        assert!(recalled.is_empty(), "nobody is reminded of a letter that has not left");
        tx.post_fund_mailing(FUND, "m", (TODAY.parse().unwrap(), "o"), now() + Duration::days(10))
            .await
            .unwrap();
        assert_eq!(tx.erase_codes_of_mailing(FUND, "m").await.unwrap(), 1);
        let left = tx.list_fund_letters(FUND, "m", (0, 10)).await.unwrap();
        assert_eq!((left.len(), left[0].sealed.as_ref()), (1, None));
        let early = (now() + Duration::days(9), now() + Duration::days(20));
        assert!(tx.list_invitations_to_recall(FUND, early, 10).await.unwrap().is_empty());
        assert_eq!(tx.list_invitations_to_recall(FUND, late, 10).await.unwrap().len(), 1);
        assert_eq!(tx.withdraw_invitation_letters(FUND, "waiting", now()).await.unwrap(), 0, "it has left");
    }
    for store in &engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        gathered(&mut tx).await;
        assert_eq!(tx.withdraw_codes_of_mailing(FUND, "m", 500, ("o", now())).await.unwrap(), 1);
        tx.cancel_fund_mailing(FUND, "m").await.unwrap();
        let dead = tx.find_enrolment(FUND, "e-waiting").await.unwrap().unwrap();
        assert_eq!(dead.enrolment.stage, Stage::Withdrawn);
        let live = tx.find_enrolment(FUND, "e-invited").await.unwrap().unwrap();
        assert_eq!(live.enrolment.stage, Stage::Invited, "another one");
        let waiting = tx.list_asked_fund_letters(FUND, "invite-to-enrol", "", 10).await.unwrap();
        assert_eq!(waiting.len(), 1, "it waits for another mailing");
        assert_eq!(tx.withdraw_invitation_letters(FUND, "waiting", now()).await.unwrap(), 1);
    }
}
