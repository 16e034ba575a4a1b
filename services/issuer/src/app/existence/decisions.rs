//! What an officer makes of an answer: confirmed, with the certificate offered, or refused; and who hears of it.

use entitlement::{Channel, ConfirmFault, Request, State, Witnessed};
use issuance::audit::Act;
use issuance::{Actor, CredentialType};
use serde_json::Map;
use store_issuer::Transaction;

use super::super::NewOffer;
use super::super::fund::PhoneAnswer;
use super::{ExistenceError, Issuer, remark};

impl Issuer {
    /// The officer has seen or called the person: the certificate is offered to the key that answered. False when that needs a
    /// second officer's word, because nobody has enrolled the person, and this is the first one.
    pub async fn confirm_existence(
        &self,
        by: &Actor,
        id: &str,
        channel: Channel,
        notes: &str,
    ) -> Result<bool, ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let notes = remark(notes)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("confirm_existence").await?;
            let before = tx.find_existence(&tenant.id, id).await?.ok_or(ExistenceError::Unknown)?;
            let evidence = match &before.state {
                State::Answered(evidence) => evidence,
                State::Open { .. } => return Err(ConfirmFault::NotAnswered.into()),
                State::Confirmed { .. } | State::Refused { .. } => return Err(ConfirmFault::Decided.into()),
            };
            self.not_with_a_colleague(&mut tx, by, id).await?;
            // The answer is decided, or a colleague has to take it.
            tx.end_claim(&tenant.id, id, now).await?;
            if self.needs_second_word(&mut tx, by, &before, (evidence, channel)).await? {
                self.keep_first_word(&mut tx, by, id, (channel, &notes)).await?;
                tx.commit().await?;
                return Ok(false);
            }
            let offer = self.certify_answer(&mut tx, by, &before, (evidence, channel)).await?;
            let after = before.clone().confirmed(channel, notes.clone(), &by.officer, offer, now)?;
            tx.replace_existence(&tenant.id, &before, &after).await?;
            tx.keep_captures_until(&tenant.id, id, self.appeal_ends(now)).await?;
            let act = Act { action: "existence.confirm", target: id, detail: channel.as_str() };
            tx.audit(by, act, now).await?;
            self.tell_cycle(&mut tx, by, &after, Some((true, ""))).await?;
            self.close_talk(&mut tx, &tenant.id, &before.beneficiary).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Checks that an officer may go by this channel, binds the key that answered, and offers the certificate to it.
    pub(in crate::app) async fn certify_answer(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &Request,
        (evidence, channel): (&entitlement::Evidence, Channel),
    ) -> Result<String, ExistenceError> {
        let by_passkey = matches!(evidence.witnessed, Witnessed::Passkey { .. });
        if channel == Channel::Kiosk && by_passkey {
            return Err(ExistenceError::NoOperator);
        }
        // Pictures of a station's camera count with its operator's word, which is another way.
        if channel == Channel::Device && !by_passkey {
            return Err(ExistenceError::NoPictures);
        }
        if channel == Channel::Device && tx.list_captures(&by.tenant, &request.id).await?.is_empty() {
            return Err(ExistenceError::NoPictures);
        }
        // Pictures say that one face came twice. Whose it is, an enrolment says that two officers decided.
        if channel == Channel::Device && tx.find_bound_key(&by.tenant, &request.beneficiary).await?.is_none()
        {
            return Err(ExistenceError::NotEnrolled);
        }
        self.bind_by_proof(tx, by, (&request.id, &request.beneficiary), (evidence, channel)).await?;
        let mut claims = Map::new();
        claims.insert("entitlementYear".into(), request.year.into());
        claims.insert("confirmedBy".into(), channel.as_str().into());
        claims.insert("confirmedOn".into(), self.now().date_naive().to_string().into());
        let new = NewOffer {
            subject_id: request.beneficiary.clone(),
            types: vec![CredentialType::DigitalCertificateOfEntitlement],
            extra_claims: claims,
            transaction_code: false,
            bound_key: Some(evidence.holder_key.clone()),
            expires_at: None,
        };
        Ok(self.insert_offer(tx, by, &new).await?.offer_id)
    }

    /// Refuses an answer, or takes back a question nobody answered.
    pub async fn refuse_existence(&self, by: &Actor, id: &str, reason: &str) -> Result<(), ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let reason = remark(reason)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("refuse_existence").await?;
            let before = tx.find_existence(&tenant.id, id).await?.ok_or(ExistenceError::Unknown)?;
            let after = before.clone().refused(&reason, &by.officer, now)?;
            self.not_with_a_colleague(&mut tx, by, id).await?;
            tx.end_claim(&tenant.id, id, now).await?;
            tx.replace_existence(&tenant.id, &before, &after).await?;
            tx.keep_captures_until(&tenant.id, id, self.appeal_ends(now)).await?;
            tx.audit(by, Act { action: "existence.refuse", target: id, detail: "" }, now).await?;
            self.tell_cycle(&mut tx, by, &after, Some((false, &reason))).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The cycle of whoever is on the register hears of the answer and of the officer's word.
    pub(in crate::app) async fn tell_cycle(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &Request,
        word: Option<(bool, &str)>,
    ) -> Result<(), ExistenceError> {
        let Some(evidence) = request.evidence() else { return Ok(()) };
        let subject = tx.find_subject(&by.tenant, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let (operator, seen) = match &evidence.witnessed {
            Witnessed::Desk(statement) => {
                let (operator, country) = self.operator_of(tx, &by.tenant, statement).await?;
                (Some(operator), country)
            }
            Witnessed::Passkey { .. } => (None, self.seen_country(tx, &by.tenant, request, &subject).await?),
        };
        let answer = PhoneAnswer {
            uid: &subject.number,
            digest: &evidence.digest,
            captured_at: evidence.captured_at,
            answered_at: evidence.answered_at,
            operator,
            seen,
            word,
        };
        Ok(self.proof_of_phone(tx, by, &answer).await?)
    }
}
