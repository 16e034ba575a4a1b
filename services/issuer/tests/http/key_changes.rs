//! Changes of signing keys from the console: ordered by two, carried out here, finished after any interruption.

use clock::SeededEntropy;
use issuance::{FourEyes, KeyChange, Role, Roles};
use issuer::app::KeyChangeError;
use keys::{Algorithm, PublicKey};
use serde_json::Value;
use testkit::SoftHsm;

use crate::console::{Browser, between};
use crate::ledger::Fault;
use crate::support::{Holder, LDP, SD_JWT, UNDP, World, add_key, key_store};

const OLD: &str = "key-ed25519-1";
const NEW: &str = "key-ed25519-2";

/// A world in which the service holds the key that controls UNDP's document.
async fn controlling(four_eyes: FourEyes) -> World {
    let world = World::start_with(four_eyes).await;
    let controller = add_key(&world.directory, "undp", "did", Algorithm::Ed25519, 400);
    world.ledger.with(|state| state.controllers.insert(UNDP.into(), controller.multikey));
    world
}

fn multikey(world: &World, fragment: &str) -> String {
    world.ledger.with(|state| {
        let now = state.keys[UNDP].iter().map(|key| (key.fragment.clone(), key.multikey.clone()));
        let past = state.past.get(UNDP).into_iter().flatten().flat_map(|version| version.keys.clone());
        let mut all = now.chain(past.map(|key| (key.fragment, key.multikey)));
        all.find(|(known, _)| known == fragment).unwrap().1
    })
}

async fn order(world: &World, browser: &Browser, change: KeyChange, fragment: &str) -> String {
    let path = format!("/console/keys/{fragment}/changes");
    let key = multikey(world, fragment);
    let form = [("change", change.as_str()), ("multikey", key.as_str()), ("sure", "yes")];
    Browser::path_of(&browser.post(&path, &form).await)
}

async fn work(world: &World) -> Result<(), KeyChangeError> {
    world.issuer.work_off_key_changes(world.tenant("undp")).await
}

fn listed(world: &World) -> Vec<String> {
    world.ledger.with(|state| state.keys[UNDP].iter().map(|key| key.fragment.clone()).collect())
}

