//! From a user to the record of a member of the staff.

use chrono::NaiveDate;
use serde_json::Value;

use super::{ENTERPRISE, STAFF, User};
use crate::CredentialType;
use crate::import::{Employment, Person, written_grade};
use crate::message::{Language, is_address};
use crate::schemas::{FaultKind, subject_faults};

/// What keeps a user from being a member of the staff, for the HR system and for officers. Never repeats a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFault {
    /// In SCIM's words, such as `name.givenName`.
    pub attribute: &'static str,
    pub reason: &'static str,
}

impl std::fmt::Display for RecordFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.attribute, self.reason)
    }
}

/// The person a user is, in the form the credentials use. Missing and misshapen attributes are all told.
pub fn person(user: &User, today: NaiveDate) -> Result<Person, Vec<RecordFault>> {
    let text = |path: &[&str]| user.text(path).unwrap_or_default().to_owned();
    let staff = |name: &str| user.text(&[STAFF, name]).filter(|text| !text.is_empty()).map(str::to_owned);
    let told = ["contractType", "startDate", "endDate"].into_iter().any(|name| staff(name).is_some());
    let person = Person {
        staff_number: text(&[ENTERPRISE, "employeeNumber"]).to_uppercase(),
        given_name: text(&["name", "givenName"]),
        family_name: text(&["name", "familyName"]),
        original_name: staff("alternateName"),
        birth_date: staff("birthDate"),
        nationality: staff("nationality").map(|code| code.to_uppercase()),
        job_title: text(&["title"]),
        grade: written_grade(&staff("gradeLevel").unwrap_or_default()),
        duty_station: staff("dutyStation").unwrap_or_default(),
        employment: told.then(|| Employment {
            contract_type: staff("contractType").unwrap_or_default().to_lowercase().replace([' ', '_'], "-"),
            start_date: staff("startDate").unwrap_or_default(),
            end_date: staff("endDate"),
        }),
        email: email(user),
        language: language(user),
    };
    let faults = faults(&person, today);
    if faults.is_empty() { Ok(person) } else { Err(faults) }
}

/// The primary address, or the first one that is an address at all. Messages go there.
fn email(user: &User) -> Option<String> {
    let emails = user.members().get("emails")?.as_array()?;
    let is_primary = |email: &&Value| email.get("primary").and_then(Value::as_bool) == Some(true);
    let primary = emails.iter().filter(is_primary);
    let mut values = primary.chain(emails).filter_map(|email| email.get("value").and_then(Value::as_str));
    values.find(|value| is_address(value)).map(str::to_owned)
}

/// One of the languages of messages out of the most wanted range of `preferredLanguage`, such as `fr-CH, en;q=0.5`.
fn language(user: &User) -> Option<String> {
    let wanted = user.text(&["preferredLanguage"])?;
    let code = wanted.split([',', ';', '-', '_']).next()?.trim().to_lowercase();
    Language::parse(&code).map(|_| code)
}

fn faults(person: &Person, today: NaiveDate) -> Vec<RecordFault> {
    let mut faults: Vec<RecordFault> = Vec::new();
    let mut add = |attribute: &'static str, reason: &'static str| {
        if !faults.iter().any(|known| known.attribute == attribute) {
            faults.push(RecordFault { attribute, reason });
        }
    };
    let (did, name) = ("did:passerelle:unknown", "unknown");
    let identity = subject_faults(CredentialType::StaffIdentity, &person.identity_claims(did, name));
    let employment = person.employment_claims(did, name);
    let employment = employment.map(|claims| subject_faults(CredentialType::Employment, &claims));
    for fault in identity.into_iter().chain(employment.unwrap_or_default()) {
        let reason = match fault.kind {
            FaultKind::Missing => "is missing",
            FaultKind::TooLong(_) => "is too long",
            FaultKind::Format | FaultKind::Shape => "has the wrong form",
        };
        add(attribute(&fault.claim), reason);
    }
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let Some(employment) = &person.employment {
        let end = employment.end_date.as_deref().and_then(date);
        if end.zip(date(&employment.start_date)).is_some_and(|(end, start)| end < start) {
            add("endDate", "is before startDate");
        }
        if end.is_some_and(|end| end < today) {
            add("endDate", "has passed");
        }
    }
    faults
}

fn attribute(claim: &str) -> &'static str {
    match claim {
        "identifier" => "employeeNumber",
        "givenName" => "name.givenName",
        "familyName" => "name.familyName",
        "jobTitle" => "title",
        "gradeLevel" => "gradeLevel",
        "dutyStation" => "dutyStation",
        "alternateName" => "alternateName",
        "birthDate" => "birthDate",
        "nationality" => "nationality",
        "contractType" => "contractType",
        "startDate" => "startDate",
        "endDate" => "endDate",
        _ => "the record",
    }
}
