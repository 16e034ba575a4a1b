//! Events on their way to a real receiver: signed, once each for whoever wants them, again after a failure, and never with
//! anything of a record.

mod receiver;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use issuance::webhook::EventKind;
use issuance::{Reason, ReasonCode, Reissue, Role, Roles, ServiceEnd, Status, StatusMove};
use issuer::app::WebhookView;
use outbound::webhook::{WebhookSecret, signed};
use serde_json::{Value, json};
use store_issuer::DeliveryState;

use crate::console::{Browser, between};
use crate::support::{Holder, LDP, SD_JWT, World, json as body_of, start_time};
use receiver::{Received, Receiver};

/// A webhook of UNDP with a receiver that takes everything until told otherwise.
struct Hook {
    world: World,
    receiver: Receiver,
    id: String,
    secret: WebhookSecret,
}

impl Hook {
    async fn wanting(events: &[EventKind]) -> Self {
        let (world, receiver) = (World::start_reaching().await, Receiver::start().await);
        let made = world.issuer.create_webhook(&World::officer(), &receiver.url(), events).await;
        let (id, secret) = made.unwrap();
        Self { world, receiver, id, secret }
    }

    /// Runs until nothing is due, and gives what arrived.
    async fn sent(&self) -> Vec<Received> {
        while self.world.issuer.send_webhooks(self.world.tenant("undp")).await.unwrap() > 0 {}
        self.receiver.take()
    }

    async fn view(&self) -> WebhookView {
        self.world.issuer.view_webhook("undp", &self.id).await.unwrap()
    }

    async fn count(&self, state: DeliveryState) -> u64 {
        self.view().await.counts.into_iter().find(|(it, _)| *it == state).unwrap().1
    }

    fn is_signed(&self, received: &Received) -> bool {
        let at = self.world.issuer.clock_now();
        let expected = signed(std::slice::from_ref(&self.secret), &received.id, &received.body, at);
        received.timestamp == expected.timestamp && received.signature == expected.signature
    }
}

