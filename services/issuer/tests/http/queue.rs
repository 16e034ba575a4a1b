//! The queue of answers: two officers, one answer each, and nothing typed is lost.

use chrono::Duration;
use issuance::import::Retiree;
use issuance::{Role, Roles};

use crate::console::Browser;
use crate::existence::{Phone, officer, send};
use crate::support::{ORIGIN, World, json as body};

/// The answers of some people who speak these languages, a minute apart: the questions.
async fn answered(world: &World, languages: &[&str]) -> Vec<String> {
    let mut questions = Vec::new();
    for (number, language) in (1..).zip(languages) {
        let retiree = Retiree {
            uid: format!("10048231{number}"),
            given_name: "Person".into(),
            family_name: format!("Number{number}"),
            country: Some("GBR".into()),
            language: Some((*language).into()),
            email: None,
        };
        let person = world.issuer.add_beneficiary(&officer(), retiree).await.unwrap();
        let id = world.issuer.ask(&officer(), &person).await.unwrap();
        let link = world.issuer.request_link(&officer(), &id).await.unwrap();
        let path = link.uri.strip_prefix(ORIGIN).unwrap();
        world.clock.advance(Duration::minutes(1));
        let answer = Phone::new(number).answer(&body(&world.get(path).await));
        assert_eq!(send(world, path, &answer).await.status, 200);
        questions.push(id);
    }
    questions
}

fn page(id: &str) -> String {
    format!("/console/requests/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_officers_are_given_different_answers_and_the_next_after_each_decision() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "unjspf", "Ann Agent").await;
    let ben = Browser::officer(&world, "unjspf", "Ben Agent").await;
    let ids = answered(&world, &["fr", "en", "fr"]).await;
    let list = ann.get("/console/requests").await.text();
    assert!(list.contains("3 answers") && list.contains("French (2)") && list.contains("Without pictures"));
    assert!(list.find("Number1").unwrap() < list.find("Number3").unwrap(), "the longest wait first");

    let first = Browser::path_of(&ann.post("/console/requests/next?language=fr", &[]).await);
    assert_eq!(first, format!("{}?language=fr", page(&ids[0])));
    let second = Browser::path_of(&ben.post("/console/requests/next?language=fr", &[]).await);
    assert_eq!(second, format!("{}?language=fr", page(&ids[2])));
    let none = Browser::path_of(
        &Browser::officer(&world, "unjspf", "Cleo")
            .await
            .post("/console/requests/next?language=fr", &[])
            .await,
    );
    assert_eq!(none, "/console/requests?done=none&language=fr");
    assert!(ann.get(&first).await.text().contains("You have this answer until"));

    // Ben opens Ann's by hand: no form to decide, and one that was sent all the same is refused with its words.
    let shown = ben.get(&page(&ids[0])).await.text();
    assert!(shown.contains("Ann Agent</bdi> has this answer until") && !shown.contains("confirm-request"));
    let refused = ben.post(&format!("{}/refuse", page(&ids[0])), &[("reason", "another voice")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("A colleague has this answer before them until"));
    let form = [("channel", "call"), ("compared", "yes"), ("notes", "a long call")];
    let kept = ben.post(&format!("{}/confirm", page(&ids[0])), &form).await;
    assert_eq!(kept.status, 409);
    assert_eq!(
        world.issuer.request_page("unjspf", &ids[0]).await.unwrap().standing,
        entitlement::Standing::Answered
    );

    let decided = ann.post(&format!("{}/refuse?language=fr", page(&ids[0])), &[("reason", "no")]).await;
    let decided = Browser::path_of(&decided);
    assert_eq!(decided, format!("{}?done=refused&language=fr", page(&ids[0])));
    let decided = ann.get(&decided).await.text();
    assert!(decided.contains("action=\"/console/requests/next?language=fr\""), "the next is one press away");
    assert!(ben.get(&page(&ids[0])).await.text().contains("Refused"));

    // What is given back, or whose time is over, is free again.
    Browser::path_of(&ben.post(&format!("{}/give-back", page(&ids[2])), &[]).await);
    let taken = Browser::path_of(&ann.post("/console/requests/next?language=fr", &[]).await);
    assert_eq!(taken, format!("{}?language=fr", page(&ids[2])));
    world.clock.advance(Duration::minutes(15));
    Browser::path_of(&ben.post(&format!("{}/take", page(&ids[2])), &[]).await);
    let shown = ann.get(&page(&ids[2])).await.text();
    assert!(shown.contains("Ben Agent</bdi> has this answer until"), "{shown}");
    let auditor = Browser::officer_as(&world, "unjspf", "Ola", Roles::of(&[Role::Auditor])).await;
    let seen = auditor.get("/console/requests").await.text();
    assert!(seen.contains("2 answers") && !seen.contains("take-next"), "who decides nothing takes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn first_word_frees_the_answer_for_a_colleague_and_is_not_offered_to_the_same_officer_again() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "unjspf", "Ann Agent").await;
    let ben = Browser::officer(&world, "unjspf", "Ben Agent").await;
    let ids = answered(&world, &["en"]).await;
    Browser::path_of(&ann.post("/console/requests/next", &[]).await);
    let form = [("channel", "call"), ("compared", "yes"), ("notes", "")];
    let said = Browser::path_of(&ann.post(&format!("{}/confirm", page(&ids[0])), &form).await);
    assert_eq!(said, format!("{}?done=first", page(&ids[0])));
    let next = Browser::path_of(&ann.post("/console/requests/next", &[]).await);
    assert_eq!(next, "/console/requests?done=none");
    let next = Browser::path_of(&ben.post("/console/requests/next", &[]).await);
    assert_eq!(next, page(&ids[0]));
    let said = Browser::path_of(&ben.post(&format!("{}/confirm", page(&ids[0])), &form).await);
    assert_eq!(said, format!("{}?done=confirmed", page(&ids[0])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_stays_where_a_form_is_not_taken() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "unjspf", "Ann Agent").await;
    let ids = answered(&world, &["en"]).await;
    let form = [("channel", "call"), ("notes", "spoke for ten minutes")];
    let again = ann.post(&format!("{}/confirm", page(&ids[0])), &form).await;
    assert_eq!(again.status, 422);
    assert!(
        again.text().contains("spoke for ten minutes") && again.text().contains("tick what you compared")
    );
    let long = "x".repeat(2001);
    let again = ann.post(&format!("{}/refuse", page(&ids[0])), &[("reason", &long)]).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains(&long) && again.text().contains("A remark has at most"));
}
