//! Reminders, receipts and other ways by message, and the proof that each was sent.
//!
//! An effect is taken up once: with an address it becomes a message that waits for the person's day, without one a letter
//! of the next mailing. Just before it leaves it is asked again whether it is still wanted, in the transaction that takes
//! it, so that what was asked for stops with the receipt of a proof. What the mail server refuses for good becomes a letter.

use chrono::Duration;
use entitlement::cycle::QuietHours;
use issuance::import::Registered;
use issuance::message::{Language, next_try};
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::{AskedRow, FundMessageRow, LetterRow, MailingRow};

use super::mailings::piece_at;
use super::words::Written;
use super::zones::awake;
use super::{FundError, Issuer, Tenant};
use crate::app::{Letter, SendFault};

/// Kinds of effects that go by message where they can.
const KINDS: [&str; 3] = ["remind", "offer-another-channel", "send-receipt"];
/// Effects taken up in one transaction.
const BATCH: u32 = 500;
/// Messages of one run.
const AT_ONCE: u32 = 50;
/// Whoever takes a message and dies leaves it for so long.
const LEASE_MINUTES: i64 = 5;
/// Of a server's answer.
const LONGEST_REPLY: usize = 500;

/// What left, or is to leave, for one person.
#[derive(Clone, Debug)]
pub struct FundPost {
    /// Newest first.
    pub messages: Vec<SentMessage>,
    /// Newest first, each with its mailing.
    pub letters: Vec<(LetterRow, MailingRow)>,
}

/// A message with the proof that it was sent.
#[derive(Clone, Debug)]
pub struct SentMessage {
    /// Where it stands.
    pub row: FundMessageRow,
    /// The words of the mail server.
    pub reply: Option<String>,
}

