//! Faults that were found by reading, each with the history that shows it.

use chrono::{DateTime, Utc};

use super::*;

const BASE: &str = include_str!("../../../calendars/2026.toml");

fn refused(id: &str, made: &str) -> What {
    What::ProofRefused { evidence: evidence(id, made), by: "o".into(), reason: "r".into() }
}

fn death(on: &str) -> What {
    What::DeathConfirmed { on: day(on), by: "o".into() }
}

fn withdrawn() -> What {
    What::DeathWithdrawn { by: "o".into() }
}

fn is_another(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::OfferAnotherChannel { .. })
}

fn is_resume(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::ResumePayment { .. })
}

fn event(what: What) -> Event {
    Event { seq: 1, at: night("2026-05-01"), what }
}

#[test]
fn moments_at_the_ends_of_time_are_refused_and_panic_nowhere() {
    let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let late = Evidence { captured_at: most, received_at: least, ..evidence("e", "2026-05-01") };
    assert_eq!(late.check(), Err(EvidenceFault::MadeLater));
    let early = Evidence { captured_at: least, received_at: most, ..evidence("e", "2026-05-01") };
    assert_eq!((early.check(), early.closes(2026)), (Ok(()), false));
    let case = ResidenceCase {
        id: "c".into(),
        person: ID.into(),
        declared: "ITA".parse().unwrap(),
        seen: "FRA".parse().unwrap(),
        opened_at: most,
        state: ResidenceState::Open,
    };
    assert_eq!(case.settled(Finding::Moved, "r", "o", least), Err(CaseFault::NotHeard));
    let east = chrono::FixedOffset::east_opt(14 * 3600).unwrap();
    let west = chrono::FixedOffset::west_opt(12 * 3600).unwrap();
    assert_eq!(QuietHours::default().earliest(most, east), most);
    assert_eq!(QuietHours::default().earliest(least, west), least);
}

#[test]
fn proof_dated_tomorrow_does_not_reach_into_the_next_year() {
    let mut eve = evidence("e", "2027-01-01");
    eve.received_at = night("2026-12-31");
    assert_eq!((eve.check(), eve.year()), (Ok(()), 2026));
    let wrong = Evidence { captured_at: night("2099-01-01"), ..evidence("e", "2026-12-31") };
    assert!(!wrong.closes(2027) && wrong.check().is_err());
}

#[test]
fn what_came_beside_a_known_proof_is_known_too() {
    let mut book = ProofBook::default();
    let (first, other) = (evidence("e1", "2026-05-01"), evidence("e2", "2026-05-02"));
    assert_eq!(book.admit(&first), Ok(Admission::New));
    let digests = vec![first.digests[0].clone(), other.digests[0].clone()];
    let both = Evidence { id: "e3".into(), digests, ..first };
    assert_eq!(book.admit(&both), Ok(Admission::Again { first: "e1".into() }));
    let stolen = Evidence { person: "p2".into(), ..other };
    assert_eq!(book.admit(&stolen), Err(EvidenceFault::OfAnother));
}

#[test]
fn evidence_is_bounded_and_a_helper_has_a_name() {
    let good = evidence("e", "2026-05-01");
    let many = Evidence { digests: vec![good.digests[0].clone(); MOST_DIGESTS + 1], ..good.clone() };
    assert_eq!(many.check(), Err(EvidenceFault::NoDigest));
    let nameless = Helper { role: HelperRole::Carer, id: " ".into() };
    assert_eq!(Evidence { helper: Some(nameless), ..good.clone() }.check(), Err(EvidenceFault::Name));
    let long = Evidence { operator: Some("o".repeat(LONGEST_ID + 1)), ..good.clone() };
    assert_eq!(long.check(), Err(EvidenceFault::Name));
    assert_eq!(Evidence { id: String::new(), ..good }.check(), Err(EvidenceFault::Name));
}

#[test]
fn decided_proof_that_is_delivered_again_waits_no_second_time() {
    let cycle = Cycle::new().then(received("e", "2026-03-01")).then(refused("e", "2026-03-01"));
    let cycle = cycle.on("2026-03-01").then(received("e", "2026-03-01")).on("2026-03-02");
    assert_eq!(cycle.record.waiting, Vec::<String>::new());
    assert!(cycle.record.wants_reminders());
    // An appeal may still find otherwise.
    let cycle = cycle.then(accepted("e", "2026-03-01")).on("2026-03-03");
    assert_eq!(cycle.stage(), StageName::Closed);
}

