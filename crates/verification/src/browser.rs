//! What a page needs beside its scripts to verify by itself in a browser: the words of a report, the published schemas,
//! the contexts that it judges, and what is known of each kind of credential. All of it is public and part of the program.

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use serde_json::{Map, Value, json};

use language::Language;

use wire::vp::dcql::{ClaimValue, ClaimsQuery, CredentialQuery, PathElement};

use crate::policy::Policy;
use crate::{labels, sentences, vocabulary};

/// The contexts whose terms a page judges by itself: the data model's and this workspace's own. A credential under another
/// one is for the binary.
const JUDGED: [&str; 2] = ["https://www.w3.org/ns/credentials/v2", "https://schemas.passerelle.example/v1/"];

/// Formats that the page knows, if only to leave them open.
const FORMATS: [&str; 5] = ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "vc+cose"];

/// Whether the page decides what the policy asks; otherwise which part of it is for the binary. `policy-form.js` has the
/// same rule, and whatever this does not know of a policy the page refuses.
pub fn decides(policy: &Policy) -> Result<(), &'static str> {
    let queries = || policy.query.iter().flat_map(|query| &query.credentials);
    let claims = || queries().flat_map(|query| query.claims.iter().flatten());
    if queries().any(|query| query.trusted_authorities.is_some()) {
        return Err("trusted_authorities");
    }
    if !queries().all(has_known_format) {
        return Err("credentials in another format than those of the data model and SD-JWT VC");
    }
    if claims().all(has_plain_numbers) {
        Ok(())
    } else {
        Err("claims with numbers that a browser cannot hold")
    }
}

fn has_known_format(query: &CredentialQuery) -> bool {
    FORMATS.contains(&query.format.as_str()) && query.meta.doctype_value.is_none()
}

/// Numbers in JavaScript hold 53 bits.
fn has_plain_numbers(claim: &ClaimsQuery) -> bool {
    let index = |element: &PathElement| match element {
        PathElement::Index(index) => u32::try_from(*index).is_ok(),
        PathElement::Key(_) | PathElement::All => true,
    };
    let value = |value: &ClaimValue| match value {
        ClaimValue::Integer(value) => value.unsigned_abs() < 1 << 53,
        ClaimValue::Text(_) | ClaimValue::Boolean(_) => true,
    };
    claim.path.0.iter().all(index) && claim.values.iter().flatten().all(value)
}

/// `{contexts, schemas, kinds, words}`. A context that is known but not judged is null; schemas are text, since their
/// bytes have a digest; words are messages by language, as [`messages`] writes them.
#[must_use]
pub fn knowledge() -> Value {
    let words =
        Language::ALL.map(|language| (language.code().to_owned(), messages(sentences::catalogue(language))));
    json!({
        "contexts": contexts(),
        "schemas": schemas(),
        "kinds": vocabulary::types().map(kind).collect::<Vec<_>>(),
        "words": Map::from_iter(words),
    })
}

fn contexts() -> Map<String, Value> {
    let read = |address: &str| {
        let judged = JUDGED.iter().any(|judged| address.starts_with(judged));
        let text = credential::embedded_context(address).filter(|_| judged)?;
        serde_json::from_slice(text.as_ref()).ok()
    };
    credential::known_contexts()
        .map(|address| (address.to_owned(), read(address).unwrap_or(Value::Null)))
        .collect()
}

fn schemas() -> Map<String, Value> {
    let ids = vocabulary::types().filter_map(|type_iri| vocabulary::schema(&type_iri));
    ids.filter_map(|id| {
        let text = std::str::from_utf8(credential::schemas::embedded(&id)?).ok()?;
        Some((id, Value::from(text)))
    })
    .collect()
}

