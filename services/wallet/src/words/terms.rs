//! Names of credentials and claims in the reader's language.
//!
//! A wallet keeps what it was given, and what it noted years ago, in English where the issuer has English. The published type
//! metadata has the names of our vocabulary in six languages, so a name is found there by its English. What nobody published
//! stays as it came.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use language::Language;
use serde::Deserialize;

use super::Words;

const METADATA: [&str; 7] = [
    include_str!("../../../../schemas/v1/staff-identity.vct.json"),
    include_str!("../../../../schemas/v1/employment.vct.json"),
    include_str!("../../../../schemas/v1/training-completion.vct.json"),
    include_str!("../../../../schemas/v1/security-clearance.vct.json"),
    include_str!("../../../../schemas/v1/medical-clearance.vct.json"),
    include_str!("../../../../schemas/v1/separation.vct.json"),
    include_str!("../../../../schemas/v1/digital-certificate-of-entitlement.vct.json"),
];

/// What `holding::labels` calls claims that have no published name, and its words for what is true or not.
const OURS: [(&str, &str); 13] = [
    ("Given name", "term-given-name"),
    ("Portrait", "term-portrait"),
    ("Number", "term-number"),
    ("Job title", "term-job-title"),
    ("Contract", "term-contract"),
    ("Start date", "term-start-date"),
    ("End date", "term-end-date"),
    ("Valid from", "term-valid-from"),
    ("Valid until", "term-valid-until"),
    ("Organisation identifier", "term-organisation-identifier"),
    ("Paid by (identifier)", "term-paid-by-identifier"),
    ("Yes", "term-yes"),
    ("No", "term-no"),
];

/// Why our own verifiers ask, as their policies and the published list of purposes say it (`crates/verification/policies`): the
/// question at the middle of consent has to be read in one's own language. What others say stays as they said it.
const PURPOSES: [(&str, &str); 11] = [
    ("To confirm who you are and which organisation you work for.", "purpose-who-you-are"),
    ("To confirm who you are, which organisation you work for, and when it said so.", "purpose-who-and-when"),
    ("To see your certificate of entitlement for the year.", "purpose-entitlement"),
    ("To enrol you with the pension fund by what your organisation says.", "purpose-separation"),
    ("To try out a credential.", "purpose-try"),
    ("To know who somebody is and for whom they work", "purpose-identification"),
    ("To let somebody into a building or a system", "purpose-premises"),
    ("To clear somebody for travel", "purpose-travel"),
    ("To see that somebody completed a training", "purpose-training"),
    ("To take somebody over from another organisation", "purpose-transfer"),
    ("To pay a pension", "purpose-pension"),
];

/// Those that `holding::account::device_name` knows.
const BROWSERS: [&str; 5] = ["Edge", "Samsung Internet", "Firefox", "Chrome", "Safari"];

/// SD-JWT VC type metadata, as far as names go.
#[derive(Deserialize)]
struct TypeMetadata {
    vct: String,
    display: Vec<Name>,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    display: Vec<Name>,
}

#[derive(Deserialize)]
struct Name {
    locale: String,
    #[serde(alias = "label")]
    name: String,
}

#[derive(Default)]
struct Published {
    /// By its English, what a name is in each language.
    names: BTreeMap<String, BTreeMap<String, String>>,
    /// By the last part of a type's address, its English name.
    types: BTreeMap<String, String>,
    /// And the address itself.
    addresses: BTreeMap<String, String>,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let mut all = Published::default();
    for metadata in METADATA.iter().filter_map(|text| serde_json::from_str::<TypeMetadata>(text).ok()) {
        if let Some(english) = english(&metadata.display) {
            let last = metadata.vct.rsplit(['#', '/']).next().unwrap_or_default();
            all.types.insert(last.to_owned(), english.to_owned());
            all.addresses.insert(last.to_owned(), metadata.vct.clone());
        }
        let claims = metadata.claims.into_iter().map(|claim| claim.display);
        for named in claims.chain([metadata.display]) {
            let Some(english) = english(&named).map(str::to_owned) else { continue };
            let said = named.into_iter().map(|one| (one.locale, one.name));
            all.names.entry(english).or_insert_with(|| said.collect());
        }
    }
    all
});

