//! JSON Web Encryption in compact form (RFC 7516), as OpenID4VC uses it: `ECDH-ES` on P-256 with AES-GCM, no compression.
//!
//! One recipient, one algorithm of agreement, so a header has nothing to choose from. Anything else fails.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Entropy;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};
use ring::{aead, digest, hmac};
use serde_json::{Map, Value, json};

/// `alg` of every message here (RFC 7518, 4.6).
pub const AGREEMENT: &str = "ECDH-ES";

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// A header holds a public key and names; nothing of that needs more.
const MAX_HEADER_BYTES: usize = 4 * 1024;

/// How the content is encrypted (RFC 7518, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    A128Gcm,
    A256Gcm,
}

/// A secret key to which messages are encrypted.
pub struct DecryptionKey {
    secret: SecretKey,
    kid: String,
}

/// Whom a message is for.
#[derive(Clone, Debug)]
pub struct Recipient {
    public: PublicKey,
    kid: Option<String>,
}

/// Why a message or a recipient's key is refused; each one is `invalid_encryption_parameters`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionFault {
    #[error("the message is not a JWE in compact form")]
    Form,
    #[error("alg of the message and of the key must be ECDH-ES")]
    Agreement,
    #[error("enc must be one of A128GCM and A256GCM")]
    Content,
    #[error("compression with zip is not supported")]
    Compression,
    #[error("the header names a critical extension that is not known")]
    Critical,
    #[error("the key is not a public key of P-256 in form of a JWK")]
    Key,
    #[error("kid names another key")]
    Recipient,
    #[error("the message cannot be decrypted with the key it is for")]
    Decryption,
    #[error("an encrypted response needs an encrypted request")]
    PlainRequest,
}

impl Encryption {
    pub const ALL: [Self; 2] = [Self::A128Gcm, Self::A256Gcm];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    pub fn parse(text: &str) -> Result<Self, EncryptionFault> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(EncryptionFault::Content)
    }

    const fn algorithm(self) -> &'static aead::Algorithm {
        match self {
            Self::A128Gcm => &aead::AES_128_GCM,
            Self::A256Gcm => &aead::AES_256_GCM,
        }
    }
}

impl DecryptionKey {
    /// A new key, for one exchange.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut seed = [0u8; 32];
        entropy.fill(&mut seed);
        Self::from_seed(&seed)
    }

    /// The same key from the same 32 secret bytes, so that every process of a service has it without storing it.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, seed);
        // All but one of 2^32 values are keys of P-256, so the second one is never needed in practice.
        let secret = (0u64..).find_map(|draw| {
            let bytes = hmac::sign(&root, &draw.to_be_bytes());
            SecretKey::from_slice(bytes.as_ref()).ok()
        });
        let secret = secret.unwrap_or_else(|| unreachable!("some draw is a key"));
        let (x, y) = coordinates(&secret.public_key());
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()));
        Self { secret, kid }
    }

    /// `kid` is the RFC 7638 thumbprint.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let (x, y) = coordinates(&self.secret.public_key());
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "enc", "alg": AGREEMENT, "kid": self.kid})
    }

    /// The plaintext. A `kid` must be ours, where the message has one.
    pub fn decrypt(&self, message: &str) -> Result<Vec<u8>, EncryptionFault> {
        let parts: Vec<&str> = message.split('.').collect();
        // Direct agreement has no encrypted key (RFC 7516, 5.1).
        let [header_text, "", nonce, ciphertext, tag] = parts.as_slice() else {
            return Err(EncryptionFault::Form);
        };
        let header = header(header_text)?;
        let encryption = checked(&header)?;
        if header.get("kid").is_some_and(|kid| kid.as_str() != Some(&self.kid)) {
            return Err(EncryptionFault::Recipient);
        }
        let ephemeral = public_key(header.get("epk").ok_or(EncryptionFault::Key)?)?;
        let secret = p256::ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), ephemeral.as_affine());
        let party = |name| party(&header, name);
        let key = content_key(encryption, secret.raw_secret_bytes(), &party("apu")?, &party("apv")?)?;
        let nonce: [u8; NONCE_BYTES] = decode(nonce)?.try_into().map_err(|_| EncryptionFault::Form)?;
        let tag = decode(tag)?;
        if tag.len() != TAG_BYTES {
            return Err(EncryptionFault::Form);
        }
        let mut sealed = decode(ciphertext)?;
        sealed.extend_from_slice(&tag);
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let associated = aead::Aad::from(header_text.as_bytes());
        let length =
            key.open_in_place(nonce, associated, &mut sealed).map_err(|_| EncryptionFault::Decryption)?.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}

impl Recipient {
    /// OID4VCI 1.0, 10: `alg` must be there.
    pub fn from_jwk(jwk: &Value) -> Result<Self, EncryptionFault> {
        if jwk.get("alg").and_then(Value::as_str) != Some(AGREEMENT) {
            return Err(EncryptionFault::Agreement);
        }
        let kid = match jwk.get("kid") {
            None => None,
            Some(Value::String(kid)) if kid.len() <= 256 => Some(kid.clone()),
            Some(_) => return Err(EncryptionFault::Key),
        };
        Ok(Self { public: public_key(jwk)?, kid })
    }