impl Issuer {
    /// Takes up what nights asked for and nobody has looked at. How many.
    pub async fn take_fund_messages(&self, tenant: &Tenant) -> Result<usize, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(0);
        }
        let mut taken = 0;
        for kind in KINDS {
            loop {
                let many = sql::retry(|| async {
                    let mut tx = self.store.write("take_fund_messages").await?;
                    let asked = tx.list_new_fund_messages(&tenant.id, kind, BATCH).await?;
                    for row in &asked {
                        tx.insert_fund_message(&tenant.id, &self.route(&tenant.id, row)).await?;
                    }
                    tx.commit().await?;
                    Ok::<usize, FundError>(asked.len())
                })
                .await?;
                taken += many;
                if many < BATCH as usize {
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// By message when the person's day has begun, or by letter. What cannot be opened becomes a letter as well, whose
    /// mailing names it among those it left out.
    fn route(&self, tenant: &str, asked: &AskedRow) -> FundMessageRow {
        let now = self.now();
        let registered: Option<Registered> =
            self.open_for("person", tenant, &asked.person.id, &asked.person.sealed).ok();
        let has_address = registered.is_some_and(|it| it.email.is_some() && it.medium != "post");
        // The moment in the effect goes by the register's offset alone, which is often missing; this one goes by both.
        let at = match self.open_facts(tenant, &asked.person) {
            Ok(person) => awake(QuietHours::default(), now, &person),
            Err(_) => now,
        };
        FundMessageRow {
            effect: asked.effect.clone(),
            person: asked.person.id.clone(),
            year: asked.year,
            kind: asked.kind.clone(),
            state: if has_address { "waiting" } else { "post" }.to_owned(),
            tries: 0,
            next_try_at: at,
            fault: None,
            message_id: None,
            reply_code: None,
            reply_sealed: None,
            created_at: now,
            finished_at: (!has_address).then_some(now),
        }
    }

    /// One run: messages whose time has come, one after another; it ends early when the mail server is not there. How many
    /// were sent.
    pub async fn send_fund_messages(&self, tenant: &Tenant) -> Result<usize, FundError> {
        let Some(mailer) = self.mailer.as_ref().filter(|_| self.pension_fund(&tenant.id).is_ok()) else {
            return Ok(0);
        };
        let due = self.store.read().await?.list_due_fund_messages(&tenant.id, self.now(), AT_ONCE).await?;
        let mut sent = 0;
        for message in &due {
            let Some((to, language, written)) = self.still_wanted(&tenant.id, message).await? else {
                continue;
            };
            let organisation = tenant.name_in(language);
            let id = message_id(&tenant.id, &message.effect);
            let letter = Letter {
                id: &id,
                tenant: &tenant.id,
                organisation,
                to: &to,
                // A reminder that waited for the person's morning is not dated in their night.
                written_at: self.now(),
                rendered: written.message(language, organisation),
            };
            match mailer.send(&letter).await {
                Ok(answer) => {
                    self.message_sent(&tenant.id, message, (&answer.message_id, &answer.code, &answer.words))
                        .await?;
                    sent += 1;
                }
                Err(SendFault::Refused(code)) => self.give_to_letters(&tenant.id, message, &code).await?,
                Err(SendFault::Later(code)) => self.put_off_fund(&tenant.id, message, &code).await?,
                Err(SendFault::Unreachable(code)) => {
                    self.put_off_fund(&tenant.id, message, &code).await?;
                    break;
                }
            }
        }
        Ok(sent)
    }

    /// Takes a message and says what it is and where it goes, in one transaction with the question whether it is still
    /// wanted: a proof that was received before this moment stops it.
    async fn still_wanted(
        &self,
        tenant: &str,
        message: &FundMessageRow,
    ) -> Result<Option<(String, Language, Written)>, FundError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("claim_fund_message").await?;
            let until = now + Duration::minutes(LEASE_MINUTES);
            if !tx.claim_fund_message(tenant, message, until).await? {
                tx.withdraw_fund_message(tenant, &message.effect, now).await?;
                tx.commit().await?;
                return Ok(None);
            }
            let person = tx.find_fund_person(tenant, &message.person).await?.ok_or(FundError::Damaged)?;
            if !self.is_wanted(&mut tx, tenant, message).await? {
                tx.finish_fund_effect(tenant, &message.effect, "withdrawn", now).await?;
                tx.withdraw_fund_message(tenant, &message.effect, now).await?;
                tx.commit().await?;
                return Ok(None);
            }
            let facts = self.open_facts(tenant, &person)?;
            let awake_at = awake(QuietHours::default(), now, &facts);
            if awake_at > now {
                // It waited for the mail server into the evening, or the person moved.
                tx.put_off_fund_message(tenant, &message.effect, awake_at, None).await?;
                tx.commit().await?;
                return Ok(None);
            }
            let asked = tx.find_fund_effect(tenant, &message.effect).await?.ok_or(FundError::Damaged)?;
            let asked = AskedRow {
                effect: asked.key,
                year: asked.year,
                kind: asked.kind,
                content: asked.content,
                rule: asked.rule,
                person,
            };
            let calendars = self.calendars_within(&mut tx, tenant).await?;
            let proofs = self.proofs_of(&mut tx, tenant, std::slice::from_ref(&asked)).await?;
            let written = self.written(tenant, &calendars, &proofs, &asked);
            let email = written.as_ref().ok().and_then(|(registered, _)| registered.email.clone());
            let (Ok((registered, written)), Some(email)) = (written, email) else {
                tx.post_fund_message(tenant, &message.effect, "no-address", now).await?;
                tx.commit().await?;
                return Ok(None);
            };
            tx.commit().await?;
            let language = Language::parse(&registered.language).unwrap_or_default();
            Ok(Some((email, language, written)))
        })
        .await
    }

    /// Reminders are asked about by the rules again; the others stand as long as their effect does.
    async fn is_wanted(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        message: &FundMessageRow,
    ) -> Result<bool, FundError> {
        if message.kind != "remind" {
            return Ok(true);
        }
        let cycles = tx.list_fund_cycles(tenant, &message.person).await?;
        match cycles.iter().find(|cycle| cycle.year == message.year) {
            Some(cycle) => Ok(self.open_cycle(tenant, cycle)?.wants_reminders()),
            None => Ok(false),
        }
    }

    async fn message_sent(
        &self,
        tenant: &str,
        message: &FundMessageRow,
        (id, code, words): (&str, &str, &str),
    ) -> Result<(), FundError> {
        metrics::counter!("issuer_fund_messages_total", "outcome" => "sent").increment(1);
        let words: String = words.chars().take(LONGEST_REPLY).collect();
        let sealed = self.seal_for("reply", tenant, &message.effect, &words);
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("sent_fund_message").await?;
            tx.sent_fund_message(tenant, &message.effect, (id, code, &sealed), now).await?;
            tx.finish_fund_effect(tenant, &message.effect, "message", now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn give_to_letters(
        &self,
        tenant: &str,
        message: &FundMessageRow,
        fault: &str,
    ) -> Result<(), FundError> {
        metrics::counter!("issuer_fund_messages_total", "outcome" => "post").increment(1);
        sql::retry(|| async {
            let mut tx = self.store.write("post_fund_message").await?;
            tx.post_fund_message(tenant, &message.effect, fault, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn put_off_fund(
        &self,
        tenant: &str,
        message: &FundMessageRow,
        fault: &str,
    ) -> Result<(), FundError> {
        let Some(next) = next_try(message.tries + 1, self.now()) else {
            return self.give_to_letters(tenant, message, fault).await;
        };
        sql::retry(|| async {
            let mut tx = self.store.write("retry_fund_message").await?;
            tx.put_off_fund_message(tenant, &message.effect, next, Some(fault)).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// How many messages are in each state.
    pub async fn fund_message_counts(&self, tenant: &str) -> Result<Vec<(String, u64)>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.count_fund_messages(tenant).await?)
    }

    /// What left for a person and what waits, with the proof of sending.
    pub async fn fund_post(&self, tenant: &str, person: &str) -> Result<FundPost, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
        let messages = tx.list_fund_messages_of(tenant, person).await?.into_iter().map(|row| {
            let sealed = row.reply_sealed.as_ref();
            let reply = sealed.and_then(|sealed| self.open_for("reply", tenant, &row.effect, sealed).ok());
            SentMessage { row, reply }
        });
        let messages = messages.collect();
        let mut letters = Vec::new();
        for letter in tx.list_fund_letters_of(tenant, person).await? {
            let Some(mut mailing) = tx.find_fund_mailing(tenant, &letter.mailing).await? else { continue };
            // The part of this letter may have left before the others.
            if let Some(place) = letter.place {
                let pieces = tx.list_fund_pieces(tenant, &mailing.id).await?;
                let own = pieces.iter().find(|it| it.piece == piece_at(place));
                if let Some(on) = own.and_then(|it| it.posted_on) {
                    (mailing.state, mailing.posted_on) = ("posted".to_owned(), Some(on));
                }
            }
            letters.push((letter, mailing));
        }
        Ok(FundPost { messages, letters })
    }

    /// One look at what nights asked for: revokes certificates, gathers letters, takes up and sends messages. Whether anything
    /// was done.
    pub(crate) async fn run_fund_post(&self, tenant: &Tenant) -> Result<bool, FundError> {
        self.revoke_entitlements(tenant).await?;
        let gathered = self.work_off_invitations(tenant).await? | self.gather_mailings(tenant).await?;
        let taken = self.take_fund_messages(tenant).await?;
        let sent = self.send_fund_messages(tenant).await?;
        let noted = self.note_what_left(tenant).await?;
        Ok(gathered || taken > 0 || sent > 0 || noted > 0)
    }
}

/// The same for the same effect each time, so that whoever gets it twice sees that; it says nothing of the person.
fn message_id(tenant: &str, effect: &str) -> String {
    let digest = Sha256::digest(format!("{tenant}\n{effect}"));
    hex::encode(digest.get(..16).unwrap_or_default())
}
