//! What a person reads in their wallet of a question about where they live: that it is open, and how it ended.
//!
//! No country is named, neither the declared one nor one that was seen: the person knows both, and whoever looks over their shoulder
//! learns nothing.

use chrono::Duration;
use store_issuer::Transaction;
use store_issuer::fund::CaseRow;
use wire::residence::{ResidenceNote, ResidenceState};

use super::case_kind::CaseType;
use super::{FundError, Issuer};

/// Most people look once a year.
const SHOWN_DAYS: i64 = 365;

impl Issuer {
    /// The case that is open, or the one that was decided last, within a year. Where a place is asked for, that is what there is to
    /// do, and nothing of before is said.
    pub(in crate::app) async fn residence_note(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<Option<ResidenceNote>, FundError> {
        let cases = tx.list_fund_cases_of(tenant, person).await?;
        let since = self.now() - Duration::days(SHOWN_DAYS);
        let Some((case, state)) = told_of(&cases) else { return Ok(None) };
        if case.closed_at.is_some_and(|at| at < since) {
            return Ok(None);
        }
        let telephone = tx.find_letter_settings(tenant).await?.map(|it| it.telephone);
        let due_at = (state == ResidenceState::Open).then_some(case.due_at);
        Ok(Some(ResidenceNote { state, due_at, closed_at: case.closed_at, telephone }))
    }
}

/// `cases` are a person's, newest first.
fn told_of(cases: &[CaseRow]) -> Option<(&CaseRow, ResidenceState)> {
    let is_open = |case: &&CaseRow, kind: CaseType| case.kind == kind.as_str() && case.state != "closed";
    if let Some(open) = cases.iter().find(|case| is_open(case, CaseType::Residence)) {
        return Some((open, ResidenceState::Open));
    }
    if cases.iter().any(|case| is_open(&case, CaseType::Place)) {
        return None;
    }
    let decided = cases.iter().filter_map(|case| Some((case, ended(case)?)));
    decided.max_by_key(|(case, _)| case.closed_at)
}

fn ended(case: &CaseRow) -> Option<ResidenceState> {
    Some(match (CaseType::parse(&case.kind)?, case.outcome.as_deref()?) {
        _ if case.state != "closed" => return None,
        (CaseType::Residence, "temporary") | (CaseType::Place, "shown") => ResidenceState::Stays,
        (CaseType::Residence | CaseType::Place, "moved") => ResidenceState::Moved,
        (CaseType::Place, "not-shown") => ResidenceState::NotShown,
        _ => return None,
    })
}