#[test]
fn refusal_of_what_was_never_seen_waiting_offers_another_way() {
    let cycle = Cycle::new().on("2026-03-01").then(refused("e", "2026-03-01")).on("2026-03-02");
    assert_eq!(cycle.asked(is_another), 1);
    let proven = Cycle::new().then(accepted("e1", "2026-03-01")).then(refused("e2", "2026-03-02"));
    assert_eq!(proven.on("2026-03-03").asked(is_another), 0);
}

#[test]
fn nobody_writes_to_the_dead_about_another_way() {
    let cycle = Cycle::new().then(received("e", "2026-03-05")).on("2026-03-05");
    let cycle = cycle.then(death("2026-03-01")).then(refused("e", "2026-03-05")).on("2026-03-08");
    assert_eq!(cycle.asked(is_another), 0);
    let doubted = cycle.then(accepted("e2", "2026-03-09")).on("2026-03-10");
    assert_eq!(doubted.asked(|kind| matches!(kind, EffectKind::SendReceipt { .. })), 0);
}

#[test]
fn proof_accepted_while_recorded_dead_counts_when_the_record_was_wrong() {
    let cycle = Cycle::suspended().then(death("2027-06-02")).on("2027-06-03");
    let cycle = cycle.then(accepted("e", "2027-06-10")).on("2027-06-10");
    assert_eq!((cycle.stage(), &cycle.record.proof), (StageName::Closed, &None));
    let cycle = cycle.then(withdrawn()).until("2027-12-31");
    assert_eq!((cycle.stage(), cycle.asked(is_resume)), (StageName::Reinstated, 1), "on hold, and proven");
    assert_eq!(cycle.record.proof.as_ref().map(|proof| proof.evidence.as_str()), Some("e"));
    assert!(!cycle.rules()[cycle.rules().len() - 1..].contains(&Rule::GraceEnded));
}

#[test]
fn death_confirmed_again_stops_payment_again() {
    let cycle = Cycle::new().then(death("2026-02-20")).on("2026-03-01").then(withdrawn()).on("2026-03-02");
    let cycle = cycle.then(death("2026-02-20")).on("2026-03-03");
    let stops = |effect: &&Effect| matches!(effect.kind, EffectKind::StopPayment { .. });
    let keys: std::collections::BTreeSet<_> =
        cycle.effects.iter().filter(stops).map(|effect| effect.key.clone()).collect();
    assert_eq!(keys.len(), 2);
}

#[test]
fn keys_shared_by_two_years_do_not_depend_on_when_each_began() {
    let resumed = |cycle: &Cycle| {
        let mut found = cycle.effects.iter().filter(|effect| is_resume(&effect.kind));
        found.next().map(|effect| effect.key.clone()).unwrap()
    };
    let history = |cycle: Cycle| {
        let cycle = cycle.then(What::AccountChanged).then(death("2026-02-20"));
        cycle.on("2027-01-04").then(withdrawn())
    };
    let early = history(Cycle::new()).on("2027-01-05");
    let mut late = Cycle::with(Calendar::of_year(2027).unwrap(), person());
    late.record.applied = 1;
    let late = history(late);
    assert_eq!(resumed(&early), resumed(&late.on("2027-01-05")));
}

#[test]
fn account_changed_between_reinstatement_and_payment_waits_for_two_officers() {
    let cycle = Cycle::suspended().then(accepted("e", "2027-06-05")).on("2027-06-05");
    let cycle = cycle.then(What::AccountChanged).on("2027-06-06");
    assert_eq!(cycle.asked(|kind| *kind == EffectKind::OpenCase { kind: CaseKind::Account }), 1);
    let before = cycle.asked(is_resume);
    let checked = What::AccountChecked { by: ["a".into(), "b".into()] };
    let cycle = cycle.then(checked).on("2027-06-07");
    assert_eq!((cycle.asked(is_resume), cycle.record.account_changed), (before + 1, false));
}

#[test]
fn withdrawn_death_pays_no_account_that_nobody_checked() {
    let cycle = Cycle::suspended().then(What::AccountChanged).then(accepted("e", "2027-06-05"));
    let cycle = cycle.on("2027-06-05").then(death("2027-06-01")).then(withdrawn()).on("2027-06-10");
    assert_eq!((cycle.asked(is_resume), cycle.record.account_changed), (0, true));
    let checked = What::AccountChecked { by: ["a".into(), "b".into()] };
    assert_eq!(cycle.then(checked).on("2027-06-11").asked(is_resume), 1);
}

