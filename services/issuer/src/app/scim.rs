//! What an HR system pushes: hires, changes and separations (SCIM 2.0, RFC 7644). User, person, offers and proposals
//! change in one transaction, so that a retry finds either nothing or everything done.

use issuance::audit::Act;
use issuance::build;
use issuance::import::{Person, RowContent};
use issuance::scim::{self, Fault, FaultKind, Filter, Operation, User};
use issuance::webhook::{EventKind, Happened};
use issuance::{
    Actor, ApprovalState, CredentialType, Decision, OfferState, Proposal, Reissue, Scope, ServiceEnd, Status,
    Subject, client_of,
};
use serde_json::{Map, Value};
use store_issuer::{ScimUser, Transaction};

use super::import::contact_of;
use super::{DecideError, Issuer, OfferError, Tenant};

/// Users of a page, and of a step of a search.
pub const MOST_USERS: u32 = 200;
/// A filter that no index serves is decided over at most so many users.
const MOST_SEARCHED: u64 = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum ScimError {
    #[error("the bearer token is missing, unknown or not for SCIM")]
    Unauthorized,
    #[error("there is no such user")]
    Unknown,
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the user was changed since that version")]
    Precondition,
    #[error("the separation could not be proposed")]
    Decide(#[from] DecideError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Which part of the users is wanted.
#[derive(Clone, Debug)]
pub struct ScimAsked {
    pub filter: Option<Filter>,
    /// From 1.
    pub start: u64,
    pub count: u32,
}

/// A part of the users and how many there are in all.
#[derive(Clone, Debug)]
pub struct ScimPage {
    pub total: u64,
    pub users: Vec<ScimUser>,
}

impl Issuer {
    /// The machine behind a token for SCIM.
    pub async fn authorize_scim(&self, tenant: &Tenant, token: Option<&str>) -> Result<Actor, ScimError> {
        self.service_client(tenant, token, Scope::Scim).await?.ok_or(ScimError::Unauthorized)
    }

    /// A hire. A retry whose first answer was lost is told that the name is taken, and finds the user by it.
    pub async fn create_scim_user(&self, by: &Actor, user: &User) -> Result<ScimUser, ScimError> {
        sql::retry(|| async {
            let mut tx = self.store.write("create_scim_user").await?;
            let now = self.now();
            let mut stored = ScimUser {
                id: self.new_id(),
                user: user.clone(),
                subject_id: None,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            self.follow(&mut tx, by, None, &mut stored).await?;
            tx.insert_scim_user(&by.tenant, &stored).await.map_err(taken)?;
            tx.audit(by, Act { action: "scim.create", target: &stored.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(stored)
        })
        .await
    }

    /// `change` makes the user that shall be from the one that is; the same user again changes nothing. `expected` is
    /// the version the caller read.
    pub async fn change_scim_user(
        &self,
        by: &Actor,
        id: &str,
        expected: Option<&[u64]>,
        change: impl Fn(&User) -> Result<User, Fault>,
    ) -> Result<ScimUser, ScimError> {
        sql::retry(|| async {
            let mut tx = self.store.write("change_scim_user").await?;
            let before = tx.find_scim_user(&by.tenant, id).await?.ok_or(ScimError::Unknown)?;
            if expected.is_some_and(|expected| !expected.contains(&before.version)) {
                return Err(ScimError::Precondition);
            }
            let mut after = ScimUser { user: change(&before.user)?, ..before.clone() };
            self.follow(&mut tx, by, Some(&before), &mut after).await?;
            if after == before {
                // A separation that was refused may have been proposed again.
                tx.commit().await?;
                return Ok(before);
            }
            let now = self.now();
            after.updated_at = now;
            tx.replace_scim_user(&by.tenant, &after).await.map_err(taken)?;
            after.version += 1;
            tx.audit(by, Act { action: "scim.change", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(after)
        })
        .await
    }

    /// The user is gone and the service of the person ends; what the organisation keeps of the person stays.
    pub async fn delete_scim_user(
        &self,
        by: &Actor,
        id: &str,
        expected: Option<&[u64]>,
    ) -> Result<(), ScimError> {
        sql::retry(|| async {
            let mut tx = self.store.write("delete_scim_user").await?;
            let stored = tx.find_scim_user(&by.tenant, id).await?.ok_or(ScimError::Unknown)?;
            if expected.is_some_and(|expected| !expected.contains(&stored.version)) {
                return Err(ScimError::Precondition);
            }
            if let Some(subject) = &stored.subject_id {
                self.separate(&mut tx, by, subject).await?;
            }
            tx.delete_scim_user(&by.tenant, &stored).await?;
            tx.audit(by, Act { action: "scim.delete", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    pub async fn find_scim_user(&self, tenant: &str, id: &str) -> Result<ScimUser, ScimError> {
        self.store.read().await?.find_scim_user(tenant, id).await?.ok_or(ScimError::Unknown)
    }

    pub async fn list_scim_users(&self, tenant: &str, asked: &ScimAsked) -> Result<ScimPage, ScimError> {
        let mut tx = self.store.read().await?;
        let (start, count) = (asked.start.max(1), asked.count.min(MOST_USERS));
        let Some(filter) = &asked.filter else {
            let total = tx.count_scim_users(tenant).await?;
            let users = tx.list_scim_users(tenant, count, start - 1).await?;
            return Ok(ScimPage { total, users });
        };
        let found = match filter.as_lookup() {
            Some(("id", id)) => tx.find_scim_user(tenant, id).await?.into_iter().collect(),
            Some(("userName", name)) => tx.find_scim_user_by_name(tenant, name).await?.into_iter().collect(),
            Some((_, external)) => tx.list_scim_users_by_external_id(tenant, external).await?,
            None => search(&mut tx, tenant, filter).await?,
        };
        let total = found.len() as u64;
        let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
        let users = found.into_iter().skip(skipped).take(count as usize).collect();
        Ok(ScimPage { total, users })
    }

    /// What the record of a user lacks, in sentences without values.
    #[must_use]
    pub fn scim_record_faults(&self, user: &User) -> Vec<String> {
        let person = scim::person(user, self.now().date_naive());
        person.err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    /// Active users whose record does not make a member of the staff, with what it lacks.
    pub async fn incomplete_scim_users(
        &self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<(String, Vec<String>)>, store_issuer::Error> {
        let users = self.store.read().await?.list_scim_users_without_record(tenant, limit).await?;
        let named =
            |stored: ScimUser| (stored.user.user_name().to_owned(), self.scim_record_faults(&stored.user));
        Ok(users.into_iter().map(named).collect())
    }

    /// Brings the person after the user: record, offers that replace what is held, the end of the service.
    async fn follow(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        before: Option<&ScimUser>,
        stored: &mut ScimUser,
    ) -> Result<(), ScimError> {
        let today = self.now().date_naive();
        let person = scim::person(&stored.user, today).ok();
        let known = before.and_then(|before| scim::person(&before.user, today).ok());
        let active = stored.user.is_active();
        let content = person.clone().map(RowContent::Staff);
        let contact = content.as_ref().and_then(contact_of);
        let told = known.clone().map(RowContent::Staff).as_ref().and_then(contact_of);
        match (stored.subject_id.clone(), person) {
            (Some(subject), Some(person)) => {
                self.change_person(tx, by, &subject, known.as_ref(), &person).await?;
            }
            (None, Some(person)) if active => {
                stored.subject_id = Some(self.hire(tx, by, &person).await?);
            }
            (_, _) => {}
        }
        let Some(subject) = &stored.subject_id else { return Ok(()) };
        // An address that an officer entered stays until the HR system names another one.
        if let Some(contact) = contact.filter(|contact| told.as_ref() != Some(contact)) {
            self.put_contact(tx, &by.tenant, subject, &contact).await?;
        }
        if !active {
            self.separate(tx, by, subject).await?;
        } else if before.is_none_or(|before| !before.user.is_active() || before.subject_id.is_none()) {
            self.take_back_separation(tx, by, subject).await?;
        }
        Ok(())
    }

    /// The person of a new user: somebody who is on the staff list already, or a new record.
    async fn hire(&self, tx: &mut Transaction, by: &Actor, person: &Person) -> Result<String, ScimError> {
        if let Some(known) = tx.find_subject_by_number(&by.tenant, &person.staff_number).await? {
            self.change_person(tx, by, &known.id, None, person).await?;
            return Ok(known.id);
        }
        let subject = self.subject_of(by, &RowContent::Staff(person.clone()));
        let id = tx.put_subject(&by.tenant, &subject).await?;
        tx.audit(by, Act { action: "person.create", target: &id, detail: "scim" }, self.now()).await?;
        let told = Happened::to_person(EventKind::RecordCreated, &id);
        self.announce(tx, &by.tenant, &[told]).await?;
        Ok(id)
    }

    /// Claims that the HR system never named stay; those it named before and no longer does go.
    async fn change_person(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
        known: Option<&Person>,
        person: &Person,
    ) -> Result<(), ScimError> {
        let Some(current) = tx.find_subject(&by.tenant, subject_id).await? else { return Ok(()) };
        let said = self.subject_of(by, &RowContent::Staff(person.clone()));
        let mut claims = current.claims.clone();
        if let Some(known) = known {
            let earlier = self.subject_of(by, &RowContent::Staff(known.clone())).claims;
            claims.retain(|name, _| !earlier.contains_key(name));
        }
        claims.extend(said.claims);
        if claims == current.claims && said.number == current.number && said.name == current.name {
            return Ok(());
        }
        let changed = Subject {
            number: said.number,
            name: said.name,
            claims,
            updated_at: self.now(),
            ..current.clone()
        };
        match tx.replace_subject(&by.tenant, &changed).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => {
                return Err(Fault::new(FaultKind::Uniqueness, "employeeNumber is somebody else's").into());
            }
            Err(error) => return Err(error.into()),
        }
        tx.audit(by, Act { action: "person.change", target: subject_id, detail: "scim" }, changed.updated_at)
            .await?;
        let told = Happened::to_person(EventKind::RecordChanged, subject_id);
        self.announce(tx, &by.tenant, &[told]).await?;
        self.offer_changed(tx, by, &current.claims, &changed).await
    }

    /// What the person holds and says something else now is offered again; the old copies end when the new ones are
    /// taken, as after a change by an officer. An offer that waits with the same purpose gives the new data by itself.
    async fn offer_changed(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        before: &Map<String, Value>,
        subject: &Subject,
    ) -> Result<(), ScimError> {
        let copies = tx.list_copies(&by.tenant, &subject.id).await?;
        let held = |kind: CredentialType| {
            copies
                .iter()
                .any(|copy| copy.status != Status::Revoked && copy.configuration.credential_type == kind)
        };
        let touched = |kind: CredentialType| changed_claims(kind, before, &subject.claims);
        let kinds = [CredentialType::StaffIdentity, CredentialType::Employment];
        let types: Vec<CredentialType> =
            kinds.into_iter().filter(|kind| held(*kind) && !touched(*kind).is_empty()).collect();
        if types.is_empty() {
            return Ok(());
        }
        for offer in tx.list_offers(&by.tenant, &subject.id).await? {
            let covers =
                types.iter().all(|kind| offer.configurations.iter().any(|it| it.credential_type == *kind));
            let waits = offer.state == OfferState::Open && offer.expires_at > self.now();
            if waits && covers && tx.find_offer_replaces(&by.tenant, &offer.id).await?.is_some() {
                return Ok(());
            }
        }
        let only_end = types.iter().all(|kind| touched(*kind) == ["endDate"]);
        let why = if only_end { Reissue::Renewal } else { Reissue::DataChanged };
        match self.offer_because(tx, by, &subject.id, types, why).await {
            Err(OfferError::Store(error)) => Err(error.into()),
            // Somebody whose service has ended holds nothing new; the record is kept for a return.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Ends the service, or proposes so where a second person is needed. What has ended or waits stays as it is.
    async fn separate(&self, tx: &mut Transaction, by: &Actor, subject: &str) -> Result<(), ScimError> {
        let known = tx.find_subject(&by.tenant, subject).await?.is_some();
        if !known || tx.find_service_end(&by.tenant, subject).await?.is_some() {
            return Ok(());
        }
        let how = ServiceEnd::Separated.as_str().to_owned();
        let proposal = Proposal::EndService { subject: subject.to_owned(), how, note: None };
        self.propose_within(tx, by, &proposal).await?;
        Ok(())
    }

    /// A separation that a machine said or proposed was an error, or the person came back. What an officer said stays
    /// until an officer takes it back, and so does a death.
    async fn take_back_separation(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject: &str,
    ) -> Result<(), ScimError> {
        let now = self.now();
        if let Some(waiting) = tx.find_waiting_approval(&by.tenant, "end-service", subject, now).await?
            && client_of(&waiting.requested_by).is_some()
        {
            let requester = waiting.requested_by.clone();
            let closed =
                waiting.decided(Decision::Withdraw, &requester, "", now).map_err(DecideError::from)?;
            debug_assert!(matches!(closed.state, ApprovalState::Withdrawn { .. }));
            tx.close_approval(&by.tenant, &closed).await?;
            let act = Act { action: "approval.withdraw", target: subject, detail: "end-service" };
            tx.audit(by, act, now).await?;
        }
        let ended = tx.find_service_end(&by.tenant, subject).await?;
        let by_machine = ended
            .is_some_and(|ended| ended.how == ServiceEnd::Separated && client_of(&ended.officer).is_some());
        if by_machine && tx.delete_service_end(&by.tenant, subject).await? {
            tx.audit(by, Act { action: "person.return", target: subject, detail: "scim" }, now).await?;
            let told = Happened::to_person(EventKind::ServiceResumed, subject);
            self.announce(tx, &by.tenant, &[told]).await?;
        }
        Ok(())
    }
}

/// The claims of a type that differ, with the day that bounds its validity.
fn changed_claims(
    kind: CredentialType,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<&'static str> {
    let names = kind.claims().iter().map(|claim| claim.name).chain(["endDate"]);
    let mut changed: Vec<&str> = names.filter(|name| before.get(*name) != after.get(*name)).collect();
    changed.dedup();
    changed
}

async fn search(tx: &mut Transaction, tenant: &str, filter: &Filter) -> Result<Vec<ScimUser>, ScimError> {
    if tx.count_scim_users(tenant).await? > MOST_SEARCHED {
        let detail = "filter by one eq on userName, externalId or id; there are too many users for others";
        return Err(Fault::new(FaultKind::TooMany, detail).into());
    }
    let (mut found, mut skip) = (Vec::new(), 0);
    loop {
        let users = tx.list_scim_users(tenant, MOST_USERS, skip).await?;
        if users.is_empty() {
            return Ok(found);
        }
        skip += users.len() as u64;
        found.extend(users.into_iter().filter(|stored| filter.matches(&searchable(stored))));
    }
}

fn searchable(stored: &ScimUser) -> Map<String, Value> {
    let mut resource = stored.user.members().clone();
    resource.insert("id".into(), stored.id.as_str().into());
    let meta = serde_json::json!({
        "created": build::rfc3339(stored.created_at),
        "lastModified": build::rfc3339(stored.updated_at),
    });
    resource.insert("meta".into(), meta);
    resource
}

/// Applies the operations of a `PATCH`.
pub(crate) fn patched(operations: &[Operation]) -> impl Fn(&User) -> Result<User, Fault> {
    move |user| scim::apply(user, operations)
}

fn taken(error: store_issuer::Error) -> ScimError {
    match error.is_conflict() {
        true => {
            Fault::new(FaultKind::Uniqueness, "userName or employeeNumber belongs to another user").into()
        }
        false => error.into(),
    }
}
