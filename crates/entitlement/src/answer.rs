//! What the beneficiary's device sends, and what makes it believable.

use clock::Timestamp;
use keys::PublicKey;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::assertion::{self, Assertion, AssertionFault, Ceremony};
use crate::desk::{About, Statement, Vouched};

/// An answer, decoded, and the bytes its device key signed.
pub struct Answer {
    /// The challenge it answers, as the server gave it.
    pub challenge: String,
    pub holder_key: PublicKey,
    pub witness: Witness,
    /// When the person was there, by the clock of the device.
    pub captured_at: Option<Timestamp>,
    /// Digests of pictures and place, as they were signed.
    pub parts: Vec<String>,
    pub device_signature: Vec<u8>,
    /// JCS (RFC 8785) of the message without its device signature.
    pub signed: Vec<u8>,
}

/// What says that the person was there.
pub enum Witness {
    /// The person's own authenticator, which verified them.
    Passkey { passkey: Passkey, assertion: Assertion },
    /// An operator at a station of the Fund, where a wallet service keeps the person's key.
    Desk(Vouched),
}

/// What remains of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witnessed {
    Passkey { id: Vec<u8>, synced: bool },
    Desk(Statement),
}

/// The passkey as the wallet's server knows it; the Fund meets it here for the first time.
pub struct Passkey {
    pub credential_id: Vec<u8>,
    pub public_key: PublicKey,
    pub rp_id: String,
    pub origin: String,
}

/// Where an acceptable answer comes from.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub request_id: &'a str,
    pub rp_id: &'a str,
    pub origin: &'a str,
}

/// An answer that was verified; there is no other way to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    challenge: String,
    holder_key: PublicKey,
    witnessed: Witnessed,
    captured_at: Option<Timestamp>,
    digest: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    #[error("the holder key is not a P-256 key")]
    HolderKey,
    #[error("the answer comes from a wallet the Fund does not work with")]
    Wallet,
    #[error("the station of the Fund did not sign this word of its operator")]
    Station,
    #[error("the device key's signature does not match")]
    DeviceSignature,
    #[error(transparent)]
    Assertion(#[from] AssertionFault),
}

impl Answer {
    /// The digest by which a repeated answer is recognised.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        // ECDSA is randomised, so a device that signs again makes other bytes: only what is signed counts.
        Sha256::digest(&self.signed).into()
    }

    /// Verifies the device's signature over the bundle and the passkey's over the bundle's challenge.
    pub fn verify(&self, expected: Expected<'_>) -> Result<Proof, AnswerFault> {
        let PublicKey::P256(_) = self.holder_key else { return Err(AnswerFault::HolderKey) };
        self.holder_key
            .verify(&self.signed, &self.device_signature)
            .map_err(|_| AnswerFault::DeviceSignature)?;
        Ok(Proof {
            challenge: self.challenge.clone(),
            holder_key: self.holder_key,
            witnessed: self.witness(expected)?,
            captured_at: self.captured_at,
            digest: self.digest(),
        })
    }

    fn witness(&self, expected: Expected<'_>) -> Result<Witnessed, AnswerFault> {
        let thumbprint = self.holder_key.jwk_thumbprint();
        match &self.witness {
            Witness::Passkey { passkey, assertion } => {
                if passkey.rp_id != expected.rp_id || passkey.origin != expected.origin {
                    return Err(AnswerFault::Wallet);
                }
                let challenge = bundle_challenge(expected.request_id, &self.challenge, &thumbprint);
                let ceremony =
                    Ceremony { challenge: &challenge, rp_id: expected.rp_id, origin: expected.origin };
                let facts = assertion::verify(&passkey.public_key, assertion, &ceremony)?;
                Ok(Witnessed::Passkey { id: passkey.credential_id.clone(), synced: facts.synced })
            }
            Witness::Desk(vouched) => {
                let about = About {
                    request_id: expected.request_id,
                    challenge: &self.challenge,
                    holder_key: &thumbprint,
                    captured_at: self.captured_at.ok_or(AnswerFault::Station)?,
                    parts: &self.parts,
                };
                match vouched.holds(&about) {
                    true => Ok(Witnessed::Desk(vouched.statement.clone())),
                    false => Err(AnswerFault::Station),
                }
            }
        }
    }
}