#[test]
fn list_of_another_year_or_from_before_a_hold_suspends_nobody() {
    for wrong in [
        Approval { year: 2025, ..approval(Some(day("2027-05-14"))) },
        Approval { notice_on: day("2027-05-13"), ..approval(None) },
    ] {
        let cycle = Cycle::new().until("2027-05-20").then(What::SuspensionApproved { approval: wrong });
        assert_eq!(cycle.until("2027-08-01").stage(), StageName::SuspensionProposed);
    }
}

#[test]
fn dry_run_spares_whom_something_holds_since_last_night() {
    let text = format!(
        "{BASE}\n[[hold-outs]]\ncountry = \"ITA\"\nfrom = \"2027-05-20\"\nuntil = \"2027-07-31\"\n\
         reason = \"flood\"\nsigner = \"chief\"\n"
    );
    let cycle = Cycle::new().until("2027-05-19");
    assert_eq!(cycle.stage(), StageName::SuspensionProposed);
    let (later, by) = (Calendar::parse(&text).unwrap(), ("clerk", night("2027-05-20")));
    let cycles = || [(&cycle.record, &cycle.person)];
    let list = SuspensionList::dry_run("june", day("2027-06-01"), &later, cycles(), by).unwrap();
    assert_eq!((list.entries.len(), list.held_out.len()), (0, 1));
    let other = Calendar::of_year(2027).unwrap();
    let list = SuspensionList::dry_run("june", day("2027-06-01"), &other, cycles(), by).unwrap();
    assert_eq!((list.entries.len(), list.held_out.len()), (0, 0));
    let past = SuspensionList::dry_run("june", day("2027-05-19"), &later, cycles(), by);
    assert_eq!(past.map(|list| list.id), Err(ListFault::Past));
    let unnamed = SuspensionList::dry_run("june", day("2027-06-01"), &later, cycles(), (" ", by.1));
    assert_eq!(unnamed.map(|list| list.id), Err(ListFault::Unnamed));
}

#[test]
fn digest_of_a_list_covers_notices_and_whom_it_spares() {
    let cycle = Cycle::new().until("2027-05-20");
    let cycles = [(&cycle.record, &cycle.person)];
    let by = ("clerk", night("2027-05-20"));
    let list = SuspensionList::dry_run("june", day("2027-06-01"), &cycle.calendar, cycles, by).unwrap();
    let mut other = list.clone();
    other.entries[0].notice_on = day("2027-05-15");
    assert_ne!(list.digest(), other.digest());
    let mut other = list.clone();
    other.held_out.push(HeldOut { person: "p2".into(), why: "flood".into() });
    assert_ne!(list.digest(), other.digest());
    let mut other = list.clone();
    other.id = "july".into();
    assert_ne!(list.digest(), other.digest());
}

#[test]
fn stored_list_with_one_name_twice_approves_nothing() {
    let cycle = Cycle::new().until("2027-05-20");
    let cycles = [(&cycle.record, &cycle.person)];
    let by = ("clerk", night("2027-05-20"));
    let list = SuspensionList::dry_run("june", day("2027-06-01"), &cycle.calendar, cycles, by).unwrap();
    let digest = list.digest();
    let list = list.approved(&digest, "a", by.1).unwrap().approved(&digest, "b", by.1).unwrap();
    let text = serde_json::to_string(&list).unwrap();
    let entry = list.entries[0].clone();
    let stored = |text: &str| serde_json::from_str::<SuspensionList>(text).unwrap().approval_of(&entry);
    assert!(stored(&text).is_some());
    assert!(stored(&text.replace("[\"b\",", "[\"a\",")).is_none());
    assert!(stored(&text.replace("[\"b\",", "[\"clerk\",")).is_none());
}

#[test]
fn missing_event_is_a_fault_and_not_skipped() {
    let cycle = Cycle::new().on("2026-03-01");
    let night = Night {
        calendar: &cycle.calendar,
        at: night("2026-03-02"),
        quiet: QuietHours::default(),
        edition: Edition::LATEST,
    };
    let event = |seq| Event { seq, at: night.at, what: What::AccountChanged };
    let run = |events: &[Event]| step(&cycle.record, &cycle.person, events, &night);
    assert_eq!(run(&[event(2)]), Err(StepFault::Gap));
    assert_eq!(run(&[event(1), event(3)]), Err(StepFault::Gap));
    assert!(run(&[event(1), event(2)]).is_ok());
}

