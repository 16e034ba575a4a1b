//! What credential types and claims are called in six languages, from the published type metadata.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use language::Language;

const METADATA: [&str; 7] = [
    // The newest version has every claim of those before it.
    include_str!("../../../schemas/v2/staff-identity.vct.json"),
    include_str!("../../../schemas/v1/employment.vct.json"),
    include_str!("../../../schemas/v1/training-completion.vct.json"),
    include_str!("../../../schemas/v1/security-clearance.vct.json"),
    include_str!("../../../schemas/v1/medical-clearance.vct.json"),
    include_str!("../../../schemas/v1/separation.vct.json"),
    include_str!("../../../schemas/v1/digital-certificate-of-entitlement.vct.json"),
];

/// SD-JWT VC type metadata, as far as names go.
#[derive(Deserialize)]
struct TypeMetadata {
    vct: String,
    display: Vec<Name>,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Name {
    locale: String,
    name: String,
}

#[derive(Deserialize)]
struct Claim {
    path: Vec<String>,
    display: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    locale: String,
    label: String,
}

static KNOWN: LazyLock<BTreeMap<String, TypeMetadata>> = LazyLock::new(|| {
    let read = METADATA.iter().filter_map(|text| serde_json::from_str::<TypeMetadata>(text).ok());
    read.map(|metadata| (metadata.vct.clone(), metadata)).collect()
});

/// What a type is called.
#[must_use]
pub fn kind(type_iri: &str, language: Language) -> Option<String> {
    let names = &KNOWN.get(type_iri)?.display;
    names.iter().find(|name| name.locale == language.code()).map(|name| name.name.clone())
}

/// What a claim of the first type that has it is called.
#[must_use]
pub fn claim(types: &[String], name: &str, language: Language) -> Option<String> {
    let claims = types.iter().filter_map(|one| KNOWN.get(one)).flat_map(|known| &known.claims);
    let found = claims.into_iter().find(|claim| claim.path == [name])?;
    found.display.iter().find(|label| label.locale == language.code()).map(|label| label.label.clone())
}

/// The claims of a type that have names.
pub fn claims(type_iri: &str) -> impl Iterator<Item = &'static str> {
    let claims = KNOWN.get(type_iri).into_iter().flat_map(|known| &known.claims);
    claims.filter_map(|claim| match claim.path.as_slice() {
        [name] => Some(name.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_and_claim_has_a_name_in_every_language() {
        assert_eq!(KNOWN.len(), METADATA.len());
        for (vct, metadata) in KNOWN.iter() {
            for language in Language::ALL {
                assert!(kind(vct, language).is_some(), "{vct} {language:?}");
                for one in metadata.claims.iter().filter(|one| one.path.len() == 1) {
                    let name = &one.path[0];
                    assert!(claim(std::slice::from_ref(vct), name, language).is_some(), "{vct} {name}");
                }
            }
        }
    }
}