impl Proof {
    #[must_use]
    pub fn challenge(&self) -> &str {
        &self.challenge
    }

    #[must_use]
    pub fn holder_key(&self) -> &PublicKey {
        &self.holder_key
    }

    #[must_use]
    pub fn witnessed(&self) -> &Witnessed {
        &self.witnessed
    }

    /// As the device says; [`crate::Request::answered`] holds it between challenge and receipt.
    #[must_use]
    pub fn captured_at(&self) -> Option<Timestamp> {
        self.captured_at
    }

    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// The challenge the passkey signs: it names the request, the server's challenge and the device key, so that none of the
/// three can be exchanged for another.
#[must_use]
pub fn bundle_challenge(request_id: &str, challenge: &str, holder_key_thumbprint: &str) -> [u8; 32] {
    let bundle = json!({
        "requestId": request_id,
        "challenge": challenge,
        "holderKeyThumbprint": holder_key_thumbprint,
    });
    // Three strings in an object always have a canonical form.
    Sha256::digest(serde_json_canonicalizer::to_vec(&bundle).unwrap_or_default()).into()
}

/// The short code of an answer, shown on both sides so that an officer on the phone knows that the device in the person's
/// hand is the one that answered. Crockford's base 32: no letters that are mistaken for digits.
#[must_use]
pub fn reference(digest: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let [a, b, c, d, e, ..] = *digest;
    let number = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    let mut text = String::with_capacity(9);
    for place in (0..8).rev() {
        let at = usize::try_from((number >> (5 * place)) & 0x1f).unwrap_or_default();
        text.push(ALPHABET.get(at).copied().map_or('0', char::from));
        if place == 4 {
            text.push('-');
        }
    }
    text
}

/// A proof without the trouble of keys, for tests of the steps that follow.
#[cfg(test)]
pub(crate) mod tests_support {
    #![allow(clippy::unwrap_used)]
    use super::{Proof, Witnessed};
    use keys::PublicKey;

    /// Made at a time that the device says.
    pub(crate) fn made_at(challenge: &str, captured_at: clock::Timestamp) -> Proof {
        Proof { captured_at: Some(captured_at), ..proof(challenge, 1) }
    }

