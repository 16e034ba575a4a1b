//! A restart: the governors put other validators in the place of lost ones, off the chain.

use registry_types::{Governors, Header, Organisation, RestartCertificate, RestartError, state_key};

use crate::execution::{Changes, Refusal};
use crate::rules::validator;
use crate::view::{View, ViewError, find};

/// Why a height does not begin with the restart that its block carries.
#[derive(Debug, thiserror::Error)]
pub enum RestartRefusal {
    #[error(transparent)]
    Certificate(#[from] RestartError),
    /// None of the new validators may be one of the old: it has voted at this height already, for something else.
    #[error("the restart names validators that cannot be: {0}")]
    Validators(crate::TransactionError),
    #[error(transparent)]
    View(#[from] ViewError),
}

/// `view` is the state under `last`, the last header that stays.
pub fn begin(
    view: &dyn View,
    last: &Header,
    restart: &RestartCertificate,
) -> Result<Changes, RestartRefusal> {
    // Without governors nobody can restart the chain: the quorum of none is not reached.
    let nobody = Governors { organisations: Vec::new() };
    let governors: Governors = find(view, &state_key::governors())?.unwrap_or(nobody);
    let mut organisations = Vec::new();
    for signature in &restart.signatures {
        let found: Option<Organisation> = find(view, &state_key::organisation(&signature.organisation))?;
        organisations.extend(found);
    }
    restart.verify(last, &governors, &organisations)?;
    validator::replace(view, last.height, &restart.plan.validators).map_err(|refusal| match refusal {
        Refusal::Rule(error) => RestartRefusal::Validators(error),
        Refusal::View(error) => RestartRefusal::View(error),
    })
}
