//! Claims in words: what a path is called and how its value reads.

use chrono::NaiveDate;
use serde_json::Value;

use crate::path::Step;

/// A claim as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownClaim {
    pub path: Vec<Step>,
    pub label: String,
    pub value: String,
    /// The value where it is a day of the calendar, for readers of other languages.
    pub day: Option<NaiveDate>,
}

/// Members that carry the mechanics of a credential, not a statement about its subject.
const MECHANICS: [&str; 14] = [
    "iss",
    "iat",
    "nbf",
    "exp",
    "vct",
    "cnf",
    "status",
    "sub",
    "jti",
    "_sd",
    "_sd_alg",
    "type",
    "@context",
    "vct#integrity",
];

/// Our vocabulary's terms in plain words, in the order a person expects them; a path's last steps decide.
const KNOWN: &[(&[&str], &str)] = &[
    (&["givenName"], "Given name"),
    (&["familyName"], "Family name"),
    (&["alternateName"], "Name in original script"),
    (&["picture"], "Portrait"),
    (&["birthDate"], "Date of birth"),
    (&["nationality"], "Nationality"),
    (&["identifier"], "Number"),
    (&["jobTitle"], "Job title"),
    (&["gradeLevel"], "Grade"),
    (&["dutyStation"], "Duty station"),
    (&["contractType"], "Contract"),
    (&["startDate"], "Start date"),
    (&["endDate"], "End date"),
    (&["entitlementYear"], "Year"),
    (&["confirmedBy"], "Confirmed by"),
    (&["confirmedOn"], "Confirmed on"),
    (&["courseName"], "Course"),
    (&["courseCode"], "Course code"),
    (&["completedOn"], "Completed on"),
    (&["clearanceLevel"], "Level"),
    (&["clearedFor"], "Cleared for"),
    (&["clearedOn"], "Cleared on"),
    (&["expiresOn"], "Valid through"),
    (&["separatedOn"], "End of service"),
    (&["separationType"], "Kind of separation"),
    (&["recognizedBy", "name"], "Stated by"),
    (&["separatedFrom", "name"], "Organisation"),
    (&["validFrom"], "Valid from"),
    (&["validUntil"], "Valid until"),
    (&["worksFor", "name"], "Organisation"),
    (&["paidBy", "name"], "Paid by"),
    (&["worksFor", "id"], "Organisation identifier"),
    (&["paidBy", "id"], "Paid by (identifier)"),
];

/// What a claim is called: the issuer's own label where its metadata has one, then ours, then the
/// claim's name taken apart into words.
#[must_use]
pub fn label(path: &[Step], issuer_labels: &[(Vec<Step>, String)]) -> String {
    if let Some((_, label)) = issuer_labels.iter().find(|(known, _)| fits(known, path)) {
        return label.clone();
    }
    let keys = keys(path);
    if let Some((_, label)) = KNOWN.iter().find(|(known, _)| keys.ends_with(known)) {
        return (*label).to_owned();
    }
    keys.last().map_or_else(|| "Claim".to_owned(), |key| words(key))
}

fn keys(path: &[Step]) -> Vec<&str> {
    path.iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) | Step::All => None,
        })
        .collect()
}

/// Every statement of a credential, leaf by leaf, in the order the issuer lists them and then as written.
/// `root` is the processed payload of an SD-JWT, or the document of a Data Integrity credential.
#[must_use]
pub fn shown_claims(root: &Value, is_w3c: bool, issuer_labels: &[(Vec<Step>, String)]) -> Vec<ShownClaim> {
    let mut claims = Vec::new();
    match (is_w3c, root) {
        (true, Value::Object(document)) => {
            if let Some(subject) = document.get("credentialSubject") {
                collect(
                    subject,
                    &mut vec![Step::Key("credentialSubject".to_owned())],
                    &mut claims,
                    issuer_labels,
                );
            }
            // The subject's identifier is the holder's key; it says nothing to a person.
            claims.retain(|claim| {
                claim.path.len() != 2 || claim.path.last() != Some(&Step::Key("id".to_owned()))
            });
        }
        (false, Value::Object(members)) => {
            for (key, value) in members.iter().filter(|(key, _)| !MECHANICS.contains(&key.as_str())) {
                collect(value, &mut vec![Step::Key(key.clone())], &mut claims, issuer_labels);
            }
        }
        _ => {}
    }
    let rank = |claim: &ShownClaim| {
        let by_issuer = issuer_labels.iter().position(|(known, _)| fits(known, &claim.path));
        let keys = keys(&claim.path);
        let by_us = KNOWN.iter().position(|(known, _)| keys.ends_with(known));
        (by_issuer.unwrap_or(usize::MAX), by_us.unwrap_or(usize::MAX))
    };
    claims.sort_by_key(rank);
    claims
}

