//! An answer of a device or of a station: read, verified, its pictures judged, kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::assertion::Assertion;
use entitlement::desk::Helper;
use entitlement::{Answer, Expected, Passkey, Proof, Request, State, Witness};
use issuance::audit::Act;
use issuance::{Actor, fingerprint};
use keys::PublicKey;
use presence::Verdict;
use wire::existence::{ExistenceAnswer, ExistenceRequest};

use super::super::captures::{Judged, taken};
use super::{ExistenceError, Issuer, Tenant};

impl Issuer {
    /// Takes the answer of a device. The same answer again is answered alike; another one is refused. Pictures that are not
    /// good enough leave the question open, with a new challenge and the reason.
    pub async fn answer_existence(
        &self,
        tenant: &str,
        token: &str,
        answer: &ExistenceAnswer,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let witness = self.witness(tenant, answer).await?;
        let parsed = parse(answer, witness)?;
        let mark = fingerprint(token);
        let found = self.store.read().await?.find_existence_by_fingerprint(&tenant.id, &mark).await?;
        let before = found.ok_or(ExistenceError::Unknown)?;
        let origin = self.settings.wallet_url.origin().ascii_serialization();
        let rp_id = self.settings.wallet_url.host_str().unwrap_or_default();
        let proof = parsed.verify(Expected { request_id: &before.id, rp_id, origin: &origin })?;
        let _in_hand = match (&self.faces, &answer.capture) {
            (Some(faces), Some(_)) => Some(faces.take(proof.digest())?),
            _ => None,
        };
        if self.was_tried(tenant, &before, &proof).await? {
            return self.view_existence(&tenant.id, token).await;
        }
        // What would be refused anyway costs no face engine.
        let answered = before.clone().answered(&proof, self.now())?;
        let judged = match taken(answer)? {
            Some(taken) if matches!(before.state, State::Open { .. }) => {
                let signed = (&proof.digest(), parsed.signed.as_slice(), parsed.device_signature.as_slice());
                let automatic = self.may_be_automatic(tenant, &answered).await?;
                let presented = (taken, answer.challenge.as_str(), automatic);
                Some(self.judge_capture(tenant, &before, presented, signed).await?)
            }
            _ => None,
        };
        sql::retry(|| self.keep_answer(tenant, &mark, &proof, judged.as_ref())).await
    }

    /// Whether this answer's pictures were judged already, and not good enough.
    async fn was_tried(
        &self,
        tenant: &Tenant,
        request: &Request,
        proof: &Proof,
    ) -> Result<bool, ExistenceError> {
        let known = self.store.read().await?.list_captures(&tenant.id, &request.id).await?;
        let open = matches!(request.state, State::Open { .. });
        Ok(open && known.iter().any(|known| known.digest == proof.digest()))
    }

    async fn keep_answer(
        &self,
        tenant: &Tenant,
        mark: &str,
        proof: &Proof,
        judged: Option<&Judged>,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let now = self.now();
        let mut tx = self.store.write("answer_existence").await?;
        let found = tx.find_existence_by_fingerprint(&tenant.id, mark).await?;
        let before = found.ok_or(ExistenceError::Unknown)?;
        let try_again = judged.is_some_and(|judged| judged.verdict == Verdict::TryAgain);
        let mut after = match try_again {
            true => before.clone().tried(proof, now)?.challenged(self.new_token(), now)?.0,
            false => before.clone().answered(proof, now)?,
        };
        if after != before {
            let other = tx.find_existence_of_year(&tenant.id, &before.beneficiary, after.year).await?;
            if let Some(proven) = other.filter(|other| other.id != before.id && !try_again) {
                let about = (&before, &proven);
                let message = self.take_place_alone(&mut tx, tenant, about, (proof, judged)).await?;
                tx.commit().await?;
                return Ok(message);
            }
            // Guarded by the revision that was read: of two answers at once, one is told to try again and loses.
            tx.replace_existence(&tenant.id, &before, &after).await?;
            if let Some(judged) = judged {
                self.put_capture(&mut tx, tenant, judged).await?;
            }
            if !try_again {
                let act = Act { action: "existence.answer", target: &after.id, detail: "" };
                let by = Actor::system(&tenant.id);
                tx.audit(&by, act, now).await?;
                match self.accept_automatically(&mut tx, tenant, &after, judged).await? {
                    Some(accepted) => after = accepted,
                    None => self.tell_cycle(&mut tx, &by, &after, None).await?,
                }
            }
        }
        let message = self.existence_message(&mut tx, tenant, &after).await?;
        tx.commit().await?;
        Ok(message)
    }

