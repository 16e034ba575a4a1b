//! The country of residence, as far as a proof from a phone says something about it. It never touches the proof of life.

use entitlement::cycle::{CountryCode, ResidenceCheck, Track, What, judge};
use issuance::Actor;
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;

use super::journal::Pen;
use super::{FundError, Issuer};

/// What the register says of somebody's residence.
pub(crate) struct Declared {
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// Whether the pension depends on it.
    pub two_track: bool,
}

impl Issuer {
    /// By the nine-digit number; nothing for somebody who is not on the register.
    pub(crate) async fn declared_residence(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        uid: &str,
    ) -> Result<Option<Declared>, store_issuer::Error> {
        let mark = self.secrets.register_mark(tenant, "number", uid);
        let person = tx.find_fund_person_by_mark(tenant, &mark).await?;
        Ok(person.map(|person| Declared { two_track: is_two_track(&person), country: person.country }))
    }

    /// Writes the comparison into the journal of a two-track beneficiary: a difference opens a case, and so does a proof without a
    /// place, which ends with one.
    pub(super) async fn check_residence(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        (evidence, seen): (&str, Option<CountryCode>),
    ) -> Result<(), FundError> {
        let person = tx.find_fund_person(&by.tenant, person).await?.ok_or(FundError::Unknown)?;
        if !is_two_track(&person) {
            return Ok(());
        }
        let declared = person.country.parse().map_err(|_| FundError::Damaged)?;
        let check = judge(Track::Two, declared, seen);
        let mut pen = Pen::new(self, &by.tenant, &person);
        pen.event(What::ResidenceChecked { evidence: evidence.to_owned(), check }, self.now())?;
        pen.put(tx).await?;
        self.step_person(tx, by, &person.id).await?;
        match check {
            ResidenceCheck::NotGiven => self.ask_for_place(tx, &by.tenant, &person, evidence).await,
            ResidenceCheck::Matches => self.place_came(tx, by, &person.id, "place-came").await,
            // The case about the difference has the question from then on.
            ResidenceCheck::Differs { .. } => self.place_came(tx, by, &person.id, "place-differs").await,
            ResidenceCheck::NotNeeded => Ok(()),
        }
    }
}

pub(super) fn is_two_track(person: &PersonRow) -> bool {
    person.track == "two"
}
