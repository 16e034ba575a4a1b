//! A verified Separation credential against the register: whose enrolment it opens.
//!
//! The register is asked by organisation and staff number, which one person has. The birth date must fit as well. A name opens
//! nothing: names are shared, changed and spelled in several ways; two officers read them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type that is asked for.
pub const SEPARATION: &str = "https://schemas.passerelle.example/v1#Separation";

const LONGEST_DID: usize = 256;
const LONGEST_NUMBER: usize = 16;
const LONGEST_NAME: usize = 100;

/// What a verified Separation credential says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Separation {
    /// The DID of the organisation whose service ended.
    pub organisation: String,
    /// Its own number for the person.
    pub staff_number: String,
    /// As in the travel document.
    pub given_name: String,
    /// As in the travel document.
    pub family_name: String,
    /// Compared with the register.
    pub birth_date: NaiveDate,
    /// The last day of service.
    pub separated_on: NaiveDate,
}

/// What the register says about whoever has this number at this organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterFacts {
    /// As registered.
    pub birth_date: NaiveDate,
    /// As the register knows it.
    pub died_on: Option<NaiveDate>,
    /// The last day of the benefit, where one is known.
    pub benefit_until: Option<NaiveDate>,
}

/// Why a credential opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeparationFault {
    /// A claim is missing or not of its form.
    #[error("the credential does not say organisation, staff number, birth date and last day of service")]
    Claims,
    /// Looks the same for an unknown number, another birth date and a benefit that is over: whoever holds a credential of
    /// somebody else learns nothing.
    #[error("the register has nobody with this number at this organisation and this birth date")]
    NotOnRegister,
}

impl Separation {
    /// From disclosed claims. The verifier has checked who says them.
    pub fn of_claims(claims: &Value) -> Result<Self, SeparationFault> {
        let text = |claim: &Value, most: usize| {
            let text = claim.as_str()?.trim();
            (!text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control))
                .then(|| text.to_owned())
        };
        let named = |name: &str, most| claims.get(name).and_then(|claim| text(claim, most));
        let organisation = claims.get("separatedFrom").and_then(|it| it.get("id"));
        let organisation = organisation.and_then(|did| text(did, LONGEST_DID));
        let day = |name: &str| named(name, 10).and_then(|text| text.parse().ok());
        let all = || {
            Some(Self {
                organisation: organisation.filter(|did| did.starts_with("did:"))?,
                staff_number: named("identifier", LONGEST_NUMBER)?,
                given_name: named("givenName", LONGEST_NAME)?,
                family_name: named("familyName", LONGEST_NAME)?,
                birth_date: day("birthDate")?,
                separated_on: day("separatedOn")?,
            })
        };
        all().ok_or(SeparationFault::Claims)
    }

    /// By what the register finds the person: organisation and staff number, one text.
    #[must_use]
    pub fn register_key(organisation: &str, staff_number: &str) -> String {
        format!("{organisation}/{}", staff_number.to_ascii_uppercase())
    }

    /// By what one ended service is known, whichever copy of the credential was presented.
    #[must_use]
    pub fn service_key(&self) -> String {
        format!("{}/{}", Self::register_key(&self.organisation, &self.staff_number), self.separated_on)
    }

    /// Whether it is about the person whom the register has under this number.
    pub fn fits(&self, facts: &RegisterFacts, today: NaiveDate) -> Result<(), SeparationFault> {
        let lives = facts.died_on.is_none() && facts.benefit_until.is_none_or(|day| day >= today);
        (lives && facts.birth_date == self.birth_date).then_some(()).ok_or(SeparationFault::NotOnRegister)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use serde_json::json;

    use super::*;

    fn claims() -> Value {
        json!({
            "identifier": "UNDP-4711", "givenName": "Amina", "familyName": "Diallo", "birthDate": "1964-03-02",
            "separatedFrom": {"id": "did:passerelle:undp", "name": "UNDP"}, "separatedOn": "2026-08-31"
        })
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_claim_that_decides_is_needed() {
        let good = Separation::of_claims(&claims()).unwrap();
        assert_eq!(good.service_key(), "did:passerelle:undp/UNDP-4711/2026-08-31");
        for name in ["identifier", "givenName", "familyName", "birthDate", "separatedFrom", "separatedOn"] {
            let mut without = claims();
            without.as_object_mut().unwrap().remove(name);
            assert_eq!(Separation::of_claims(&without), Err(SeparationFault::Claims), "{name}");
        }
        for (name, wrong) in [
            ("identifier", json!("")),
            ("identifier", json!("X".repeat(17))),
            ("birthDate", json!("1964-13-02")),
            ("birthDate", json!(1964)),
            ("separatedFrom", json!({"name": "UNDP"})),
            ("separatedFrom", json!({"id": "https://undp.example"})),
            ("familyName", json!("Dial\u{7}lo")),
        ] {
            let mut changed = claims();
            changed[name] = wrong;
            assert_eq!(Separation::of_claims(&changed), Err(SeparationFault::Claims), "{name}");
        }
    }

    #[test]
    fn number_and_birth_date_open_and_a_name_does_not() {
        let separation = Separation::of_claims(&claims()).unwrap();
        let facts = RegisterFacts { birth_date: day("1964-03-02"), died_on: None, benefit_until: None };
        let today = day("2026-11-30");
        assert_eq!(separation.fits(&facts, today), Ok(()));
        let renamed = Separation { family_name: "Ba".into(), ..separation.clone() };
        assert_eq!(renamed.fits(&facts, today), Ok(()), "a name that was changed shuts nobody out");
        for wrong in [
            RegisterFacts { birth_date: day("1964-03-03"), ..facts },
            RegisterFacts { died_on: Some(day("2026-11-01")), ..facts },
            RegisterFacts { benefit_until: Some(day("2026-11-29")), ..facts },
        ] {
            assert_eq!(separation.fits(&wrong, today), Err(SeparationFault::NotOnRegister), "{wrong:?}");
        }
        let ends_today = RegisterFacts { benefit_until: Some(today), ..facts };
        assert_eq!(separation.fits(&ends_today, today), Ok(()));
    }

    #[test]
    fn a_number_is_the_same_in_small_letters() {
        assert_eq!(Separation::register_key("did:x:1", "a-1"), Separation::register_key("did:x:1", "A-1"));
    }
}
