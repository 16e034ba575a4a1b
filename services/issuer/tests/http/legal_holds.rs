//! Pictures that are kept past their time, and what the person reads of it.

use chrono::Duration;
use serde_json::json;

use crate::captures::{asked_with_picture, following, with};
use crate::console::Browser;
use crate::existence::{Phone, send};
use crate::support::{World, json as body};

#[tokio::test(flavor = "multi_thread")]
async fn pictures_outlive_their_time_until_another_officer_lifts_the_hold_and_the_person_reads_why() {
    let world = World::start_seeing().await;
    let (_, id, path, request) = asked_with_picture(&world).await;
    assert_eq!(request.get("kept"), None, "there are none");
    let mut phone = Phone::new(5);
    let answer = with(&mut phone, &request, &following(&request), None);
    assert_eq!(body(&send(&world, &path, &answer).await)["kept"], json!({"why": "decision"}));
    let by = crate::fund::officer("ann");
    world.issuer.confirm_existence(&by, &id, entitlement::Channel::Device, "").await.unwrap();
    let kept = async || body(&world.get(&path).await)["kept"].clone();
    assert_eq!(kept().await["why"], "objection");
    assert!(kept().await["until"].is_string());

    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let holds = format!("/console/retirees/{person}/legal-holds");
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let today = clock::Clock::now(&world.clock).date_naive();
    let (soon, late) = ((today + Duration::days(90)).to_string(), (today + Duration::days(400)).to_string());
    for (reason, day) in [("", &soon), ("a court", &late), ("a court", &today.to_string())] {
        let refused = flo.post(&holds, &[("reason", reason), ("review_on", day)]).await;
        assert_eq!(refused.status, 400, "{reason} {day}");
    }
    let placed = flo.post(&holds, &[("reason", "a court asked"), ("review_on", &soon)]).await;
    assert_eq!(Browser::path_of(&placed), format!("/console/retirees/{person}?done=held"));
    assert_eq!(kept().await["why"], "legalHold");
    let page = flo.get(&format!("/console/retirees/{person}")).await.text();
    assert!(page.contains("a court asked") && page.contains("A colleague lifts it."), "{page}");

    world.clock.advance(Duration::days(31));
    world.issuer.delete_expired().await.unwrap();
    assert_eq!(kept().await["why"], "legalHold");
    let hold = world.issuer.legal_holds("unjspf", &person).await.unwrap().remove(0).row;
    let own = issuance::Actor { tenant: "unjspf".into(), officer: hold.placed_by.clone() };
    let alone = world.issuer.lift_legal_hold(&own, &person, &hold.id).await;
    assert!(matches!(alone, Err(issuer::app::ExistenceError::OwnHold)), "{alone:?}");
    let gus = Browser::officer(&world, "unjspf", "Gus").await;
    let lift = format!("{holds}/{}/lift", hold.id);
    let another = format!("/console/retirees/unknown/legal-holds/{}/lift", hold.id);
    assert_eq!(gus.post(&another, &[]).await.status, 404, "of somebody else");
    let lifted = gus.post(&lift, &[]).await;
    assert_eq!(Browser::path_of(&lifted), format!("/console/retirees/{person}?done=lifted"));
    assert_eq!(gus.post(&lift, &[]).await.status, 303, "lifted already");
    world.issuer.delete_expired().await.unwrap();
    assert_eq!(kept().await, json!({"why": "erased"}));
    let stored = std::fs::read(world.directory.path().join("issuer.db")).unwrap();
    assert!(!stored.windows(13).any(|window| window == b"a court asked"), "reasons are sealed");
}
