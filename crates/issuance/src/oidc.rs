//! OpenID Connect Core 1.0 as a relying party: what is believed of an ID token.
//!
//! Signatures are checked here with the algorithms of an allow-list; `none` and keyed hashes are not among them, so a
//! client secret can never sign an identity.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Map, Value};

use crate::Timestamp;

/// Clocks differ by so much at most.
const LEEWAY_SECONDS: i64 = 60;
/// An ID token that was issued longer ago belongs to another sign-in.
const OLDEST_SECONDS: i64 = 10 * 60;
const LONGEST_TOKEN: usize = 32 * 1024;
const MOST_KEYS: usize = 100;

/// What must be true of an ID token (Core 1.0, 3.1.3.7).
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIdentity<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// One of these must be `acr`, unless there is none.
    pub acr: &'a [String],
    /// Each of these must be in `amr`.
    pub amr: &'a [String],
    /// How long ago the person may have signed in; any time where there is none.
    pub max_age_seconds: Option<u32>,
    /// The claim that is the staff number, where that is of interest.
    pub staff_number_claim: Option<&'a str>,
    pub now: Timestamp,
}

/// Who signed in, as the provider says it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Never given to another person by that provider.
    pub subject: String,
    pub name: Option<String>,
    /// What the claim that was asked for says, a text or an integer.
    pub staff_number: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    #[error("it is no signed token")]
    Form,
    #[error("its algorithm is not believed")]
    Algorithm,
    #[error("the provider publishes no such key")]
    Key,
    #[error("its signature is wrong")]
    Signature,
    #[error("it is from another issuer")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("it is too old or not yet valid")]
    Time,
    #[error("it belongs to another sign-in")]
    Nonce,
    #[error("the way of signing in is not strong enough")]
    Strength,
    #[error("the person signed in too long ago, or it is not said when")]
    Age,
    #[error("it names nobody")]
    Subject,
}

/// Checks an ID token against the provider's keys, a JWK Set. [`IdTokenError::Key`] is worth fetching the keys anew.
pub fn check_id_token(
    token: &str,
    keys: &Value,
    expected: &ExpectedIdentity<'_>,
) -> Result<Identity, IdTokenError> {
    if token.len() > LONGEST_TOKEN {
        return Err(IdTokenError::Form);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(IdTokenError::Form);
    };
    let signed = token.get(..header.len() + 1 + payload.len()).ok_or(IdTokenError::Form)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| IdTokenError::Form)?;
    let header = object(header)?;
    // RFC 7515, 4.1.11: a header that says what must be understood, and is not, is refused.
    if header.contains_key("crit") {
        return Err(IdTokenError::Form);
    }
    let algorithm = text(&header, "alg").and_then(Algorithm::parse).ok_or(IdTokenError::Algorithm)?;
    let key = find_key(keys, algorithm, text(&header, "kid")).ok_or(IdTokenError::Key)?;
    algorithm.verify(key, signed.as_bytes(), &signature)?;
    check_claims(&object(payload)?, expected)
}

