//! What the register, the nights and the receipts say of one person's yearly proof, for the person's own wallet.

use chrono::{Datelike as _, Duration};
use entitlement::cycle::{Calendar, Person, PersonYear, Stage};
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;
use wire::existence::ExistenceReceipt;

use super::receipts::ReceiptDocument;
use super::{FundError, Issuer};

/// Fewer decided proofs say nothing of what is usual.
const FEWEST_DECIDED: usize = 20;
const OWN_DEVICE: &str = "own-device";

impl Issuer {
    /// A person as the cycle sees them, with every year where it stands.
    pub(in crate::app) async fn cycles_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &PersonRow,
    ) -> Result<(Person, Vec<PersonYear>), FundError> {
        let mut person = self.open_facts(tenant, row)?;
        let cycles = tx.list_fund_cycles(tenant, &row.id).await?;
        let years = cycles.iter().map(|it| self.open_cycle(tenant, it)).collect::<Result<Vec<_>, _>>()?;
        person.on_hold_since = years.iter().find_map(|year| match year.stage {
            Stage::Suspended { since, .. } => Some(since),
            _ => None,
        });
        Ok((person, years))
    }

    /// The Fund's calendars; those that ship with the software before anybody made one.
    pub(in crate::app) async fn calendars_or_usual(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Vec<Calendar>, FundError> {
        let known = self.calendars_within(tx, tenant).await?;
        let mut calendars: Vec<Calendar> = known.into_iter().map(|it| it.calendar).collect();
        let this = self.today().year();
        for year in [this - 1, this, this + 1] {
            if calendars.iter().all(|it| it.year() != year) {
                calendars.extend(Calendar::of_year(year));
            }
        }
        Ok(calendars)
    }

    /// What was anchored about the proof of this person that was accepted last, whatever its channel.
    pub(in crate::app) async fn latest_receipt(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<Option<ExistenceReceipt>, FundError> {
        let proofs = tx.list_fund_proofs(tenant, person).await?;
        let accepted = proofs.iter().filter(|it| it.state == "accepted");
        let Some(latest) = accepted.max_by_key(|it| it.decided_at) else { return Ok(None) };
        let Some(receipt) = tx.find_fund_receipt(tenant, &latest.id).await? else { return Ok(None) };
        let document: ReceiptDocument = self.open_for("receipt", tenant, &latest.id, &receipt.sealed)?;
        // The letter is fetched where the question is known.
        Ok(Some(document.for_wallet(false)))
    }

    /// Within so many days nine in ten of the latest proofs by phone were decided; as long as too few were, what the Fund says
    /// itself.
    pub(in crate::app) async fn usual_days(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Option<u16>, FundError> {
        let mut waits = tx.latest_fund_waits(tenant, OWN_DEVICE).await?;
        if waits.len() < FEWEST_DECIDED {
            return Ok(self.settings.proof_answer_days);
        }
        waits.sort_unstable();
        // The nearest rank: of n that are sorted, the one at nine tenths of n, rounded up.
        Ok(waits.get((waits.len() * 9).div_ceil(10) - 1).copied().map(days))
    }
}

/// Rounded up, and not less than one: nobody is told less than it takes.
fn days(span: Duration) -> u16 {
    let hours = span.num_minutes().max(1).saturating_add(59) / 60;
    u16::try_from((hours.saturating_add(23) / 24).clamp(1, 365)).unwrap_or(365)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_rounded_up_to_days() {
        let cases = [(Duration::seconds(2), 1), (Duration::hours(24), 1), (Duration::minutes(1441), 2)];
        for (span, expected) in cases {
            assert_eq!(days(span), expected, "{span}");
        }
        assert_eq!(days(Duration::days(5000)), 365);
    }
}
