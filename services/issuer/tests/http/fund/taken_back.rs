//! Errors that somebody takes back, found by use: nobody alive loses a payment by one, and nobody is paid without a proof.

use entitlement::cycle::{Closure, Stage, StageName};
use issuance::Actor;
use issuer::app::{CaseDecision, CaseType, FundError, PayrollChange};

use super::payroll::payload;
use super::{
    AMINA, BORIS, approved_list, at, fund, import, night, officer, person, prove, silent, stages, upload,
};
use crate::console::Browser;
use crate::support::World;

fn decision(outcome: &str) -> CaseDecision {
    CaseDecision { outcome: outcome.into(), reason: "as the file shows".into(), ..CaseDecision::default() }
}

/// What payroll is told now, and that it has it.
async fn told(world: &World) -> Vec<PayrollChange> {
    let by = officer("payroll");
    let Some(made) = world.issuer.make_payroll_changes(&by).await.unwrap() else { return Vec::new() };
    world.issuer.acknowledge_payroll_changes(&by, &made.row.id).await.unwrap();
    made.changes
}

fn short(changes: &[PayrollChange]) -> Vec<(&str, String, &str)> {
    changes.iter().map(|it| (it.change.as_str(), it.effective_on.to_string(), it.reason.as_str())).collect()
}

async fn reckoned(world: &World, years: &[i32]) {
    for year in years {
        let made = world.issuer.reckon_fund(&officer("eve"), *year).await.unwrap();
        assert!(made.balances(), "{year}: {:#?}", made.lines);
    }
}

async fn verified(world: &World, person: &str) {
    let export = world.issuer.export_journal(&officer("eve"), person).await.unwrap();
    let report = entitlement::journal::verify(&export);
    assert!(report.holds(), "{:?}", report.checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn death_and_its_taking_back_in_one_night_reach_no_payroll_and_later_ones_in_order() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let dead = format!("{AMINA}2026-01-02");
    import(&world, &[&dead]).await;
    import(&world, &[&AMINA.replace("SEN", "FRA")]).await;
    night(&world, "2026-01-07").await;
    assert_eq!(told(&world).await, [], "payroll never heard of it");
    // In two nights and one file: the end before what takes it back, and no day between them unpaid.
    import(&world, &[&dead]).await;
    night(&world, "2026-01-08").await;
    import(&world, &[&AMINA.replace("SEN", "ITA")]).await;
    night(&world, "2026-01-20").await;
    let changes = told(&world).await;
    let expected = [
        ("stop", "2026-01-02".to_owned(), "death-confirmed"),
        ("resume", "2026-01-02".to_owned(), "death-withdrawn"),
    ];
    assert_eq!(short(&changes), expected);
    reckoned(&world, &[2026]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn account_that_is_not_confirmed_keeps_nobody_on_hold() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    told(&world).await;
    let case =
        world.issuer.open_case(&officer("clerk"), &amina, CaseType::Account, "a letter").await.unwrap();
    world.clock.set(at("2027-06-10", 12));
    prove(&world, &amina, 1, "2027-06-09").await;
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Suspended);
    reckoned(&world, &[2026]).await;
    world.issuer.decide_case(&officer("ann"), &case, &decision("not-confirmed")).await.unwrap();
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Suspended, "a colleague confirms it");
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Reinstated);
    let changes = told(&world).await;
    let expected = [("resume", "2027-06-10".to_owned(), "reinstated-to-account-of-before")];
    assert_eq!(short(&changes), expected);
    reckoned(&world, &[2026, 2027]).await;
    verified(&world, &amina).await;
}