    pub(crate) fn proof(challenge: &str, digest: u8) -> Proof {
        Proof {
            challenge: challenge.to_owned(),
            // A published did:key vector.
            holder_key: PublicKey::from_multikey("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169")
                .unwrap(),
            witnessed: Witnessed::Passkey { id: vec![1; 16], synced: true },
            captured_at: None,
            digest: [digest; 32],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use keys::{Algorithm, Signer as _, SoftwareKey};
    use ring::rand::SystemRandom;
    use ring::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair as _,
    };

    use super::*;

    const RP: &str = "wallet.localhost";
    const ORIGIN: &str = "http://wallet.localhost:7102";
    const REQUEST: Expected<'static> = Expected { request_id: "01j", rp_id: RP, origin: ORIGIN };

    struct Device {
        holder: EcdsaKeyPair,
        passkey: EcdsaKeyPair,
        random: SystemRandom,
        client_data: String,
        authenticator_data: Vec<u8>,
    }

    fn holder_key(device: &Device) -> PublicKey {
        PublicKey::p256(device.holder.public_key().as_ref()).unwrap()
    }

    fn device() -> Device {
        let random = SystemRandom::new();
        let pair = |algorithm| {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()
        };
        let mut device = Device {
            holder: pair(&ECDSA_P256_SHA256_FIXED_SIGNING),
            passkey: pair(&ECDSA_P256_SHA256_ASN1_SIGNING),
            random,
            client_data: String::new(),
            authenticator_data: [Sha256::digest(RP).to_vec(), vec![0x05, 0, 0, 0, 7]].concat(),
        };
        let challenge = bundle_challenge("01j", "c1", &holder_key(&device).jwk_thumbprint());
        device.client_data = client_data("webauthn.get", &challenge, ORIGIN);
        device
    }

    fn client_data(kind: &str, challenge: &[u8], origin: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false,"other":1}}"#
        )
    }

    impl Device {
        fn answer(&self) -> Answer {
            let over = [self.authenticator_data.clone(), Sha256::digest(&self.client_data).to_vec()].concat();
            let signed = b"the canonical bytes of the message".to_vec();
            Answer {
                challenge: "c1".into(),
                holder_key: holder_key(self),
                witness: Witness::Passkey {
                    passkey: Passkey {
                        credential_id: vec![9; 16],
                        public_key: PublicKey::p256(self.passkey.public_key().as_ref()).unwrap(),
                        rp_id: RP.into(),
                        origin: ORIGIN.into(),
                    },
                    assertion: Assertion {
                        authenticator_data: self.authenticator_data.clone(),
                        client_data_json: self.client_data.clone().into_bytes(),
                        signature: self.passkey.sign(&self.random, &over).unwrap().as_ref().to_vec(),
                    },
                },
                captured_at: None,
                parts: Vec::new(),
                device_signature: self.holder.sign(&self.random, &signed).unwrap().as_ref().to_vec(),
                signed,
            }
        }

        fn fault(&self) -> AnswerFault {
            self.answer().verify(REQUEST).unwrap_err()
        }
    }

    fn parts(answer: &mut Answer) -> (&mut Passkey, &mut Assertion) {
        match &mut answer.witness {
            Witness::Passkey { passkey, assertion } => (passkey, assertion),
            Witness::Desk(_) => panic!("a passkey answers here"),
        }
    }

    #[test]
    fn word_of_a_station_stands_in_for_the_passkey_and_needs_its_time() {
        let device = device();
        let station = SoftwareKey::generate(Algorithm::P256, &clock::SeededEntropy::new(3));
        let captured_at = chrono::DateTime::UNIX_EPOCH;
        let statement = Statement {
            station: station.public_key().jwk_thumbprint(),
            operator: "Awa Diop".into(),
            recognised_by: crate::desk::RecognisedBy::Document,
            helper: None,
        };
        let thumbprint = holder_key(&device).jwk_thumbprint();
        let about =
            About { request_id: "01j", challenge: "c1", holder_key: &thumbprint, captured_at, parts: &[] };
        let signature = station.sign_now(&statement.signing_input(&about)).unwrap();
        let vouched = Vouched { statement: statement.clone(), station_key: *station.public_key(), signature };
        let witness = Witness::Desk(vouched);
        let mut answer = Answer { witness, captured_at: Some(captured_at), ..device.answer() };
        let proof = answer.verify(REQUEST).unwrap();
        assert_eq!(
            (proof.witnessed(), proof.captured_at()),
            (&Witnessed::Desk(statement), Some(captured_at))
        );
        answer.parts.push("a picture that the station did not see".into());
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::Station));
        answer.parts.clear();
        answer.captured_at = None;
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::Station));
    }

    #[test]
    fn answer_of_the_device_is_believed() {
        let device = device();
        let proof = device.answer().verify(REQUEST).unwrap();
        assert_eq!(proof.holder_key(), &holder_key(&device));
        assert_eq!(proof.witnessed(), &Witnessed::Passkey { id: vec![9; 16], synced: false });
    }

    #[test]
    fn passkey_may_be_ed25519() {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let device = device();
        let mut answer = device.answer();
        let over = [device.authenticator_data.clone(), Sha256::digest(&device.client_data).to_vec()].concat();
        let (passkey, assertion) = parts(&mut answer);
        passkey.public_key = PublicKey::ed25519(pair.public_key().as_ref().try_into().unwrap()).unwrap();
        assertion.signature = pair.sign(&over).as_ref().to_vec();
        assert!(answer.verify(REQUEST).is_ok());
    }

    #[test]
    fn each_change_of_the_ceremony_is_refused() {
        let mut device = device();
        let thumbprint = holder_key(&device).jwk_thumbprint();
        let challenge = bundle_challenge("01j", "c1", &thumbprint);
        let cases = [
            (client_data("webauthn.create", &challenge, ORIGIN), AssertionFault::Type),
            (
                client_data("webauthn.get", &bundle_challenge("01k", "c1", &thumbprint), ORIGIN),
                AssertionFault::Challenge,
            ),
            (
                client_data("webauthn.get", &bundle_challenge("01j", "c2", &thumbprint), ORIGIN),
                AssertionFault::Challenge,
            ),
            (
                client_data("webauthn.get", &bundle_challenge("01j", "c1", "other"), ORIGIN),
                AssertionFault::Challenge,
            ),
            (client_data("webauthn.get", &challenge, "http://evil.localhost:7102"), AssertionFault::Origin),
            (
                client_data("webauthn.get", &challenge, ORIGIN).replace("false", "true"),
                AssertionFault::Origin,
            ),
            ("not json".into(), AssertionFault::ClientData),
            (" ".repeat(5000), AssertionFault::ClientData),
        ];
        for (text, fault) in cases {
            device.client_data = text;
            assert_eq!(device.fault(), AnswerFault::Assertion(fault), "{}", device.client_data);
        }
    }

    #[test]
    fn each_change_of_the_authenticator_data_is_refused() {
        let rp = Sha256::digest(RP).to_vec();
        let cases = [
            (
                [Sha256::digest("other").to_vec(), vec![0x05, 0, 0, 0, 7]].concat(),
                AssertionFault::RelyingParty,
            ),
            ([rp.clone(), vec![0x04, 0, 0, 0, 7]].concat(), AssertionFault::NotPresent),
            ([rp.clone(), vec![0x01, 0, 0, 0, 7]].concat(), AssertionFault::NotVerified),
            ([rp.clone(), vec![0x15, 0, 0, 0, 7]].concat(), AssertionFault::AuthenticatorData),
            ([rp, vec![0x05, 0, 0]].concat(), AssertionFault::AuthenticatorData),
        ];
        for (data, fault) in cases {
            let device = Device { authenticator_data: data, ..device() };
            assert_eq!(device.fault(), AnswerFault::Assertion(fault));
        }
    }

    #[test]
    fn signatures_by_other_keys_are_refused() {
        let (mine, theirs) = (device(), device());
        let mut answer = mine.answer();
        parts(&mut answer).0.public_key = parts(&mut theirs.answer()).0.public_key;
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::Assertion(AssertionFault::Signature)));
        let mut answer = mine.answer();
        answer.holder_key = holder_key(&theirs);
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::DeviceSignature));
        let mut answer = mine.answer();
        answer.signed.push(b' ');
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::DeviceSignature));
    }

    #[test]
    fn answers_of_another_wallet_or_key_type_are_refused() {
        let mut answer = device().answer();
        parts(&mut answer).0.rp_id = "evil.localhost".into();
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::Wallet));
        let mut answer = device().answer();
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        answer.holder_key = PublicKey::ed25519(pair.public_key().as_ref().try_into().unwrap()).unwrap();
        assert_eq!(answer.verify(REQUEST), Err(AnswerFault::HolderKey));
    }

    #[test]
    fn reference_is_eight_characters_that_can_be_read_aloud() {
        assert_eq!(reference(&[0; 32]), "0000-0000");
        assert_eq!(reference(&[0xff; 32]), "ZZZZ-ZZZZ");
    }
}
