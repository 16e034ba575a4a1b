//! Pictures under the keys of their people: opened while somebody may look, and nowhere any more once the key is destroyed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::SeededEntropy;
use issuer::app::ExistenceError;
use keys::SealingKey;
use serde_json::json;
use testkit::faces;

use crate::captures::{asked_with_picture, following, with};
use crate::console::Browser;
use crate::existence::{Phone, send};
use crate::fund::officer;
use crate::support::{World, json as body};

/// A proof with pictures that an officer has confirmed: the request, the person, and what the wallet reads.
async fn confirmed(world: &World) -> (String, String, String) {
    let (_, id, path, request) = asked_with_picture(world).await;
    let answer = with(&mut Phone::new(5), &request, &following(&request), None);
    assert_eq!(body(&send(world, &path, &answer).await)["state"], "answered");
    world.issuer.confirm_existence(&officer("ann"), &id, entitlement::Channel::Device, "").await.unwrap();
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    (id, person, path)
}

/// What officers see: the Fund's picture, and how many of the proof.
async fn seen(world: &World, id: &str) -> (bool, usize) {
    let request = world.issuer.request_page("unjspf", id).await.unwrap().request;
    let view = world.issuer.look_at_capture(&officer("ann"), &request).await.unwrap().unwrap();
    (view.reference.is_some(), view.frames.len())
}

/// The rows as a backup keeps them: the portrait, and the digest and pictures of the proof.
async fn rows(world: &World, id: &str, person: &str) -> (Vec<u8>, ([u8; 32], Vec<u8>)) {
    let mut tx = world.issuer.store().read().await.unwrap();
    let portrait = tx.find_portrait("unjspf", person).await.unwrap().unwrap();
    let digest = tx.list_captures("unjspf", id).await.unwrap().remove(0).digest;
    let frames = tx.find_capture_frames("unjspf", id, &digest).await.unwrap().unwrap();
    (portrait, (digest, frames))
}

async fn put_back(world: &World, (id, person): (&str, &str), rows: &(Vec<u8>, ([u8; 32], Vec<u8>))) {
    let (portrait, (digest, frames)) = rows;
    let mut tx = world.issuer.store().write("test").await.unwrap();
    tx.put_portrait("unjspf", person, portrait, crate::support::start_time()).await.unwrap();
    tx.reseal_frames("unjspf", (id, digest), frames).await.unwrap();
    tx.commit().await.unwrap();
}