fn check_claims(
    claims: &Map<String, Value>,
    expected: &ExpectedIdentity<'_>,
) -> Result<Identity, IdTokenError> {
    if text(claims, "iss") != Some(expected.issuer) {
        return Err(IdTokenError::Issuer);
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // A token that is also for others is only believed when it says that this client asked for it.
    let presenter = text(claims, "azp");
    let meant = audiences.contains(&expected.client_id)
        && presenter.is_none_or(|azp| azp == expected.client_id)
        && (audiences.len() == 1 || presenter.is_some());
    if !meant {
        return Err(IdTokenError::Audience);
    }
    let now = expected.now.timestamp();
    let at = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (Some(expires), Some(issued)) = (at("exp"), at("iat")) else { return Err(IdTokenError::Time) };
    let early = issued > now + LEEWAY_SECONDS || at("nbf").is_some_and(|from| from > now + LEEWAY_SECONDS);
    if early || expires <= now - LEEWAY_SECONDS || issued < now - OLDEST_SECONDS {
        return Err(IdTokenError::Time);
    }
    if text(claims, "nonce") != Some(expected.nonce) {
        return Err(IdTokenError::Nonce);
    }
    let acr = text(claims, "acr");
    let methods = claims.get("amr").and_then(Value::as_array);
    let used = |wanted: &String| {
        methods.is_some_and(|methods| methods.iter().any(|it| it.as_str() == Some(wanted.as_str())))
    };
    let strong = expected.acr.is_empty() || expected.acr.iter().any(|wanted| acr == Some(wanted.as_str()));
    if !strong || !expected.amr.iter().all(used) {
        return Err(IdTokenError::Strength);
    }
    // Core 1.0, 3.1.3.7, 13: whoever asked for `max_age` looks at `auth_time` too.
    let recent = |seconds: u32| {
        let oldest = now - i64::from(seconds) - LEEWAY_SECONDS;
        at("auth_time").is_some_and(|signed_in| (oldest..=now + LEEWAY_SECONDS).contains(&signed_in))
    };
    if !expected.max_age_seconds.is_none_or(recent) {
        return Err(IdTokenError::Age);
    }
    // Core 1.0, 2: at most 255 characters of ASCII.
    let subject = text(claims, "sub").filter(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii());
    Ok(Identity {
        subject: subject.ok_or(IdTokenError::Subject)?.to_owned(),
        name: text(claims, "name").and_then(person_name),
        staff_number: expected.staff_number_claim.and_then(|claim| staff_number(claims.get(claim)?)),
    })
}

/// Some providers keep numbers as numbers.
fn staff_number(claim: &Value) -> Option<String> {
    let number = match claim {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.as_u64()?.to_string(),
        _ => return None,
    };
    Some(number).filter(|number| !number.is_empty())
}

/// A name as colleagues see it: one short line, or nothing.
#[must_use]
pub fn person_name(told: &str) -> Option<String> {
    let name: String = told.trim().chars().filter(|letter| !letter.is_control()).take(80).collect();
    Some(name).filter(|name| !name.is_empty())
}

/// RFC 7518, 3.1 and RFC 8037, 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// `kty` and `crv` of keys that make such signatures.
    const fn kind(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Rs256 | Self::Ps256 => ("RSA", None),
            Self::Es256 => ("EC", Some("P-256")),
            Self::Es384 => ("EC", Some("P-384")),
            Self::EdDsa => ("OKP", Some("Ed25519")),
        }
    }

    fn verify(self, key: &Map<String, Value>, signed: &[u8], signature: &[u8]) -> Result<(), IdTokenError> {
        let part = |name| {
            let encoded = text(key, name).ok_or(IdTokenError::Key)?;
            URL_SAFE_NO_PAD.decode(encoded).map_err(|_| IdTokenError::Key)
        };
        let plain = |how: &'static dyn VerificationAlgorithm, public: Vec<u8>| {
            UnparsedPublicKey::new(how, public).verify(signed, signature)
        };
        let point = || Ok::<_, IdTokenError>([vec![4], part("x")?, part("y")?].concat());
        let verified = match self {
            Self::Es256 => plain(&ECDSA_P256_SHA256_FIXED, point()?),
            Self::Es384 => plain(&ECDSA_P384_SHA384_FIXED, point()?),
            Self::EdDsa => plain(&ED25519, part("x")?),
            Self::Rs256 | Self::Ps256 => {
                let how =
                    if self == Self::Rs256 { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
                let (n, e) = (part("n")?, part("e")?);
                RsaPublicKeyComponents { n: unpadded(&n), e: unpadded(&e) }.verify(how, signed, signature)
            }
        };
        verified.map_err(|_| IdTokenError::Signature)
    }
}

/// Some providers write integers with a leading zero byte, which the library refuses.
fn unpadded(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// The key with that `kid`, or the only one of the kind where the token names none.
fn find_key<'a>(keys: &'a Value, algorithm: Algorithm, kid: Option<&str>) -> Option<&'a Map<String, Value>> {
    let keys = keys.get("keys").and_then(Value::as_array)?;
    let (kty, crv) = algorithm.kind();
    let mut fitting = keys.iter().take(MOST_KEYS).filter_map(Value::as_object).filter(|key| {
        text(key, "kty") == Some(kty)
            && (crv.is_none() || text(key, "crv") == crv)
            && text(key, "use").is_none_or(|used| used == "sig")
            && text(key, "alg").is_none_or(|alg| alg == algorithm.name())
            && kid.is_none_or(|kid| text(key, "kid") == Some(kid))
    });
    let found = fitting.next()?;
    // Trying one key after another would let a token choose.
    fitting.next().is_none().then_some(found)
}

