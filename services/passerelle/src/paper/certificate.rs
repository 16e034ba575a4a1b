//! What a certificate says of a credential, in one of the six languages.
//!
//! Nothing is verified here: whoever reads the paper does that. What a person sees are the credential's own claims with the
//! labels of its published type.

use anyhow::{Context as _, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use credential::{Fault, Format, Input, jwt, sd_jwt, type_iris};
use paper::{Certificate, Direction, Fact, certificate};
use serde_json::{Map, Value};
use verification::{Words, labels};

/// Claims of tokens that are no claims about a person (RFC 7519, 4.1; SD-JWT VC, 3.2.2.2).
const ABOUT_THE_TOKEN: [&str; 11] =
    ["iss", "iat", "nbf", "exp", "jti", "sub", "cnf", "status", "vct", "vct#integrity", "_sd_alg"];

/// Writes the certificate of a credential.
pub async fn write(text: &str, words: Words, made: DateTime<Utc>) -> anyhow::Result<Vec<u8>> {
    let input = Input::parse(text).context("the input is no credential")?;
    let said = Said::of(&input).await?;
    let language = words.language();
    let title = said.types.iter().find_map(|kind| labels::kind(kind, language));
    let title = title.unwrap_or_else(|| words.say("page-credential"));
    let issuer = format!("{}: {}", words.say("page-issued-by"), said.issuer);
    let (media_type, file_name) = file_of(input.format());
    Ok(certificate(&Certificate {
        language: language.code(),
        direction: if language.direction() == "rtl" {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        },
        title: &title,
        issuer: &issuer,
        facts: &said.facts(words),
        notes: &["paper-how", "paper-copies"].map(|id| words.say(id)),
        credential: text,
        media_type,
        file_name,
        made,
    })?)
}

fn file_of(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::LdpVc => ("application/vc", "credential.json"),
        Format::SdJwtVc => ("application/dc+sd-jwt", "credential.sd-jwt"),
        Format::VcSdJwt => ("application/vc+sd-jwt", "credential.sd-jwt"),
        Format::VcJwt => ("application/vc+jwt", "credential.jwt"),
        Format::VcCose => ("application/vc+cose", "credential.cose"),
    }
}

/// Why nobody can say which kind of credential it is.
fn without_type(faults: &[Fault]) -> anyhow::Error {
    let why = faults.iter().map(|fault| fault.detail.as_str()).find(|detail| !detail.is_empty());
    let why = why.unwrap_or("its terms have no meaning under its contexts");
    anyhow::anyhow!("the kind of the credential cannot be read: {why}")
}

/// What the credential says.
struct Said {
    types: Vec<String>,
    issuer: String,
    claims: Map<String, Value>,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

impl Said {
    async fn of(input: &Input) -> anyhow::Result<Self> {
        match input {
            Input::Json(value) => Self::of_document(value).await,
            Input::Jwt(text) => {
                let claims = jwt::decode(text).map_err(|fault| anyhow::anyhow!(fault.detail))?.claims;
                Self::of_document(&Value::Object(claims)).await
            }
            Input::Compact(text) => {
                let parsed = sd_jwt::parse(text).map_err(|fault| anyhow::anyhow!(fault.detail))?;
                ensure!(
                    parsed.key_binding.is_none(),
                    "this is an answer of a wallet, which counts only once"
                );
                match parsed.claims.get("vct").and_then(Value::as_str).map(str::to_owned) {
                    Some(vct) => Ok(Self::of_token(vct, parsed.claims)),
                    None => Self::of_document(&Value::Object(parsed.claims)).await,
                }
            }
            Input::Cose(_) => anyhow::bail!("a credential in COSE is no text that could be printed"),
        }
    }

    /// A credential of the VC Data Model.
    async fn of_document(document: &Value) -> anyhow::Result<Self> {
        let types = type_iris(document).await.map_err(|faults| without_type(&faults))?;
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut claims = document
            .get("credentialSubject")
            .and_then(Value::as_object)
            .cloned()
            .context("a certificate is about one subject")?;
        claims.retain(|name, _| !["id", "type"].contains(&name.as_str()));
        Ok(Self {
            types,
            issuer: document.get("issuer").and_then(named).unwrap_or_default(),
            claims,
            valid_from: text("validFrom").or_else(|| text("issuanceDate")),
            valid_until: text("validUntil").or_else(|| text("expirationDate")),
        })
    }