/// A value as a person reads it.
#[must_use]
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) => {
            day(text).map_or_else(|| text.clone(), |day| day.format("%-d %B %Y").to_string())
        }
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Null => "\u{2014}".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members
            .get("name")
            .and_then(Value::as_str)
            .map_or_else(|| members.values().map(self::value).collect::<Vec<_>>().join(", "), str::to_owned),
    }
}

/// A day of the calendar; anything else is left as it is.
fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

fn collect(
    value: &Value,
    path: &mut Vec<Step>,
    claims: &mut Vec<ShownClaim>,
    labels: &[(Vec<Step>, String)],
) {
    // A page with thousands of lines informs nobody; whoever wants them opens the credential itself.
    if claims.len() >= 200 || path.len() > 8 {
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if matches!(key.as_str(), "_sd" | "_sd_alg" | "type" | "@context" | "...") {
                    continue;
                }
                path.push(Step::Key(key.clone()));
                collect(member, path, claims, labels);
                path.pop();
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in (0u64..).zip(items) {
                path.push(Step::Index(index));
                collect(item, path, claims, labels);
                path.pop();
            }
        }
        leaf => claims.push(ShownClaim {
            path: path.clone(),
            label: label(path, labels),
            value: self::value(leaf),
            day: leaf.as_str().and_then(day),
        }),
    }
}

fn fits(known: &[Step], path: &[Step]) -> bool {
    known.len() == path.len()
        && known.iter().zip(path).all(|(known, step)| known == step || *known == Step::All)
}

fn words(key: &str) -> String {
    let mut text = String::with_capacity(key.len() + 4);
    for (index, character) in key.chars().enumerate() {
        match character {
            '_' | '-' => text.push(' '),
            upper if upper.is_uppercase() && index > 0 => {
                text.push(' ');
                text.extend(upper.to_lowercase());
            }
            first if index == 0 => text.extend(first.to_uppercase()),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mechanics_of_an_sd_jwt_are_not_shown() {
        let payload = json!({
            "iss": "did:x", "vct": "v", "cnf": {"jwk": {}}, "status": {}, "iat": 1,
            "givenName": "Amina", "worksFor": {"id": "did:o", "name": "UNDP"}
        });
        let shown = shown_claims(&payload, false, &[]);
        let lines: Vec<_> = shown.iter().map(|claim| (claim.label.as_str(), claim.value.as_str())).collect();
        assert!(lines.contains(&("Given name", "Amina")));
        assert!(lines.contains(&("Organisation", "UNDP")));
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn subject_identifier_of_a_w3c_credential_is_not_shown() {
        let document =
            json!({"credentialSubject": {"id": "did:jwk:x", "type": "Person", "familyName": "Diallo"}});
        let shown = shown_claims(&document, true, &[]);
        assert_eq!(shown.len(), 1);
        assert_eq!(shown.first().map(|claim| claim.label.as_str()), Some("Family name"));
    }

    #[test]
    fn issuer_label_and_order_win() {
        let labels = vec![
            (vec![Step::Key("b".into())], "Second letter".to_owned()),
            (vec![Step::Key("a".into())], "First letter".to_owned()),
        ];
        let shown = shown_claims(&json!({"a": 1, "b": 2}), false, &labels);
        let lines: Vec<_> = shown.iter().map(|claim| claim.label.as_str()).collect();
        assert_eq!(lines, ["Second letter", "First letter"]);
    }

    #[test]
    fn dates_are_written_out() {
        assert_eq!(value(&json!("1988-05-04")), "4 May 1988");
        assert_eq!(value(&json!("1988-13-04")), "1988-13-04");
    }

    #[test]
    fn names_come_before_the_rest() {
        let shown = shown_claims(
            &json!({"dutyStation": "Dakar", "familyName": "Diallo", "givenName": "Amina", "x": 1}),
            false,
            &[],
        );
        let lines: Vec<_> = shown.iter().map(|claim| claim.label.as_str()).collect();
        assert_eq!(lines, ["Given name", "Family name", "Duty station", "X"]);
    }

    #[test]
    fn unknown_names_become_words() {
        assert_eq!(label(&[Step::Key("dateOfEntry".into())], &[]), "Date of entry");
        assert_eq!(label(&[Step::Key("family_name".into())], &[]), "Family name");
    }
}
