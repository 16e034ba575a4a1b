//! Whatever happens in whatever order.

use chrono::Days;
use proptest::prelude::*;

use super::*;

/// What may happen to a person, and some nights until the next thing.
fn happening() -> impl Strategy<Value = (u8, u8, u16)> {
    (0u8..18, 0u8..4, 0u16..70)
}

fn what(kind: u8, which: u8, today: NaiveDate, notice_on: Option<NaiveDate>) -> What {
    let id = format!("e{which}");
    let made = today.to_string();
    let officers = || ["a".to_owned(), "b".to_owned()];
    match kind {
        0 | 1 => received(&id, &made),
        2 => accepted(&id, &made),
        3 => What::ProofRefused { evidence: evidence(&id, &made), by: "o".into(), reason: "r".into() },
        4 => What::CaseOpened { case: id, kind: CaseKind::Appeal },
        5 => What::CaseClosed { case: id, by: "o".into() },
        6 => What::HoldPlaced {
            hold: id,
            kind: HoldKind::Hospital,
            reason: "r".into(),
            by: "o".into(),
            until: today.checked_add_days(Days::new(30)),
        },
        7 => What::HoldLifted { hold: id, by: "o".into() },
        8..=11 => What::SuspensionApproved { approval: Approval { list: id, ..approval(notice_on) } },
        12 => What::AccountChanged,
        13 => What::AccountChecked { by: officers() },
        14 if which == 0 => What::DeathConfirmed { on: today, by: "o".into() },
        14 => What::DeathWithdrawn { by: "o".into() },
        15 if which == 0 => What::BenefitEnded { on: today, why: BenefitEnd::Other },
        15 => What::EndWithdrawn { by: "o".into() },
        16 => What::AccountRefused { by: officers() },
        _ => What::PaymentResumed { on: today },
    }
}

/// Approvals are for the list the person stands on, else nobody would ever be suspended here.
fn told(cycle: Cycle, kind: u8, which: u8, today: NaiveDate) -> Cycle {
    let happened = what(kind, which, today, cycle.record.notice_on);
    cycle.then(happened)
}

/// Lives a history night by night, some nights skipped, and looks at every step.
fn live(history: &[(u8, u8, u16)], repeat: bool) -> Cycle {
    let mut cycle = Cycle::new();
    let mut today = day("2026-01-01");
    for (kind, which, nights) in history {
        cycle = told(cycle, *kind, *which, today);
        cycle = cycle.on(&today.to_string());
        if repeat {
            // The job was cut after this person and starts again.
            cycle = cycle.on(&today.to_string());
        }
        today = today.checked_add_days(Days::new(u64::from(*nights))).unwrap();
    }
    cycle.on(&today.to_string())
}

