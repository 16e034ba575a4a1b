//! The Fund's year through its routes and use cases: register, nights, proofs, lists, journals.

use chrono::{Duration, NaiveDate, TimeZone as _, Utc};
use entitlement::cycle::{Channel, HoldKind, StageName};
use entitlement::journal::{Export, verify};
use issuance::import::File;
use issuance::{Actor, Scope};
use issuer::app::{CalendarChange, FundError, NewHold, NewProof, Receipt, RegisterSource};
use outbound::Reply;
use serde_json::{Value, json};

use crate::console::{Browser, between};
use crate::support::{World, json as body, problem};

const HEAD: &str =
    "uid,given_name,family_name,birth_date,country,language,track,in_payment_since,benefit_until,died_on";
pub const AMINA: &str = "100000001,Amina,Diallomensah,1950-05-05,SEN,fr,one,2012-01-01,,";
pub const BORIS: &str = "100000002,Boris,Petrovskij,1940-02-01,RUS,ru,one,2003-01-01,,";

pub fn officer(name: &str) -> Actor {
    Actor { tenant: "unjspf".into(), officer: name.into() }
}

pub fn at(day: &str, hour: u32) -> clock::Timestamp {
    Utc.from_utc_datetime(&day.parse::<NaiveDate>().unwrap().and_hms_opt(hour, 0, 0).unwrap())
}

/// A world of 5 January 2026 in which these people are on the register.
pub async fn fund(rows: &[&str]) -> World {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    import(&world, rows).await;
    world
}

pub async fn upload(world: &World, rows: &[&str]) -> String {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let file = File { bytes: text.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "people.csv", file };
    world.issuer.upload_register(&officer("clerk"), source).await.unwrap()
}

pub async fn import(world: &World, rows: &[&str]) -> String {
    let id = upload(world, rows).await;
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    id
}

pub async fn person(world: &World, uid: &str) -> String {
    world.issuer.find_fund_person("unjspf", uid).await.unwrap().unwrap()
}

/// One night at two in the morning of this day.
pub async fn night(world: &World, day: &str) {
    world.clock.set(at(day, 2));
    let run = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!((run.row.faults, run.faults), (0, vec![]));
    assert!(run.row.finished_at.is_some());
}

pub async fn stages(world: &World, person: &str) -> Vec<(i32, StageName)> {
    let page = world.issuer.fund_person_page("unjspf", person).await.unwrap();
    page.years.iter().map(|year| (year.year, year.stage.name())).collect()
}

pub fn proof(person: &str, digest: u8, day: &str) -> NewProof {
    NewProof {
        person: person.into(),
        channel: Channel::Paper,
        captured_at: at(day, 9),
        received_at: None,
        digests: vec![format!("{digest:064x}")],
        helper: None,
        operator: None,
        remark: String::new(),
        accept: true,
    }
}

pub async fn prove(world: &World, person: &str, digest: u8, day: &str) -> Receipt {
    world.issuer.enter_proof(&officer("ann"), &proof(person, digest, day)).await.unwrap()
}

/// Everybody silent until the list of June 2027 can be prepared.
pub async fn silent() -> (World, String) {
    let (world, amina) = unposted().await;
    notices_left(&world).await;
    (world, amina)
}

/// The same, but no letter has left the house.
async fn unposted() -> (World, String) {
    let world = fund(&[AMINA, BORIS]).await;
    for day in
        ["2026-01-06", "2026-06-30", "2026-10-31", "2027-01-04", "2027-05-14", "2027-05-19", "2027-05-20"]
    {
        night(&world, day).await;
    }
    let amina = person(&world, "100000001").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::SuspensionProposed));
    (world, amina)
}