    /// A compact JWE under a fresh ephemeral key.
    pub fn encrypt(
        &self,
        plaintext: &[u8],
        encryption: Encryption,
        entropy: &dyn Entropy,
    ) -> Result<String, EncryptionFault> {
        let ephemeral = DecryptionKey::generate(entropy);
        let (x, y) = coordinates(&ephemeral.secret.public_key());
        let mut header = Map::new();
        header.insert("alg".to_owned(), AGREEMENT.into());
        header.insert("enc".to_owned(), encryption.as_str().into());
        header.insert("epk".to_owned(), json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}));
        if let Some(kid) = &self.kid {
            header.insert("kid".to_owned(), kid.as_str().into());
        }
        let header = URL_SAFE_NO_PAD.encode(Value::Object(header).to_string());
        let secret =
            p256::ecdh::diffie_hellman(ephemeral.secret.to_nonzero_scalar(), self.public.as_affine());
        let key = content_key(encryption, secret.raw_secret_bytes(), &[], &[])?;
        let mut nonce = [0u8; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let mut sealed = plaintext.to_vec();
        let associated = aead::Aad::from(header.as_bytes());
        let tag = key
            .seal_in_place_separate_tag(aead::Nonce::assume_unique_for_key(nonce), associated, &mut sealed)
            .map_err(|_| EncryptionFault::Decryption)?;
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Ok(format!("{header}..{}.{}.{}", encode(&nonce), encode(&sealed), encode(tag.as_ref())))
    }
}

impl std::fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptionKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

fn header(text: &str) -> Result<Map<String, Value>, EncryptionFault> {
    if text.len() > MAX_HEADER_BYTES {
        return Err(EncryptionFault::Form);
    }
    let bytes = decode(text)?;
    // The binary's serde_json has no depth limit.
    if bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > 64 {
        return Err(EncryptionFault::Form);
    }
    serde_json::from_slice(&bytes).map_err(|_| EncryptionFault::Form)
}

fn checked(header: &Map<String, Value>) -> Result<Encryption, EncryptionFault> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if text("alg") != Some(AGREEMENT) {
        return Err(EncryptionFault::Agreement);
    }
    if header.contains_key("zip") {
        return Err(EncryptionFault::Compression);
    }
    if header.contains_key("crit") {
        return Err(EncryptionFault::Critical);
    }
    Encryption::parse(text("enc").unwrap_or_default())
}

/// PartyUInfo and PartyVInfo, empty where absent.
fn party(header: &Map<String, Value>, name: &str) -> Result<Vec<u8>, EncryptionFault> {
    match header.get(name) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => decode(text),
        Some(_) => Err(EncryptionFault::Form),
    }
}

/// Concat KDF of NIST SP 800-56A as RFC 7518, 4.6.2 profiles it. One round of SHA-256 is enough for both key lengths.
fn derive(encryption: Encryption, secret: &[u8], apu: &[u8], apv: &[u8]) -> Vec<u8> {
    let length = encryption.algorithm().key_len();
    let mut round = digest::Context::new(&digest::SHA256);
    round.update(&1u32.to_be_bytes());
    round.update(secret);
    for part in [encryption.as_str().as_bytes(), apu, apv] {
        round.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        round.update(part);
    }
    round.update(&u32::try_from(length * 8).unwrap_or(u32::MAX).to_be_bytes());
    round.finish().as_ref().iter().copied().take(length).collect()
}

fn content_key(
    encryption: Encryption,
    secret: &[u8],
    apu: &[u8],
    apv: &[u8],
) -> Result<aead::LessSafeKey, EncryptionFault> {
    let derived = derive(encryption, secret, apu, apv);
    let key = aead::UnboundKey::new(encryption.algorithm(), &derived);
    key.map(aead::LessSafeKey::new).map_err(|_| EncryptionFault::Content)
}

/// The point is checked to be on the curve. A JWK with a private part is refused: nobody should have sent it.
fn public_key(jwk: &Value) -> Result<PublicKey, EncryptionFault> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("kty") != Some("EC") || text("crv") != Some("P-256") || jwk.get("d").is_some() {
        return Err(EncryptionFault::Key);
    }
    let coordinate = |name| decode(text(name).unwrap_or_default()).map_err(|_| EncryptionFault::Key);
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err(EncryptionFault::Key);
    }
    PublicKey::from_sec1_bytes(&[&[4], x.as_slice(), y.as_slice()].concat()).map_err(|_| EncryptionFault::Key)
}

fn coordinates(key: &PublicKey) -> (String, String) {
    let point = key.to_encoded_point(false);
    let encode = |part: Option<&p256::FieldBytes>| part.map(|part| URL_SAFE_NO_PAD.encode(part));
    (encode(point.x()).unwrap_or_default(), encode(point.y()).unwrap_or_default())
}

fn decode(text: &str) -> Result<Vec<u8>, EncryptionFault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| EncryptionFault::Form)
}

#[cfg(test)]
#[path = "jwe_tests.rs"]
mod tests;
