//! Somebody lives in another country than the declared one: the pension system is told in the file of changes, since the
//! pension depends on it. The register changes when its next file says so.

use chrono::Datelike as _;
use entitlement::cycle::{CountryCode, ResidenceCheck, What};
use serde::{Deserialize, Serialize};
use store_issuer::Transaction;
use store_issuer::fund::{CaseRow, EffectRow};

use super::payroll::PayrollChange;
use super::{FundError, Issuer};

/// As it stands among what was asked for.
pub(super) const KIND: &str = "moved";
const REASON: &str = "residence-moved";

#[derive(Serialize, Deserialize)]
struct Move {
    country: Option<CountryCode>,
}

impl Issuer {
    /// Two officers found that a person has moved. The case is part of the key, so that each is told once.
    pub(super) async fn tell_of_move(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        case: &CaseRow,
    ) -> Result<(), FundError> {
        let (now, country) = (self.now(), self.seen_elsewhere(tx, tenant, case).await?);
        let effect = EffectRow {
            key: format!("{}/moved/{}", case.person, case.id),
            person: case.person.clone(),
            year: now.year(),
            rule: REASON.to_owned(),
            kind: KIND.to_owned(),
            content: serde_json::to_string(&Move { country }).unwrap_or_default(),
            asked_at: now,
            done_at: None,
            done_by: None,
        };
        tx.ask_fund_effect(tenant, &effect).await?;
        Ok(())
    }

    /// The country of the proof that the case is about; where an officer opened it, of the newest proof that said another one.
    async fn seen_elsewhere(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        case: &CaseRow,
    ) -> Result<Option<CountryCode>, FundError> {
        let about = case.name.split_once('/').map_or("", |(_, about)| about);
        let mut newest = None;
        for event in self.events_after(tx, tenant, &case.person, 0).await? {
            if let What::ResidenceChecked { evidence, check: ResidenceCheck::Differs { seen } } = event.what {
                if evidence == about {
                    return Ok(Some(seen));
                }
                newest = Some(seen);
            }
        }
        Ok(newest)
    }
}

/// The line in the file.
pub(super) fn change_of(asked: &EffectRow, uid: String) -> Result<PayrollChange, FundError> {
    let Move { country } = serde_json::from_str(&asked.content).map_err(|_| FundError::Damaged)?;
    Ok(PayrollChange {
        change: KIND.to_owned(),
        uid,
        person: asked.person.clone(),
        year: asked.year,
        effective_on: asked.asked_at.date_naive(),
        reason: asked.rule.clone(),
        reference: asked.key.clone(),
        country: country.map(|country| country.to_string()),
    })
}