/// The fragment that signs a new credential of this configuration.
async fn signing(world: &World, number: &str) -> String {
    let link = world.offer_for(number).await;
    let issued = world.credential(&link, LDP, &Holder::new(9)).await;
    let method = &issued["credentials"][0]["credential"]["proof"]["verificationMethod"];
    method.as_str().unwrap().rsplit('#').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_second_person_and_then_signs_beside_the_old_key() {
    let world = controlling(FourEyes::Always).await;
    let ann = Browser::officer_as(&world, "undp", "Ann", Roles::of(&[Role::Administrator])).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    assert_eq!(order(&world, &ann, KeyChange::Rotate, OLD).await, "/console/keys?done=proposed");
    work(&world).await.unwrap();
    assert_eq!(listed(&world), [OLD, "key-p256-1"], "not before somebody approved");
    assert!(ann.get("/console/keys").await.text().contains("A change of this key is underway."));

    let proposals = ben.get("/console/approvals").await.text();
    assert!(proposals.contains("Rotate the signing key key-ed25519-1"), "{proposals}");
    let id = between(&proposals, "action=\"/console/approvals/", "/").to_owned();
    assert_eq!(ann.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 403, "her own");
    assert_eq!(ben.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 303);
    work(&world).await.unwrap();
    assert_eq!(listed(&world), [OLD, "key-p256-1", NEW], "both are listed, the new one last");
    assert_eq!(signing(&world, "10023").await, NEW);
    let page = ann.get("/console/keys").await.text();
    assert!(page.contains("new key key-ed25519-2") && page.contains("data-testid=\"retire-key\""), "{page}");
    let audit = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    let trail = audit.get("/console/activity?area=key").await.text();
    assert!(trail.contains("had a change of a signing key carried out"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_cuts_a_change_off_the_next_run_of_the_service_finishes_it_with_the_same_key() {
    use Fault::{AnswerLost, Lost, NotYet};
    // The writes are the new document and the mark of compromise.
    for faults in [&[Lost][..], &[AnswerLost], &[NotYet, Lost], &[NotYet, AnswerLost]] {
        let world = controlling(FourEyes::WithColleagues).await;
        let ann = Browser::officer(&world, "undp", "Ann").await;
        let stolen = multikey(&world, OLD);
        assert_eq!(order(&world, &ann, KeyChange::MarkCompromised, OLD).await, "/console/keys?done=ordered");
        world.ledger.with(|state| state.faults.extend(faults));
        assert!(work(&world).await.is_err(), "{faults:?}");
        let made = std::fs::read(world.directory.path().join("keys/undp.key-ed25519-2.key")).unwrap();

        let world = world.restart().await;
        work(&world).await.unwrap();
        work(&world).await.unwrap();
        assert_eq!(listed(&world), ["key-p256-1", NEW], "{faults:?}");
        let kept = std::fs::read(world.directory.path().join("keys/undp.key-ed25519-2.key")).unwrap();
        assert_eq!(made, kept, "{faults:?}");
        assert!(world.ledger.with(|state| state.compromised.contains_key(&stolen)), "{faults:?}");
        assert_eq!(world.ledger.with(|state| state.past[UNDP].len()), 1, "one new version: {faults:?}");
        assert_eq!(signing(&world, "10023").await, NEW);
        let changes = world.issuer.list_key_changes(world.tenant("undp")).await.unwrap();
        assert_eq!(changes.len(), 1);
        assert!(matches!(changes[0].state, issuance::KeyActState::Done { .. }), "{faults:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_is_retired_once_no_list_and_no_anchor_needs_it() {
    let world = controlling(FourEyes::WithColleagues).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    signing(&world, "10023").await;
    order(&world, &ann, KeyChange::Rotate, OLD).await;
    work(&world).await.unwrap();
    world.clock.advance(chrono::Duration::seconds(1));
    order(&world, &ann, KeyChange::Retire, OLD).await;
    work(&world).await.unwrap();
    assert_eq!(listed(&world).len(), 3, "a credential waits for its anchor");
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    work(&world).await.unwrap();
    assert_eq!(listed(&world).len(), 3, "the lists are signed by the old key");
    world.publish().await;
    work(&world).await.unwrap();
    assert_eq!(listed(&world), ["key-p256-1", NEW]);
    let list: Value = serde_json::from_slice(&world.get("/t/undp/status/revocation-1").await.body).unwrap();
    assert!(list["proof"]["verificationMethod"].as_str().unwrap().ends_with(NEW));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_compromise_the_page_leads_to_a_run_for_what_that_key_signed() {
    let world = controlling(FourEyes::WithColleagues).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    world.credential(&world.offer_for("10001").await, LDP, &Holder::new(1)).await;
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    world.credential(&world.offer_for("10002").await, LDP, &Holder::new(2)).await;
    world.credential(&world.offer_for("10003").await, SD_JWT, &Holder::new(3)).await;
    order(&world, &ann, KeyChange::MarkCompromised, OLD).await;
    work(&world).await.unwrap();
    world.publish().await;
    let page = ann.get("/console/keys").await.text();
    assert!(page.contains("Compromised") && page.contains("data-testid=\"reissue-key-ed25519-1\""), "{page}");

    let run = Browser::path_of(&ann.post(&format!("/console/keys/{OLD}/reissue"), &[]).await);
    let text = ann.get(&run).await.text();
    assert!(text.contains("Offer to 2 people?"), "the third one holds what another key signed: {text}");
    assert!(text.contains("Everybody who holds what key-ed25519-1 signed"), "{text}");
    ann.post(&format!("{run}/confirm"), &[]).await;
    world.issuer.work_off_runs().await.unwrap();
    let result = ann.get(&format!("{run}/result.csv")).await.text();
    let offered: Vec<&str> = result.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(offered, ["10002", "10001"], "whoever has no anchor comes first");
    let nobody = ann.post(&format!("/console/keys/{NEW}/reissue"), &[]).await;
    assert_eq!(Browser::path_of(&nobody), "/console/keys?done=nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_ordered_without_the_controlling_key_or_for_another_key_than_was_shown() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let page = ann.get("/console/keys").await.text();
    assert!(page.contains("passerelle registry rotate-key") && !page.contains("/changes"), "{page}");
    let path = format!("/console/keys/{OLD}/changes");
    let (ed25519, p256) = (multikey(&world, OLD), multikey(&world, "key-p256-1"));
    let rotate = [("change", "rotate-key"), ("multikey", ed25519.as_str())];
    assert_eq!(ann.post(&path, &rotate).await.status, 409, "the key is not here");

    let controller = add_key(&world.directory, "undp", "did", Algorithm::Ed25519, 400);
    world.ledger.with(|state| state.controllers.insert(UNDP.into(), controller.multikey));
    for (change, key, status) in [
        ("rotate-key", p256.as_str(), 404),
        ("retire-key", ed25519.as_str(), 409),
        ("mark-key-compromised", ed25519.as_str(), 400),
        ("delete-key", ed25519.as_str(), 400),
    ] {
        let answer = ann.post(&path, &[("change", change), ("multikey", key)]).await;
        assert_eq!(answer.status, status, "{change}");
    }
    assert_eq!(ann.post("/console/keys/changes/none/give-up", &[]).await.status, 404);
    assert_eq!(ann.post(&path, &rotate).await.status, 303);
    assert_eq!(ann.post(&path, &rotate).await.status, 409, "the same twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_chain_refuses_is_tried_until_somebody_gives_it_up() {
    let world = controlling(FourEyes::WithColleagues).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    order(&world, &ann, KeyChange::Rotate, "key-p256-1").await;
    world.ledger.with(|state| state.controllers.clear());
    for _ in 0..2 {
        assert!(matches!(work(&world).await, Err(KeyChangeError::Registry(_))));
    }
    let page = ann.get("/console/keys").await.text();
    let id = between(&page, "action=\"/console/keys/changes/", "/").to_owned();
    let stranger = Browser::officer(&world, "wfp", "Eve").await;
    let give_up = format!("/console/keys/changes/{id}/give-up");
    assert_eq!(stranger.post(&give_up, &[]).await.status, 404);
    assert_eq!(Browser::path_of(&ann.post(&give_up, &[]).await), "/console/keys?done=given-up");
    work(&world).await.unwrap();
    assert!(ann.get("/console/keys").await.text().contains("Given up"));
    assert_eq!(signing(&world, "10023").await, OLD);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_the_new_key_is_made_in_it() {
    let test = "key_changes::with_a_token_the_new_key_is_made_in_it";
    let Some(hsm) = SoftHsm::alone(test).unwrap() else { return };
    let token = crate::token::token(&hsm);
    let world = World::start_with_token(token.clone()).await;
    let keys = key_store(&world.directory, Some(&token));
    let did = keys.load_or_create("undp.did", Algorithm::Ed25519, &SeededEntropy::new(1)).unwrap();
    let did = did.public_key().to_multikey();
    world.ledger.with(|state| state.controllers.insert(UNDP.into(), did));
    let ann = Browser::officer(&world, "undp", "Ann").await;
    order(&world, &ann, KeyChange::MarkCompromised, OLD).await;
    work(&world).await.unwrap();
    assert_eq!(listed(&world), ["key-p256-1", NEW]);
    assert!(keys.token().unwrap().list().unwrap().contains(&format!("undp.{NEW}")));
    assert_eq!(std::fs::read_dir(world.directory.path().join("keys")).unwrap().count(), 0, "no file");
    assert_eq!(signing(&world, "10023").await, NEW);
    drop(keys);
    ::keys::end_tokens();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_one_of_its_kind_and_no_copy_of_the_old_one() {
    let world = controlling(FourEyes::WithColleagues).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    for fragment in [OLD, "key-p256-1"] {
        order(&world, &ann, KeyChange::Rotate, fragment).await;
    }
    work(&world).await.unwrap();
    let mut all = listed(&world);
    all.sort();
    assert_eq!(all, [OLD, NEW, "key-p256-1", "key-p256-2"]);
    for (old, new, kind) in [(OLD, NEW, Algorithm::Ed25519), ("key-p256-1", "key-p256-2", Algorithm::P256)] {
        let (old, new) = (multikey(&world, old), multikey(&world, new));
        assert_ne!(old, new);
        assert_eq!(PublicKey::from_multikey(&new).unwrap().algorithm(), kind);
    }
}