fn service_key(world: &World) -> SealingKey {
    SealingKey::load_or_create(world.directory.path().join("sealing.key")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_backup_open_while_the_key_lives_and_never_again_after_two_officers_erased_the_pictures() {
    let world = World::start_seeing().await;
    let (id, person, path) = confirmed(&world).await;
    let backup = rows(&world, &id, &person).await;
    assert_eq!(seen(&world, &id).await, (true, 7));
    put_back(&world, (&id, &person), &backup).await;
    assert_eq!(seen(&world, &id).await, (true, 7), "a backup that is put back while the key lives");
    let purpose = format!("portrait of unjspf/{person}").into_bytes();
    for sealed in [&backup.0[..], &backup.0[17..]] {
        assert!(service_key(&world).open(&purpose, sealed).is_err(), "not under the service's key");
    }

    let (flo, gus) =
        (Browser::officer(&world, "unjspf", "Flo").await, Browser::officer(&world, "unjspf", "Gus").await);
    let (page, asking) =
        (format!("/console/retirees/{person}"), format!("/console/retirees/{person}/picture-erasures"));
    assert_eq!(flo.post(&asking, &[("reason", " ")]).await.status, 400);
    let asked = flo.post(&asking, &[("reason", "she asked for it")]).await;
    assert_eq!(Browser::path_of(&asked), format!("{page}?done=erasure-asked"));
    assert_eq!(flo.post(&asking, &[("reason", "again")]).await.status, 409, "one waits");
    let erasure = world.issuer.picture_erasures("unjspf", &person).await.unwrap().remove(0);
    let form = format!("{asking}/{}", erasure.row.id);
    let alone = flo.post(&form, &[("decision", "erase")]).await;
    assert_eq!(alone.status, 409, "another officer erases");
    assert_eq!(gus.post(&form, &[("decision", "maybe")]).await.status, 400);
    assert_eq!(seen(&world, &id).await, (true, 7));
    let erased = gus.post(&form, &[("decision", "erase")]).await;
    assert_eq!(Browser::path_of(&erased), format!("{page}?done=erased"));
    assert_eq!(gus.post(&form, &[("decision", "erase")]).await.status, 303, "the same again");
    assert_eq!(flo.post(&form, &[("decision", "keep")]).await.status, 409, "it is done");
    let shown = gus.get(&page).await.text();
    assert!(shown.contains("she asked for it") && shown.contains("Erased by Gus"), "{shown}");
    assert_eq!(body(&world.get(&path).await)["kept"], json!({"why": "erased"}));
    assert_eq!(body(&world.get(&path).await)["state"], "confirmed", "the proof stands");
    assert_eq!(seen(&world, &id).await, (false, 0));

    put_back(&world, (&id, &person), &backup).await;
    assert_eq!(seen(&world, &id).await, (false, 0), "the rows of the backup with the service's key");
    world.issuer.set_portrait(&officer("ann"), &person, faces::photo("astronaut.png")).await.unwrap();
    world.issuer.confirm_portrait(&officer("ben"), &person).await.unwrap();
    assert_eq!(seen(&world, &id).await, (true, 0), "a new picture has a new key, which opens no old one");
    let stored = std::fs::read(world.directory.path().join("issuer.db")).unwrap();
    assert!(!stored.windows(16).any(|window| window == b"she asked for it"), "reasons are sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_or_undecided_is_not_erased() {
    let world = World::start_seeing().await;
    let (_, id, path, request) = asked_with_picture(&world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let answer = with(&mut Phone::new(5), &request, &following(&request), None);
    let (ann, ben) = (officer("ann"), officer("ben"));
    let wish = world.issuer.ask_to_erase_pictures(&ann, &person, "early").await.unwrap();
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "answered");
    let erase = async || world.issuer.decide_picture_erasure(&ben, (&person, &wish), true).await;
    assert!(matches!(erase().await, Err(ExistenceError::PicturesUndecided)), "an officer has to look first");
    world.issuer.confirm_existence(&ann, &id, entitlement::Channel::Device, "").await.unwrap();
    let soon = clock::Clock::now(&world.clock).date_naive() + chrono::Duration::days(30);
    let hold = world.issuer.place_legal_hold(&ann, &person, "a court", soon).await.unwrap();
    assert!(matches!(erase().await, Err(ExistenceError::PicturesHeld)), "a court has to see them");
    assert_eq!(seen(&world, &id).await, (true, 7));
    world.issuer.lift_legal_hold(&ben, &person, &hold).await.unwrap();
    let of_another = world.issuer.decide_picture_erasure(&ben, ("nobody", &wish), true).await;
    assert!(matches!(of_another, Err(ExistenceError::Unknown)));
    world.issuer.decide_picture_erasure(&ann, (&person, &wish), false).await.unwrap();
    assert!(matches!(erase().await, Err(ExistenceError::ErasureDecided)), "taken back");
    assert_eq!(seen(&world, &id).await, (true, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_the_only_picture_destroys_its_key() {
    let world = World::start_seeing().await;
    let (_, id, ..) = asked_with_picture(&world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let portrait = async || world.issuer.portrait_of(world.tenant("unjspf"), &person).await.unwrap();
    let mut tx = world.issuer.store().write("test").await.unwrap();
    let backup = tx.find_portrait("unjspf", &person).await.unwrap().unwrap();
    drop(tx);
    assert!(portrait().await.is_some());
    world.issuer.remove_portrait(&officer("ann"), &person).await.unwrap();
    let mut tx = world.issuer.store().write("test").await.unwrap();
    tx.put_portrait("unjspf", &person, &backup, crate::support::start_time()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(portrait().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_from_before_the_keys_are_readable_and_sealed_anew_once() {
    let world = World::start_seeing().await;
    let (id, person, _) = confirmed(&world).await;
    let (_, (digest, _)) = rows(&world, &id, &person).await;
    let (service, entropy) = (service_key(&world), SeededEntropy::new(3));
    let jpeg = faces::still(0);
    let frame = json!([{"millis": 0, "jpeg": STANDARD.encode(&jpeg)}]).to_string();
    let portrait = service.seal(format!("portrait of unjspf/{person}").as_bytes(), &jpeg, &entropy);
    let purpose = format!("pictures of unjspf/{id}/{}", hex::encode(digest));
    let frames = service.seal(purpose.as_bytes(), frame.as_bytes(), &entropy);
    put_back(&world, (&id, &person), &(portrait, (digest, frames))).await;
    assert_eq!(seen(&world, &id).await, (true, 1), "readable as they are");

    assert_eq!(world.issuer.reseal_pictures(world.tenant("unjspf")).await.unwrap(), 2);
    let (portrait, (_, frames)) = rows(&world, &id, &person).await;
    assert_eq!((portrait[0], frames[0]), (2, 2));
    assert!(service.open(purpose.as_bytes(), &frames).is_err());
    assert_eq!(seen(&world, &id).await, (true, 1), "the same pictures");
    assert_eq!(world.issuer.reseal_pictures(world.tenant("unjspf")).await.unwrap(), 0, "once");
}