    /// An SD-JWT VC.
    fn of_token(vct: String, mut claims: Map<String, Value>) -> Self {
        let moment = |name: &str| {
            let time = DateTime::from_timestamp(claims.get(name)?.as_i64()?, 0)?;
            Some(time.to_rfc3339_opts(SecondsFormat::Secs, true))
        };
        let (valid_from, valid_until) = (moment("nbf"), moment("exp"));
        let issuer = claims.get("iss").and_then(named).unwrap_or_default();
        claims.retain(|name, _| !ABOUT_THE_TOKEN.contains(&name.as_str()));
        Self { types: vec![vct], issuer, claims, valid_from, valid_until }
    }

    /// As the type's published metadata orders them; what that does not name comes last.
    fn claims_in_order(&self) -> Vec<(&String, &Value)> {
        let order: Vec<&str> = self.types.iter().flat_map(|kind| labels::claims(kind)).collect();
        let place = |name: &str| order.iter().position(|known| *known == name).unwrap_or(order.len());
        let mut claims: Vec<_> = self.claims.iter().collect();
        claims.sort_by_key(|(name, _)| place(name));
        claims
    }

    fn facts(&self, words: Words) -> Vec<Fact> {
        let claims = self.claims_in_order().into_iter().filter_map(|(name, value)| {
            let label = labels::claim(&self.types, name, words.language()).unwrap_or_else(|| name.clone());
            Some(Fact { label, value: shown(value)? })
        });
        let dates = [("paper-valid-from", &self.valid_from), ("paper-valid-until", &self.valid_until)];
        let dates = dates.into_iter().filter_map(|(id, date)| {
            let date = date.as_ref()?;
            Some(Fact { label: words.say(id), value: words.moment(date).unwrap_or_else(|| date.clone()) })
        });
        claims.chain(dates).collect()
    }
}

/// What a thing is called, or what it is where it has no name.
fn named(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(members) => {
            let name = members.get("name").or_else(|| members.get("id"))?;
            name.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// A value in words. A picture is not printed: its text would fill pages and tell nobody anything.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.starts_with("data:") => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => Some(values.iter().filter_map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            named(value).or_else(|| Some(members.values().filter_map(shown).collect::<Vec<_>>().join(", ")))
        }
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use verification::Language;

    use super::*;

    #[tokio::test]
    async fn a_credential_is_said_in_the_words_of_its_type() {
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://schemas.passerelle.example/v1/staff-identity.jsonld"],
            "type": ["VerifiableCredential", "StaffIdentity"],
            "issuer": {"id": "did:example:undp", "name": "UNDP"},
            "validUntil": "2027-11-23T00:00:00Z",
            "credentialSubject": {
                "id": "did:example:amina", "dutyStation": "Dakar", "givenName": "Amina",
                "worksFor": {"id": "did:example:undp", "name": "UNDP"}
            }
        });
        let said = Said::of(&Input::Json(document)).await.unwrap();
        assert_eq!(said.issuer, "UNDP");
        let facts = said.facts(Words(Language::French));
        let told: Vec<_> = facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
        assert_eq!(told[0], ("Prénoms", "Amina"), "a person's name comes first: {told:?}");
        assert!(told.iter().any(|(_, value)| *value == "UNDP"), "{told:?}");
        assert!(
            told.iter().any(|(label, value)| *label == "Valable jusqu’au" && value.contains("2027")),
            "{told:?}"
        );
        assert!(told.iter().all(|(_, value)| !value.contains("amina")), "{told:?}");
    }

    #[test]
    fn what_is_about_the_token_and_a_portrait_are_not_said() {
        let claims = json!({
            "iss": "did:example:undp", "exp": 1_800_000_000, "cnf": {}, "familyName": "Diallo", "gone": null,
            "portrait": "data:image/jpeg;base64,AA"
        });
        let Value::Object(claims) = claims else { unreachable!() };
        let said = Said::of_token("https://schemas.passerelle.example/v1#StaffIdentity".to_owned(), claims);
        let facts = said.facts(Words(Language::English));
        assert_eq!(facts.len(), 2, "{facts:?}");
        assert_eq!((facts[0].label.as_str(), facts[0].value.as_str()), ("Family name", "Diallo"));
    }

    #[test]
    fn a_credential_of_no_kind_is_refused_in_words() {
        let fault = |detail: &str| Fault::new(credential::CheckName::Form, "undefinedTerm", detail);
        for (faults, end) in [
            (vec![], "its terms have no meaning under its contexts"),
            (vec![fault("")], "its terms have no meaning under its contexts"),
            (vec![fault(""), fault("no context defines this term")], "no context defines this term"),
        ] {
            let error = without_type(&faults).to_string();
            assert_eq!(error, format!("the kind of the credential cannot be read: {end}"));
        }
    }
}