fn kinds(received: &[Received]) -> Vec<String> {
    let mut kinds: Vec<_> =
        received.iter().map(|it| it.json()["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort_unstable();
    kinds
}

fn data_of(received: &[Received], kind: EventKind) -> Value {
    received.iter().map(Received::json).find(|it| it["type"] == kind.as_str()).unwrap()["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_is_told_event_by_event_without_anything_of_the_record() {
    let hook = Hook::wanting(&EventKind::WANTED).await;
    let world = &hook.world;
    let link = world.offer().await;
    let holder = Holder::new(7);
    let token = world.token(&link).await;
    let got = body_of(&world.request(&token, LDP, &holder).await);
    world.request(&token, LDP, &holder).await;
    world.request(&token, SD_JWT, &holder).await;
    let notice = json!({"notification_id": got["notification_id"], "event": "credential_accepted"});
    for _ in 0..2 {
        assert_eq!(world.post("/t/undp/notification", &notice, Some(&token)).await.status, 204);
    }
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    let received = hook.sent().await;
    assert_eq!(
        kinds(&received),
        [
            "batch.anchored",
            "credential.issued",
            "credential.issued",
            "notification.received",
            "offer.accepted",
            "offer.created"
        ],
        "what is repeated is told once"
    );
    let issued = data_of(&received, EventKind::CredentialIssued);
    let copies = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap().copies;
    assert!(copies.iter().any(|view| issued["credential"] == view.copy.id.as_str()));
    assert_eq!(issued["person"], "s-10023");
    assert_eq!(
        (&issued["offer"], &issued["credentialType"]),
        (&json!(link.offer_id), &json!("StaffIdentity"))
    );
    assert_eq!(data_of(&received, EventKind::NotificationReceived)["reason"], "credential_accepted");
    assert!(data_of(&received, EventKind::BatchAnchored)["batch"].is_u64());
    for one in &received {
        assert!(hook.is_signed(one), "{one:?}");
        assert_eq!(one.content_type, "application/json");
        for secret in ["Amina", "Okafor", "Nairobi", "Programme", &link.uri, &token] {
            assert!(!one.body.contains(secret), "{secret}: {}", one.body);
        }
    }

    let by = World::officer();
    let reason = Reason { code: ReasonCode::Inquiry, note: Some("a private remark".into()) };
    let suspend = StatusMove::new(Status::Suspended, reason);
    let lift = StatusMove::new(Status::Valid, ReasonCode::InquiryClosed.into());
    for change in [&suspend, &lift] {
        world.issuer.change_status(&by, &copies[0].copy.id, change).await.unwrap();
    }
    let received = hook.sent().await;
    assert_eq!(kinds(&received), ["credential.reinstated", "credential.suspended"]);
    assert_eq!(data_of(&received, EventKind::CredentialSuspended)["reason"], "inquiry");
    assert!(received.iter().all(|one| !one.body.contains("remark")));

    let types = vec![issuance::CredentialType::StaffIdentity];
    let again = world.issuer.offer_again(&by, "s-10023", types, Reissue::DataChanged).await.unwrap();
    world.credential(&again, LDP, &Holder::new(8)).await;
    let received = hook.sent().await;
    let superseded = ["credential.issued", "credential.superseded", "credential.superseded"];
    assert_eq!(kinds(&received), [&superseded[..], &["offer.accepted", "offer.created"]].concat());

    world.issuer.end_service(&by, "s-10023", ServiceEnd::Separated, None).await.unwrap();
    world.issuer.return_to_service(&by, "s-10023").await.unwrap();
    let received = hook.sent().await;
    let ended =
        ["credential.revoked", "offer.withdrawn", "offer.withdrawn", "service.ended", "service.resumed"];
    assert_eq!(kinds(&received), ended);
    assert_eq!(data_of(&received, EventKind::CredentialRevoked)["reason"], "separated");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wanted_is_told_and_an_offer_that_ends_untaken_once() {
    let hook = Hook::wanting(&[EventKind::OfferExpired]).await;
    let (world, undp) = (&hook.world, hook.world.tenant("undp"));
    let (taken, untaken) = (world.offer_for("10001").await, world.offer_for("10002").await);
    world.credential(&taken, LDP, &Holder::new(7)).await;
    assert_eq!(world.issuer.announce_untaken_offers(undp).await.unwrap(), 0);
    world.clock.advance(Duration::days(31));
    assert_eq!(world.issuer.announce_untaken_offers(undp).await.unwrap(), 1);
    assert_eq!(world.issuer.announce_untaken_offers(undp).await.unwrap(), 0);
    let received = hook.sent().await;
    assert_eq!(kinds(&received), ["offer.expired"]);
    assert_eq!(
        data_of(&received, EventKind::OfferExpired),
        json!({"person": "s-10002", "offer": untaken.offer_id})
    );

    // Whoever asks to be told now is not told of what was over before.
    let (by, url) = (World::officer(), hook.receiver.url());
    world.issuer.create_webhook(&by, &url, &[EventKind::OfferExpired]).await.unwrap();
    for events in [EventKind::OfferCreated, EventKind::OfferExpired] {
        world.issuer.change_webhook(&by, &hook.id, &[events]).await.unwrap();
    }
    assert_eq!(world.issuer.announce_untaken_offers(undp).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_tried_again_after_a_restart_under_the_same_identifier() {
    let mut hook = Hook::wanting(&[EventKind::OfferCreated]).await;
    hook.receiver.answer(&[500, 302]);
    hook.world.offer().await;
    let first = hook.sent().await;
    assert_eq!(first.len(), 1);
    let waiting = hook.view().await.deliveries.remove(0);
    assert_eq!((waiting.tries, waiting.answer.as_deref()), (1, Some("http-500")));
    assert!(hook.view().await.webhook.health.failing_since.is_some());
    assert!(hook.sent().await.is_empty(), "not before its time");

    hook.world = hook.world.restart().await;
    hook.world.clock.advance(Duration::seconds(6));
    let second = hook.sent().await;
    assert_eq!(second[0].path, first[0].path, "a redirect is a failure and is not followed");
    hook.world.clock.advance(Duration::minutes(6));
    let third = hook.sent().await;
    assert_eq!((&third[0].id, &third[0].body), (&first[0].id, &first[0].body));
    assert_ne!(third[0].timestamp, first[0].timestamp, "each try has its own time");
    assert!(hook.is_signed(&third[0]));
    let delivered = hook.view().await;
    assert_eq!(delivered.deliveries[0].state, DeliveryState::Delivered);
    assert_eq!((delivered.deliveries[0].tries, delivered.webhook.health.failing_since), (3, None));
    hook.world.clock.advance(Duration::days(1));
    assert!(hook.sent().await.is_empty(), "what was taken is not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_sending_leaves_the_delivery_to_the_next() {
    let mut hook = Hook::wanting(&[EventKind::OfferCreated]).await;
    hook.world.offer().await;
    let waiting = hook.view().await.deliveries.remove(0);
    let mut tx = hook.world.issuer.store().write("test").await.unwrap();
    let until = start_time() + Duration::seconds(60);
    assert!(tx.claim_webhook_delivery("undp", &hook.id, &waiting, until).await.unwrap());
    tx.commit().await.unwrap();
    hook.world = hook.world.restart().await;
    assert!(hook.sent().await.is_empty(), "somebody may be at it");
    hook.world.clock.advance(Duration::seconds(61));
    assert_eq!(hook.sent().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_takes_nothing_for_three_days_is_paused_and_catches_up() {
    let hook = Hook::wanting(&[EventKind::OfferCreated]).await;
    hook.receiver.close();
    let browser = Browser::officer(&hook.world, "undp", "Ann").await;
    hook.world.offer_for("10001").await;
    hook.world.offer_for("10002").await;
    for _ in 0..40 {
        hook.sent().await;
        hook.world.clock.advance(Duration::hours(2));
    }
    assert!(hook.view().await.webhook.health.paused_at.is_some());
    let browser = {
        drop(browser);
        Browser::officer(&hook.world, "undp", "Bob").await
    };
    let page = format!("/console/webhooks/{}", hook.id);
    let text = browser.get(&page).await.text();
    assert!(text.contains("Paused since") && text.contains("No connection"), "{text}");
    let trail = browser.get("/console/activity?area=webhook").await.text();
    assert!(trail.contains("paused a webhook that took nothing"), "{trail}");

    hook.world.offer_for("10003").await;
    let receiver = hook.receiver.reopen().await;
    assert!(hook.sent().await.is_empty() && receiver.take().is_empty(), "paused is paused");
    assert_eq!(
        Browser::path_of(&browser.post(&format!("{page}/resume"), &[]).await),
        format!("{page}?done=resumed")
    );
    hook.sent().await;
    assert_eq!(kinds(&receiver.take()), ["offer.created"; 3], "given up, waiting and new");
    assert_eq!(hook.count(DeliveryState::Delivered).await, 3);

    hook.world.clock.advance(Duration::days(8));
    hook.world.issuer.forget_webhook_deliveries(hook.world.tenant("undp")).await.unwrap();
    assert!(hook.view().await.deliveries.is_empty(), "what was taken is forgotten after a week");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_digested_holds_up_no_other_and_is_given_up() {
    let hook = Hook::wanting(&[EventKind::OfferCreated]).await;
    hook.world.offer_for("10001").await;
    let poison = hook.view().await.deliveries.remove(0).id;
    hook.receiver.refuse(&poison);
    for number in 0..40 {
        hook.world.offer_for(&format!("{}", 20_000 + number)).await;
        assert!(!hook.sent().await.is_empty());
        hook.world.clock.advance(Duration::hours(3));
    }
    assert_eq!(hook.view().await.webhook.health, store_issuer::WebhookHealth::default());
    assert_eq!(
        (hook.count(DeliveryState::Failed).await, hook.count(DeliveryState::Delivered).await),
        (1, 40)
    );
    hook.receiver.refuse("");
    let by = World::officer();
    hook.world.issuer.send_webhook_again(&by, &hook.id, &poison).await.unwrap();
    assert_eq!(hook.sent().await[0].id, poison);
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_pauses_at_once_and_too_many_is_patience() {
    let hook = Hook::wanting(&[EventKind::OfferCreated]).await;
    hook.receiver.answer(&[429]);
    hook.world.offer_for("10001").await;
    hook.sent().await;
    let next = hook.view().await.deliveries[0].next_at;
    assert_eq!(next - start_time(), Duration::hours(1), "as its Retry-After asked");
    hook.world.clock.advance(Duration::hours(1));
    hook.receiver.answer(&[410]);
    hook.sent().await;
    assert!(hook.view().await.webhook.health.paused_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_tests_rotates_and_ends_one() {
    let (world, receiver) = (World::start_reaching().await, Receiver::start().await);
    let browser = Browser::officer_as(&world, "undp", "Ada", Roles::of(&[Role::Administrator])).await;
    let refused = browser.post("/console/webhooks", &[("url", &receiver.url())]).await;
    assert!(refused.status == 422 && refused.text().contains("at least one event"));
    for address in
        ["ftp://hr.example/", "https://10.1.2.3/", "https://a:b@hr.example/", "https://hr.example/#x", "x"]
    {
        let form = [("url", address), ("offer.created", "yes")];
        assert_eq!(browser.post("/console/webhooks", &form).await.status, 422, "{address}");
    }
    let made = browser.post("/console/webhooks", &[("url", &receiver.url()), ("offer.created", "yes")]).await;
    let shown = between(&made.text(), "data-testid=\"webhook-secret\">", "<").to_owned();
    let page = between(&made.text(), "<a href=\"/console/webhooks/", "\"").to_owned();
    let page = format!("/console/webhooks/{page}");
    assert!(!browser.get(&page).await.text().contains("whsec_"), "shown once");
    let old = secret(&shown);
    browser.post(&format!("{page}/test"), &[]).await;
    let arrived = async || {
        world.issuer.send_webhooks(world.tenant("undp")).await.unwrap();
        receiver.take().remove(0)
    };
    let test = arrived().await;
    assert_eq!((test.json()["type"].as_str(), &test.json()["data"]), (Some("webhook.test"), &json!({})));
    let sign = |secrets: &[WebhookSecret], it: &Received| {
        signed(secrets, &it.id, &it.body, world.issuer.clock_now()).signature
    };
    assert_eq!(test.signature, sign(std::slice::from_ref(&old), &test));

    let rotated = browser.post(&format!("{page}/rotate"), &[]).await.text();
    let new = secret(between(&rotated, "data-testid=\"webhook-secret\">", "<"));
    assert!(new != old);
    browser.post(&format!("{page}/test"), &[]).await;
    let test = arrived().await;
    assert_eq!(test.signature, sign(&[new.clone(), old.clone()], &test), "both sign for a day");
    world.clock.advance(Duration::hours(25));
    let browser = Browser::officer_as(&world, "undp", "Ada", Roles::of(&[Role::Administrator])).await;
    browser.post(&format!("{page}/test"), &[]).await;
    let test = arrived().await;
    assert_eq!(test.signature, sign(&[new], &test));

    let deliveries = browser.get(&page).await.text();
    let again = between(&deliveries, "/deliveries/", "\"").to_owned();
    browser.post(&format!("{page}/deliveries/{again}"), &[]).await;
    assert_eq!(arrived().await.id, test.id, "the newest is the first of the page");
    assert_eq!(
        Browser::path_of(&browser.post(&format!("{page}/end"), &[]).await),
        "/console/webhooks?done=ended"
    );
    assert_eq!(browser.get(&page).await.status, 404);
    let trail = browser.get("/console/activity?area=webhook").await.text();
    for words in [
        "made a webhook",
        "made another secret",
        "sent a test event",
        "sent an event again",
        "ended a webhook",
    ] {
        assert!(trail.contains(words), "{words}");
    }
    assert!(trail.contains("127.0.0.1") && !trail.contains("/hook"), "the trail says the host only");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_is_told_nothing_and_can_do_nothing_with_it() {
    let hook = Hook::wanting(&EventKind::WANTED).await;
    let eve = issuance::Actor { tenant: "wfp".into(), officer: "eve".into() };
    let issuer = &hook.world.issuer;
    let theirs = Receiver::start().await;
    let (other, _) = issuer.create_webhook(&eve, &theirs.url(), &EventKind::WANTED).await.unwrap();
    hook.world.offer().await;
    for tenant in ["undp", "wfp"] {
        issuer.send_webhooks(hook.world.tenant(tenant)).await.unwrap();
    }
    assert_eq!((hook.receiver.take().len(), theirs.take().len()), (1, 0));
    let delivery = hook.view().await.deliveries.remove(0).id;
    assert!(issuer.view_webhook("wfp", &hook.id).await.is_err());
    assert!(issuer.send_webhook_again(&eve, &hook.id, &delivery).await.is_err());
    assert!(issuer.send_webhook_again(&eve, &other, &delivery).await.is_err());
    assert!(issuer.rotate_webhook(&eve, &hook.id).await.is_err());
    assert!(issuer.end_webhook(&eve, &hook.id).await.is_err());
    assert_eq!(issuer.list_webhooks("undp").await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_bounded_and_stay_within_the_policy() {
    let world = World::start().await;
    let by = World::officer();
    for address in ["http://hr.example/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"] {
        assert!(world.issuer.create_webhook(&by, address, &EventKind::WANTED).await.is_err(), "{address}");
    }
    for number in 0..issuer::app::MOST_WEBHOOKS {
        let address = format!("https://hr{number}.example/");
        world.issuer.create_webhook(&by, &address, &EventKind::WANTED).await.unwrap();
    }
    assert!(world.issuer.create_webhook(&by, "https://hr.example/", &EventKind::WANTED).await.is_err());
}

fn secret(shown: &str) -> WebhookSecret {
    WebhookSecret::from_bytes(STANDARD.decode(shown.strip_prefix("whsec_").unwrap()).unwrap())
}
