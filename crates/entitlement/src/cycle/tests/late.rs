//! Whoever comes onto the register late, and nights that come late.

use super::*;

fn forms(cycle: &Cycle) -> Vec<(u8, NaiveDate)> {
    let form = |effect: &Effect| match effect.kind {
        EffectKind::MailPaper { mailing, asked_back_by } => Some((mailing, asked_back_by)),
        _ => None,
    };
    cycle.effects.iter().filter_map(form).collect()
}

#[test]
fn year_that_was_over_before_the_fund_knew_the_person_asks_for_nothing() {
    for first_night in ["2027-01-01", "2027-02-20", "2027-06-20"] {
        let cycle = Cycle::new().on(first_night).until("2027-12-31");
        assert_eq!(cycle.record.stage, Stage::NotInScope { why: Exemption::KnownAfterDue }, "{first_night}");
        assert_eq!(cycle.rules(), [Rule::FirstKnownAfterDue]);
        assert_eq!(cycle.effects, []);
    }
    // The year that goes on asks in its turn, and a proof of it closes the missed one.
    let cycle = Cycle::with(Calendar::of_year(2027).unwrap(), person()).on("2027-06-20");
    assert_eq!(cycle.stage(), StageName::Open);
    let missed = Cycle::new().on("2027-06-20").then(accepted("e", "2027-07-01")).on("2027-07-02");
    assert_eq!(missed.record.stage, Stage::Closed { how: Closure::Proven });
    // A country whose last day moved is not over.
    let text = format!(
        "{}\n[[overrides]]\ncountry = \"ITA\"\nreason = \"no post\"\nsigner = \"chief\"\n\
         move = {{ due = \"2027-03-01\", follow-up = \"2027-03-02\" }}\n",
        include_str!("../../../calendars/2026.toml")
    );
    let moved = Cycle::with(Calendar::parse(&text).unwrap(), person()).on("2027-02-20");
    assert_eq!(moved.stage(), StageName::Mailed);
}

#[test]
fn whoever_comes_after_the_mailings_has_the_days_of_a_form_before_each_later_stage() {
    let cycle = Cycle::new().on("2026-12-20");
    assert_eq!((cycle.stage(), forms(&cycle)), (StageName::Mailed, vec![(1, day("2027-02-03"))]));
    let cycle = cycle.until("2027-02-03");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::Mailed, 0));
    let cycle = cycle.until("2027-02-04");
    assert_eq!((cycle.stage(), forms(&cycle).len()), (StageName::Reminded, 2));
    let cycle = cycle.until("2027-03-21");
    assert_eq!(cycle.stage(), StageName::Reminded);
    // From here with everybody else.
    let cycle = cycle.until("2027-03-22");
    assert_eq!(cycle.stage(), StageName::FollowUp);
    let cycle = cycle.until("2027-05-20").approved().until("2027-06-01");
    assert_eq!(cycle.stage(), StageName::Suspended);
}

#[test]
fn whoever_was_taken_for_dead_is_asked_again_and_has_the_days_of_a_form() {
    let dead = What::DeathConfirmed { on: day("2026-04-01"), by: "o".into() };
    let cycle = Cycle::new().until("2026-05-01").then(dead).on("2026-05-02");
    let cycle = cycle.then(What::DeathWithdrawn { by: "o".into() }).until("2027-05-20");
    assert_eq!(cycle.stage(), StageName::SuspensionProposed, "asked in June as everybody");
    let dead = What::DeathConfirmed { on: day("2026-04-01"), by: "o".into() };
    let cycle = Cycle::new().until("2026-05-01").then(dead).until("2027-05-10");
    let cycle = cycle.then(What::DeathWithdrawn { by: "o".into() }).until("2027-06-30");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::Reminded, 0));
}

#[test]
fn night_of_the_first_edition_is_played_again_as_it_was() {
    let cycle = Cycle { edition: Edition::First, ..Cycle::new() }.on("2027-06-20");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::Grace, 1));
    assert_eq!((forms(&cycle).len(), cycle.record.form_on), (1, None));
    // Its record reads as it was written: nothing new in it that an old digest did not know.
    let text = serde_json::to_string(&cycle.record).unwrap();
    assert!(!text.contains("formOn"));
}

#[test]
fn list_spares_whose_form_has_not_had_its_days_by_the_payroll() {
    let payroll = day("2027-06-01");
    assert_eq!(form_is_short(None, 45, payroll).unwrap(), "no form of the year has left yet");
    assert_eq!(form_is_short(Some(day("2027-04-17")), 45, payroll), None);
    assert!(form_is_short(Some(day("2027-04-18")), 45, payroll).unwrap().contains("2027-06-02"));
    assert!(form_is_short(Some(NaiveDate::MAX), 45, payroll).is_some());
}

#[test]
fn dry_run_says_whom_an_undecided_proof_stopped_before_the_grace() {
    let cycle = Cycle::new().until("2027-03-01").then(received("e", "2027-03-01")).until("2027-05-20");
    assert_eq!(cycle.stage(), StageName::FollowUp);
    let list = |on: &str| {
        let cycles = [(&cycle.record, &cycle.person)];
        SuspensionList::dry_run("june", day("2027-06-01"), &cycle.calendar, cycles, ("clerk", night(on)))
            .unwrap()
    };
    let held = list("2027-05-20").held_out;
    assert_eq!(held.iter().map(|it| it.why.as_str()).collect::<Vec<_>>(), ["a proof waits for a decision"]);
    assert_eq!(list("2027-05-10").held_out, [], "nobody is due yet");
}
