//! COSE_Sign1 (RFC 9052, 4.2) around JSON, with `typ` (RFC 9596) and CWT claims in the header (RFC 9597).

use ciborium::Value as Cbor;
use coset::{
    CborSerializable as _, ContentType, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label,
    RegisteredLabelWithPrivate, TaggedCborSerializable as _, iana,
};
use serde_json::{Map, Value, json};

use super::Envelope;
use super::open::Opened;
use crate::limits;
use crate::outcome::{CheckName, Fault};

const TYP: i64 = 16;
const CWT_CLAIMS: i64 = 15;

/// CWT claims and their JWT names (RFC 8392, 4; RFC 9711 for the nonce). `cnf` and `status` are objects and are
/// not carried.
const CLAIMS: [(i64, &str); 8] =
    [(1, "iss"), (2, "sub"), (3, "aud"), (4, "exp"), (5, "nbf"), (6, "iat"), (7, "jti"), (10, "nonce")];

const ALGORITHMS: [(iana::Algorithm, &str); 4] = [
    (iana::Algorithm::ES256, "ES256"),
    (iana::Algorithm::ES384, "ES384"),
    (iana::Algorithm::ES512, "ES512"),
    (iana::Algorithm::EdDSA, "EdDSA"),
];

/// The parts of a COSE_Sign1, whatever its payload.
pub(crate) struct Parts {
    /// `typ`, `cty`, `kid` and `alg` by their JOSE names.
    pub(crate) header: Map<String, Value>,
    /// The CWT claims of the protected header, by their JWT names.
    claims: Map<String, Value>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// Takes a COSE_Sign1 around JSON apart.
pub(super) fn open(bytes: &[u8]) -> Result<Opened, Fault> {
    let Parts { header, claims, payload, signed, signature } = take_apart(bytes)?;
    let Some(Value::Object(document)) = limits::parse_json(&payload) else {
        return Err(form("coseForm", "the payload is not a JSON object"));
    };
    Ok(Opened { envelope: Envelope::Cose, header, claims, document, signed, signature })
}

/// Takes a COSE_Sign1 apart, tagged or not. What is not protected is not believed but for `kid`, which only
/// says where to look.
pub(crate) fn take_apart(bytes: &[u8]) -> Result<Parts, Fault> {
    if bytes.len() > limits::BYTES {
        return Err(form("tooLarge", "the COSE_Sign1 has too many bytes"));
    }
    let sign1 = CoseSign1::from_tagged_slice(bytes)
        .or_else(|_| CoseSign1::from_slice(bytes))
        .map_err(|_| form("coseForm", "the bytes are not a COSE_Sign1"))?;
    let header = &sign1.protected.header;
    // RFC 9052, 3.1: extensions that are critical and not understood. None is understood.
    if !header.crit.is_empty() || !sign1.unprotected.crit.is_empty() {
        return Err(form("coseForm", "the header names extensions that are not supported"));
    }
    if sign1.payload.is_none() {
        return Err(form("coseForm", "the payload is detached"));
    }
    Ok(Parts {
        header: jose_header(header, &sign1.unprotected)?,
        claims: cwt_claims(header)?,
        signed: sign1.tbs_data(&[]),
        payload: sign1.payload.unwrap_or_default(),
        signature: sign1.signature,
    })
}

fn jose_header(protected: &Header, unprotected: &Header) -> Result<Map<String, Value>, Fault> {
    let mut header = Map::new();
    let alg = ALGORITHMS
        .iter()
        .find(|(id, _)| protected.alg == Some(RegisteredLabelWithPrivate::Assigned(*id)))
        .ok_or_else(|| form("jwtAlgorithm", "the algorithm is not protected or not known here"))?;
    header.insert("alg".to_owned(), json!(alg.1));
    match &protected.content_type {
        Some(ContentType::Text(text)) => drop(header.insert("cty".to_owned(), json!(text))),
        // A number names a media type too, but none of ours has one.
        Some(_) => drop(header.insert("cty".to_owned(), Value::Null)),
        None => {}
    }
    if let Some(Cbor::Text(typ)) = parameter(protected, TYP) {
        header.insert("typ".to_owned(), json!(typ));
    }
    let kid = if protected.key_id.is_empty() { &unprotected.key_id } else { &protected.key_id };
    if !kid.is_empty() {
        let kid = std::str::from_utf8(kid).map_err(|_| form("coseForm", "the kid is not text"))?;
        header.insert("kid".to_owned(), json!(kid));
    }
    Ok(header)
}

fn parameter(header: &Header, label: i64) -> Option<&Cbor> {
    header.rest.iter().find(|(it, _)| *it == Label::Int(label)).map(|(_, value)| value)
}

fn cwt_claims(header: &Header) -> Result<Map<String, Value>, Fault> {
    let wrong = || form("coseForm", "the CWT claims are not a map of known values");
    let Some(claims) = parameter(header, CWT_CLAIMS) else { return Ok(Map::new()) };
    let mut found = Map::new();
    for (label, value) in claims.as_map().ok_or_else(wrong)? {
        let label = label.as_integer().and_then(|label| i64::try_from(label).ok());
        let Some((_, name)) = CLAIMS.iter().find(|(id, _)| Some(*id) == label) else { continue };
        let value = match value {
            Cbor::Text(text) => json!(text),
            Cbor::Integer(number) => json!(i64::try_from(*number).map_err(|_| wrong())?),
            Cbor::Bytes(bytes) if matches!(*name, "jti" | "nonce") => {
                json!(std::str::from_utf8(bytes).map_err(|_| wrong())?)
            }
            _ => return Err(wrong()),
        };
        if found.insert((*name).to_owned(), value).is_some() {
            return Err(wrong());
        }
    }
    Ok(found)
}

/// A COSE_Sign1 that lacks its signature, and what to sign.
pub(super) fn prepare(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    document: &Map<String, Value>,
    alg: &str,
) -> Result<(CoseSign1, Vec<u8>), Fault> {
    let payload = serde_json::to_vec(document).map_err(|_| form("coseForm", "the payload is not JSON"))?;
    let claims = to_cwt(claims)?;
    prepare_bytes(header, claims, payload, alg)
}

/// The same around any payload.
pub(crate) fn prepare_bytes(
    header: &Map<String, Value>,
    claims: Vec<(Cbor, Cbor)>,
    payload: Vec<u8>,
    alg: &str,
) -> Result<(CoseSign1, Vec<u8>), Fault> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let (id, _) = ALGORITHMS
        .iter()
        .find(|(_, name)| *name == alg)
        .ok_or_else(|| form("jwtAlgorithm", "the algorithm is not known here"))?;
    let mut protected = HeaderBuilder::new()
        .algorithm(*id)
        .key_id(text("kid").unwrap_or_default().as_bytes().to_vec())
        .value(TYP, Cbor::Text(format!("application/{}", text("typ").unwrap_or_default())));
    if let Some(cty) = text("cty") {
        protected = protected.content_type(format!("application/{cty}"));
    }
    if !claims.is_empty() {
        protected = protected.value(CWT_CLAIMS, Cbor::Map(claims));
    }
    let sign1 = CoseSign1Builder::new().protected(protected.build()).payload(payload).build();
    let to_sign = sign1.tbs_data(&[]);
    Ok((sign1, to_sign))
}

fn to_cwt(claims: &Map<String, Value>) -> Result<Vec<(Cbor, Cbor)>, Fault> {
    claims
        .iter()
        .map(|(name, value)| {
            let wrong =
                || form("coseForm", "a claim of the envelope has no form in COSE").at(format!("/{name}"));
            let (label, _) = CLAIMS.iter().find(|(_, it)| it == name).ok_or_else(wrong)?;
            let value = match (value, value.as_i64()) {
                (Value::String(text), _) if name == "jti" => Cbor::Bytes(text.as_bytes().to_vec()),
                (Value::String(text), _) => Cbor::Text(text.clone()),
                (_, Some(number)) => Cbor::Integer(number.into()),
                _ => return Err(wrong()),
            };
            Ok((Cbor::Integer((*label).into()), value))
        })
        .collect()
}

/// The tagged bytes.
pub(crate) fn finish(mut sign1: CoseSign1, signature: &[u8]) -> Vec<u8> {
    sign1.signature = signature.to_vec();
    // Only a map with a label twice cannot be written, and the builder writes none.
    sign1.to_tagged_vec().unwrap_or_default()
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