fn english(names: &[Name]) -> Option<&str> {
    names.iter().find(|one| one.locale == Language::English.code()).map(|one| one.name.as_str())
}

/// The address of a published type of credential, by its last part.
#[must_use]
pub fn published_type(last: &str) -> Option<&'static str> {
    PUBLISHED.addresses.get(last).map(String::as_str)
}

impl Words {
    /// A name that came with a credential, in this language where it is a published one.
    #[must_use]
    pub fn term(self, name: &str) -> String {
        if self.language() == Language::English {
            return name.to_owned();
        }
        let published = PUBLISHED.names.get(name).and_then(|said| said.get(self.language().code()));
        let ours = || {
            OURS.iter()
                .chain(&PURPOSES)
                .find(|(english, _)| *english == name)
                .map(|(_, id)| self.say(id).plain())
        };
        published.cloned().or_else(ours).unwrap_or_else(|| name.to_owned())
    }

    /// The names of several.
    #[must_use]
    pub fn terms<S: AsRef<str>>(self, names: &[S]) -> Vec<String> {
        names.iter().map(|name| self.term(name.as_ref())).collect()
    }

    /// A device as it named itself ("Chrome on Android") without the English between; a person's own name for it stays.
    #[must_use]
    pub fn device(self, name: &str) -> String {
        match name.split_once(" on ") {
            Some((browser, system))
                if self.language() != Language::English && BROWSERS.contains(&browser) =>
            {
                format!("{browser} · {system}")
            }
            _ => name.to_owned(),
        }
    }

    /// A type of credential that somebody asks for, by the last part of its address.
    #[must_use]
    pub fn kind(self, last: &str) -> String {
        PUBLISHED.types.get(last).map_or_else(|| last.to_owned(), |english| self.term(english))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn purposes_that_come_with_the_verifier_are_said_in_every_language() {
        let policies = include_str!("../../../../crates/verification/policies/demo.json");
        let list = include_str!("../../../../crates/verification/policies/purposes.json");
        let mut known = PURPOSES.iter();
        for (text, member) in [(policies, "\"purpose\": \""), (list, "\"title\": \"")] {
            for said in text.split(member).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.any(|(english, _)| *english == said), "{said}");
                assert_ne!(Words(Language::Arabic).term(said), said);
                assert_eq!(Words(Language::English).term(said), said);
            }
        }
    }

    #[test]
    fn published_names_are_said_in_every_language() {
        assert_eq!(PUBLISHED.types.len(), METADATA.len());
        for language in Language::ALL {
            for (english, said) in &PUBLISHED.names {
                assert!(said.contains_key(language.code()), "{english} {language:?}");
            }
            for (_, id) in OURS.iter().chain(&PURPOSES) {
                assert!(Words(language).knows(id), "{id} {language:?}");
            }
        }
        let arabic = Words(Language::Arabic);
        assert_eq!(arabic.term("Family name"), "اسم العائلة");
        assert_eq!(arabic.term("Yes"), "نعم");
        assert_eq!(arabic.kind("StaffIdentity"), arabic.term("Staff identity"));
        assert_ne!(arabic.kind("StaffIdentity"), "StaffIdentity");
    }

    #[test]
    fn a_device_is_named_without_english() {
        assert_eq!(Words(Language::English).device("Chrome on Linux"), "Chrome on Linux");
        assert_eq!(Words(Language::Arabic).device("Chrome on Linux"), "Chrome · Linux");
        assert_eq!(Words(Language::Arabic).device("Tablet on the shelf"), "Tablet on the shelf");
    }

    #[test]
    fn what_nobody_published_stays_as_it_came() {
        for words in Language::ALL.map(Words) {
            assert_eq!(words.term("Library card"), "Library card");
            assert_eq!(words.kind("LibraryCard"), "LibraryCard");
        }
    }
}