/// The post has every form and notice since the night that asked for it.
pub async fn notices_left(world: &World) {
    let mut tx = world.issuer.store().write("notices_left").await.unwrap();
    for kind in ["mail-paper", "send-notice"] {
        for asked in tx.list_open_fund_effects("unjspf", kind, "", 1000).await.unwrap() {
            tx.finish_fund_effect("unjspf", &asked.key, "mailing of a test", asked.asked_at).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

pub async fn approved_list(world: &World) -> String {
    let payroll = "2027-06-01".parse().unwrap();
    let id = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let digest = world.issuer.fund_list("unjspf", &id).await.unwrap().row.digest;
    for name in ["ann", "ben"] {
        world.issuer.approve_list(&officer(name), &id, &digest).await.unwrap();
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn file_is_looked_at_before_it_counts_and_nothing_of_it_is_lost() {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    let bad = "10000000,No,Number,1950-05-05,SEN,fr,one,,,";
    let id = upload(&world, &[AMINA, bad, BORIS]).await;
    let preview = world.issuer.register_preview("unjspf", &id).await.unwrap();
    assert_eq!((preview.counts.new, preview.counts.bad, preview.import.absent), (2, 1, 0));
    assert_eq!((preview.faults[0].line, preview.faults[0].heading.as_str()), (3, "uid"));
    assert_eq!(world.issuer.find_fund_person("unjspf", "100000001").await.unwrap(), None);
    let faults = world.issuer.register_faults_file("unjspf", &id).await.unwrap();
    let faults = String::from_utf8(faults).unwrap();
    assert!(faults.contains("10000000,No,Number") && faults.contains("nine digits"), "{faults}");

    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    let after = world.issuer.register_preview("unjspf", &id).await.unwrap();
    assert_eq!((after.import.state.as_str(), after.counts.done, after.counts.bad), ("finished", 2, 1));
    // The same file again is the same import.
    assert_eq!(upload(&world, &[AMINA, bad, BORIS]).await, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_says_who_is_new_changed_ended_the_same_or_absent() {
    let world = fund(&[AMINA, BORIS, "100000003,Cleo,Same,1960-01-01,GRC,en,one,2020-01-01,,"]).await;
    let moved = AMINA.replace("SEN", "FRA");
    let dead = format!("{}2026-01-03", BORIS);
    let id = upload(&world, &[&moved, &dead, "100000004,Dina,New,1960-01-01,EGY,ar,two,2020-01-01,,"]).await;
    let preview = world.issuer.register_preview("unjspf", &id).await.unwrap();
    let counts = preview.counts;
    assert_eq!(
        (counts.new, counts.changed, counts.ends, counts.same, preview.import.absent),
        (1, 1, 1, 0, 1)
    );
    assert_eq!(preview.changes[0].2, ["died_on"], "deaths first");
    assert_eq!(preview.changes[1], (2, "Amina Diallomensah".into(), vec!["country"]));

    let before = person(&world, "100000001").await;
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    assert_eq!(person(&world, "100000001").await, before, "the pseudonymous number stays");
    night(&world, "2026-01-06").await;
    let boris = person(&world, "100000002").await;
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Closed)]);
    let cleo = person(&world, "100000003").await;
    assert_eq!(stages(&world, &cleo).await, [(2026, StageName::Open)], "absent, and left as she was");
    // The register was wrong: the death is withdrawn.
    import(&world, &[BORIS]).await;
    night(&world, "2026-01-07").await;
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Open)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn file_that_would_end_many_waits_for_somebody_else() {
    let rows: Vec<String> =
        (0..30).map(|at| format!("1000000{at:02},A,Person{at},1950-05-05,SEN,fr,one,2012-01-01,,")).collect();
    let world = fund(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let dead: Vec<String> = rows.iter().map(|row| format!("{row}2026-01-01")).collect();
    let id = upload(&world, &dead.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(world.issuer.register_preview("unjspf", &id).await.unwrap().braked);
    let machine = Actor::client("unjspf", "m");
    for by in [officer("clerk"), machine] {
        let refused = world.issuer.confirm_register(&by, &id).await.unwrap_err();
        assert!(matches!(refused, FundError::Brake { ends: 30, people: 30, .. }), "{refused}");
    }
    world.issuer.confirm_register(&officer("ann"), &id).await.unwrap();
}

/// Found by use: an older file, confirmed after a newer one, brought the dead back to life.
#[tokio::test(flavor = "multi_thread")]
async fn older_file_is_not_put_over_a_newer_one_and_deaths_taken_back_are_seen() {
    let world = fund(&[AMINA, BORIS]).await;
    world.clock.advance(Duration::minutes(1));
    let moved = BORIS.replace("RUS", "FRA");
    let older = upload(&world, &[&moved]).await;
    world.clock.advance(Duration::minutes(1));
    let dead = format!("{BORIS}2026-01-02");
    import(&world, &[&dead]).await;
    let refused = world.issuer.confirm_register(&officer("ann"), &older).await.unwrap_err();
    assert!(matches!(refused, FundError::Conflict(_)) && refused.to_string().contains("later"), "{refused}");
    assert!(world.issuer.register_preview("unjspf", &older).await.unwrap().overtaken);
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let page = ann.get(&format!("/console/fund/register/{older}")).await.text();
    assert!(page.contains("data-testid=\"overtaken\"") && !page.contains("register-confirm"), "{page}");

    // Handed in again it is another import, compared with what stands now: a death would be taken back, and it says so first.
    let again = upload(&world, &[AMINA, &moved]).await;
    let same = upload(&world, &[&moved]).await;
    assert!(same != older && again != older);
    let gone = world.issuer.register_preview("unjspf", &older).await.unwrap();
    assert_eq!(gone.import.state, "discarded");
    let preview = world.issuer.register_preview("unjspf", &same).await.unwrap();
    assert_eq!((preview.counts.revives, preview.counts.changed, preview.overtaken), (1, 0, false));
    assert_eq!(preview.changes[0].2[0], "death taken back");
    world.issuer.confirm_register(&officer("clerk"), &same).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn several_deaths_taken_back_need_somebody_else() {
    let rows: Vec<String> =
        (0..4).map(|at| format!("1000000{at:02},A,Person{at},1950-05-05,SEN,fr,one,2012-01-01,,")).collect();
    let dead: Vec<String> = rows.iter().map(|row| format!("{row}2026-01-01")).collect();
    let world = fund(&dead.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let id = upload(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(world.issuer.register_preview("unjspf", &id).await.unwrap().braked);
    for by in [officer("clerk"), Actor::client("unjspf", "m")] {
        let refused = world.issuer.confirm_register(&by, &id).await.unwrap_err();
        assert!(refused.to_string().contains("several deaths"), "{refused}");
    }
    world.issuer.confirm_register(&officer("ann"), &id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn benefit_ends_by_itself_on_the_day_after_its_last() {
    let child = "100000005,Efua,Child,2008-03-01,GHA,en,one,2020-01-01,2026-02-28,";
    let world = fund(&[child]).await;
    night(&world, "2026-02-28").await;
    let efua = person(&world, "100000005").await;
    assert_eq!(stages(&world, &efua).await, [(2026, StageName::Open)]);
    night(&world, "2026-03-01").await;
    assert_eq!(stages(&world, &efua).await, [(2026, StageName::Closed)]);
    night(&world, "2026-03-02").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn night_again_finds_nothing_to_do() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-06-30").await;
    let amina = person(&world, "100000001").await;
    let before = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let again = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!((again.row.people, again.row.changed), (2, 0));
    let after = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!((before.years, before.effects.len()), (after.years, after.effects.len()));
    assert_eq!(before.journal.len(), after.journal.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn night_cut_anywhere_comes_to_the_same_as_a_whole_one() {
    let rows: Vec<String> = (0..1300)
        .map(|at| format!("10000{at:04},A,Person{at},19{}0-05-05,SEN,fr,one,2012-01-01,,", at % 5 + 3))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let whole = fund(&rows).await;
    night(&whole, "2026-02-03").await;
    let cut = fund(&rows).await;
    cut.clock.set(at("2026-02-03", 2));
    let mut tries = 0;
    let finished = loop {
        tries += 1;
        let by = officer("system");
        let run = cut.issuer.run_fund_night(&by);
        match tokio::time::timeout(std::time::Duration::from_millis(20 * tries), run).await {
            Ok(run) => break run.unwrap(),
            // The schedule finds it later than it began; its moment stays.
            Err(_) => cut.clock.advance(Duration::minutes(7)),
        }
    };
    assert!(tries > 1, "it was never cut");
    assert_eq!(finished.row.at, at("2026-02-03", 2));
    let numbers = |world: &World| {
        let issuer = std::sync::Arc::clone(&world.issuer);
        async move {
            let counts = issuer.fund_counts("unjspf", 2026).await.unwrap();
            (counts.stages, counts.ages, counts.open_effects)
        }
    };
    assert_eq!(numbers(&cut).await, numbers(&whole).await);
    let nights = cut.issuer.list_fund_nights("unjspf", 10).await.unwrap();
    assert_eq!((nights.len(), nights[0].people, nights[0].changed), (1, 1300, 1300));
    let cut = cut.restart().await;
    let somebody = person(&cut, "100000007").await;
    let export = cut.issuer.export_journal(&officer("eve"), &somebody).await.unwrap();
    assert!(verify(&export).holds(), "{:?}", verify(&export).checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_of_an_officer_ends_in_the_same_receipt() {
    let channels = [
        Channel::Paper,
        Channel::Upload,
        Channel::Letter,
        Channel::Visit,
        Channel::VideoCall,
        Channel::Authority,
    ];
    for (digest, channel) in (1..).zip(channels) {
        let world = fund(&[AMINA]).await;
        world.clock.set(at("2026-07-20", 12));
        let amina = person(&world, "100000001").await;
        let new = NewProof { channel, ..proof(&amina, digest, "2026-07-18") };
        let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
        assert_eq!(
            (receipt.state.as_str(), receipt.years.as_slice()),
            ("accepted", &[2026][..]),
            "{channel:?}"
        );
        assert_eq!(receipt.valid_until, Some("2027-12-31".parse().unwrap()));
        assert_eq!(receipt.reference.len(), 9);
        assert_eq!(stages(&world, &amina).await, [(2026, StageName::Closed)]);
        let again = world.issuer.enter_proof(&officer("ben"), &new).await.unwrap();
        assert!(again.again);
        assert_eq!(Receipt { again: false, ..again }, receipt);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_proof_closes_the_year_and_the_missed_one_before() {
    let (world, amina) = silent().await;
    let receipt = prove(&world, &amina, 1, "2027-05-20").await;
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let open: Vec<_> = page.effects.iter().filter(|effect| effect.done_at.is_none()).collect();
    assert_eq!(
        open.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>(),
        ["send-receipt"],
        "no letter leaves"
    );
    assert_eq!(receipt.years, [2026, 2027]);
    assert_eq!(receipt.valid_until, Some("2028-12-31".parse().unwrap()));
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Closed), (2027, StageName::Closed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_that_are_none_are_refused_with_a_reason() {
    let world = fund(&[AMINA, BORIS]).await;
    world.clock.set(at("2026-07-20", 12));
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let enter = async |new: NewProof| world.issuer.enter_proof(&officer("ann"), &new).await.unwrap_err();
    let good = proof(&amina, 1, "2026-07-18");
    let unknown = enter(NewProof { person: "NOBOD-YHERE".into(), ..good.clone() }).await;
    assert!(matches!(unknown, FundError::Unknown));
    let later = enter(NewProof { captured_at: at("2026-07-25", 9), ..good.clone() }).await;
    assert!(matches!(later, FundError::Evidence(_)), "{later}");
    let later = enter(NewProof { received_at: Some(at("2026-07-21", 9)), ..good.clone() }).await;
    assert!(matches!(later, FundError::Form(_)), "{later}");
    let bare = enter(NewProof { digests: vec![], ..good.clone() }).await;
    assert!(matches!(bare, FundError::Evidence(_)), "{bare}");
    prove(&world, &amina, 1, "2026-07-18").await;
    let stolen = enter(NewProof { person: boris, ..good }).await;
    assert!(matches!(stolen, FundError::OfAnother), "{stolen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_proof_stops_letters_and_a_refusal_offers_another_way() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    world.clock.set(at("2026-06-20", 12));
    let amina = person(&world, "100000001").await;
    let new = NewProof { accept: false, ..proof(&amina, 1, "2026-06-18") };
    let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
    assert_eq!((receipt.state.as_str(), receipt.years.len()), ("waiting", 0));
    night(&world, "2026-06-30").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    let refused = world.issuer.decide_proof(&officer("ben"), &receipt.id, false, " ").await.unwrap_err();
    assert!(matches!(refused, FundError::Form(_)), "{refused}");
    let words = "the signature is another person's";
    world.issuer.decide_proof(&officer("ben"), &receipt.id, false, words).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let kinds: Vec<&str> = page.effects.iter().map(|effect| effect.kind.as_str()).collect();
    assert!(kinds.contains(&"offer-another-channel") && kinds.contains(&"mail-paper"), "{kinds:?}");
    assert_eq!(page.notes[0].1, words);
    let twice = world.issuer.decide_proof(&officer("eve"), &receipt.id, true, "").await.unwrap_err();
    assert!(matches!(twice, FundError::Decided), "{twice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn list_needs_two_officers_and_suspends_whom_it_names() {
    let (world, amina) = silent().await;
    let payroll = "2027-06-01".parse().unwrap();
    let id = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let view = world.issuer.fund_list("unjspf", &id).await.unwrap();
    assert_eq!((view.row.entries, view.row.held_out), (2, 0));
    let digest = view.row.digest;
    let own = world.issuer.approve_list(&officer("clerk"), &id, &digest).await.unwrap_err();
    assert!(matches!(own, FundError::List(_)), "{own}");
    let stale = world.issuer.approve_list(&officer("ann"), &id, &"0".repeat(64)).await.unwrap_err();
    assert!(matches!(stale, FundError::List(_)), "{stale}");
    world.issuer.approve_list(&officer("ann"), &id, &digest).await.unwrap();
    let early = world.issuer.payroll_file(&officer("ann"), &id).await.unwrap_err();
    assert!(matches!(early, FundError::Conflict(_)), "{early}");
    world.issuer.approve_list(&officer("ben"), &id, &digest).await.unwrap();
    // A payroll is made days before it is paid: the file names whoever will be held as everything stands.
    let ahead =
        String::from_utf8(world.issuer.payroll_file(&officer("ben"), &id).await.unwrap().csv).unwrap();
    assert_eq!(ahead.matches("2027-06-01").count(), 2, "{ahead}");
    assert_eq!(ahead.matches("will be held").count(), 2, "{ahead}");
    // A proof on the last day takes the person off.
    world.clock.set(at("2027-05-31", 12));
    prove(&world, &amina, 1, "2027-05-30").await;
    night(&world, "2027-06-01").await;
    let boris = person(&world, "100000002").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    assert_eq!(stages(&world, &boris).await[0], (2026, StageName::Suspended));
    let file = world.issuer.payroll_file(&officer("ben"), &id).await.unwrap();
    let csv = String::from_utf8(file.csv).unwrap();
    assert!(csv.contains("100000002") && !csv.contains("100000001"), "{csv}");
    assert!(csv.contains(",held,") && !csv.contains("will be"), "{csv}");
    let said = payload(&file.jws);
    assert_eq!((&said["hold"][0]["person"], said["hold"].as_array().unwrap().len()), (&json!(boris), 1));
    assert_eq!(said["off"], json!([{"uid": "100000001", "person": amina, "stage": "closed"}]));
    // Payroll, which read the early file, is told that the first one came off.
    let changes = world.issuer.make_payroll_changes(&officer("payroll")).await.unwrap().unwrap().changes;
    let told: Vec<_> =
        changes.iter().map(|it| (it.change.as_str(), it.uid.as_str(), it.reason.as_str())).collect();
    assert_eq!(
        told,
        [("hold", "100000002", "suspension-approved-by-two"), ("resume", "100000001", "off-the-list")]
    );
}

/// A row that was bad until June: the person is asked in the year that goes on, by a form of its own.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_onto_the_register_late_is_not_run_through_the_missed_year() {
    let (world, _) = silent().await;
    world.clock.set(at("2027-06-20", 12));
    import(&world, &["100000003,Clara,Ruizgomez,1955-02-01,ESP,es,one,2010-01-01,,"]).await;
    night(&world, "2027-06-30").await;
    let clara = person(&world, "100000003").await;
    assert_eq!(stages(&world, &clara).await, [(2026, StageName::NotInScope), (2027, StageName::Mailed)]);
    let page = world.issuer.fund_person_page("unjspf", &clara).await.unwrap();
    let asked: Vec<&str> = page.effects.iter().map(|it| it.kind.as_str()).collect();
    assert!(asked.contains(&"mail-paper") && !asked.contains(&"send-notice"), "{asked:?}");
    let journal = world.issuer.export_journal(&officer("eve"), &clara).await.unwrap();
    assert!(verify(&journal).holds());
}

/// Everything is as it should be but for the form, which lies in the house or left too late.
#[tokio::test(flavor = "multi_thread")]
async fn list_spares_whose_form_was_not_posted_or_has_not_had_its_days() {
    let (world, amina) = unposted().await;
    let mut tx = world.issuer.store().write("test").await.unwrap();
    for kind in ["mail-paper", "send-notice"] {
        for asked in tx.list_open_fund_effects("unjspf", kind, "", 9).await.unwrap() {
            let on = if kind == "mail-paper" { at("2027-04-18", 9) } else { asked.asked_at };
            if asked.person == amina || kind == "send-notice" {
                tx.finish_fund_effect("unjspf", &asked.key, "mailing of a test", on).await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
    let payroll = "2027-06-01".parse().unwrap();
    let list = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let list = world.issuer.fund_list("unjspf", &list).await.unwrap().list;
    let mut why: Vec<&str> = list.held_out.iter().map(|held| held.why.as_str()).collect();
    why.sort_unstable();
    assert_eq!(list.entries, []);
    assert_eq!(
        why,
        ["no form of the year has left yet", "the form left on 2027-04-18 and is asked back by 2027-06-02"]
    );
}

/// What a JWS says.
fn payload(jws: &str) -> Value {
    use base64::Engine as _;
    let part = jws.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What spares a person by then spares them in the early file too.
#[tokio::test(flavor = "multi_thread")]
async fn early_payroll_file_spares_whom_the_coming_nights_will_spare() {
    let (world, amina) = silent().await;
    let id = approved_list(&world).await;
    let hold = NewHold {
        person: amina.clone(),
        kind: HoldKind::Hospital,
        reason: "a stroke".into(),
        until: Some("2027-05-25".parse().unwrap()),
    };
    world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    let csv = String::from_utf8(world.issuer.payroll_file(&officer("ben"), &id).await.unwrap().csv).unwrap();
    assert!(csv.contains("100000002") && !csv.contains("100000001"), "{csv}");
    let standing = world.issuer.list_standing("unjspf", &id).await.unwrap();
    assert_eq!((standing.held, standing.ahead, standing.off.len()), (1, 1, 1));
    night(&world, "2027-06-01").await;
    let now = world.issuer.list_standing("unjspf", &id).await.unwrap();
    assert_eq!((now.held, now.ahead, now.off), (1, 0, standing.off), "as it was foreseen");
}

#[tokio::test(flavor = "multi_thread")]
async fn payroll_is_told_each_change_once_until_it_has_it() {
    let (world, amina) = silent().await;
    let by = officer("payroll");
    assert!(world.issuer.make_payroll_changes(&by).await.unwrap().is_none(), "nothing to tell");
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    let made = world.issuer.make_payroll_changes(&by).await.unwrap().unwrap();
    assert_eq!((made.row.changes, made.changes[0].change.as_str()), (2, "hold"));
    world.clock.set(at("2027-06-10", 12));
    prove(&world, &amina, 1, "2027-06-09").await;
    // Until payroll has it the file is the same, whoever asks.
    let again = world.issuer.make_payroll_changes(&officer("eve")).await.unwrap().unwrap();
    assert_eq!((again.row.id.as_str(), again.changes), (made.row.id.as_str(), made.changes));
    assert_eq!(world.issuer.payroll_changes_waiting("unjspf").await.unwrap(), 1);
    for _ in 0..2 {
        world.issuer.acknowledge_payroll_changes(&by, &made.row.id).await.unwrap();
    }
    let boris = person(&world, "100000002").await;
    let row = BORIS.trim_end_matches(',').to_owned() + ",,2027-06-05";
    import(&world, &[&row]).await;
    night(&world, "2027-06-11").await;
    let next = world.issuer.make_payroll_changes(&by).await.unwrap().unwrap();
    let told: Vec<_> = next
        .changes
        .iter()
        .map(|it| (it.change.as_str(), it.person.as_str(), it.effective_on.to_string(), it.reason.as_str()))
        .collect();
    assert_eq!(
        told[..2],
        [
            ("resume", amina.as_str(), "2027-06-10".to_owned(), "reinstated-to-same-account"),
            ("stop", boris.as_str(), "2027-06-05".to_owned(), "death-confirmed"),
        ]
    );
    let file = world.issuer.payroll_changes_file(&by, &next.row.id).await.unwrap();
    let csv = String::from_utf8(file.csv).unwrap();
    assert!(csv.contains("uid,person,change,effective_on,reason,year,reference"), "{csv}");
    assert!(csv.contains(&format!("100000001,{amina},resume,2027-06-10")), "{csv}");
    assert_eq!(payload(&file.jws)["changes"].as_array().unwrap().len(), next.changes.len());
    let open = async || {
        let page = world.issuer.fund_person_page("unjspf", &boris).await.unwrap();
        page.effects.iter().filter(|it| it.kind == "stop-payment" && it.done_at.is_none()).count()
    };
    assert!(open().await > 0);
    world.issuer.acknowledge_payroll_changes(&by, &next.row.id).await.unwrap();
    assert_eq!(open().await, 0, "what it ended is done");
    assert!(world.issuer.make_payroll_changes(&by).await.unwrap().is_none());
    assert!(matches!(
        world.issuer.acknowledge_payroll_changes(&by, "unknown").await,
        Err(FundError::Unknown)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_later_proof_reinstates_and_payroll_closes() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Suspended));
    world.clock.set(at("2027-08-10", 12));
    let receipt = prove(&world, &amina, 1, "2027-08-09").await;
    assert_eq!(receipt.years, [2026, 2027]);
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Reinstated));
    let day = "2027-08-10".parse().unwrap();
    world.issuer.payment_resumed(&officer("payroll"), &amina, day).await.unwrap();
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let count = |kind: &str| page.effects.iter().filter(|effect| effect.kind == kind).count();
    assert_eq!((count("hold-payment"), count("resume-payment"), count("send-receipt")), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_outs_of_a_person_and_of_a_country_are_spared_with_their_reason() {
    let (world, amina) = silent().await;
    let hold = NewHold {
        person: amina.clone(),
        kind: HoldKind::Hospital,
        reason: "a stroke in April".into(),
        until: Some("2027-08-31".parse().unwrap()),
    };
    let id = world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    let blank = NewHold { reason: " ".into(), ..hold.clone() };
    assert!(world.issuer.place_hold(&officer("ann"), &blank).await.is_err());
    let flood = CalendarChange::HoldOut {
        country: "RUS".parse().unwrap(),
        from: "2027-05-01".parse().unwrap(),
        until: "2027-07-31".parse().unwrap(),
        reason: "floods".into(),
    };
    world.issuer.change_fund_calendar(&officer("chief"), 2026, &flood).await.unwrap();
    let payroll = "2027-06-01".parse().unwrap();
    let list = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let view = world.issuer.fund_list("unjspf", &list).await.unwrap();
    let whys: Vec<&str> = view.list.held_out.iter().map(|held| held.why.as_str()).collect();
    assert_eq!((view.row.entries, whys.len()), (0, 2), "{whys:?}");
    assert!(whys.iter().any(|why| why.starts_with("Hospital: note ")), "{whys:?}");
    assert!(whys.contains(&"floods"));
    // The words are apart from the journal and from the list.
    assert!(whys.iter().all(|why| !why.contains("stroke")));
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!(page.notes[0].1, "a stroke in April");
    world.issuer.lift_hold(&officer("ann"), &amina, &id).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert!(page.years.iter().all(|year| year.holds.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn calendar_moves_with_a_reason_alone_and_earlier_versions_stay() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let moves = entitlement::cycle::Moves {
        first_mailing: Some("2026-07-15".parse().unwrap()),
        ..Default::default()
    };
    let change = |reason: &str| CalendarChange::Country {
        country: "SEN".parse().unwrap(),
        moves: moves.clone(),
        reason: reason.into(),
    };
    let refused = world.issuer.change_fund_calendar(&officer("chief"), 2026, &change(" ")).await;
    assert!(matches!(refused, Err(FundError::Calendar(_))));
    world.issuer.change_fund_calendar(&officer("chief"), 2026, &change("no post")).await.unwrap();
    let known = world.issuer.fund_calendars("unjspf").await.unwrap();
    assert_eq!((known[0].revision, known[0].calendar.overrides()[0].signer.as_str()), (2, "chief"));
    night(&world, "2026-07-14").await;
    let amina = person(&world, "100000001").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    night(&world, "2026-07-15").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Mailed)]);
    // The auditor's file has both calendars, and each night goes by its own.
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    assert_eq!(export.calendars.len(), 2);
    assert!(verify(&export).holds(), "{:?}", verify(&export).checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_every_group_add_up_to_the_register() {
    let (world, amina) = silent().await;
    prove(&world, &amina, 1, "2027-05-20").await;
    let counts = world.issuer.fund_counts("unjspf", 2026).await.unwrap();
    assert_eq!(counts.total(), 2);
    for groups in [&counts.countries, &counts.languages, &counts.ages] {
        assert_eq!(groups.values().map(issuer::app::Group::total).sum::<u64>(), 2);
    }
    assert_eq!(counts.channels.get("paper"), Some(&1));
    assert_eq!(counts.countries["SEN"].in_stage(StageName::Closed), 1);
    assert!(counts.ages.contains_key("80 to 89") && counts.ages.contains_key("70 to 79"));
}

#[tokio::test(flavor = "multi_thread")]
async fn journal_of_a_whole_year_is_checked_by_a_stranger() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    world.clock.set(at("2027-08-10", 12));
    prove(&world, &amina, 1, "2027-08-09").await;
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    assert!(!text.contains("Diallomensah") && !text.contains("100000001"), "a name is in it");
    let read: Export = serde_json::from_str(&text).unwrap();
    let report = verify(&read);
    assert!(report.holds(), "{:?}", report.checks);
    assert_eq!(report.years[&2026], StageName::Reinstated);
    let forged = text.replacen("suspension-approved-by-two", "grace-ended", 1);
    assert!(!verify(&serde_json::from_str(&forged).unwrap()).holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn database_holds_no_name_number_or_reason_in_clear() {
    let (world, amina) = silent().await;
    let hold = NewHold { person: amina, kind: HoldKind::Other, reason: "Secretwords".into(), until: None };
    world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    approved_list(&world).await;
    upload(&world, &[&AMINA.replace("SEN", "FRA"), "1,Bad,Rowname,1950-05-05,SEN,fr,one,,,"]).await;
    world.issuer.store().close().await;
    let mut seen = 0;
    for entry in std::fs::read_dir(world.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        seen += bytes.len();
        for secret in ["Diallomensah", "Petrovskij", "100000001", "1950-05-05", "Secretwords", "Rowname"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    assert!(seen > 100_000, "the database was looked at");
}

pub async fn send(
    world: &World,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    sent: &str,
) -> (u16, Vec<u8>) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
    let reply = testkit::Agent::new()
        .send(
            method.parse().unwrap(),
            world.url(&format!("/v1/fund/unjspf/{path}")),
            &headers,
            sent.as_bytes().to_vec(),
        )
        .await
        .unwrap();
    (reply.status, reply.body.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_do_the_whole_year_over_rest() {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    let token =
        world.issuer.create_service_client(&officer("admin"), "Pension system", &Scope::ALL).await.unwrap();
    let call = async |method: &str, path: &str, sent: &Value| -> (u16, Value) {
        let sent = if sent.is_null() { String::new() } else { sent.to_string() };
        let (status, body) = send(&world, method, path, &token, "application/json", &sent).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    };
    let people = json!({"people": [
        {"uid": "100000001", "givenName": "Amina", "familyName": "D", "birthDate": "1950-05-05", "country": "SEN", "inPaymentSince": "2012-01-01"},
        {"uid": "1", "familyName": "Bad", "birthDate": "1950-05-05", "country": "SEN"}]});
    let (status, import) = call("POST", "register/imports", &people).await;
    assert_eq!(
        (status, &import["new"], &import["bad"], &import["faults"][0]["line"]),
        (201, &json!(1), &json!(1), &json!(2))
    );
    assert_eq!(call("POST", "register/imports", &people).await.1["id"], import["id"], "the same again");
    let id = import["id"].as_str().unwrap().to_owned();
    assert_eq!(call("POST", &format!("register/imports/{id}/confirmation"), &Value::Null).await.0, 200);
    world.issuer.work_off_registers().await.unwrap();
    let (_, done) = call("GET", &format!("register/imports/{id}"), &Value::Null).await;
    assert_eq!((&done["state"], &done["done"]), (&json!("finished"), &json!(1)));
    let (status, csv) =
        send(&world, "GET", &format!("register/imports/{id}/rows-to-correct.csv"), &token, "", "").await;
    assert!(status == 200 && String::from_utf8(csv).unwrap().contains("nine digits"));
    let csv = format!("{HEAD}\n{BORIS}\n");
    let (status, _) = send(&world, "POST", "register/imports", &token, "text/csv", &csv).await;
    assert_eq!(status, 201);

    world.clock.set(at("2026-07-20", 12));
    let (status, run) = call("POST", "nights", &Value::Null).await;
    assert_eq!((status, &run["lookedAt"], &run["faults"]), (200, &json!(1), &json!(0)));
    assert_eq!(call("GET", "nights", &Value::Null).await.1.as_array().unwrap().len(), 1);
    let (status, found) = call("POST", "people/search", &json!({"uid": "100000001"})).await;
    assert_eq!((status, &found["years"][0]["stage"]), (200, &json!("mailed")));
    assert_eq!(call("POST", "people/search", &json!({"uid": "999999999"})).await.0, 404);
    let person = found["person"].as_str().unwrap().to_owned();
    let entry = json!({"uid": "100000001", "channel": "letter", "capturedAt": "2026-07-18T09:00:00Z",
        "digests": ["ab".repeat(32)], "accept": true});
    let (status, receipt) = call("POST", "proofs", &entry).await;
    assert_eq!((status, &receipt["years"], &receipt["again"]), (200, &json!([2026]), &json!(false)));
    assert_eq!(call("POST", "proofs", &entry).await.1["reference"], receipt["reference"]);
    let wrong =
        json!({"uid": "100000001", "channel": "pigeon", "capturedAt": "2026-07-18T09:00:00Z", "digests": []});
    assert_eq!(call("POST", "proofs", &wrong).await.0, 400);
    let (_, standing) = call("GET", &format!("people/{person}"), &Value::Null).await;
    assert_eq!(
        (&standing["years"][0]["stage"], &standing["receipts"][0]["channel"]),
        (&json!("closed"), &json!("letter"))
    );
    assert!(!standing.to_string().contains("Amina"));
    let (_, numbers) = call("GET", "counts/2026", &Value::Null).await;
    assert_eq!((&numbers["total"], &numbers["stages"]["closed"]), (&json!(1), &json!(1)));
    let (status, list) =
        call("POST", "suspension-lists", &json!({"year": 2026, "payroll": "2027-06-01"})).await;
    assert_eq!((status, &list["entries"], &list["approvals"]), (201, &json!([]), &json!(0)));
    let list = list["id"].as_str().unwrap();
    assert_eq!(call("GET", &format!("suspension-lists/{list}"), &Value::Null).await.0, 200);
    assert_eq!(
        call("GET", &format!("suspension-lists/{list}/payroll.csv"), &Value::Null).await.0,
        409,
        "not approved"
    );
    assert_eq!(call("POST", "payments", &json!({"person": person, "on": "2026-07-20"})).await.0, 204);
    assert_eq!(call("POST", "payroll-changes", &Value::Null).await.0, 204, "nothing to tell");
    assert_eq!(call("GET", "payroll-changes", &Value::Null).await.1, json!([]));
    assert_eq!(call("GET", "payroll-changes/x/changes.csv", &Value::Null).await.0, 404);
    assert_eq!(call("POST", "payroll-changes/x/acknowledgement", &Value::Null).await.0, 404);
    let (_, calendars) = call("GET", "calendars", &Value::Null).await;
    let mut calendar = calendars[0].clone();
    calendar["dates"]["due"] = json!("2026-12-30");
    assert_eq!(call("PUT", "calendars/2026", &calendar).await.0, 204);
    assert_eq!(call("PUT", "calendars/2027", &calendar).await.0, 400);
    calendar["dates"]["notice-days"] = json!(0);
    assert_eq!(call("PUT", "calendars/2026", &calendar).await.0, 400);
    let (status, journal) = call("GET", &format!("journals/{person}"), &Value::Null).await;
    assert_eq!(status, 200);
    assert!(verify(&serde_json::from_value(journal).unwrap()).holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn machine_does_what_its_scope_says_and_nothing_of_another_organisation() {
    let world = fund(&[AMINA]).await;
    let amina = person(&world, "100000001").await;
    let make = async |tenant: &str, scopes: &[Scope]| {
        let by = Actor { tenant: tenant.into(), officer: "admin".into() };
        world.issuer.create_service_client(&by, "m", scopes).await.unwrap()
    };
    let registrar = make("unjspf", &[Scope::FundRegister]).await;
    let auditor = make("unjspf", &[Scope::FundAudit]).await;
    let foreign = make("undp", &Scope::ALL).await;
    let journal = format!("journals/{amina}");
    let status = async |token: &str, method: &str, path: &str| {
        send(&world, method, path, token, "application/json", "{}").await.0
    };
    assert_eq!(status(&registrar, "POST", "nights").await, 401);
    assert_eq!(status(&registrar, "GET", &journal).await, 401);
    assert_eq!(status(&auditor, "GET", &journal).await, 200);
    assert_eq!(status(&auditor, "POST", "register/imports").await, 401);
    assert_eq!(status(&foreign, "GET", &journal).await, 401);
    assert_eq!(status(&foreign, "POST", "nights").await, 401);
    // At an organisation that pays no pensions there is nothing of this.
    let reply: Reply = world.post("/v1/fund/undp/nights", &json!({}), Some(&foreign)).await;
    assert_eq!(problem(&reply), (404, "not-found".into()));
    let undp = Actor { tenant: "undp".into(), officer: "o".into() };
    assert!(matches!(world.issuer.export_journal(&undp, &amina).await, Err(FundError::NotTheFund)));
    assert!(body(&reply)["detail"].is_string() || body(&reply)["title"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn schedule_runs_a_night_once_a_day_and_finishes_what_was_cut() {
    let world = fund(&[AMINA]).await;
    let tenant = world.tenant("unjspf");
    world.clock.set(at("2026-01-06", 1));
    assert!(!world.issuer.run_due_fund_night(tenant).await.unwrap(), "too early");
    world.clock.set(at("2026-01-06", 2));
    assert!(world.issuer.run_due_fund_night(tenant).await.unwrap());
    assert!(!world.issuer.run_due_fund_night(tenant).await.unwrap());
    world.clock.set(at("2026-01-08", 5));
    assert!(world.issuer.run_due_fund_night(tenant).await.unwrap());
    assert!(!world.issuer.run_due_fund_night(world.tenant("undp")).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_do_the_year_at_the_console() {
    let world = fund(&[AMINA, BORIS]).await;
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let rows = format!("{HEAD}\n{}\n", AMINA.replace("SEN", "FRA"));
    let page = Browser::path_of(&ann.upload("/console/fund/register", "people.csv", rows.as_bytes()).await);
    let text = ann.get(&page).await.text();
    assert!(text.contains("Amina Diallomensah") && text.contains("country"), "{text}");
    ann.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_registers().await.unwrap();
    assert!(ann.get(&page).await.text().contains("Done"));
    ann.post("/console/fund/nights", &[]).await;
    let text = ann.get("/console/fund?year=2026").await.text();
    assert!(
        text.contains("2 person-years") && text.contains("FRA") && text.contains("2 looked at"),
        "{text}"
    );
    let list = ann.get("/console/fund/people?year=2026&stage=open").await.text();
    assert!(list.contains("Diallomensah") && list.contains("Petrovskij"));
    let person = Browser::path_of(&ann.post("/console/fund/find", &[("uid", "100 000 001")]).await);
    assert!(!person.contains("100000001"), "no number in an address: {person}");
    let nobody = ann.post("/console/fund/find", &[("uid", "1")]).await;
    assert!(Browser::path_of(&nobody).contains("unknown"));

    let scan = ("scan", "form.pdf", "application/pdf", b"a signed form".as_slice());
    let fields = [("channel", "paper"), ("captured_on", "2026-01-05"), ("received_on", ""), ("remark", "")];
    let sent = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, scan).await.unwrap();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let text = ann.get(&person).await.text();
    assert!(
        text.contains("Accepted") && text.contains("2027-12-31") && text.contains("Proof accepted"),
        "{text}"
    );
    let again = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, scan).await.unwrap();
    assert!(Browser::path_of(&again).ends_with("done=again"));
    let empty = ("scan", "form.pdf", "application/pdf", b"".as_slice());
    let refused = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, empty).await.unwrap();
    assert_eq!(refused.status, 400);

    let hold = [("kind", "hospital"), ("reason", "a broken hip"), ("until", "")];
    ann.post(&format!("{person}/holds"), &hold).await;
    assert!(ann.get(&person).await.text().contains("a broken hip"));
    let journal = ann.get(&format!("{person}/journal.json")).await;
    let export: Export = serde_json::from_slice(&journal.body).unwrap();
    assert!(verify(&export).holds());
    assert!(!journal.text().contains("broken hip"));
}

#[tokio::test(flavor = "multi_thread")]
async fn list_is_approved_at_the_console_by_two_who_did_not_prepare_it() {
    let (world, _) = silent().await;
    let [ann, ben, eve] = [
        Browser::officer(&world, "unjspf", "Ann").await,
        Browser::officer(&world, "unjspf", "Ben").await,
        Browser::officer(&world, "unjspf", "Eve").await,
    ];
    let order = [("year", "2026"), ("payroll", "2027-06-01")];
    let page = Browser::path_of(&ann.post("/console/fund/lists", &order).await);
    let text = ann.get(&page).await.text();
    assert!(text.contains("2 people") && !text.contains("data-testid=\"approve-list\""), "{text}");
    assert!(text.contains("Amina Diallomensah") && text.contains("SEN"), "who they are: {text}");
    let file = ann.get(&format!("{page}/dry-run.csv")).await.text();
    assert!(file.contains("100000002") && file.contains("would be held,2027-05-14"), "{file}");
    let digest = between(&ben.get(&page).await.text(), "name=\"digest\" value=\"", "\"").to_owned();
    let form = [("digest", digest.as_str())];
    assert_eq!(ann.post(&format!("{page}/approve"), &form).await.status, 409);
    assert_eq!(ben.post(&format!("{page}/approve"), &[("digest", "another")]).await.status, 409);
    assert_eq!(ben.post(&format!("{page}/approve"), &form).await.status, 303);
    assert_eq!(ben.post(&format!("{page}/approve"), &form).await.status, 409, "twice");
    assert_eq!(eve.post(&format!("{page}/approve"), &form).await.status, 303);
    night(&world, "2027-06-01").await;
    // The night was later than a session lives.
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let csv = ann.get(&format!("{page}/payroll.csv")).await;
    assert!(csv.status == 200 && csv.text().contains("100000001"));
    assert_eq!(ann.get(&format!("{page}/payroll.jws")).await.text().split('.').count(), 3);
    assert!(ann.get(&page).await.text().contains("Payment of 2 people is held"));

    assert!(ann.get("/console/fund/payroll").await.text().contains("2 changes that no file holds yet"));
    ann.post("/console/fund/payroll", &[]).await;
    let text = ann.get("/console/fund/payroll").await.text();
    let file = between(&text, "href=\"/console/fund/payroll/", "/changes.csv\"");
    let csv = format!("/console/fund/payroll/{file}/changes.csv");
    assert!(ann.get(&csv).await.text().contains("100000001"), "{csv}");
    let acknowledge = csv.replace("changes.csv", "acknowledge");
    assert_eq!(ann.post(&acknowledge, &[]).await.status, 303);
    assert!(ann.get("/console/fund/payroll").await.text().contains("Payroll knows every change"));
    let amina = person(&world, "100000001").await;
    prove(&world, &amina, 1, "2027-05-31").await;
    let page = format!("/console/fund/people/{amina}");
    assert!(ann.get(&page).await.text().contains("data-testid=\"paid-again\""));
    assert_eq!(ann.post(&format!("{page}/paid"), &[("on", "2027-06-01")]).await.status, 303);
    assert!(!ann.get(&page).await.text().contains("data-testid=\"paid-again\""));
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
}