    /// Who says that the person was there: their passkey, or an operator at a station that the Fund knows.
    async fn witness(&self, tenant: &Tenant, answer: &ExistenceAnswer) -> Result<Witness, ExistenceError> {
        match (&answer.passkey, &answer.assertion, &answer.desk) {
            (Some(passkey), Some(assertion), None) => Ok(Witness::Passkey {
                passkey: Passkey {
                    credential_id: bytes(&passkey.credential_id, "base64url: credentialId")?,
                    public_key: PublicKey::from_cose(&bytes(
                        &passkey.public_key_cose,
                        "base64url: publicKeyCose",
                    )?)
                    .map_err(|_| ExistenceError::Form("a public key: publicKeyCose"))?,
                    rp_id: passkey.rp_id.clone(),
                    origin: passkey.origin.clone(),
                },
                assertion: Assertion {
                    authenticator_data: bytes(&assertion.authenticator_data, "base64url: authenticatorData")?,
                    client_data_json: bytes(&assertion.client_data_json, "base64url: clientDataJSON")?,
                    signature: bytes(&assertion.signature, "base64url: signature")?,
                },
            }),
            (None, None, Some(desk)) => {
                let recognised_by = desk.recognised_by.parse();
                let recognised_by = recognised_by
                    .map_err(|()| ExistenceError::Form("document or acquaintance: recognisedBy"))?;
                let signature = bytes(&desk.signature, "base64url: desk.signature")?;
                let helper = desk.helper.as_ref().map(|helper| {
                    let kind = helper.kind.parse();
                    let kind =
                        kind.map_err(|()| ExistenceError::Form("guardian or attorney: helper.kind"))?;
                    Ok::<_, ExistenceError>(Helper { name: helper.name.trim().to_owned(), kind })
                });
                let said =
                    (desk.station.as_str(), desk.operator.as_str(), recognised_by, helper.transpose()?);
                let vouched = self.vouched(&tenant.id, said, signature).await?;
                Ok(Witness::Desk(vouched.ok_or(ExistenceError::UnknownStation)?))
            }
            _ => Err(ExistenceError::Form("alone: either passkey and assertion, or desk")),
        }
    }
}

fn bytes(text: &str, member: &'static str) -> Result<Vec<u8>, ExistenceError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ExistenceError::Form(member))
}

/// From the message to keys and bytes.
fn parse(answer: &ExistenceAnswer, witness: Witness) -> Result<Answer, ExistenceError> {
    let mut signed = serde_json::to_value(answer).map_err(|_| ExistenceError::Form("JSON"))?;
    if let Some(members) = signed.as_object_mut() {
        members.remove("deviceSignature");
        members.remove("capture");
    }
    let captured_at = answer.captured_at.as_deref().map(|text| {
        let at = chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
        at.map_err(|_| ExistenceError::Form("a time of RFC 3339: capturedAt"))
    });
    Ok(Answer {
        challenge: answer.challenge.clone(),
        holder_key: PublicKey::from_jwk(&answer.holder_key)
            .map_err(|_| ExistenceError::Form("a public key: holderKey"))?,
        witness,
        captured_at: captured_at.transpose()?,
        parts: answer.parts.clone(),
        device_signature: bytes(&answer.device_signature, "base64url: deviceSignature")?,
        // RFC 8785: both sides sign the same bytes whatever their JSON library writes.
        signed: serde_json_canonicalizer::to_vec(&signed).map_err(|_| ExistenceError::Form("JSON"))?,
    })
}