fn object(part: &str) -> Result<Map<String, Value>, IdTokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| IdTokenError::Form)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(IdTokenError::Form),
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    struct Provider(EcdsaKeyPair);

    impl Provider {
        fn new() -> Self {
            let random = SystemRandom::new();
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
            Self(pair.unwrap())
        }

        fn keys(&self) -> Value {
            let (x, y) = self.0.public_key().as_ref().get(1..).unwrap().split_at(32);
            let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
            json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": x, "y": y}]})
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", encode(header), encode(claims));
            let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }

    const NOW: i64 = 1_800_000_000;

    fn claims() -> Value {
        json!({"iss": "https://id.undp.example", "aud": "passerelle", "sub": "u-1", "nonce": "n", "iat": NOW,
            "exp": NOW + 300, "auth_time": NOW - 100, "name": "Ann", "acr": "gold", "amr": ["pwd", "otp"]})
    }

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "k1", "typ": "JWT"})
    }

    fn check(provider: &Provider, header: &Value, claims: &Value) -> Result<Identity, IdTokenError> {
        let (acr, amr) = (["gold".to_owned()], ["otp".to_owned()]);
        let expected = ExpectedIdentity {
            issuer: "https://id.undp.example",
            client_id: "passerelle",
            nonce: "n",
            acr: &acr,
            amr: &amr,
            max_age_seconds: Some(300),
            staff_number_claim: Some("employee"),
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
        };
        check_id_token(&provider.token(header, claims), &provider.keys(), &expected)
    }

    fn with(member: &str, value: Value) -> Value {
        let mut claims = claims();
        claims.as_object_mut().unwrap().insert(member.into(), value);
        claims
    }

    #[test]
    fn each_claim_that_is_not_as_expected_has_its_refusal() {
        let provider = Provider::new();
        let identity = check(&provider, &header(), &claims()).unwrap();
        assert_eq!((identity.subject.as_str(), identity.name.as_deref()), ("u-1", Some("Ann")));
        let refused = [
            ("iss", json!("https://id.undp.example/"), IdTokenError::Issuer),
            ("aud", json!("other"), IdTokenError::Audience),
            ("aud", json!(["passerelle", "other"]), IdTokenError::Audience),
            ("aud", json!([]), IdTokenError::Audience),
            ("azp", json!("other"), IdTokenError::Audience),
            ("exp", json!(NOW - 61), IdTokenError::Time),
            ("exp", Value::Null, IdTokenError::Time),
            ("iat", json!(NOW - 601), IdTokenError::Time),
            ("iat", json!(NOW + 61), IdTokenError::Time),
            ("nbf", json!(NOW + 61), IdTokenError::Time),
            ("nonce", json!("other"), IdTokenError::Nonce),
            ("nonce", Value::Null, IdTokenError::Nonce),
            ("acr", json!("bronze"), IdTokenError::Strength),
            ("amr", json!(["pwd"]), IdTokenError::Strength),
            ("amr", Value::Null, IdTokenError::Strength),
            ("auth_time", json!(NOW - 361), IdTokenError::Age),
            ("auth_time", json!(NOW + 61), IdTokenError::Age),
            ("auth_time", Value::Null, IdTokenError::Age),
            ("auth_time", json!("now"), IdTokenError::Age),
            ("sub", json!(""), IdTokenError::Subject),
            ("sub", json!("x".repeat(256)), IdTokenError::Subject),
        ];
        for (member, value, error) in refused {
            assert_eq!(check(&provider, &header(), &with(member, value)), Err(error), "{member}");
        }
        let mut several = with("aud", json!(["passerelle", "other"]));
        several.as_object_mut().unwrap().insert("azp".into(), json!("passerelle"));
        assert!(check(&provider, &header(), &several).is_ok());
    }

    #[test]
    fn a_staff_number_is_what_its_claim_says_and_nothing_else() {
        let provider = Provider::new();
        let number = |value| check(&provider, &header(), &with("employee", value)).unwrap().staff_number;
        assert_eq!(number(json!(" 10023 ")).as_deref(), Some("10023"));
        assert_eq!(number(json!(10023)).as_deref(), Some("10023"));
        for none in [
            Value::Null,
            json!(""),
            json!(-1),
            json!(1.5),
            json!(["10023"]),
            json!({"v": "10023"}),
            json!(true),
        ] {
            assert_eq!(number(none.clone()), None, "{none}");
        }
        assert_eq!(check(&provider, &header(), &claims()).unwrap().staff_number, None, "no other claim");
    }

    #[test]
    fn only_listed_algorithms_and_published_keys_are_believed() {
        let provider = Provider::new();
        for (header, error) in [
            (json!({"alg": "none", "kid": "k1"}), IdTokenError::Algorithm),
            (json!({"alg": "HS256", "kid": "k1"}), IdTokenError::Algorithm),
            (json!({"kid": "k1"}), IdTokenError::Algorithm),
            (json!({"alg": "RS256", "kid": "k1"}), IdTokenError::Key),
            (json!({"alg": "ES256", "kid": "k2"}), IdTokenError::Key),
            (json!({"alg": "ES256", "kid": "k1", "crit": ["exp"]}), IdTokenError::Form),
        ] {
            assert_eq!(check(&provider, &header, &claims()), Err(error), "{header}");
        }
        assert!(check(&provider, &json!({"alg": "ES256"}), &claims()).is_ok(), "the only key");
        let stranger = Provider::new();
        let token = stranger.token(&header(), &claims());
        let expected = ExpectedIdentity {
            issuer: "https://id.undp.example",
            client_id: "passerelle",
            nonce: "n",
            acr: &[],
            amr: &[],
            max_age_seconds: None,
            staff_number_claim: None,
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
        };
        let keys = provider.keys();
        assert_eq!(check_id_token(&token, &keys, &expected), Err(IdTokenError::Signature));
        for form in ["", "a.b", "a.b.c.d", "...", "e30.e30.!"] {
            assert_eq!(check_id_token(form, &keys, &expected), Err(IdTokenError::Form), "{form}");
        }
    }
}
