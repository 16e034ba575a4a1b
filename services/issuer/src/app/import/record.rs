//! The record of a person as a list describes them.

use issuance::import::RowContent;
use issuance::message::Language;
use issuance::{Actor, Subject};
use serde_json::{Map, Value};

use crate::app::{Contact, Issuer};

impl Issuer {
    /// The record of a person as a list describes them.
    pub(crate) fn subject_of(&self, by: &Actor, content: &RowContent) -> Subject {
        let name = self.tenant(&by.tenant).map_or("", |tenant| tenant.name.as_str());
        let mut claims = match content {
            RowContent::Staff(person) => {
                let mut claims = person.identity_claims("", name);
                claims.extend(person.employment_claims("", name).unwrap_or_default());
                claims
            }
            RowContent::Retiree(retiree) => {
                let mut claims = Map::new();
                claims.insert("identifier".into(), retiree.uid.as_str().into());
                claims.insert("givenName".into(), retiree.given_name.as_str().into());
                claims.insert("familyName".into(), retiree.family_name.as_str().into());
                let more = [("country", &retiree.country), ("language", &retiree.language)];
                for (claim, value) in more {
                    claims
                        .extend(value.as_ref().map(|value| (claim.to_owned(), Value::from(value.as_str()))));
                }
                claims
            }
        };
        // Whom the issuer speaks for comes from the organisation, never from a record.
        claims.remove("worksFor");
        let now = self.now();
        Subject {
            id: self.new_id(),
            number: content.number().to_owned(),
            name: content.name(),
            claims,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Where the list says that a person is reached.
pub(in crate::app) fn contact_of(content: &RowContent) -> Option<Contact> {
    let (email, language) = content.contact();
    let language = language.and_then(Language::parse);
    email.map(|email| Contact { email: email.to_owned(), language })
}
