//! Who helped a person with a proof, or signed for them: a guardian, an attorney, a carer.
//!
//! The evidence names them by a note of its own, so that the name can be erased without breaking a link of the journal.

use entitlement::cycle::{Helper, HelperRole};
use issuance::Actor;
use store_issuer::Transaction;

use super::{FundError, Issuer};

const LONGEST_NAME: usize = 200;

/// A helper as an officer writes it down.
#[derive(Clone, Debug)]
pub struct NewHelper {
    /// By what right.
    pub role: HelperRole,
    /// Name, and the document that gives the right, in words.
    pub name: String,
}

impl NewHelper {
    /// From the words of a form or a message; nothing without a role.
    pub fn of(role: &str, name: &str) -> Result<Option<Self>, FundError> {
        let role = match role.trim() {
            "" if name.trim().is_empty() => return Ok(None),
            "guardian" => HelperRole::Guardian,
            "power-of-attorney" => HelperRole::PowerOfAttorney,
            "carer" => HelperRole::Carer,
            _ => {
                return Err(FundError::Form(
                    "say by what right somebody acted for the person: guardian, power-of-attorney or carer",
                ));
            }
        };
        let helper = Self { role, name: name.trim().to_owned() };
        helper.check()?;
        Ok(Some(helper))
    }

    pub(super) fn check(&self) -> Result<(), FundError> {
        match (1..=LONGEST_NAME).contains(&self.name.trim().chars().count()) {
            true => Ok(()),
            false => Err(FundError::Form("name who acted for the person, in at most 200 characters")),
        }
    }
}

/// For officers.
pub(super) const fn role_words(role: HelperRole) -> &'static str {
    match role {
        HelperRole::Guardian => "guardian",
        HelperRole::PowerOfAttorney => "with a power of attorney",
        HelperRole::Carer => "carer",
    }
}

impl Issuer {
    pub(super) async fn helper_of(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        new: Option<&NewHelper>,
    ) -> Result<Option<Helper>, FundError> {
        let Some(new) = new else { return Ok(None) };
        new.check()?;
        Ok(Some(Helper { role: new.role, id: self.write_note(tx, by, person, &new.name).await? }))
    }
}