#[test]
fn events_are_bounded_signed_and_have_happened() {
    let hold = |reason: &str, by: &str, until: Option<&str>| What::HoldPlaced {
        hold: "h".into(),
        kind: HoldKind::Hospital,
        reason: reason.into(),
        by: by.into(),
        until: until.map(day),
    };
    assert_eq!(event(hold("stroke", "o", Some("2026-06-01"))).check(), Ok(()));
    assert_eq!(event(hold(" ", "o", None)).check(), Err(EventFault::Reason));
    assert_eq!(event(hold("stroke", "", None)).check(), Err(EventFault::Name("by")));
    assert_eq!(event(hold("stroke", "o", Some("2026-04-30"))).check(), Err(EventFault::HoldUntil));
    assert_eq!(event(hold("stroke", "o", Some("2099-01-01"))).check(), Err(EventFault::HoldUntil));
    assert_eq!(event(hold(&"r".repeat(501), "o", None)).check(), Err(EventFault::Reason));
    assert_eq!(event(death("2026-05-03")).check(), Err(EventFault::Future));
    assert_eq!(event(death("2026-05-02")).check(), Ok(()));
    let same = What::AccountChecked { by: ["a".into(), "a".into()] };
    assert_eq!(event(same).check(), Err(EventFault::SamePerson));
    let long = What::CaseOpened { case: "c".repeat(201), kind: CaseKind::Appeal };
    assert_eq!(event(long).check(), Err(EventFault::Name("case")));
    assert_eq!(event(accepted("e", "2026-05-09")).check(), Ok(()));
}

#[test]
fn calendars_are_bounded_and_give_everybody_a_notice() {
    let with = |from: &str, to: &str| Calendar::parse(&BASE.replace(from, to)).unwrap_err();
    let short = with("notice-days = 14", "notice-days = 0");
    assert!(matches!(short, CalendarFault::Days { what: "notice-days", .. }));
    let far = with("payroll = \"2027-06-01\"", "payroll = \"2127-06-01\"");
    assert!(matches!(far, CalendarFault::Far { date: "payroll", .. }));
    let last_year = "[[overrides]]\ncountry = \"ITA\"\nmove = { opens = \"2025-01-02\" }\n\
                     reason = \"a\"\nsigner = \"b\"\n";
    let early = Calendar::parse(&format!("{BASE}\n{last_year}")).unwrap_err();
    assert!(matches!(early, CalendarFault::Far { date: "opens", .. }));
    let huge = Calendar::parse(&format!("{BASE}\n#{}", "x".repeat(MOST_CALENDAR_BYTES))).unwrap_err();
    assert!(matches!(huge, CalendarFault::TooMuch { what: "bytes", .. }));
    let over = |at: usize| format!("[[overrides]]\nperson = \"p{at}\"\nreason = \"a\"\nsigner = \"b\"\n");
    let many: String = (0..=MOST_OVERRIDES).map(over).collect();
    let many = Calendar::parse(&format!("{BASE}\n{many}")).unwrap_err();
    assert!(matches!(many, CalendarFault::TooMuch { what: "overrides", .. }));
    let long = format!("[[overrides]]\nperson = \"p\"\nreason = \"{}\"\nsigner = \"b\"\n", "r".repeat(501));
    let long = Calendar::parse(&format!("{BASE}\n{long}")).unwrap_err();
    assert!(matches!(long, CalendarFault::Unsigned { .. }));
}

#[test]
fn reminders_are_in_order_at_every_age_and_inside_the_window() {
    let with = |from: &str, to: &str| Calendar::parse(&BASE.replace(from, to)).map(|_| ());
    let order =
        |it: Result<(), CalendarFault>| matches!(it, Err(CalendarFault::Order { date: "reminders", .. }));
    assert!(order(with("over-80 = \"2026-08-17\"", "over-80 = \"2026-02-01\"")));
    assert!(order(with("over-80 = \"2026-02-02\"", "over-80 = \"2026-01-01\"")));
    assert!(order(with("on = \"2026-12-07\"", "on = \"2027-01-07\"")));
}
