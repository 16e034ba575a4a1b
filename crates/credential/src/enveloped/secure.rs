//! Putting a credential or presentation into an envelope, in one step or in two.

use clock::{Entropy, Timestamp};
use coset::CoseSign1;
use keys::{Algorithm, PublicKey};
use serde_json::{Map, Value, json};

use super::{ABOUT_THE_ENVELOPE, Content, Envelope, REFUSED, cose};
use crate::data_integrity::{SecureError, SigningKey};
use crate::datetime::{self, Offset};
use crate::input::Input;
use crate::jwt;
use crate::outcome::{CheckName, Fault};
use crate::sd_jwt::{self, ClaimPath, PathElement};
use crate::{expand, limits, vcdm};

/// How a credential is put into its envelope.
#[derive(Clone, Debug)]
pub struct EnvelopeOptions {
    pub issued_at: Timestamp,
    /// The key that the credential is bound to, as `cnf`. COSE has no place for it.
    pub holder_key: Option<PublicKey>,
    /// Which members the holder may withhold; of SD-JWT alone.
    pub disclosable: Vec<ClaimPath>,
    /// Digests that belong to nothing, in each object with withheld members.
    pub decoys: usize,
}

impl EnvelopeOptions {
    /// Nothing is withheld and no key is named.
    #[must_use]
    pub fn at(issued_at: Timestamp) -> Self {
        Self { issued_at, holder_key: None, disclosable: Vec::new(), decoys: 0 }
    }
}

/// The request that a presentation answers.
#[derive(Clone, Debug)]
pub struct Binding {
    pub nonce: String,
    pub audience: String,
    pub made_at: Timestamp,
}

/// How long a presentation made for one request is good for.
const PRESENTATION_SECONDS: i64 = 600;

/// An envelope that lacks only the signature.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Sign these bytes as they are, by the algorithm that was named.
    pub to_sign: Vec<u8>,
    rest: Rest,
}

#[derive(Clone, Debug)]
enum Rest {
    Jwt(String),
    SdJwt { signing_input: String, disclosures: Vec<String> },
    Cose(Box<CoseSign1>),
}

impl Prepared {
    /// Adds the signature. Whether it is the right one, verification tells.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> Input {
        match self.rest {
            Rest::Jwt(input) => Input::Jwt(jwt::append_signature(&input, signature)),
            Rest::SdJwt { signing_input, disclosures } => {
                let mut text = jwt::append_signature(&signing_input, signature);
                text.push('~');
                for disclosure in disclosures {
                    text.push_str(&disclosure);
                    text.push('~');
                }
                Input::Compact(text)
            }
            Rest::Cose(sign1) => Input::Cose(cose::finish(*sign1, signature)),
        }
    }
}

/// Issues a credential: checked like one that gets a proof, then signed with the key's DID URL as `kid`.
pub async fn secure_credential(
    credential: &Value,
    envelope: Envelope,
    key: &SigningKey,
    options: &EnvelopeOptions,
    entropy: &dyn Entropy,
) -> Result<Input, SecureError> {
    vcdm::validate_unsecured(credential).map_err(SecureError::Document)?;
    let object = credential.as_object().ok_or_else(|| form("notAnObject", "not a JSON object"))?;
    check_terms(object).await?;
    let mut claims = registered(object, options.issued_at);
    if let Some(holder) = options.holder_key.filter(|_| envelope != Envelope::Cose) {
        claims.insert("cnf".to_owned(), json!({ "jwk": holder.to_jwk() }));
    }
    let new = New {
        content: Content::Credential,
        document: object,
        claims,
        kid: &key.verification_method,
        alg: key.signer.public_key().algorithm().jose(),
        disclosable: &options.disclosable,
        decoys: options.decoys,
    };
    let prepared = prepare(&new, envelope, entropy)?;
    let signature = key.signer.sign(&prepared.to_sign).await?;
    Ok(prepared.finish(&signature))
}

/// First half of presenting, for keys that sign elsewhere. A presentation for nobody has no binding.
pub async fn prepare_presentation(
    presentation: &Value,
    envelope: Envelope,
    verification_method: &str,
    algorithm: Algorithm,
    binding: Option<&Binding>,
    entropy: &dyn Entropy,
) -> Result<Prepared, SecureError> {
    vcdm::validate_presentation(presentation).map_err(SecureError::Document)?;
    let object = presentation.as_object().ok_or_else(|| form("notAnObject", "not a JSON object"))?;
    check_terms(object).await?;
    let mut claims = Map::new();
    if let Some(holder) = vcdm::holder_of(object) {
        claims.insert("iss".to_owned(), json!(holder));
    }
    if let Some(binding) = binding {
        claims.insert("nonce".to_owned(), json!(binding.nonce));
        claims.insert("aud".to_owned(), json!(binding.audience));
        claims.insert("iat".to_owned(), json!(binding.made_at.timestamp()));
        claims.insert("exp".to_owned(), json!(binding.made_at.timestamp() + PRESENTATION_SECONDS));
    }
    let new = New {
        content: Content::Presentation,
        document: object,
        claims,
        kid: verification_method,
        alg: algorithm.jose(),
        disclosable: &[],
        decoys: 0,
    };
    Ok(prepare(&new, envelope, entropy)?)
}

