//! The proofs of keys that an issuer wants (OID4VCI 1.0, appendix F), up to the signature and from it on.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;
use credential::data_integrity::{self, Prepared, ProofOptions, Purpose, Suite};
use holding::copies::{HolderKeys, proof_id, read_proof_id};
use holding::key_kind::holder_did;
use holding::key_proof::{Proving, signing_input};
use holding::reception::{OfferFault, ProofBy, Reception};
use holding::signing::{SignatureFault, ToSign, compact_jws};
use keys::PublicKey;
use serde_json::{Value, json};

use super::{OfferError, OfferState};
use crate::app::fault::Fault;
use crate::app::{Person, Wallet};

/// What the page is to sign, and what those that are presentations lack but the signature.
#[derive(Clone, Default)]
pub(super) struct Proofs {
    pub to_sign: Vec<ToSign>,
    pub presentations: BTreeMap<String, Value>,
}

/// One presentation that proves a key.
struct Presenting<'a> {
    suite: &'a str,
    by_did_key: bool,
    key: &'a PublicKey,
    issuer: &'a str,
    nonce: Option<&'a str>,
    now: Timestamp,
}

impl Wallet {
    /// The proofs of each credential, one for each key; each request has a nonce of its own.
    pub(super) async fn key_proofs(
        &self,
        person: &Person,
        reception: &Reception,
        slots: &[usize],
        keys: &HolderKeys,
    ) -> Result<Proofs, OfferError> {
        let mut proofs = Proofs::default();
        for slot in slots {
            self.prove_place(person, reception, (*slot, keys), &mut proofs).await?;
        }
        Ok(proofs)
    }

    async fn prove_place(
        &self,
        person: &Person,
        reception: &Reception,
        (slot, keys): (usize, &HolderKeys),
        proofs: &mut Proofs,
    ) -> Result<(), OfferError> {
        let offered = reception.offered.get(slot).ok_or(OfferError::Unknown)?;
        let nonce = self.nonce(reception).await?;
        let nonce = nonce.as_deref();
        let attestation = match (offered.needs_attestation, self.attester_of(person).await?) {
            (false, _) => None,
            (true, Some(attester)) => Some(self.attest(attester, &keys.device, nonce).await?),
            // Opened at a desk, and taken on by a phone.
            (true, None) => return Err(OfferFault::Attestation.into()),
        };
        // Keys of copies are in a browser, where nobody can vouch for them.
        let copied = offered.needs_proof && attestation.is_none();
        let wanted = if copied { usize::MAX } else { 1 };
        for (copy, key) in keys.of(offered.proof.kind).into_iter().take(wanted).enumerate() {
            let id = proof_id(slot, copy);
            let input = match &offered.proof.by {
                ProofBy::Jwt(alg) => signing_input(
                    &Proving {
                        key,
                        alg,
                        issuer: &reception.endpoints.issuer,
                        nonce,
                        assurance: person.session.assurance,
                        representative: person.representative().map(|one| one.kind),
                        attestation: attestation.as_deref(),
                    },
                    self.now(),
                ),
                ProofBy::Presentation { suite, by_did_key } => {
                    let issuer = &reception.endpoints.issuer;
                    let (by_did_key, now) = (*by_did_key, self.now());
                    let prepared =
                        present(&Presenting { suite, by_did_key, key, issuer, nonce, now }).await?;
                    proofs
                        .presentations
                        .insert(id.clone(), serde_json::to_value(&prepared).map_err(Fault::from)?);
                    prepared.to_sign
                }
            };
            let named = (*key != keys.device).then(|| key.jwk_thumbprint());
            proofs.to_sign.push(ToSign { id, input, key: named });
        }
        Ok(())
    }
}

/// Appendix F.2: an empty presentation by whoever holds the key, for this issuer and this nonce.
async fn present(presenting: &Presenting<'_>) -> Result<Prepared, Fault> {
    let Presenting { suite, by_did_key, key, issuer, nonce, now } = *presenting;
    let unknown = || Fault::Prepare(format!("{suite} is no cryptosuite"));
    let suite = Suite::parse(suite).ok_or_else(unknown)?;
    let (did, method) = holder_did(key, Some(key.did_key().as_str()).filter(|_| by_did_key));
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did,
    });
    let options = ProofOptions {
        created: Some(now),
        purpose: Purpose::Authentication,
        challenge: nonce.map(str::to_owned),
        domain: Some(issuer.to_owned()),
        expires: None,
    };
    let prepared = data_integrity::prepare(&document, suite, &method, &options).await;
    prepared.map_err(|error| Fault::Prepare(error.to_string()))
}

/// A proof with its signature, as `proofs` holds it.
pub(super) fn finished(
    item: &ToSign,
    signatures: &BTreeMap<String, Vec<u8>>,
    presentations: &BTreeMap<String, Value>,
) -> Result<Value, OfferError> {
    let signature = signatures.get(&item.id).ok_or(SignatureFault::Missing)?;
    match presentations.get(&item.id) {
        None => Ok(Value::String(compact_jws(&item.input, signature))),
        Some(kept) => {
            let prepared: Prepared = serde_json::from_value(kept.clone()).map_err(Fault::from)?;
            Ok(prepared.finish(signature))
        }
    }
}

/// What of the proofs is not settled yet.
pub(super) fn missing(offer: &OfferState, proofs: &[ToSign]) -> Vec<ToSign> {
    let settled = super::settled_slots(offer);
    let open = |item: &&ToSign| place(item).is_some_and(|slot| !settled.contains(&slot));
    proofs.iter().filter(open).cloned().collect()
}

pub(super) fn place(item: &ToSign) -> Option<usize> {
    Some(read_proof_id(&item.id)?.0)
}

pub(super) fn places(items: &[ToSign]) -> BTreeSet<usize> {
    items.iter().filter_map(place).collect()
}

/// The key that signs a proof: its copy's, of the kind that its place wants.
pub(super) fn key_of<'k>(
    item: &ToSign,
    reception: &Reception,
    keys: &'k HolderKeys,
) -> Option<&'k PublicKey> {
    let (slot, copy) = read_proof_id(&item.id)?;
    keys.of_copy(reception.kind(slot), copy)
}
