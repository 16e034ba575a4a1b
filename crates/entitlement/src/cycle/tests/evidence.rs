use super::*;

#[test]
fn proof_counts_for_the_year_it_was_made_in_and_closes_missed_ones_but_none_ahead() {
    let new_year = evidence("e", "2027-01-01");
    assert_eq!((new_year.year(), evidence("e", "2026-12-31").year()), (2027, 2026));
    assert!(new_year.closes(2027) && new_year.closes(2026) && !new_year.closes(2028));
}

#[test]
fn offline_capture_counts_for_the_year_of_the_capture() {
    let mut offline = evidence("e", "2026-12-30");
    offline.received_at = night("2027-01-09");
    assert_eq!(offline.year(), 2026);
    assert_eq!(offline.check(), Ok(()));
}

#[test]
fn each_gap_in_the_record_is_refused() {
    let good = evidence("e", "2026-05-01");
    assert_eq!(good.check(), Ok(()));
    let bad = Evidence { digests: vec![], ..good.clone() };
    assert_eq!(bad.check(), Err(EvidenceFault::NoDigest));
    let bad = Evidence { digests: vec!["AB".into()], ..good.clone() };
    assert_eq!(bad.check(), Err(EvidenceFault::Digest));
    let bad = Evidence { captured_at: night("2026-05-03"), ..good.clone() };
    assert_eq!(bad.check(), Err(EvidenceFault::MadeLater));
    for channel in Channel::ALL {
        let bare = Evidence { channel, ..good.clone() };
        let named = Evidence { operator: Some("o".into()), ..bare.clone() };
        assert_eq!(bare.check().is_err(), channel.has_operator(), "{channel:?}");
        assert_eq!(named.check(), Ok(()));
    }
}

#[test]
fn same_proof_twice_is_one_and_under_another_person_none() {
    let mut book = ProofBook::default();
    let first = evidence("e1", "2026-05-01");
    assert_eq!(book.admit(&first), Ok(Admission::New));
    assert_eq!(book.admit(&first), Ok(Admission::Again { first: "e1".into() }));
    let resent = Evidence { id: "e2".into(), received_at: night("2026-05-09"), ..first.clone() };
    assert_eq!(book.admit(&resent), Ok(Admission::Again { first: "e1".into() }));
    let stolen = Evidence { person: "p2".into(), ..first };
    assert_eq!(book.admit(&stolen), Err(EvidenceFault::OfAnother));
}

#[test]
fn every_channel_closes_the_year_alike() {
    for channel in Channel::ALL {
        let evidence = Evidence { channel, ..evidence("e", "2026-07-20") };
        let what = What::ProofAccepted { evidence, by: "officer".into() };
        let cycle = Cycle::new().until("2026-07-20").then(what).on("2026-07-21");
        assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Proven }, "{channel:?}");
        assert_eq!(cycle.rules().last(), Some(&Rule::ProofOfTheYear));
        assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::SendReceipt { .. })), 1);
    }
}

#[test]
fn there_is_always_another_channel() {
    assert_eq!(next_channel(&[Channel::OwnDevice], true), Channel::VideoCall);
    assert_ne!(next_channel(&[Channel::OwnDevice], false), Channel::VideoCall);
    let mut tried = Vec::new();
    for _ in 0..20 {
        let next = next_channel(&tried, false);
        assert_ne!(next, Channel::VideoCall);
        tried.push(next);
    }
    assert_eq!(next_channel(&Channel::ALL, true), Channel::Paper);
}

#[test]
fn helper_is_named_in_the_evidence() {
    let helper = Helper { role: HelperRole::Guardian, id: "h1".into() };
    let assisted = Evidence { helper: Some(helper), ..evidence("e", "2026-05-01") };
    let text = serde_json::to_string(&assisted).unwrap();
    assert!(text.contains("\"role\":\"guardian\""), "{text}");
    assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap(), assisted);
}

#[test]
fn location_is_judged_for_two_track_alone() {
    let (italy, france) = ("ITA".parse().unwrap(), "FRA".parse().unwrap());
    assert_eq!(judge(Track::One, italy, Some(france)), ResidenceCheck::NotNeeded);
    assert_eq!(judge(Track::Two, italy, Some(italy)), ResidenceCheck::Matches);
    assert_eq!(judge(Track::Two, italy, Some(france)), ResidenceCheck::Differs { seen: france });
    assert_eq!(judge(Track::Two, italy, None), ResidenceCheck::NotGiven);
}

#[test]
fn residence_mismatch_opens_a_case_and_leaves_the_proof() {
    let seen = "FRA".parse().unwrap();
    let person = Person { track: Track::Two, ..person() };
    let check = What::ResidenceChecked { evidence: "e".into(), check: ResidenceCheck::Differs { seen } };
    let cycle = Cycle::with(calendar(), person)
        .until("2026-07-20")
        .then(received("e", "2026-07-20"))
        .then(check)
        .then(accepted("e", "2026-07-20"))
        .on("2026-07-21");
    assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Proven });
    let residence = |kind: &EffectKind| *kind == EffectKind::OpenCase { kind: CaseKind::Residence };
    assert_eq!(cycle.asked(residence), 1);
    assert!(!cycle.record.cases.is_empty());
}

#[test]
fn residence_case_finds_a_move_only_after_a_hearing() {
    let case = ResidenceCase {
        id: "c".into(),
        person: ID.into(),
        declared: "ITA".parse().unwrap(),
        seen: "FRA".parse().unwrap(),
        opened_at: night("2026-03-01"),
        state: ResidenceState::Open,
    };
    let settle = |case: ResidenceCase, finding, on| case.settled(finding, "seen papers", "o", night(on));
    assert_eq!(settle(case.clone(), Finding::Moved, "2026-03-09"), Err(CaseFault::NotHeard));
    assert!(settle(case.clone(), Finding::StillResident, "2026-03-09").is_ok());
    assert!(settle(case.clone(), Finding::Moved, "2026-04-15").is_ok());
    let heard = case.explained("d".into(), night("2026-03-05")).unwrap();
    let settled = settle(heard.clone(), Finding::Moved, "2026-03-09").unwrap();
    assert_eq!(heard.settled(Finding::Moved, " ", "o", night("2026-03-09")), Err(CaseFault::NoReason));
    assert_eq!(settle(settled.clone(), Finding::Moved, "2026-05-01"), Err(CaseFault::Settled));
    assert_eq!(settled.explained("d".into(), night("2026-05-01")), Err(CaseFault::Settled));
}
