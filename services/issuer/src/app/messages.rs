//! Messages to persons: put into the outbox with what they tell of, sent by the background work, recalled in time.
//!
//! A message is sent at least once. One that was sent but not marked, because the process died in between, goes out again
//! with the same Message-ID.

use std::collections::BTreeMap;

use chrono::Duration;
use clock::Timestamp;
use issuance::message::{
    ENDS_SOON_DAYS, Filling, Language, MessageEvent, OFFER_ENDS_DAYS, Rendered, Template, next_try,
};
use issuance::{CredentialCopy, CredentialType, Offer, Reissue, Status, Subject};
use store_issuer::{ContactRow, DueRow, MessageRow, MessageState, Transaction};

use super::{Issuer, Tenant};

/// Messages of one run.
const AT_ONCE: u32 = 50;
/// Whoever takes a message and dies leaves it for so long.
const LEASE_MINUTES: i64 = 5;
/// Offers and credentials looked at in one step of recalling.
const STEP: u32 = 200;
/// An offer that ended longer ago is not told of any more.
const EXPIRED_DAYS: i64 = 14;
/// How long the outbox remembers what it sent.
const KEPT_DAYS: i64 = 400;
/// Messages that were given up can be sent again so long after they were written.
const SEND_AGAIN_DAYS: i64 = 14;

/// Takes a letter to the person's mail server.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync {
    async fn send(&self, letter: &Letter<'_>) -> Result<Taken, SendFault>;
}

/// What the mail server said when it took a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// As the letter bears it (RFC 5322, 3.6.4).
    pub message_id: String,
    /// Such as `250` (RFC 5321, 4.2).
    pub code: String,
    /// Its words, which may hold an address.
    pub words: String,
}

/// What is handed to a mail server.
pub struct Letter<'a> {
    /// Of the message: its Message-ID is made from it.
    pub id: &'a str,
    pub tenant: &'a str,
    pub organisation: &'a str,
    pub to: &'a str,
    pub written_at: Timestamp,
    pub rendered: Rendered,
}

/// Why a letter was not taken, as a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// Trying again would not help.
    Refused(String),
    /// This letter not now.
    Later(String),
    /// No letter at present.
    Unreachable(String),
}

/// Something of which a person is to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub subject_id: &'a str,
    pub event: MessageEvent,
    pub types: &'a [CredentialType],
    pub until: Option<Timestamp>,
    /// What the message is about; the same event about the same thing is told once.
    pub about: &'a str,
}

/// How the outbox of an organisation stands.
#[derive(Clone, Debug)]
pub struct OutboxView {
    /// Whether there is a mail server at all.
    pub sends: bool,
    pub counts: Vec<(MessageState, u64)>,
    /// Newest first.
    pub failed: Vec<MessageRow>,
    pub waiting: Vec<MessageRow>,
}

/// Where a person is reached, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    pub email: String,
    pub language: Option<Language>,
}

