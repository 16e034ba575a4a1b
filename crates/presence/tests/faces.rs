//! The embedded engine on the public-domain fixtures, from bytes to verdict.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod scene;

use presence::{
    Automatic, ChallengeFault, FaceEngine as _, Limits, LookFault, Match, Picture, Prompt, Quality, Reason,
    Thresholds, Verdict,
};
use scene::{Detector, Scene, engine, photo, signature, still, turn};

fn look(jpeg: &[u8]) -> Result<presence::Look, LookFault> {
    engine().look(&Picture::from_jpeg(jpeg, Limits::default()).unwrap())
}

#[test]
fn one_person_is_near_and_another_is_far() {
    let thresholds = Thresholds::default();
    let (astronaut, admiral) =
        (look(&photo("astronaut.png")).unwrap(), look(&photo("grace_hopper.jpg")).unwrap());
    let again = look(&still(0)).unwrap();
    assert_eq!(astronaut.template.matches(&again.template, &thresholds), Match::Same);
    let distance = astronaut.template.distance(&admiral.template);
    assert!(distance > thresholds.person_looks, "{distance}");
    let kept = presence::Template::from_bytes(&astronaut.template.to_bytes()).unwrap();
    assert_eq!(kept.distance(&astronaut.template), 0.0);
    assert_eq!(presence::Template::from_bytes(&[0; 511]), None);
}

#[test]
fn turning_face_that_follows_is_left_to_an_officer() {
    let decision = Scene::turning().decide();
    assert_eq!(
        (decision.verdict, &*decision.reasons),
        (Verdict::PersonLooks, &[Reason::OfficerConfirms][..])
    );
    let names: Vec<_> = decision.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["blazeface", "facemesh", "dlib_resnet"]);
    assert_eq!(decision.frames.len(), 7);
}

/// The fixture is itself an animation of one photo: with a detector that lets it pass, nothing else stops it.
#[test]
fn evaluated_detector_and_signed_risk_make_it_automatic() {
    let scene = Scene::turning();
    let genuine = Detector::saying(presence::AttackScore::Genuine);
    let own = signature();
    let decision = scene.decide_with(Automatic::Signed { detector: &genuine, signature: &own });
    assert_eq!((decision.verdict, decision.reasons.len()), (Verdict::Confirmed, 0));
    assert_eq!((decision.detector.unwrap().version, decision.risk), (own.version.clone(), Some(own.clone())));
    let older = presence::RiskSignature { version: "0.9".into(), ..signature() };
    let decision = scene.decide_with(Automatic::Signed { detector: &genuine, signature: &older });
    assert_eq!((decision.verdict, decision.reasons[0]), (Verdict::PersonLooks, Reason::RiskNotSigned));
    let attack = Detector::saying(presence::AttackScore::Attack);
    let decision = scene.decide_with(Automatic::Signed { detector: &attack, signature: &own });
    assert_eq!((decision.verdict, decision.reasons[0]), (Verdict::PersonLooks, Reason::AttackSuspected));
}

#[test]
fn still_photo_follows_no_challenge() {
    let frames = (0..7).map(|_| still(0)).collect();
    assert_eq!(Scene::of(frames).reason(), Reason::Challenge(ChallengeFault::NotFollowed));
}

#[test]
fn other_person_is_refused() {
    let mut scene = Scene::turning();
    scene.reference = look(&photo("grace_hopper.jpg")).unwrap().template;
    assert_eq!(scene.reason(), Reason::OtherPerson);
}

#[test]
fn face_exchanged_on_the_way_is_refused() {
    let mut scene = Scene::turning();
    scene.frames[4].jpeg = photo("grace_hopper.jpg");
    assert_eq!(scene.reason(), Reason::Challenge(ChallengeFault::SeveralPersons));
}

#[test]
fn reordered_frames_are_refused_with_old_and_with_new_times() {
    let mut scene = Scene::turning();
    scene.frames.swap(1, 3);
    assert_eq!(scene.reason(), Reason::Challenge(ChallengeFault::Order));
    let mut scene = Scene::of([0, 70, 53, 31, 92, 92].map(turn).to_vec());
    scene.challenge.prompts = [Prompt::Right, Prompt::Left, Prompt::Closer];
    assert_eq!(scene.reason(), Reason::Challenge(ChallengeFault::Unasked));
}

#[test]
fn late_answer_is_refused() {
    let mut scene = Scene::turning();
    scene.received_at = scene.challenge.expires_at;
    assert_eq!(scene.reason(), Reason::Challenge(ChallengeFault::Expired));
}

#[test]
fn two_faces_and_none_are_refused() {
    assert_eq!(look(&scene::beside(&still(0), &still(0))), Err(LookFault::SeveralFaces));
    assert_eq!(look(&scene::empty()), Err(LookFault::NoFace));
    let mut scene = Scene::turning();
    scene.frames[2].jpeg = scene::empty();
    assert_eq!(scene.reason(), Reason::NoFace);
}

#[test]
fn dark_blurred_and_small_faces_fail_the_gates_in_words() {
    let quality = |jpeg: &[u8]| look(jpeg).unwrap().quality(&Thresholds::default());
    assert_eq!(quality(&still(0)), None);
    assert_eq!(quality(&photo("grace_hopper.jpg")), None);
    assert_eq!(quality(&scene::darker(&still(0), 0.2)), Some(Quality::TooDark));
    assert_eq!(quality(&scene::blurred(&still(0), 4.0)), Some(Quality::Blurred));
    assert_eq!(quality(&scene::smaller(&still(0), 2)), Some(Quality::TooSmall));
}

#[test]
fn damaged_frame_and_too_many_frames_are_refused_before_any_face_is_looked_for() {
    let mut scene = Scene::turning();
    scene.frames[6].jpeg.truncate(100);
    assert_eq!(scene.reason(), Reason::Unreadable);
    let mut scene = Scene::turning();
    scene.frames[6].jpeg = vec![0; 3 << 20];
    assert_eq!(scene.reason(), Reason::TooLarge);
    let scene = Scene::of((0..11).map(|_| still(0)).collect());
    let decision = scene.decide();
    assert_eq!(decision.reasons, [Reason::Challenge(ChallengeFault::Frames)]);
    assert_eq!(decision.frames.len(), 10);
}

#[test]
fn no_frames_are_no_proof() {
    assert_eq!(Scene::of(Vec::new()).reason(), Reason::Challenge(ChallengeFault::Frames));
}
