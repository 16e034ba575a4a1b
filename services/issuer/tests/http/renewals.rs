//! Renewal by refresh token: once, for who has it, of what still stands.

use chrono::Duration;
use issuance::{Reason, ReasonCode, Status, StatusMove};
use serde_json::Value;

use crate::support::{GRANT, Holder, LDP, SD_JWT, World, json, refusal, refused};

/// What a wallet gets for the code of an offer.
async fn tokens(world: &World, number: &str) -> Value {
    let link = world.offer_for(number).await;
    let (code, tx_code) = (world.code(&link).await, link.transaction_code.clone().unwrap());
    let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str()), ("tx_code", &tx_code)];
    json(&world.token_reply(&form).await)
}

fn token<'a>(answer: &'a Value, which: &str) -> &'a str {
    answer[which].as_str().unwrap_or_else(|| panic!("no {which} in {answer}"))
}

async fn refresh(world: &World, answer: &Value) -> outbound::Reply {
    let refresh_token = token(answer, "refresh_token");
    world.token_reply(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn taken(world: &World, answer: &Value, configuration: &str, holder: &Holder) -> Value {
    let reply = world.request(token(answer, "access_token"), configuration, holder).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    json(&reply)["credentials"][0]["credential"].take()
}

async fn change_all(world: &World, number: &str, to: Status) {
    let reason = if to == Status::Revoked { ReasonCode::Other } else { ReasonCode::Inquiry };
    let reason = Reason { code: reason, note: Some("asked by security".to_owned()) };
    let change = StatusMove::new(to, reason);
    let by = World::officer();
    world.issuer.change_subject_status(&by, &format!("s-{number}"), None, &change).await.unwrap();
}

/// How many copies of a person stand and how many are revoked.
async fn standing(world: &World, number: &str) -> (usize, usize) {
    let subject = world.person(number).await;
    let copies = world.issuer.store().read().await.unwrap().list_copies("undp", &subject).await.unwrap();
    let revoked = copies.iter().filter(|copy| copy.status == Status::Revoked).count();
    (copies.len() - revoked, revoked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_renews_with_another_key_and_the_earlier_copies_end() {
    let world = World::start().await;
    let first = tokens(&world, "10023").await;
    assert_eq!(refusal(&refresh(&world, &first).await), refused("invalid_grant"), "nothing was taken yet");
    let (phone, other) = (Holder::new(1), Holder::new(2));
    let before = taken(&world, &first, LDP, &phone).await;
    taken(&world, &first, SD_JWT, &phone).await;
    world.clock.advance(Duration::seconds(60));

    let second = json(&refresh(&world, &first).await);
    assert_ne!(token(&second, "refresh_token"), token(&first, "refresh_token"));
    // The answer was lost: the same token serves again, for the same offer.
    let again = json(&refresh(&world, &first).await);
    assert_eq!(token(&second, "refresh_token"), token(&again, "refresh_token"));
    assert_eq!(standing(&world, "10023").await, (2, 0), "nothing ends before the new one is taken");

    let after = taken(&world, &again, LDP, &other).await;
    assert_ne!(before["validFrom"], after["validFrom"]);
    assert_eq!(before["credentialSubject"]["familyName"], after["credentialSubject"]["familyName"]);
    taken(&world, &second, SD_JWT, &other).await;
    assert_eq!(standing(&world, "10023").await, (2, 2));

    // And so on, from the new one.
    let third = json(&refresh(&world, &second).await);
    taken(&world, &third, LDP, &phone).await;
    assert_eq!(standing(&world, "10023").await, (1, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_used_ends_the_chain_because_two_have_it() {
    let world = World::start().await;
    let holder = Holder::new(1);
    let first = tokens(&world, "10023").await;
    taken(&world, &first, LDP, &holder).await;
    let second = json(&refresh(&world, &first).await);
    taken(&world, &second, LDP, &holder).await;
    assert_eq!(refusal(&refresh(&world, &first).await), refused("invalid_grant"), "used");
    assert_eq!(refusal(&refresh(&world, &second).await), refused("invalid_grant"), "its follower");
    assert_eq!(standing(&world, "10023").await, (1, 1), "what was issued stays");
    let made_up = [("grant_type", "refresh_token"), ("refresh_token", "01m8.guess")];
    assert_eq!(refusal(&world.token_reply(&made_up).await), refused("invalid_grant"));
    let missing = [("grant_type", "refresh_token")];
    assert_eq!(refusal(&world.token_reply(&missing).await), refused("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_knows_no_token_of_this_one() {
    let world = World::start().await;
    let first = tokens(&world, "10023").await;
    taken(&world, &first, LDP, &Holder::new(1)).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", token(&first, "refresh_token"))];
    let reply = world.client.post_form(&world.url("/t/wfp/token"), &form, &[]).await.unwrap();
    assert_eq!(refusal(&reply), refused("invalid_grant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_is_not_renewed_and_a_suspension_waits() {
    let world = World::start().await;
    let first = tokens(&world, "10023").await;
    taken(&world, &first, LDP, &Holder::new(1)).await;
    change_all(&world, "10023", Status::Suspended).await;
    assert_eq!(refusal(&refresh(&world, &first).await), refused("unauthorized_client"), "suspended");
    change_all(&world, "10023", Status::Valid).await;
    assert_eq!(refresh(&world, &first).await.status, 200);
    change_all(&world, "10023", Status::Revoked).await;
    let second = json(&refresh(&world, &first).await);
    assert_eq!(second["error"], "invalid_grant", "revoked: {second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_renewals_a_day_are_enough() {
    let world = World::start().await;
    let holder = Holder::new(1);
    let mut last = tokens(&world, "10023").await;
    taken(&world, &last, LDP, &holder).await;
    for _ in 0..10 {
        last = json(&refresh(&world, &last).await);
        taken(&world, &last, LDP, &holder).await;
    }
    assert_eq!(refusal(&refresh(&world, &last).await), refused("unauthorized_client"));
    world.clock.advance(Duration::days(1));
    assert_eq!(refresh(&world, &last).await.status, 200, "tomorrow");
}
