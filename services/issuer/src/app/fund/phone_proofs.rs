//! Answers from phones and stations as proofs of whoever is on the register.

use clock::Timestamp;
use entitlement::cycle::{Channel, CountryCode};
use issuance::Actor;
use store_issuer::Transaction;

use super::{FundError, Issuer, NewProof};

/// An answer to the Fund's question, from a phone or from a station.
pub(crate) struct PhoneAnswer<'a> {
    /// The nine-digit number.
    pub uid: &'a str,
    /// Of the signed bundle.
    pub digest: &'a [u8; 32],
    /// When the person was there.
    pub captured_at: Timestamp,
    /// When it came.
    pub answered_at: Timestamp,
    /// The operator, where the answer comes from a station.
    pub operator: Option<String>,
    /// The country the device was in, where it said so.
    pub seen: Option<CountryCode>,
    /// The officer's: accepted or not, and why not.
    pub word: Option<(bool, &'a str)>,
}

impl Issuer {
    /// A phone's answer is a proof like any other, for whoever is on the register: it waits from its receipt on, so that
    /// letters stop, and an officer's word decides it. Without a word it is written down, with one decided.
    pub(crate) async fn proof_of_phone(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        answer: &PhoneAnswer<'_>,
    ) -> Result<(), FundError> {
        let tenant = by.tenant.as_str();
        let mark = self.secrets.register_mark(tenant, "number", answer.uid);
        let Some(person) = tx.find_fund_person_by_mark(tenant, &mark).await? else { return Ok(()) };
        let digest = entitlement::journal::hex(answer.digest);
        let known = tx.find_fund_digest(tenant, &digest).await?;
        let waits = match &known {
            Some((_, proof)) => {
                tx.find_fund_proof(tenant, proof).await?.filter(|proof| proof.state == "waiting")
            }
            None => None,
        };
        match (waits, answer.word) {
            (Some(proof), Some((accept, reason))) => {
                self.decide_within(tx, by, &proof.id, accept, reason).await?;
            }
            (None, word) if known.is_none() && word.is_none_or(|(accept, _)| accept) => {
                let new = NewProof {
                    person: person.id,
                    channel: match answer.operator {
                        Some(_) => Channel::Kiosk,
                        None => Channel::OwnDevice,
                    },
                    captured_at: answer.captured_at,
                    received_at: Some(answer.answered_at),
                    digests: vec![digest],
                    helper: None,
                    operator: answer.operator.clone(),
                    remark: String::new(),
                    accept: word.is_some(),
                };
                let person = new.person.clone();
                let receipt = self.enter_within(tx, by, &new).await?;
                self.check_residence(tx, by, &person, (&receipt.id, answer.seen)).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
