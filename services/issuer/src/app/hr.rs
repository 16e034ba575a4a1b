//! What HR systems and portals ask for over REST: offers, and the status of what somebody holds. Officers do the same at the
//! console; the rules are theirs, and so are the second persons.

use issuance::{Actor, CredentialType, OfferState, Proposal, Reason, Reissue, Scope, StatusAct, StatusMove};
use serde_json::{Map, Value};
use store_issuer::Transaction;

use super::{ChangeError, DecideError, DirectoryError, Issuer, OfferError, OfferLink, Outcome, Tenant};

/// An offer that a machine asks for.
#[derive(Clone, Debug)]
pub struct AskedOffer {
    pub person: String,
    pub types: Vec<CredentialType>,
    /// Of a type whose claims come with the credential; empty for the others.
    pub claims: Map<String, Value>,
    /// [`Reissue::First`] where nothing is replaced.
    pub why: Reissue,
}

/// A change of status that a machine asks for.
#[derive(Clone, Debug)]
pub struct AskedStatus {
    pub person: String,
    pub act: StatusAct,
    pub change: StatusMove,
    pub only: Option<CredentialType>,
}

#[derive(Debug, thiserror::Error)]
pub enum HrError {
    #[error(
        "the token is missing, unknown, ended, or not for this; an administrator makes one on the page Machines"
    )]
    Unauthorized,
    #[error("there is no such person here")]
    Unknown,
    #[error("{0}")]
    Form(&'static str),
    #[error("of this type no claim {0} is entered")]
    Claim(String),
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Decide(#[from] DecideError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// The machine of a token with that right, at an organisation that has staff.
    pub async fn authorize_hr(
        &self,
        tenant: &Tenant,
        token: Option<&str>,
        scope: Scope,
    ) -> Result<Actor, HrError> {
        let by = self.service_client(tenant, token, scope).await?.ok_or(HrError::Unauthorized)?;
        if tenant.has_staff() { Ok(by) } else { Err(HrError::Unknown) }
    }

    /// The identifier of the person with that staff number.
    pub async fn find_by_staff_number(&self, tenant: &str, number: &str) -> Result<String, HrError> {
        let found = self.store.read().await?.find_subject_by_number(tenant, number.trim()).await?;
        Ok(found.ok_or(HrError::Unknown)?.id)
    }

    /// Makes an offer. The same machine asking for the same again while its offer waits gets that one, so that a lost answer
    /// costs nothing.
    pub async fn offer_for_machine(&self, by: &Actor, asked: &AskedOffer) -> Result<OfferLink, HrError> {
        check(asked)?;
        sql::retry(|| async {
            let mut tx = self.store.write("offer_for_machine").await?;
            let link = match self.waiting_offer(&mut tx, by, asked).await? {
                Some(link) => link,
                None => self.new_offer_for_machine(&mut tx, by, asked).await?,
            };
            tx.commit().await?;
            Ok(link)
        })
        .await
    }

    async fn waiting_offer(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        asked: &AskedOffer,
    ) -> Result<Option<OfferLink>, HrError> {
        let configurations = self.configurations(self.tenant_of(by)?, &asked.types);
        let now = self.now();
        for offer in tx.list_offers(&by.tenant, &asked.person).await? {
            let waits = offer.state == OfferState::Open && now < offer.expires_at;
            let same = offer.created_by == by.officer
                && offer.configurations == configurations
                && offer.extra_claims == asked.claims;
            let replaces = tx.find_offer_replaces(&by.tenant, &offer.id).await?;
            if waits && same && (asked.why == Reissue::First || replaces == asked.why.replaces_with()) {
                return Ok(Some(self.link(self.tenant_of(by)?, &offer)));
            }
        }
        Ok(None)
    }

    async fn new_offer_for_machine(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        asked: &AskedOffer,
    ) -> Result<OfferLink, OfferError> {
        match asked.types.as_slice() {
            [kind] if kind.entered().next().is_some() => {
                self.grant_within(tx, by, &asked.person, *kind, asked.claims.clone()).await
            }
            _ => self.offer_because(tx, by, &asked.person, asked.types.clone(), asked.why).await,
        }
    }

    /// Suspends or reinstates at once; a revocation waits for a second person where the organisation's rules say so.
    pub async fn change_for_machine(&self, by: &Actor, asked: &AskedStatus) -> Result<Outcome, HrError> {
        if asked.act != StatusAct::Revoke {
            self.change_subject_status(by, &asked.person, asked.only, &asked.change).await?;
            return Ok(Outcome::Done);
        }
        let Reason { code, note } = asked.change.reason.clone();
        let proposal = Proposal::Revoke {
            subject: asked.person.clone(),
            reason: code.as_str().to_owned(),
            note,
            only: asked.only,
        };
        Ok(self.propose(by, &proposal).await?)
    }
}

fn check(asked: &AskedOffer) -> Result<(), HrError> {
    let mut entered = asked.types.iter().filter(|kind| kind.entered().next().is_some());
    let Some(kind) = entered.next() else {
        return match asked.claims.keys().next() {
            Some(name) => Err(HrError::Claim(name.clone())),
            None => Ok(()),
        };
    };
    if asked.types.len() > 1 {
        return Err(HrError::Form("a type whose claims are entered is offered alone"));
    }
    if asked.why != Reissue::First {
        return Err(HrError::Form("`reason` is for types whose claims come from the record"));
    }
    let known = |name: &str| kind.entered().any(|claim| claim.name == name);
    match asked.claims.keys().find(|name| !known(name)) {
        Some(name) => Err(HrError::Claim(name.clone())),
        None => Ok(()),
    }
}