/// Both halves of presenting.
pub async fn secure_presentation(
    presentation: &Value,
    envelope: Envelope,
    key: &SigningKey,
    binding: Option<&Binding>,
    entropy: &dyn Entropy,
) -> Result<Input, SecureError> {
    let algorithm = key.signer.public_key().algorithm();
    let prepared =
        prepare_presentation(presentation, envelope, &key.verification_method, algorithm, binding, entropy)
            .await?;
    let signature = key.signer.sign(&prepared.to_sign).await?;
    Ok(prepared.finish(&signature))
}

/// Every term must mean something under the contexts. Credentials in a presentation are looked at by themselves.
pub(crate) async fn check_terms(document: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    let mut document = document.clone();
    document.remove("verifiableCredential");
    expand::canonical(&Value::Object(document)).await.map(|form| form.types)
}

/// The claims that say again, for readers of JWT, what the credential says. `exp` ends with the credential:
/// readers that know no `validUntil` must not rely on it for longer.
pub(super) fn registered(credential: &Map<String, Value>, issued_at: Timestamp) -> Map<String, Value> {
    let mut claims = Map::new();
    if let Some(issuer) = vcdm::issuer_of(credential) {
        claims.insert("iss".to_owned(), json!(issuer));
    }
    if let Some(id) = credential.get("id") {
        claims.insert("jti".to_owned(), id.clone());
    }
    claims.insert("iat".to_owned(), json!(issued_at.timestamp()));
    let until = credential.get("validUntil").and_then(Value::as_str);
    if let Some(until) = until.and_then(|text| datetime::parse(text, Offset::Required)) {
        claims.insert("exp".to_owned(), json!(until.timestamp()));
    }
    claims
}

/// What goes into an envelope.
pub(super) struct New<'a> {
    pub(super) content: Content,
    pub(super) document: &'a Map<String, Value>,
    /// Registered claims beside it.
    pub(super) claims: Map<String, Value>,
    pub(super) kid: &'a str,
    /// The JOSE name of the algorithm.
    pub(super) alg: &'a str,
    pub(super) disclosable: &'a [ClaimPath],
    pub(super) decoys: usize,
}

pub(super) fn prepare(new: &New<'_>, envelope: Envelope, entropy: &dyn Entropy) -> Result<Prepared, Fault> {
    check_members(new)?;
    if envelope != Envelope::SdJwt && !new.disclosable.is_empty() {
        return Err(form("notSelective", "only an SD-JWT lets its holder withhold members"));
    }
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!(envelope.subtype(new.content)));
    header.insert("cty".to_owned(), json!(new.content.subtype()));
    header.insert("kid".to_owned(), json!(new.kid));
    if envelope == Envelope::Cose {
        let (sign1, to_sign) = cose::prepare(&header, &new.claims, new.document, new.alg)?;
        return Ok(Prepared { to_sign, rest: Rest::Cose(Box::new(sign1)) });
    }
    let mut payload = new.document.clone();
    let mut claims = new.claims.clone();
    let holder_key = claims.remove("cnf");
    payload.extend(claims);
    let (mut payload, disclosures) = match envelope {
        Envelope::SdJwt => {
            sd_jwt::withhold_from(Value::Object(payload), new.disclosable, new.decoys, entropy)?
        }
        _ => (payload, Vec::new()),
    };
    payload.extend(holder_key.map(|key| ("cnf".to_owned(), key)));
    let signing_input = jwt::signing_input_by(header, &payload, new.alg);
    let to_sign = signing_input.clone().into_bytes();
    let rest = match envelope {
        Envelope::SdJwt => Rest::SdJwt { signing_input, disclosures },
        _ => Rest::Jwt(signing_input),
    };
    Ok(Prepared { to_sign, rest })
}

/// What a verifier needs to judge the rest is never withheld.
const NEVER_WITHHELD: [&str; 7] =
    ["@context", "type", "issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema"];

fn check_members(new: &New<'_>) -> Result<(), Fault> {
    limits::check(&Value::Object(new.document.clone()))?;
    for name in ABOUT_THE_ENVELOPE.iter().chain(&REFUSED) {
        if new.document.contains_key(*name) {
            return Err(form("reservedName", "this name belongs to the envelope").at(format!("/{name}")));
        }
    }
    if new.document.contains_key("proof") {
        return Err(form("proofInside", "a proof inside of an envelope is not verified").at("/proof"));
    }
    let is_needed = |name: &str| match new.content {
        Content::Credential => NEVER_WITHHELD.contains(&name),
        Content::Presentation => false,
    };
    let withheld = new.disclosable.iter().find(|path| match path.as_slice() {
        [PathElement::Name(name), ..] => is_needed(name) || ABOUT_THE_ENVELOPE.contains(&name.as_str()),
        _ => true,
    });
    match withheld {
        Some(path) => {
            Err(form("neverWithheld", "this member must always be disclosed").at(sd_jwt::pointer(path)))
        }
        None => Ok(()),
    }
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
