//! Values that are codes, in the reader's words.
//!
//! Our vocabulary has claims whose values are a few agreed words (`schemas/v1`, `enum`) and one that names a country. What is not of
//! these stays as it came.

use super::Words;

/// The name of a claim, a value that it can have, and the sentence that says it.
const VALUES: [(&str, &str, &str); 26] = [
    ("confirmedBy", "visit", "value-visit"),
    ("confirmedBy", "call", "value-call"),
    ("confirmedBy", "device", "value-device"),
    ("confirmedBy", "kiosk", "value-kiosk"),
    ("confirmedBy", "post", "value-post"),
    ("confirmedBy", "letter", "value-letter"),
    ("contractType", "permanent", "value-permanent"),
    ("contractType", "continuing", "value-continuing"),
    ("contractType", "fixed-term", "value-fixed-term"),
    ("contractType", "temporary", "value-temporary"),
    ("contractType", "service-agreement", "value-service-agreement"),
    ("clearedFor", "service", "value-service"),
    ("clearedFor", "field-service", "value-field-service"),
    ("clearedFor", "travel", "value-travel"),
    ("clearanceLevel", "unclassified", "value-unclassified"),
    ("clearanceLevel", "confidential", "value-confidential"),
    ("clearanceLevel", "strictly-confidential", "value-strictly-confidential"),
    ("separationType", "retirement", "value-retirement"),
    ("separationType", "early-retirement", "value-early-retirement"),
    ("separationType", "resignation", "value-resignation"),
    ("separationType", "end-of-appointment", "value-end-of-appointment"),
    ("separationType", "termination", "value-termination"),
    ("separationType", "transfer", "value-transfer"),
    ("separationType", "disability", "value-disability"),
    ("", "Yes", "term-yes"),
    ("", "No", "term-no"),
];

/// The claim that names a country, by three letters (ISO 3166-1).
const COUNTRY: &str = "nationality";

impl Words {
    /// What a value of a claim says in this language, where it is a code that is known.
    #[must_use]
    pub fn value(self, claim: &str, value: &str) -> Option<String> {
        let found = VALUES.iter().find(|(of, code, _)| (of.is_empty() || *of == claim) && *code == value);
        found.map(|(_, _, id)| self.say(id).plain())
    }
}

/// The two letters of a country by which browsers name it, of a value that has its three.
#[must_use]
pub fn region(claim: &str, value: &str) -> Option<&'static str> {
    let known = (claim == COUNTRY).then(|| rust_iso3166::from_alpha3(value)).flatten();
    known.map(|country| country.alpha2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use language::Language;
    use serde_json::Value;

    use super::*;

    const SCHEMAS: [&str; 5] = [
        include_str!("../../../../schemas/v1/digital-certificate-of-entitlement.schema.json"),
        include_str!("../../../../schemas/v1/employment.schema.json"),
        include_str!("../../../../schemas/v1/medical-clearance.schema.json"),
        include_str!("../../../../schemas/v1/security-clearance.schema.json"),
        include_str!("../../../../schemas/v1/separation.schema.json"),
    ];

    /// Every claim of a published schema whose values are listed.
    fn listed(value: &Value, found: &mut Vec<(String, String)>) {
        let Some(members) = value.as_object() else { return };
        for (name, member) in members {
            for code in member.get("enum").and_then(Value::as_array).into_iter().flatten() {
                found.extend(code.as_str().map(|code| (name.clone(), code.to_owned())));
            }
            listed(member, found);
        }
    }

    #[test]
    fn every_listed_value_of_the_published_schemas_is_said_in_every_language() {
        let mut found = Vec::new();
        for schema in SCHEMAS {
            listed(&serde_json::from_str(schema).unwrap(), &mut found);
        }
        assert!(found.len() >= 24, "{found:?}");
        for (claim, code) in found {
            for words in Language::ALL.map(Words) {
                let said = words.value(&claim, &code);
                assert!(
                    said.is_some_and(|said| said != code && !said.starts_with("value-")),
                    "{claim} {code}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_code_of_the_claim_stays() {
        let english = Words(Language::English);
        assert_eq!(english.value("jobTitle", "call"), None);
        assert_eq!(english.value("confirmedBy", "telepathy"), None);
        assert_eq!(region("nationality", "KAZ"), Some("KZ"));
        assert_eq!((region("nationality", "XYZ"), region("dutyStation", "KAZ")), (None, None));
    }
}