/// `{type, organisation, schema, names, claims}`: names by language, labels by claim and language.
fn kind(type_iri: String) -> Value {
    json!({
        "organisation": vocabulary::organisation_claim(&type_iri),
        "schema": vocabulary::schema(&type_iri),
        "names": by_language(|language| labels::kind(&type_iri, language)),
        "claims": labels::claims(&type_iri).map(|claim| {
            let label = |language| labels::claim(std::slice::from_ref(&type_iri), claim, language);
            (claim.to_owned(), Value::Object(by_language(label)))
        }).collect::<Map<_, _>>(),
        "type": type_iri,
    })
}

fn by_language(said: impl Fn(Language) -> Option<String>) -> Map<String, Value> {
    let one = |language: Language| Some((language.code().to_owned(), Value::from(said(language)?)));
    Language::ALL.into_iter().filter_map(one).collect()
}

/// The messages of a Fluent text, each a list of parts: text, `{"$": argument}`, `{"m": message}`, or
/// `{"?": argument, "of": {value: parts}, "else": parts}`. What the page's small reader would not understand is left out,
/// and then the page shows the message's name.
#[must_use]
pub fn messages(fluent: &str) -> Value {
    let resource = match FluentResource::try_new(fluent.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let message = |entry: &Entry<&str>| match entry {
        Entry::Message(message) => Some((message.id.name.to_owned(), pattern(message.value.as_ref()?)?)),
        _ => None,
    };
    Value::Object(resource.entries().filter_map(message).collect())
}

fn pattern(pattern: &Pattern<&str>) -> Option<Value> {
    pattern.elements.iter().map(part).collect()
}

fn part(element: &PatternElement<&str>) -> Option<Value> {
    match element {
        PatternElement::TextElement { value } => Some(Value::from(*value)),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => Some(json!({ "$": id.name })),
            InlineExpression::MessageReference { id, attribute: None } => Some(json!({ "m": id.name })),
            InlineExpression::StringLiteral { value } => Some(Value::from(*value)),
            _ => None,
        },
        PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
            let InlineExpression::VariableReference { id } = selector else { return None };
            let of = variants.iter().map(variant).collect::<Option<Map<_, _>>>()?;
            let other = variants.iter().find(|variant| variant.default).and_then(|it| pattern(&it.value))?;
            Some(json!({ "?": id.name, "of": of, "else": other }))
        }
    }
}

fn variant(variant: &Variant<&str>) -> Option<(String, Value)> {
    let key = match variant.key {
        VariantKey::Identifier { name } => name,
        VariantKey::NumberLiteral { value } => value,
    };
    Some((key.to_owned(), pattern(&variant.value)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_every_catalogue_reaches_the_page() {
        for language in Language::ALL {
            let catalogue = sentences::catalogue(language);
            let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
            let count = catalogue.lines().filter(begins).count();
            assert_eq!(messages(catalogue).as_object().unwrap().len(), count, "{language:?}");
        }
    }

    #[test]
    fn choices_and_arguments_keep_their_form() {
        let read =
            messages("a = Known { $age ->\n    [1] one day\n   *[other] { $age } days\n } ago\nb = { a }\n");
        assert_eq!(
            read,
            json!({
                "a": [
                    "Known ",
                    { "?": "age", "of": { "1": ["one day"], "other": [{ "$": "age" }, " days"] }, "else": [{ "$": "age" }, " days"] },
                    " ago",
                ],
                "b": [{ "m": "a" }],
            })
        );
    }

    #[test]
    fn only_contexts_of_the_data_model_and_of_ours_are_judged() {
        let knowledge = knowledge();
        let context = |address: &str| &knowledge["contexts"][address];
        assert!(context("https://www.w3.org/ns/credentials/v2").is_object());
        assert!(context("https://schemas.passerelle.example/v1/staff-identity.jsonld").is_object());
        assert!(context("https://www.w3.org/2018/credentials/v1").is_null());
        assert!(
            knowledge["contexts"].as_object().unwrap().contains_key("https://www.w3.org/2018/credentials/v1")
        );
        assert_eq!(knowledge["schemas"].as_object().unwrap().len(), 7);
    }
}
