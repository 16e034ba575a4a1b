//! What remains of the pictures of a proof, and why, as the person reads it.

use chrono::NaiveTime;
use entitlement::{Request, State};
use store_issuer::Transaction;
use wire::existence::{KeptFor, PicturesKept};

use super::existence::ExistenceError;
use super::{Issuer, Tenant};

impl Issuer {
    /// Nothing where there never were pictures.
    pub(super) async fn kept_note(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
    ) -> Result<Option<PicturesKept>, ExistenceError> {
        let rows = tx.list_captures(&tenant.id, &request.id).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let there: Vec<_> = rows.iter().filter(|row| row.has_frames).collect();
        if there.is_empty() {
            return Ok(Some(PicturesKept { why: KeptFor::Erased, until: None }));
        }
        let holds = tx.list_legal_holds(&tenant.id, &request.beneficiary).await?;
        if let Some(hold) =
            holds.iter().filter(|hold| hold.lifted_at.is_none()).max_by_key(|hold| hold.review_on)
        {
            let until = hold.review_on.and_time(NaiveTime::MIN).and_utc();
            return Ok(Some(PicturesKept { why: KeptFor::LegalHold, until: Some(until) }));
        }
        // One without a time is kept as long as something is undecided.
        let times: Option<Vec<_>> = there.iter().map(|row| row.erase_at).collect();
        let until = times.and_then(|times| times.into_iter().max());
        let why = match (until, &request.state) {
            (None, State::Refused { .. }) => KeptFor::Appeal,
            (None, _) => KeptFor::Decision,
            (Some(_), State::Open { .. } | State::Answered(_)) => KeptFor::Tried,
            (Some(_), State::Confirmed { .. } | State::Refused { .. }) => KeptFor::Objection,
        };
        Ok(Some(PicturesKept { why, until }))
    }
}