impl Issuer {
    /// Inside the transaction of what it tells of. Quiet where nothing is sent, or where the person has no address.
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        told: &Told<'_>,
    ) -> Result<(), store_issuer::Error> {
        if self.mailer.is_none() {
            return Ok(());
        }
        let once_key = format!("{}/{}", told.event.as_str(), told.about);
        let row = self.message(told.subject_id, told.event, (told.types, told.until), once_key);
        tx.insert_message(tenant, &row).await?;
        Ok(())
    }

    pub(super) fn message(
        &self,
        subject_id: &str,
        event: MessageEvent,
        (types, until): (&[CredentialType], Option<Timestamp>),
        once_key: String,
    ) -> MessageRow {
        let now = self.now();
        let mut types = types.to_vec();
        types.sort_unstable_by_key(ToString::to_string);
        types.dedup();
        MessageRow {
            id: self.new_id(),
            subject_id: subject_id.to_owned(),
            event,
            types,
            until,
            once_key,
            state: MessageState::Waiting,
            tries: 0,
            next_try_at: now,
            fault: None,
            created_at: now,
            finished_at: None,
        }
    }

    /// Whether there is a mail server.
    #[must_use]
    pub fn sends_messages(&self) -> bool {
        self.mailer.is_some()
    }

    /// That an offer was made. Neither its link nor its code is in the message.
    pub(super) async fn tell_offer(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        offer_id: &str,
    ) -> Result<(), store_issuer::Error> {
        if self.mailer.is_none() {
            return Ok(());
        }
        let Some(offer) = tx.find_offer(tenant, offer_id).await? else { return Ok(()) };
        let types: Vec<_> = offer.configurations.iter().map(|it| it.credential_type).collect();
        let told = Told {
            subject_id: &offer.subject_id,
            event: MessageEvent::OfferMade,
            types: &types,
            until: Some(offer.expires_at),
            about: &offer.id,
        };
        self.tell(tx, tenant, &told).await
    }

    /// That a credential was collected. Its formats are one message.
    pub(super) async fn tell_issued(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        offer: &Offer,
        (kind, until): (CredentialType, Timestamp),
    ) -> Result<(), store_issuer::Error> {
        if self.mailer.is_none() {
            return Ok(());
        }
        let event = match tx.find_offer_reissue(tenant, &offer.id).await? {
            None | Some(Reissue::First) => MessageEvent::Issued,
            Some(Reissue::Renewal) => MessageEvent::Renewed,
            Some(Reissue::PhoneLost | Reissue::DataChanged | Reissue::SignedByLostKey) => {
                MessageEvent::Replaced
            }
        };
        let about = format!("{}/{kind}", offer.id);
        let (types, until) = ([kind], Some(until));
        let told = Told { subject_id: &offer.subject_id, event, types: &types, until, about: &about };
        self.tell(tx, tenant, &told).await
    }

    /// That copies changed their status: one message a person, whatever formats and types they are of.
    pub(super) async fn tell_moved(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        copies: &[CredentialCopy],
        to: Status,
    ) -> Result<(), store_issuer::Error> {
        if self.mailer.is_none() {
            return Ok(());
        }
        let event = match to {
            Status::Valid => MessageEvent::Lifted,
            Status::Suspended => MessageEvent::Suspended,
            Status::Revoked => MessageEvent::Revoked,
        };
        let mut persons: BTreeMap<&str, Vec<CredentialType>> = BTreeMap::new();
        for copy in copies {
            persons.entry(&copy.subject_id).or_default().push(copy.configuration.credential_type);
        }
        for (subject_id, types) in persons {
            // The same may happen again another day, and is told again then.
            let about = self.new_id();
            let told = Told { subject_id, event, types: &types, until: None, about: &about };
            self.tell(tx, tenant, &told).await?;
        }
        Ok(())
    }

    /// One run: messages whose time has come, one after another. Ends early when the mail server is not there. Answers
    /// how many were sent.
    pub async fn send_messages(&self, tenant: &Tenant) -> Result<usize, store_issuer::Error> {
        let Some(mailer) = &self.mailer else { return Ok(0) };
        let due = self.store.read().await?.list_due_messages(&tenant.id, self.now(), AT_ONCE).await?;
        let mut sent = 0;
        for message in &due {
            let Some(claimed) = self.claim(tenant, message).await? else { continue };
            match self.enrolment_message_at(tenant, &claimed).await? {
                None => {
                    self.finish(tenant, &claimed, MessageState::Dropped, None).await?;
                    continue;
                }
                Some(at) if at > self.now() => {
                    // It waited for the mail server into the evening.
                    self.wait_until(tenant, &claimed, at).await?;
                    continue;
                }
                Some(_) => {}
            }
            let Some((contact, rendered)) = self.letter_of(tenant, &claimed).await? else {
                self.finish(tenant, &claimed, MessageState::Dropped, None).await?;
                continue;
            };
            let letter = Letter {
                id: &claimed.id,
                tenant: &tenant.id,
                organisation: &tenant.name,
                to: &contact.email,
                written_at: claimed.created_at,
                rendered,
            };
            match mailer.send(&letter).await {
                Ok(_) => {
                    self.finish(tenant, &claimed, MessageState::Sent, None).await?;
                    sent += 1;
                }
                Err(SendFault::Refused(code)) => {
                    self.finish(tenant, &claimed, MessageState::Failed, Some(&code)).await?;
                }
                Err(SendFault::Later(code)) => self.put_off(tenant, &claimed, &code).await?,
                Err(SendFault::Unreachable(code)) => {
                    self.put_off(tenant, &claimed, &code).await?;
                    break;
                }
            }
        }
        Ok(sent)
    }

    async fn claim(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
    ) -> Result<Option<MessageRow>, store_issuer::Error> {
        let until = self.now() + Duration::minutes(LEASE_MINUTES);
        sql::retry(|| async {
            let mut tx = self.store.write("claim_message").await?;
            let claimed = tx.claim_message(&tenant.id, message, until).await?;
            tx.commit().await?;
            Ok(claimed.then(|| MessageRow { tries: message.tries + 1, ..message.clone() }))
        })
        .await
    }

    async fn finish(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
        state: MessageState,
        fault: Option<&str>,
    ) -> Result<(), store_issuer::Error> {
        metrics::counter!("issuer_messages_total", "outcome" => state.as_str()).increment(1);
        if let Some(fault) = fault {
            tracing::warn!(tenant.id = tenant.id, message.id = message.id, fault, "a message was given up");
        }
        sql::retry(|| async {
            let mut tx = self.store.write("finish_message").await?;
            tx.finish_message(&tenant.id, &message.id, (state, fault), self.now()).await?;
            tx.commit().await
        })
        .await
    }

    async fn put_off(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
        fault: &str,
    ) -> Result<(), store_issuer::Error> {
        let Some(next) = next_try(message.tries, self.now()) else {
            return self.finish(tenant, message, MessageState::Failed, Some(fault)).await;
        };
        sql::retry(|| async {
            let mut tx = self.store.write("retry_message").await?;
            tx.retry_message(&tenant.id, &message.id, fault, next).await?;
            tx.commit().await
        })
        .await
    }

    async fn wait_until(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
        at: Timestamp,
    ) -> Result<(), store_issuer::Error> {
        sql::retry(|| async {
            let mut tx = self.store.write("retry_message").await?;
            tx.retry_message(&tenant.id, &message.id, "quiet-hours", at).await?;
            tx.commit().await
        })
        .await
    }

    /// Address and text as they are now; nothing when the person has no address any more.
    async fn letter_of(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
    ) -> Result<Option<(Contact, Rendered)>, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let Some(subject) = tx.find_subject(&tenant.id, &message.subject_id).await? else { return Ok(None) };
        let found = tx.find_contact(&tenant.id, &subject.id).await?;
        let Some(contact) = found.and_then(|row| self.open_contact(&tenant.id, &subject.id, row)) else {
            return Ok(None);
        };
        let language = contact.language.or_else(|| spoken(&subject)).unwrap_or_default();
        let own = tx.find_template(&tenant.id, message.event, language).await?;
        let template = own.map_or_else(|| Template::default_for(message.event, language), |own| own.template);
        let filling = Filling {
            name: subject.name,
            organisation: tenant.name.clone(),
            credentials: message.types.clone(),
            until: message.until,
        };
        Ok(Some((contact, template.render(language, &filling))))
    }

    /// Puts what is about to end, and what ended untaken, into the outbox. Answers how many.
    pub async fn recall(&self, tenant: &Tenant) -> Result<usize, store_issuer::Error> {
        if self.mailer.is_none() {
            return Ok(0);
        }
        let now = self.now();
        let soon = (now, now + Duration::days(OFFER_ENDS_DAYS));
        let past = (now - Duration::days(EXPIRED_DAYS), now);
        let endings = (now, now + Duration::days(ENDS_SOON_DAYS));
        sql::retry(|| async {
            let mut tx = self.store.write("recall").await?;
            let mut told = 0;
            for (event, span) in [(MessageEvent::OfferEnds, soon), (MessageEvent::OfferExpired, past)] {
                let due = tx.list_offers_to_tell(&tenant.id, event, span, STEP).await?;
                told += self.tell_due(&mut tx, tenant, event, &due).await?;
            }
            let due = tx.list_endings_to_tell(&tenant.id, endings, STEP).await?;
            told += self.tell_due(&mut tx, tenant, MessageEvent::EndsSoon, &due).await?;
            tx.forget_messages(&tenant.id, now - Duration::days(KEPT_DAYS)).await?;
            tx.commit().await?;
            Ok(told)
        })
        .await
    }

    async fn tell_due(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        event: MessageEvent,
        due: &[DueRow],
    ) -> Result<usize, store_issuer::Error> {
        let mut told = 0;
        for row in due {
            let about = (row.types.as_slice(), Some(row.until));
            let message = self.message(&row.subject_id, event, about, row.once_key.clone());
            told += usize::from(tx.insert_message(&tenant.id, &message).await?);
        }
        Ok(told)
    }

    pub async fn outbox(&self, tenant: &Tenant) -> Result<OutboxView, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let mut counts = Vec::new();
        for state in MessageState::ALL {
            counts.push((state, tx.count_messages(&tenant.id, state).await?));
        }
        let failed = tx.list_messages(&tenant.id, MessageState::Failed, 20).await?;
        let waiting = tx.list_messages(&tenant.id, MessageState::Waiting, 20).await?;
        Ok(OutboxView { sends: self.mailer.is_some(), counts, failed, waiting })
    }

    /// Messages that were given up of late are tried anew, after a mail server was repaired.
    pub async fn send_failed_again(&self, by: &issuance::Actor) -> Result<u64, store_issuer::Error> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("send_failed_again").await?;
            let since = now - Duration::days(SEND_AGAIN_DAYS);
            let count = tx.send_failed_again(&by.tenant, now, since).await?;
            let detail = count.to_string();
            let act = issuance::audit::Act { action: "message.send-again", target: "", detail: &detail };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(count)
        })
        .await
    }

    /// A row that the sealing key does not open was sealed under another one; nobody can read that address any more.
    pub(super) fn open_contact(&self, tenant: &str, subject_id: &str, row: ContactRow) -> Option<Contact> {
        let opened = self.sealing.open(&address_purpose(tenant, subject_id), &row.email_sealed).ok()?;
        let email = String::from_utf8(opened.to_vec()).ok()?;
        Some(Contact { email, language: row.language })
    }

    pub(super) fn seal_contact(&self, tenant: &str, subject_id: &str, contact: &Contact) -> ContactRow {
        let purpose = address_purpose(tenant, subject_id);
        let sealed = self.sealing.seal(&purpose, contact.email.as_bytes(), self.entropy.as_ref());
        ContactRow { email_sealed: sealed, language: contact.language }
    }
}

/// The language that a record tells, such as a beneficiary's.
fn spoken(subject: &Subject) -> Option<Language> {
    subject.claims.get("language").and_then(serde_json::Value::as_str).and_then(Language::parse)
}

fn address_purpose(tenant: &str, subject_id: &str) -> Vec<u8> {
    format!("address of {tenant}/{subject_id}").into_bytes()
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("language", &self.language).finish_non_exhaustive()
    }
}