/// A row slips, payroll stops, and the corrected row pays from the day of the stop.
#[tokio::test(flavor = "multi_thread")]
async fn end_of_a_benefit_that_a_file_gave_by_mistake_is_taken_back_by_a_file() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let slip = AMINA.replace(",,", ",2026-01-31,");
    import(&world, &[&slip]).await;
    night(&world, "2026-02-02").await;
    assert_eq!(short(&told(&world).await), [("stop", "2026-01-31".to_owned(), "benefit-ended")]);
    let right = upload(&world, &[AMINA]).await;
    let preview = world.issuer.register_preview("unjspf", &right).await.unwrap();
    assert_eq!((preview.counts.reopens, preview.counts.changed, preview.braked), (1, 0, false));
    let changes = world.issuer.register_changes("unjspf", (&right, None), (0, 9)).await.unwrap();
    assert_eq!((changes.rows[0].kind, changes.rows[0].fields[0].column), ("reopens", "benefit_until"));
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let page = ann.get(&format!("/console/fund/register/{right}")).await.text();
    assert!(page.contains("ends taken back") && page.contains("End taken back"), "{page}");
    world.issuer.confirm_register(&officer("clerk"), &right).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    let done = world.issuer.register_preview("unjspf", &right).await.unwrap();
    assert_eq!((done.counts.done, done.counts.bad), (1, 0), "nothing is left out");
    night(&world, "2026-02-20").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    assert_eq!(short(&told(&world).await), [("resume", "2026-01-31".to_owned(), "end-withdrawn")]);
    // Another day of an end that took effect pays the days between.
    import(&world, &[&slip]).await;
    night(&world, "2026-02-21").await;
    told(&world).await;
    import(&world, &[&AMINA.replace(",,", ",2026-02-10,")]).await;
    night(&world, "2026-02-22").await;
    let expected = [
        ("resume", "2026-01-31".to_owned(), "end-withdrawn"),
        ("stop", "2026-02-10".to_owned(), "benefit-ended"),
    ];
    assert_eq!(short(&told(&world).await), expected);
    reckoned(&world, &[2026]).await;
    verified(&world, &amina).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_ends_taken_back_need_somebody_else() {
    let row =
        |at: usize, until: &str| format!("1000000{at:02},A,P{at},1950-05-05,SEN,fr,one,2012-01-01,{until},");
    let rows = |until: &str| (0..4).map(|at| row(at, until)).collect::<Vec<_>>();
    let (ended, right) = (rows("2026-01-01"), rows(""));
    let world = fund(&ended.iter().map(String::as_str).collect::<Vec<_>>()).await;
    night(&world, "2026-01-06").await;
    let id = upload(&world, &right.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let preview = world.issuer.register_preview("unjspf", &id).await.unwrap();
    assert_eq!((preview.counts.reopens, preview.braked), (4, true));
    for by in [officer("clerk"), Actor::client("unjspf", "m")] {
        let refused = world.issuer.confirm_register(&by, &id).await.unwrap_err();
        assert!(refused.to_string().contains("ends of benefits"), "{refused}");
    }
    world.issuer.confirm_register(&officer("ann"), &id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn conversion_given_in_error_is_taken_back_by_another_than_who_proposed_it() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let case =
        world.issuer.open_case(&officer("clerk"), &amina, CaseType::Survivor, "a letter").await.unwrap();
    let on = Some("2026-01-04".parse().unwrap());
    let whom = CaseDecision { on, survivor_uid: "100000002".into(), ..decision("converted") };
    world.issuer.decide_case(&officer("ann"), &case, &whom).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    assert_eq!(short(&told(&world).await), [("stop", "2026-01-04".to_owned(), "converted-to-survivor")]);
    let own = world.issuer.reverse_conversion(&officer("ann"), &case, "a namesake").await;
    assert!(matches!(own, Err(FundError::FourEyes)));
    let carl = Browser::officer(&world, "unjspf", "Carl").await;
    let page = format!("/console/fund/cases/{case}");
    assert!(carl.get(&page).await.text().contains("still the person"));
    assert_eq!(carl.post(&format!("{page}/reverse"), &[("words", "a namesake")]).await.status, 303);
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    assert_eq!(short(&told(&world).await), [("resume", "2026-01-04".to_owned(), "end-withdrawn")]);
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let invited = page.effects.iter().find(|it| it.kind == "invite-survivor").unwrap();
    assert_eq!(invited.done_by.as_deref(), Some("withdrawn"), "nobody is told of a loss that is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn death_taken_back_by_a_file_lifts_no_suspension_and_opens_no_year() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    import(&world, &["100000003,Late,Winter,1950-05-05,SEN,fr,one,2012-01-01,,"]).await;
    night(&world, "2027-06-20").await;
    let late = person(&world, "100000003").await;
    let before = (stages(&world, &amina).await, stages(&world, &late).await);
    assert_eq!(before.0[0], (2026, StageName::Suspended));
    assert_eq!(before.1, [(2026, StageName::NotInScope), (2027, StageName::Open)]);
    told(&world).await;
    let late_row = "100000003,Late,Winter,1950-05-05,SEN,fr,one,2012-01-01,,";
    import(&world, &[&format!("{AMINA}2027-06-20"), &format!("{late_row}2027-06-20")]).await;
    night(&world, "2027-06-21").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    assert_eq!(short(&told(&world).await).len(), 2);
    import(&world, &[AMINA, late_row]).await;
    night(&world, "2027-06-22").await;
    assert_eq!((stages(&world, &amina).await, stages(&world, &late).await), before);
    let changes = told(&world).await;
    let of = |person: &str| {
        let theirs: Vec<_> = changes.iter().filter(|it| it.person == person).cloned().collect();
        theirs
    };
    assert_eq!(short(&of(&amina)), [("hold", "2027-06-01".to_owned(), "death-withdrawn")], "not paid");
    assert_eq!(short(&of(&late)), [("resume", "2027-06-20".to_owned(), "death-withdrawn")]);
    world.clock.set(at("2027-06-25", 12));
    prove(&world, &amina, 1, "2027-06-24").await;
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Reinstated);
    reckoned(&world, &[2026, 2027]).await;
    for who in [&amina, &late] {
        verified(&world, who).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_the_proof_down_or_handed_in_the_death_does_not_say_that_the_person_lives() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    import(&world, &[&format!("{AMINA}2026-01-02")]).await;
    night(&world, "2026-01-07").await;
    world.clock.set(at("2026-01-10", 12));
    prove(&world, &amina, 1, "2026-01-09").await;
    let cases = world.issuer.cases_of("unjspf", &amina).await.unwrap();
    let case = cases.iter().find(|it| it.kind == "proof-after-death").unwrap();
    for hand in ["ann", "clerk"] {
        let own = world.issuer.decide_case(&officer(hand), &case.id, &decision("alive")).await;
        assert!(matches!(own, Err(FundError::OwnHand)), "{hand}: {own:?}");
    }
    world.issuer.decide_case(&officer("ben"), &case.id, &decision("alive")).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!(page.years[0].stage, Stage::Closed { how: Closure::Proven });
}

#[tokio::test(flavor = "multi_thread")]
async fn move_that_two_officers_found_is_told_with_the_file_of_changes() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let case =
        world.issuer.open_case(&officer("clerk"), &amina, CaseType::Residence, "a card").await.unwrap();
    world.issuer.decide_case(&officer("ann"), &case, &decision("moved")).await.unwrap();
    assert_eq!(world.issuer.payroll_changes_waiting("unjspf").await.unwrap(), 0, "one officer is not enough");
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    let by = officer("payroll");
    let made = world.issuer.make_payroll_changes(&by).await.unwrap().unwrap();
    assert_eq!(short(&made.changes), [("moved", "2026-01-06".to_owned(), "residence-moved")]);
    let file = world.issuer.payroll_changes_file(&by, &made.row.id).await.unwrap();
    let csv = String::from_utf8(file.csv).unwrap();
    assert!(csv.contains("reference,country") && csv.contains(&format!("100000001,{amina},moved")), "{csv}");
    assert_eq!(payload(&file.jws)["changes"][0]["change"], "moved");
    world.issuer.acknowledge_payroll_changes(&by, &made.row.id).await.unwrap();
    assert_eq!(told(&world).await, []);
    reckoned(&world, &[2026]).await;
}