/// The moment at which a step suspended somebody, with what was known before and after it.
fn suspensions(begins: u16, history: &[(u8, u8, u16)]) -> Vec<(PersonYear, PersonYear, NaiveDate)> {
    let mut found = Vec::new();
    let mut cycle = Cycle::new();
    let mut today = day("2026-01-01").checked_add_days(Days::new(u64::from(begins))).unwrap();
    let mut asked = None;
    for (kind, which, nights) in history {
        cycle = told(cycle, *kind, *which, today);
        for _ in 0..=*nights {
            let before = cycle.record.clone();
            cycle = cycle.on(&today.to_string());
            // Back on hold after an error is no new suspension.
            let fresh = before.ended_from.is_none();
            if fresh && before.stage.name() != StageName::Suspended && cycle.stage() == StageName::Suspended {
                // Asked by a form whose days are over.
                assert!(
                    asked.is_some_and(|on| today - on >= chrono::Duration::days(45)),
                    "{asked:?} {today}"
                );
                found.push((before, cycle.record.clone(), today));
            }
            asked = asked.or_else(|| (cycle.asked(is_paper) > 0).then_some(today));
            today = today.succ_opt().unwrap();
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A night that is run twice, anywhere in any history, leaves the same record and asks for the same things.
    #[test]
    fn interrupted_job_comes_to_the_same_result(history in prop::collection::vec(happening(), 1..30)) {
        let (once, twice) = (live(&history, false), live(&history, true));
        prop_assert_eq!(&once.record, &twice.record);
        prop_assert_eq!(&once.effects, &twice.effects);
        prop_assert_eq!(&once.transitions, &twice.transitions);
    }

    /// No effect is asked for twice under one key, unless it is one that several years share.
    #[test]
    fn each_effect_has_a_key_of_its_own(history in prop::collection::vec(happening(), 1..30)) {
        let cycle = live(&history, false);
        let mut keys: Vec<_> = cycle.effects.iter().map(|effect| &effect.key).collect();
        let shared = |key: &&String| key.contains("/receipt/") || key.contains("/another-channel/")
            || key.contains("/case/") || key.contains("/stop-payment/") || key.contains("/revoke/");
        keys.retain(|key| !shared(key));
        let many = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), many);
    }

    /// The invariant the software is for.
    #[test]
    fn nobody_is_suspended_with_a_proof_a_hold_or_without_notice(
        begins in 0u16..600, history in prop::collection::vec(happening(), 1..40)
    ) {
        for (before, after, today) in suspensions(begins, &history) {
            prop_assert_eq!(&after.proof, &None);
            prop_assert_eq!(&after.waiting, &Vec::<String>::new());
            prop_assert!(!after.is_held(today));
            prop_assert!(after.notice_on.is_some_and(|on| today - on >= chrono::Duration::days(14)));
            prop_assert_eq!(before.stage.name(), StageName::SuspensionProposed);
            prop_assert!(today >= day("2027-06-01"));
        }
    }

    /// The histories above would prove nothing if none of them came to a suspension.
    #[test]
    fn history_without_hindrance_ends_in_suspension(nights in 200u16..300) {
        let found = suspensions(0, &[(17, 0, 450), (17, 0, 60), (8, 0, nights)]);
        prop_assert_eq!(found.len(), 1);
    }

    /// Two approvals are undone by a proof alone, whatever ends and is taken back; and whoever is on hold with a proof has an
    /// account that somebody looks at.
    #[test]
    fn nobody_comes_off_a_suspension_without_a_proof_nor_stays_with_one(
        history in prop::collection::vec(happening(), 1..40)
    ) {
        let mut cycle = Cycle::suspended();
        let mut today = day("2027-06-02");
        for (kind, which, nights) in &history {
            let ended = cycle.record.is_ended();
            cycle = told(cycle, *kind, *which, today).on(&today.to_string());
            let record = &cycle.record;
            if record.proof.is_none() && !record.is_ended() {
                prop_assert_eq!(cycle.stage(), StageName::Suspended, "ended before: {}", ended);
                let resumed = cycle.asked(|kind| matches!(kind, EffectKind::ResumePayment { .. }));
                prop_assert_eq!(resumed, 0);
            }
            if record.proof.is_some() && cycle.stage() == StageName::Suspended {
                prop_assert!(record.account_changed);
            }
            today = today.checked_add_days(Days::new(u64::from(*nights))).unwrap();
        }
    }

    /// A proof that counts stays, and each move starts where the last one ended.
    #[test]
    fn counted_proof_stays_and_transitions_are_a_chain(history in prop::collection::vec(happening(), 1..40)) {
        let mut cycle = Cycle::new();
        let mut today = day("2026-01-01");
        for (kind, which, nights) in &history {
            let counted = cycle.record.proof.clone();
            cycle = told(cycle, *kind, *which, today).on(&today.to_string());
            prop_assert!(counted.is_none() || counted == cycle.record.proof);
            today = today.checked_add_days(Days::new(u64::from(*nights))).unwrap();
        }
        let mut stage = StageName::NotInScope;
        for transition in &cycle.transitions {
            prop_assert_eq!(transition.from, stage);
            stage = transition.to;
        }
        prop_assert_eq!(stage, cycle.stage());
    }
}
