//! Credentials that are handed over by themselves, and the open policy.

use clock::Clock as _;
use verification::{HandedOver, Occasion, Subject};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};

use super::world::World;
use super::{AUDIENCE, NONCE, assert_spoken, assert_valid, check, policy, scene};

pub(super) async fn hand_over(world: &World, subject: Subject, name: &str) -> Report {
    let given = HandedOver {
        subject,
        receipt: None,
        challenge: None,
        domain: None,
        controller: credential::ControllerPolicy::Strict,
    };
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let policy = policy(name);
    let report = world.verifier.handed_over(&policy, given, occasion).await;
    assert_spoken(&report, &policy);
    report
}

#[tokio::test]
async fn credential_handed_over_by_itself_is_open_where_a_holder_is_required() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = hand_over(&world, Subject::Credential(copy.input()), "staff-identity").await;
        assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
        assert_eq!(check(&report, CheckName::HolderBinding).code, "noPresentation");
        assert_valid(&hand_over(&world, Subject::Credential(copy.input()), "open").await);
    }
}

#[tokio::test]
async fn open_policy_says_that_accreditation_was_optional() {
    let (world, _, holder) = scene().await;
    let stranger = world.organisation("wfp").await;
    for copy in world.issue(&stranger, &holder, &world.staff(&stranger)).await {
        let report = hand_over(&world, Subject::Credential(copy.input()), "open").await;
        assert_valid(&report);
        let accreditation = check(&report, CheckName::Accreditation);
        assert_eq!(accreditation.code, "accreditationOptional");
        assert_eq!(accreditation.evidence["registrySays"], "notAccredited");
        assert!(report.sentence.contains("optional"), "{}", report.sentence);
    }
}

#[tokio::test]
async fn presentation_without_a_challenge_could_be_a_replay() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
        let input = credential::Input::from_value(presentation).unwrap();
        let report = hand_over(&world, Subject::Presentation(input), "staff-identity").await;
        assert_eq!(check(&report, CheckName::HolderBinding).code, "replayable", "{report:#?}");
        assert_eq!(report.outcome, Outcome::Undetermined);
    }
}

#[tokio::test]
async fn signature_is_never_called_good_when_the_key_is_unknown() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        world.chain.change(|ledger| {
            ledger.dids.clear();
        });
        let fetched = *world.web.fetched.lock().unwrap();
        let report = hand_over(&world, Subject::Credential(copy.input()), "open").await;
        assert_eq!(check(&report, CheckName::Proof).code, "noKey", "{report:#?}");
        assert_eq!(check(&report, CheckName::IssuerKey).result, CheckResult::Fail);
        assert_eq!(report.outcome, Outcome::Invalid);
        assert!(report.claims.is_none());
        assert_eq!(*world.web.fetched.lock().unwrap(), fetched, "nothing is fetched for a stranger");
    }
}

#[tokio::test]
async fn open_policy_does_not_say_that_a_stranger_is_the_holder() {
    let (world, undp, holder) = scene().await;
    let stranger = world.holder();
    let copy = world.issue_json(&undp, &holder, &world.staff(&undp)).await;
    for (presenter, code) in [(&holder, "holderBound"), (&stranger, "presenterOnly")] {
        let presentation = world.present(presenter, &copy, NONCE, AUDIENCE).await;
        let given = HandedOver {
            subject: Subject::Presentation(credential::Input::from_value(presentation).unwrap()),
            receipt: None,
            challenge: Some(NONCE),
            domain: Some(AUDIENCE),
            controller: credential::ControllerPolicy::Strict,
        };
        let occasion = Occasion { report_id: "r", now: world.clock.now() };
        let report = world.verifier.handed_over(&policy("open"), given, occasion).await;
        assert_eq!(check(&report, CheckName::HolderBinding).code, code, "{report:#?}");
    }
}
