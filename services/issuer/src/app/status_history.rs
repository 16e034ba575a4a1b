//! Status lists as they were, for auditors. Who may ask is decided here: over time, lists tell when something happened to whom.

use chrono::Duration;
use clock::Timestamp;
use issuance::audit::Act;
use issuance::{Actor, ListKind, Permission, Scope, StatusListId};

use super::status::{ListError, media_type};
use super::{Issuer, ListForm, ServedList, Tenant};

/// The point in time that is asked about, by the parameter of one of the two specifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// `timestamp` (Bitstring Status List 1.0, 3.2).
    Bitstring(Timestamp),
    /// `time` (Token Status List, "Historical Resolution").
    Token(Timestamp),
}

/// What somebody shows who asks for the past.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoryRights<'a> {
    pub session: Option<&'a str>,
    pub bearer: Option<&'a str>,
}

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// Nothing is kept here.
    #[error("this service keeps no earlier status lists")]
    Unsupported,
    /// No list of that time, for whoever asks: a stranger is told the same as an auditor who asks too far back.
    #[error("there is no such list of that time")]
    NotFound,
    #[error(transparent)]
    List(#[from] ListError),
}

impl From<store_issuer::Error> for HistoryError {
    fn from(error: store_issuer::Error) -> Self {
        Self::List(error.into())
    }
}

/// A list as it was served at a time.
#[derive(Clone, Debug)]
pub struct PastList {
    pub list: ServedList,
    /// The block from which on its digest was on the chain.
    pub height: Option<u64>,
}

impl Issuer {
    /// The version that was served then, if that is known and if whoever asks may know. Each answer is in the audit trail.
    pub async fn find_list_as_of(
        &self,
        tenant: &Tenant,
        (list, form): (&str, ListForm),
        as_of: AsOf,
        rights: HistoryRights<'_>,
    ) -> Result<PastList, HistoryError> {
        if self.settings.status_history.is_zero() {
            return Err(HistoryError::Unsupported);
        }
        let by = self.auditor(tenant, rights).await?.ok_or(HistoryError::NotFound)?;
        let list = StatusListId::parse(list).ok_or(HistoryError::NotFound)?;
        let at = as_of.time_for(list.kind).filter(|at| *at <= self.now()).ok_or(HistoryError::NotFound)?;
        let version = sql::retry(|| async {
            let mut tx = self.store.write("find_list_as_of").await?;
            let version = tx.list_version_as_of(&tenant.id, &list, at).await?;
            if version.is_some() {
                let (target, detail) = (list.to_string(), at.timestamp().to_string());
                let act = Act { action: "status.history", target: &target, detail: &detail };
                tx.audit(&by, act, self.now()).await?;
            }
            tx.commit().await?;
            Ok::<_, store_issuer::Error>(version)
        })
        .await?;
        let version = version.ok_or(HistoryError::NotFound)?;
        let (media_type, digest) = (media_type(list.kind), version.digest);
        let served = ServedList { media_type, document: version.document, digest };
        let served = self.in_form(tenant, served, form).await?;
        Ok(PastList { list: served, height: version.height })
    }

    /// An auditor who is signed in, or a machine with the scope for it, of this organisation.
    async fn auditor(
        &self,
        tenant: &Tenant,
        rights: HistoryRights<'_>,
    ) -> Result<Option<Actor>, store_issuer::Error> {
        if rights.bearer.is_some() {
            return self.service_client(tenant, rights.bearer, Scope::StatusHistory).await;
        }
        let Some(session) = rights.session else { return Ok(None) };
        let officer = self.session(session).await?.map(|session| session.officer);
        let officer = officer.filter(|it| it.tenant == tenant.id && it.roles.may(Permission::Audit));
        Ok(officer.map(|it| Actor { tenant: it.tenant, officer: it.id }))
    }

    /// Deletes versions that ended longer ago than they are kept. What is served stays.
    pub(super) async fn forget_list_versions(
        &self,
        tx: &mut store_issuer::Transaction,
        now: Timestamp,
    ) -> Result<u64, store_issuer::Error> {
        let before = now - self.settings.status_history;
        let mut gone = 0;
        for tenant in self.tenants.keys() {
            gone += tx.forget_list_versions(tenant, before).await?;
        }
        Ok(gone)
    }
}

impl AsOf {
    /// None where the list is of the other specification, which does not know this parameter.
    const fn time_for(self, kind: ListKind) -> Option<Timestamp> {
        match (self, kind) {
            (Self::Bitstring(at), ListKind::Revocation | ListKind::Suspension | ListKind::Message)
            | (Self::Token(at), ListKind::Token) => Some(at),
            (Self::Bitstring(_), ListKind::Token) | (Self::Token(_), _) => None,
        }
    }
}

/// Days of the configuration.
pub(crate) fn kept(days: u32) -> Duration {
    Duration::days(days.into())
}
