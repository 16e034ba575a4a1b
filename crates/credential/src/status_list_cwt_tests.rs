#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};

use super::*;

const DATE: i64 = 1_800_000_000;

fn now() -> Timestamp {
    chrono::DateTime::from_timestamp(DATE, 0).unwrap()
}

fn key(algorithm: Algorithm) -> SigningKey {
    let signer = SoftwareKey::from_secret(algorithm, &[5; 32]).unwrap();
    SigningKey {
        verification_method: format!("{}#0", signer.public_key().did_jwk()),
        signer: Arc::new(signer),
    }
}

fn token() -> StatusListToken {
    StatusListToken {
        issuer: Some("did:example:issuer".to_owned()),
        subject: "https://example.org/status/token-1".to_owned(),
        issued_at: DATE - 10,
        expires: Some(DATE + 600),
        ttl_seconds: Some(300),
        bits: 2,
        list: vec![0x78, 0xda, 1, 2, 3],
    }
}

async fn code(bytes: &[u8]) -> &'static str {
    verify(bytes, &Resolvers::offline(), now()).await.map_or_else(|fault| fault.code, |_| "verified")
}

/// Signs any claims under any type.
async fn signed(typ: &str, claims: &Cbor) -> Vec<u8> {
    let key = key(Algorithm::P256);
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!(typ));
    header.insert("kid".to_owned(), json!(key.verification_method));
    let mut payload = Vec::new();
    ciborium::into_writer(claims, &mut payload).unwrap();
    let (sign1, to_sign) = cose::prepare_bytes(&header, Vec::new(), payload, "ES256").unwrap();
    let signature = key.signer.sign(&to_sign).await.unwrap();
    cose::finish(sign1, &signature)
}

#[tokio::test]
async fn what_is_signed_verifies_and_says_the_same() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let key = key(algorithm);
        let bytes = sign(&token(), &key).await.unwrap();
        let verified = verify(&bytes, &Resolvers::offline(), now()).await.unwrap();
        assert_eq!(verified.token, token());
        assert_eq!(verified.key_id, key.verification_method);
        assert_eq!(verified.key_state, KeyState::Current);
        for at in (0..bytes.len()).step_by(5) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_ne!(code(&changed).await, "verified", "byte {at}");
        }
    }
}

#[tokio::test]
async fn tokens_that_break_a_rule_are_refused() {
    let number = |value: i64| Cbor::Integer(value.into());
    let with = |label: i64, value: Option<Cbor>| {
        let Cbor::Map(mut claims) = claims_of(&token()) else { unreachable!() };
        claims.retain(|(it, _)| integer(it) != Some(label));
        claims.extend(value.map(|value| (number(label), value)));
        Cbor::Map(claims)
    };
    let twice = |label: i64, value: Cbor| {
        let Cbor::Map(mut claims) = claims_of(&token()) else { unreachable!() };
        claims.push((number(label), value));
        Cbor::Map(claims)
    };
    let list = |bits: Cbor, lst: Cbor| {
        Cbor::Map(vec![(Cbor::Text("bits".into()), bits), (Cbor::Text("lst".into()), lst)])
    };
    let cases = [
        (claims_of(&token()), "verified"),
        (with(1000, Some(number(1))), "verified"),
        (with(SUB, None), "cwtForm"),
        (with(SUB, Some(number(1))), "cwtForm"),
        (with(IAT, None), "cwtForm"),
        (with(EXP, Some(number(DATE))), "expired"),
        (with(EXP, Some(Cbor::Text("later".into()))), "cwtForm"),
        (with(NBF, Some(number(DATE))), "cwtForm"),
        (with(STATUS_LIST, None), "cwtForm"),
        (with(STATUS_LIST, Some(list(number(3), Cbor::Bytes(vec![])))), "cwtForm"),
        (with(STATUS_LIST, Some(list(number(1), Cbor::Text("eNo".into())))), "cwtForm"),
        (twice(SUB, Cbor::Text("https://example.org/other".into())), "cwtForm"),
        (Cbor::Array(vec![]), "cwtForm"),
    ];
    for (index, (claims, expected)) in cases.iter().enumerate() {
        assert_eq!(code(&signed(TYPE, claims).await).await, *expected, "case {index}");
    }
    assert_eq!(code(&signed("statuslist+jwt", &claims_of(&token())).await).await, "jwtType");
    assert_eq!(code(b"eyJhbGciOiJFUzI1NiJ9.e30.AA").await, "coseForm");
}

/// The example of Token Status List, 5.2: its claims, its list, and that a key without a DID is refused.
#[tokio::test]
async fn the_published_example_is_read() {
    let Ok(folder) = std::env::var("VECTORS") else {
        println!("SKIPPED: VECTORS does not name the folder of published test vectors");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/token-status-list/status_list_cwt.md")).unwrap();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let parts = cose::take_apart(&bytes).unwrap();
    assert_eq!(parts.header["typ"], "application/statuslist+cwt");
    assert_eq!((&parts.header["alg"], &parts.header["kid"]), (&json!("ES256"), &json!("12")));
    let read = read(&parts.payload).unwrap();
    assert_eq!(read.subject, "https://example.com/statuslists/1");
    assert_eq!((read.issued_at, read.expires), (1_686_920_170, Some(2_291_720_170)));
    assert_eq!((read.ttl_seconds, read.bits), (Some(43_200), 1));
    assert_eq!(read.list[..2], [0x78, 0xda]);
    assert_eq!(code(&bytes).await, "keyUnknown");
}
