//! The outbox of messages and the texts of organisations, alike on both engines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use chrono::Duration;
use engines::{Engines, engines};
use issuance::anchoring::WaitingLeaf;
use issuance::message::{Language, MessageEvent, Template};
use issuance::{
    Actor, Configuration, CredentialCopy, CredentialType, Delivery, Format, Offer, OfferState, Reissue,
    Status, Subject, Timestamp,
};
use serde_json::Map;
use store_issuer::{ContactRow, MessageRow, MessageState};

const TENANT: &str = "undp";

/// Stores that know a person and how to reach them.
async fn prepared() -> Engines {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for tenant in [TENANT, "wfp"] {
            tx.put_subject(tenant, &subject()).await.unwrap();
        }
        let contact = ContactRow { email_sealed: vec![1, 2], language: Some(Language::Arabic) };
        tx.put_contact(TENANT, "s", &contact, now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    engines
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn subject() -> Subject {
    let (number, name) = ("1".to_owned(), "A".to_owned());
    Subject { id: "s".into(), number, name, claims: Map::new(), created_at: now(), updated_at: now() }
}

fn message(id: &str, once_key: &str) -> MessageRow {
    MessageRow {
        id: id.into(),
        subject_id: "s".into(),
        event: MessageEvent::OfferMade,
        types: vec![CredentialType::StaffIdentity, CredentialType::Employment],
        until: Some(now() + Duration::days(30)),
        once_key: once_key.into(),
        state: MessageState::Waiting,
        tries: 0,
        next_try_at: now(),
        fault: None,
        created_at: now(),
        finished_at: None,
    }
}

fn offer(id: &str, expires_at: Timestamp) -> Offer {
    Offer {
        id: id.into(),
        subject_id: "s".into(),
        token: format!("token-{id}"),
        configurations: Configuration::of_types(&[CredentialType::StaffIdentity]),
        state: OfferState::Open,
        extra_claims: Map::new(),
        code_hash: None,
        code_sealed: None,
        tries_left: 5,
        bound_key: None,
        holder_key: None,
        created_by: "officer".into(),
        created_at: now(),
        expires_at,
    }
}

fn copy(id: &str, offer: &str, days: i64) -> (CredentialCopy, WaitingLeaf) {
    let copy = CredentialCopy {
        id: id.into(),
        offer_id: offer.into(),
        subject_id: "s".into(),
        configuration: Configuration::new(CredentialType::StaffIdentity, Format::LDP_VC),
        document: "{}".into(),
        holder_key: "key".into(),
        receipt_token: format!("receipt-{id}"),
        notification_id: format!("notification-{id}"),
        status: Status::Valid,
        delivery: Delivery::Issued,
        issued_at: now(),
        valid_until: now() + Duration::days(days),
        batch_position: 0,
    };
    let leaf = WaitingLeaf { id: id.into(), salt: [0; 32], digest: [0; 32] };
    (copy, leaf)
}

#[tokio::test]
async fn a_message_is_queued_once_and_only_for_somebody_with_an_address() {
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_message(TENANT, &message("m1", "k")).await.unwrap());
        assert!(!tx.insert_message(TENANT, &message("m2", "k")).await.unwrap(), "the same thing twice");
        assert!(!tx.insert_message("wfp", &message("m3", "k")).await.unwrap(), "no address there");
        assert_eq!(tx.list_due_messages(TENANT, now(), 9).await.unwrap(), [message("m1", "k")]);
        let early = now() - Duration::seconds(1);
        assert_eq!(tx.list_due_messages(TENANT, early, 9).await.unwrap(), []);
        assert_eq!(tx.list_due_messages("wfp", now(), 9).await.unwrap(), []);
        assert_eq!(tx.list_messages_of(TENANT, "s").await.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn one_try_has_one_taker_and_ends_in_one_state() {
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let first = message("m1", "k");
        tx.insert_message(TENANT, &first).await.unwrap();
        let lease = now() + Duration::minutes(5);
        assert!(tx.claim_message(TENANT, &first, lease).await.unwrap());
        assert!(!tx.claim_message(TENANT, &first, lease).await.unwrap(), "taken already");
        assert_eq!(tx.list_due_messages(TENANT, now(), 9).await.unwrap(), [], "on its way");
        let again = tx.list_due_messages(TENANT, lease, 9).await.unwrap();
        assert_eq!((again.len(), again[0].tries), (1, 1), "whoever took it may have died");

        let next = now() + Duration::minutes(1);
        tx.retry_message(TENANT, "m1", "connection", next).await.unwrap();
        let waiting = tx.list_due_messages(TENANT, next, 9).await.unwrap();
        assert_eq!(waiting[0].fault.as_deref(), Some("connection"));
        tx.finish_message(TENANT, "m1", (MessageState::Failed, Some("smtp-550")), next).await.unwrap();
        assert_eq!(tx.list_due_messages(TENANT, lease, 9).await.unwrap(), []);
        let failed = tx.list_messages(TENANT, MessageState::Failed, 9).await.unwrap();
        assert_eq!((failed[0].fault.as_deref(), failed[0].finished_at), (Some("smtp-550"), Some(next)));
        tx.finish_message(TENANT, "m1", (MessageState::Sent, None), next).await.unwrap();
        assert_eq!(tx.count_messages(TENANT, MessageState::Failed).await.unwrap(), 1, "ended before");

        assert_eq!(tx.send_failed_again(TENANT, lease, now()).await.unwrap(), 0, "too old");
        assert_eq!(tx.send_failed_again(TENANT, lease, now() - Duration::days(1)).await.unwrap(), 1);
        assert_eq!(tx.list_due_messages(TENANT, lease, 9).await.unwrap()[0].tries, 0);
        let later = now() + Duration::days(1);
        assert_eq!(tx.forget_messages(TENANT, later).await.unwrap(), 0, "it waits");
        tx.finish_message(TENANT, "m1", (MessageState::Sent, None), next).await.unwrap();
        assert_eq!(tx.forget_messages(TENANT, later).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn who_was_told_of_an_offer_is_told_of_its_end_once() {
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let ends = now() + Duration::days(3);
        for id in ["told", "silent"] {
            tx.insert_offer(TENANT, &offer(id, ends)).await.unwrap();
        }
        tx.insert_message(TENANT, &message("m1", "offer-made/told")).await.unwrap();
        let (event, span) = (MessageEvent::OfferEnds, (now(), now() + Duration::days(5)));
        let due = tx.list_offers_to_tell(TENANT, event, span, 9).await.unwrap();
        assert_eq!((due.len(), due[0].until, due[0].types.len()), (1, ends, 1));
        let reminder = MessageRow { event, ..message("m2", &due[0].once_key) };
        assert!(tx.insert_message(TENANT, &reminder).await.unwrap());
        assert_eq!(tx.list_offers_to_tell(TENANT, event, span, 9).await.unwrap(), []);
        let renewed = Offer { expires_at: ends + Duration::days(1), ..offer("told", ends) };
        tx.renew_offer(TENANT, &renewed).await.unwrap();
        assert_eq!(tx.list_offers_to_tell(TENANT, event, span, 9).await.unwrap().len(), 1, "another end");
        tx.delete_contact(TENANT, "s").await.unwrap();
        assert_eq!(tx.list_offers_to_tell(TENANT, event, span, 9).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_end_of_a_credential_is_told_unless_a_later_one_is_there() {
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let (long, leaf) = copy("c1", "o1", 100);
        tx.insert_copy(TENANT, &long, &[], &leaf).await.unwrap();
        let (short, leaf) = copy("c2", "o2", 40);
        tx.insert_copy("wfp", &short, &[], &leaf).await.unwrap();
        let contact = ContactRow { email_sealed: vec![3], language: None };
        tx.put_contact("wfp", "s", &contact, now()).await.unwrap();
        let span = |day| (now() + Duration::days(day), now() + Duration::days(day + 30));
        assert_eq!(tx.list_endings_to_tell(TENANT, span(0), 9).await.unwrap(), []);
        let due = tx.list_endings_to_tell(TENANT, span(80), 9).await.unwrap();
        assert_eq!((due.len(), due[0].until), (1, long.valid_until));
        assert_eq!(due[0].types, [CredentialType::StaffIdentity]);
        assert_eq!(tx.list_endings_to_tell("wfp", span(20), 9).await.unwrap(), [], "made for weeks");
        let (later, leaf) = copy("c3", "o3", 300);
        tx.insert_copy(TENANT, &later, &[], &leaf).await.unwrap();
        assert_eq!(tx.list_endings_to_tell(TENANT, span(80), 9).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_text_belongs_to_one_organisation_event_and_language() {
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let by = Actor { tenant: TENANT.into(), officer: "ann".into() };
        let about = (MessageEvent::Revoked, Language::French);
        for body in ["one", "two"] {
            let text = Template { subject: "S".into(), body: body.into() };
            tx.put_template(&by, about, &text, now()).await.unwrap();
        }
        let found = tx.find_template(TENANT, about.0, about.1).await.unwrap().unwrap();
        assert_eq!((found.template.body.as_str(), found.officer.as_str()), ("two", "ann"));
        assert_eq!(tx.list_templates(TENANT).await.unwrap(), [found]);
        assert_eq!(tx.list_templates("wfp").await.unwrap(), []);
        assert_eq!(tx.find_template(TENANT, about.0, Language::English).await.unwrap(), None);
        assert!(tx.delete_template(TENANT, about.0, about.1).await.unwrap());
        assert!(!tx.delete_template(TENANT, about.0, about.1).await.unwrap());

        tx.insert_offer(TENANT, &offer("o", now())).await.unwrap();
        assert_eq!(tx.find_offer_reissue(TENANT, "o").await.unwrap(), None);
        tx.set_offer_reissue(TENANT, "o", Reissue::Renewal).await.unwrap();
        assert_eq!(tx.find_offer_reissue(TENANT, "o").await.unwrap(), Some(Reissue::Renewal));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_card_belongs_to_one_organisation_and_type() {
    use issuance::card::CardDesign;
    let engines = prepared().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let by = Actor { tenant: TENANT.into(), officer: "ann".into() };
        let names = [(Language::Arabic, "بطاقة".to_owned())];
        let design = CardDesign::checked("#003366", "#ffffff", names).unwrap();
        tx.put_card(&by, CredentialType::Employment, &CardDesign::usual(), now()).await.unwrap();
        tx.put_card(&by, CredentialType::Employment, &design, now()).await.unwrap();
        let found = tx.list_cards(TENANT).await.unwrap();
        assert_eq!((found.len(), &found[0].design, found[0].officer.as_str()), (1, &design, "ann"));
        assert_eq!(tx.list_cards("wfp").await.unwrap(), []);
        assert!(!tx.delete_card(TENANT, CredentialType::StaffIdentity).await.unwrap());
        assert!(tx.delete_card(TENANT, CredentialType::Employment).await.unwrap());
        tx.commit().await.unwrap();
    }
}
