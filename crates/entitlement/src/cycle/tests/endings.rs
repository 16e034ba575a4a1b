use super::*;

fn death(on: &str) -> What {
    What::DeathConfirmed { on: day(on), by: "officer".into() }
}

fn is_revocation(kind: &EffectKind) -> bool {
    *kind == EffectKind::RevokeCertificates
}

#[test]
fn death_closes_the_cycle_and_revokes_from_every_stage() {
    let early = Cycle::new().until("2026-03-01");
    let mailed = Cycle::new().until("2026-08-01");
    let proven = Cycle::new().then(accepted("e", "2026-02-01")).until("2026-03-01");
    for cycle in [early, mailed, proven, Cycle::suspended()] {
        let cycle = cycle.then(death("2026-02-20")).until("2027-07-01");
        assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Deceased { on: day("2026-02-20") } });
        assert_eq!(cycle.asked(is_revocation), 1);
        assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::StopPayment { .. })), 1);
    }
}

#[test]
fn reported_death_stops_every_letter_until_it_is_settled() {
    let report = What::CaseOpened { case: "c".into(), kind: CaseKind::DeathReported };
    let cycle = Cycle::new().until("2026-03-01").then(report).until("2026-09-30");
    assert_eq!((cycle.asked(is_paper), cycle.asked(is_reminder)), (0, 0));
    let cycle = cycle.then(What::CaseClosed { case: "c".into(), by: "o".into() }).on("2026-10-01");
    assert_eq!(cycle.stage(), StageName::Mailed);
}

#[test]
fn proof_made_after_the_death_opens_a_case_in_either_order() {
    let doubt = |kind: &EffectKind| *kind == EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath };
    let proof_first = Cycle::new().then(accepted("e", "2026-03-01")).on("2026-03-01");
    let proof_first = proof_first.then(death("2026-02-20")).on("2026-03-05");
    assert_eq!(proof_first.asked(doubt), 1);
    let death_first = Cycle::new().then(death("2026-02-20")).on("2026-02-25");
    let death_first = death_first.then(accepted("e", "2026-03-01")).on("2026-03-05");
    assert_eq!((death_first.asked(doubt), death_first.record.proof), (1, None));
    let honest = Cycle::new().then(accepted("e", "2026-02-19")).on("2026-02-20");
    assert_eq!(honest.then(death("2026-02-20")).on("2026-03-05").asked(doubt), 0);
}

#[test]
fn withdrawn_death_gives_the_year_back_with_forms_and_a_notice_of_its_own() {
    let cycle = Cycle::new().until("2027-05-20").then(death("2027-05-21")).on("2027-06-03");
    let cycle = cycle.then(What::DeathWithdrawn { by: "o".into() }).on("2027-06-10");
    assert_eq!(cycle.stage(), StageName::Mailed);
    assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::ResumePayment { .. })), 1);
    let cycle = cycle.until("2027-09-10");
    assert_eq!(cycle.record.notice_on, Some(day("2027-09-10")), "after the days of two forms");
}

#[test]
fn remarriage_ends_a_widows_benefit() {
    let ended = What::BenefitEnded { on: day("2026-05-05"), why: BenefitEnd::Remarriage };
    let cycle = Cycle::new().until("2026-05-10").then(ended).until("2026-08-01");
    let how = Closure::BenefitEnded { on: day("2026-05-05"), why: BenefitEnd::Remarriage };
    assert_eq!(cycle.record.stage, Stage::Closed { how });
    assert_eq!((cycle.asked(is_revocation), cycle.asked(is_paper)), (1, 0));
}

#[test]
fn survivor_is_invited_and_has_a_year_of_their_own() {
    let converted = What::Converted { survivor: "p2".into(), on: day("2026-03-01") };
    let cycle = Cycle::new().then(death("2026-02-20")).then(converted).on("2026-03-01");
    assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::InviteSurvivor { .. })), 1);
    assert!(cycle.record.is_ended());
    let late = Person { id: "p2".into(), in_payment_since: Some(day("2026-07-01")), ..person() };
    let survivor = Cycle::with(calendar(), late).until("2026-12-31");
    assert_eq!(survivor.record.stage, Stage::NotInScope { why: Exemption::NotPaid });
}

#[test]
fn nothing_revives_an_ended_year_but_the_withdrawal() {
    let cycle = Cycle::new().then(death("2026-02-20")).on("2026-03-01");
    let before = cycle.record.stage.clone();
    let ended = What::BenefitEnded { on: day("2026-05-05"), why: BenefitEnd::Age };
    let cycle = cycle.then(accepted("e", "2026-02-01")).then(ended).approved().until("2027-07-01");
    assert_eq!(cycle.record.stage, before);
}
