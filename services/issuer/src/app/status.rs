//! Changing the status of copies, and publishing the lists that say so.

use clock::Timestamp;
use credential::data_integrity::{self, ProofOptions, SecureError, Suite};
use issuance::audit::Act;
use issuance::build::rfc3339;
use issuance::{
    Actor, CredentialCopy, CredentialType, LIST_LENGTH, ListKind, Offer, OfferState, ReasonCode, Standing,
    Status, StatusError, StatusListId, StatusMove,
};
use registry_client::RegistryError;
use registry_types::{Operation, PublishStatus};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use status_list::StatusList;
use store_issuer::{ListRow, ListVersion};

use super::{Issuer, Tenant, TenantKeys};

/// A list takes no more copies once half of its places are used, so that random draws stay short.
const FULL: u64 = LIST_LENGTH as u64 / 2;
/// Suspensions that are lifted in one transaction.
const LIFTED: u32 = 100;
/// A suspension with an end lasts at most so long.
const LONGEST_SUSPENSION_DAYS: i64 = 366;
/// How often the places are counted.
const COUNT_EVERY: std::time::Duration = std::time::Duration::from_secs(30);

/// What a tenant's publishing remembers between its runs.
#[derive(Debug, Default)]
pub(crate) struct Publishing {
    /// Whether every served list was compared with the chain since the start.
    compared: bool,
    counted: Option<std::time::Instant>,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("no such credential")]
    Unknown,
    #[error("a suspension ends after now and within a year")]
    Until,
    #[error(transparent)]
    Refused(#[from] StatusError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Why a list could not be published; the next run tries again.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no key to sign the list with")]
    NoKeys,
    #[error("the status list could not be built")]
    List(#[from] status_list::StatusListError),
    #[error("the status list credential could not be secured")]
    Secure(#[from] SecureError),
    #[error("the status list token could not be signed")]
    Sign(#[from] keys::SignError),
    #[error("the registry did not take the digest")]
    Registry(#[from] RegistryError),
    #[error("the registry took the digest, but does not show it")]
    Unconfirmed,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Why there is no list to serve.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("there is no such list, or its first version is not on the chain yet")]
    Unknown,
    #[error("there is no key to sign the list with")]
    NoKeys,
    #[error("the status list token could not be signed")]
    Secure(#[from] SecureError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What became of a stored version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    Confirmed,
    /// The chain holds a higher version, so this one can never be published.
    Dropped,
}

/// A list as it is served.
#[derive(Clone, Debug)]
pub struct ServedList {
    pub media_type: &'static str,
    pub document: Vec<u8>,
    pub digest: [u8; 32],
}

impl Issuer {
    /// Suspends, reinstates or revokes one copy. Repeating it changes nothing. The lists follow at the next cadence.
    pub async fn change_status(
        &self,
        by: &Actor,
        copy_id: &str,
        change: &StatusMove,
    ) -> Result<CredentialCopy, ChangeError> {
        sql::retry(|| async {
            let mut tx = self.store.write("change_status").await?;
            let copy = tx.find_copy(&by.tenant, copy_id).await?.ok_or(ChangeError::Unknown)?;
            let changed = self.move_copy(&mut tx, by, &copy, change).await?;
            if changed != copy.status {
                self.tell_moved(&mut tx, &by.tenant, std::slice::from_ref(&copy), changed).await?;
            }
            tx.commit().await?;
            Ok(CredentialCopy { status: changed, ..copy })
        })
        .await
    }

    /// The same for every copy of a person, or those of one type, in one transaction. Copies that are revoked already
    /// stay so and are no obstacle. When everything is revoked, accepted offers end with it. Answers how many changed.
    pub async fn change_subject_status(
        &self,
        by: &Actor,
        subject_id: &str,
        only: Option<CredentialType>,
        change: &StatusMove,
    ) -> Result<usize, ChangeError> {
        check_until(change, self.now())?;
        sql::retry(|| async {
            let mut tx = self.store.write("change_subject_status").await?;
            let changed = self.change_within(&mut tx, by, subject_id, only, change).await?;
            tx.commit().await?;
            Ok(changed)
        })
        .await
    }

    pub(super) async fn change_within(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        subject_id: &str,
        only: Option<CredentialType>,
        change: &StatusMove,
    ) -> Result<usize, ChangeError> {
        if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
            return Err(ChangeError::Unknown);
        }
        let copies = tx.list_copies(&by.tenant, subject_id).await?;
        let wanted = copies.iter().filter(|copy| {
            copy.status != change.to
                && copy.status != Status::Revoked
                && only.is_none_or(|only| copy.configuration.credential_type == only)
        });
        let wanted: Vec<CredentialCopy> = wanted.cloned().collect();
        for copy in &wanted {
            self.move_copy(tx, by, copy, change).await?;
        }
        let changed = wanted.len();
        if change.reason.code != ReasonCode::Deceased {
            self.tell_moved(tx, &by.tenant, &wanted, change.to).await?;
        }
        if change.to == Status::Revoked {
            // Its other format must not be fetched as a valid one.
            let gives = |offer: &Offer| {
                let mut kinds = offer.configurations.iter().map(|it| it.credential_type);
                only.is_none_or(|only| kinds.any(|kind| kind == only))
            };
            let mut offers = tx.list_offers(&by.tenant, subject_id).await?;
            offers.retain(|offer| offer.state == OfferState::Accepted && gives(offer));
            self.end_offers(tx, by, &offers, change.reason.code.as_str()).await?;
        }
        Ok(changed)
    }

    pub(super) async fn move_copy(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        copy: &CredentialCopy,
        change: &StatusMove,
    ) -> Result<Status, ChangeError> {
        let moved = copy.status.moved_to(change.to)?;
        if moved != copy.status {
            self.write_move(tx, by, copy, change).await?;
        }
        Ok(moved)
    }

    /// Writes a move that the rule allows, with its audit entry; for copies that are not revoked. Suspending what is
    /// suspended replaces the reason and the day on which it would lift itself.
    pub(super) async fn write_move(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        copy: &CredentialCopy,
        change: &StatusMove,
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        tx.change_status(by, copy, change, now).await?;
        self.announce_move(tx, &by.tenant, copy, change).await?;
        let action = match change.to {
            Status::Valid => "credential.reinstate",
            Status::Suspended => "credential.suspend",
            Status::Revoked => "credential.revoke",
        };
        tx.audit(by, Act { action, target: &copy.id, detail: change.reason.code.as_str() }, now).await
    }

    /// Suspensions whose day has come lift themselves. Answers how many did.
    pub async fn lift_suspensions(&self, tenant: &Tenant) -> Result<usize, ChangeError> {
        let by = Actor::system(&tenant.id);
        let change = StatusMove::new(Status::Valid, ReasonCode::PeriodOver.into());
        let mut lifted = 0;
        loop {
            let due = self.store.read().await?.list_copies_to_lift(&tenant.id, self.now(), LIFTED).await?;
            if due.is_empty() {
                return Ok(lifted);
            }
            lifted += sql::retry(|| async {
                let mut tx = self.store.write("lift_suspensions").await?;
                // Read again under the write lock: an officer may have been faster.
                let copies = tx.list_copies_to_lift(&tenant.id, self.now(), LIFTED).await?;
                for copy in &copies {
                    self.move_copy(&mut tx, &by, copy, &change).await?;
                }
                self.tell_moved(&mut tx, &tenant.id, &copies, Status::Valid).await?;
                tx.commit().await?;
                Ok::<usize, ChangeError>(copies.len())
            })
            .await?;
        }
    }

    /// The newest version of a list whose digest is on the chain. Anything newer would look forged to a verifier.
    pub async fn find_served_list(&self, tenant: &Tenant, list: &str) -> Result<ServedList, ListError> {
        let list = StatusListId::parse(list).ok_or(ListError::Unknown)?;
        let mut tx = self.store.read().await?;
        let version = tx.served_list_version(&tenant.id, &list).await?.ok_or(ListError::Unknown)?;
        let media_type = media_type(list.kind);
        Ok(ServedList { media_type, document: version.document, digest: version.digest })
    }

    /// One run of publishing: every list that changed, or whose validity is half over, is built, its digest is written
    /// to the chain, the proof is read back, and only then it is served. A run that was cut off is finished first.
    pub async fn publish_status_lists(&self, tenant: &Tenant) -> Result<(), PublishError> {
        let mut publishing = tenant.publishing.lock().await;
        self.open_lists(tenant, &mut publishing).await?;
        let lists = self.store.read().await?.list_status_lists(&tenant.id).await?;
        for row in &lists {
            self.publish_list(tenant, row, !publishing.compared).await?;
        }
        publishing.compared = true;
        Ok(())
    }

    /// There is always one open list of each kind; a full one is closed first.
    async fn open_lists(&self, tenant: &Tenant, publishing: &mut Publishing) -> Result<(), PublishError> {
        let due = publishing.counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY);
        if !due {
            return Ok(());
        }
        sql::retry(|| async {
            let mut tx = self.store.write("open_status_lists").await?;
            let wanted = |kind: &ListKind| *kind != ListKind::Message || tenant.status_messages;
            for kind in ListKind::ALL.into_iter().filter(wanted) {
                let lists = tx.list_status_lists(&tenant.id).await?;
                let of_kind = || lists.iter().filter(|row| row.list.kind == kind);
                let mut open = false;
                for row in of_kind().filter(|row| row.is_open) {
                    if tx.count_status_entries(&tenant.id, &row.list).await? >= FULL {
                        tx.close_status_list(&tenant.id, &row.list).await?;
                    } else {
                        open = true;
                    }
                }
                if !open {
                    let last = of_kind().map(|row| row.list.number).max().unwrap_or_default();
                    let list = StatusListId { kind, number: last + 1 };
                    tx.insert_status_list(&tenant.id, &list).await?;
                }
            }
            tx.commit().await
        })
        .await?;
        publishing.counted = Some(std::time::Instant::now());
        Ok(())
    }

    async fn publish_list(&self, tenant: &Tenant, row: &ListRow, compare: bool) -> Result<(), PublishError> {
        let mut newest = self.store.read().await?.newest_list_version(&tenant.id, &row.list).await?;
        let mut dropped = false;
        if let Some(version) = newest.as_ref().filter(|version| version.confirmed_at.is_none()) {
            tracing::info!(tenant.id = tenant.id, status.list = %row.list, version = version.version,
                "finishing a publication that was cut off");
            dropped = self.settle(tenant, version).await? == Settled::Dropped;
            newest = self.store.read().await?.newest_list_version(&tenant.id, &row.list).await?;
        }
        if let Some(version) = newest.as_ref().filter(|_| !dropped) {
            let current = version.revision == row.revision && !half_over(version, self.now());
            if current && (!compare || self.is_on_chain(tenant, version).await?) {
                return Ok(());
            }
            if current {
                tracing::warn!(tenant.id = tenant.id, status.list = %row.list,
                    "the chain holds another digest than the list that is served: publishing again");
            }
        }
        let version = self.build_list(tenant, row, newest.as_ref()).await?;
        self.settle(tenant, &version).await?;
        Ok(())
    }

    async fn is_on_chain(&self, tenant: &Tenant, version: &ListVersion) -> Result<bool, PublishError> {
        let on_chain = self.ledger.status(&tenant.did, &list_url(tenant, &version.list)).await?;
        Ok(on_chain.is_some_and(|it| it.version == version.version && it.digest == version.digest))
    }

    /// Builds and stores the next version. Its number follows what we know and what the chain knows: after a restored
    /// backup the chain is ahead.
    async fn build_list(
        &self,
        tenant: &Tenant,
        row: &ListRow,
        newest: Option<&ListVersion>,
    ) -> Result<ListVersion, PublishError> {
        let keys = tenant.keys().ok_or(PublishError::NoKeys)?;
        let on_chain = self.ledger.status(&tenant.did, &list_url(tenant, &row.list)).await?;
        let known = newest.map_or(0, |version| version.version);
        let number = known.max(on_chain.map_or(0, |it| it.version)) + 1;
        // The revision is read in the same view as the entries, so a change that comes later is seen as one.
        let mut tx = self.store.read().await?;
        let lists = tx.list_status_lists(&tenant.id).await?;
        let revision = lists.iter().find(|it| it.list == row.list).map_or(row.revision, |it| it.revision);
        let entries = tx.list_status_entries(&tenant.id, &row.list).await?;
        drop(tx);
        let now = self.now();
        let valid_until = now + self.settings.status_validity;
        let document = self.list_document(tenant, &keys, &row.list, &entries, (now, valid_until)).await?;
        let version = ListVersion {
            list: row.list.clone(),
            version: number,
            revision,
            digest: Sha256::digest(&document).into(),
            document,
            built_at: now,
            valid_until,
            confirmed_at: None,
            height: None,
        };
        let mut tx = self.store.write("build_status_list").await?;
        tx.insert_list_version(&tenant.id, &version).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Brings a stored version to the chain and confirms it by proof, whatever happened to it before.
    async fn settle(&self, tenant: &Tenant, version: &ListVersion) -> Result<Settled, PublishError> {
        let url = list_url(tenant, &version.list);
        let before = self.ledger.status(&tenant.did, &url).await?;
        let mine = |it: super::PublishedStatus| it.version == version.version && it.digest == version.digest;
        let confirmed = match before {
            Some(it) if mine(it) => it,
            Some(it) if it.version >= version.version => {
                // This version can never be published any more; the next one is built from the same entries.
                tracing::warn!(tenant.id = tenant.id, status.list = %version.list, version = version.version,
                    chain.version = it.version, "the chain is ahead of this database: dropping a version");
                let mut tx = self.store.write("drop_status_version").await?;
                tx.delete_list_version(&tenant.id, &version.list, version.version).await?;
                tx.commit().await?;
                return Ok(Settled::Dropped);
            }
            _ => {
                let operation = Operation::PublishStatus(PublishStatus {
                    issuer: tenant.did.clone(),
                    list: url.clone(),
                    digest: version.digest,
                    version: version.version,
                });
                self.write_to_chain(tenant, operation).await?;
                let after = self.ledger.status(&tenant.did, &url).await?;
                after.filter(|it| mine(*it)).ok_or(PublishError::Unconfirmed)?
            }
        };
        let mut tx = self.store.write("confirm_status_list").await?;
        tx.confirm_list_version(&tenant.id, &version.list, version.version, self.now(), confirmed.height)
            .await?;
        tx.commit().await?;
        metrics::counter!("issuer_status_lists_published_total").increment(1);
        Ok(Settled::Confirmed)
    }

    pub(crate) async fn write_to_chain(
        &self,
        tenant: &Tenant,
        operation: Operation,
    ) -> Result<(), RegistryError> {
        let _turn = tenant.writing.lock().await;
        self.ledger.write(tenant.operate.as_ref(), operation).await
    }

    async fn list_document(
        &self,
        tenant: &Tenant,
        keys: &TenantKeys,
        list: &StatusListId,
        entries: &[(u32, Standing)],
        (now, valid_until): (Timestamp, Timestamp),
    ) -> Result<Vec<u8>, PublishError> {
        let bits = list.kind.bits();
        let mut values = StatusList::new(bits, LIST_LENGTH as usize)?;
        for (place, standing) in entries {
            values.set(*place as usize, standing.value_in(list.kind))?;
        }
        let url = list_url(tenant, list);
        let ttl_seconds = self.settings.status_interval.as_secs().max(1);
        match list.kind {
            ListKind::Revocation | ListKind::Suspension | ListKind::Message => {
                let times = ((now, valid_until), self.settings.status_interval);
                let credential = bitstring_credential(&tenant.did, &url, list.kind, &values, times);
                let options = ProofOptions::assertion(now);
                let suite = Suite::EddsaRdfc2022;
                let secured = data_integrity::secure(&credential, suite, &keys.ed25519, &options).await?;
                Ok(secured.to_string().into_bytes())
            }
            ListKind::Token => {
                let claims = json!({
                    "iss": tenant.did,
                    "sub": url,
                    "iat": now.timestamp(),
                    "exp": valid_until.timestamp(),
                    // Token Status List, 5.1: seconds.
                    "ttl": ttl_seconds,
                    "status_list": {"bits": bits, "lst": values.encode_token()},
                });
                sign_token(keys, claims).await
            }
        }
    }
}

/// A list before it is secured (Bitstring Status List 1.0, 2.2), valid from and until, and to be asked for again after
/// that time.
pub(super) fn bitstring_credential(
    issuer: &str,
    url: &str,
    kind: ListKind,
    values: &StatusList,
    ((from, until), ttl): ((Timestamp, Timestamp), std::time::Duration),
) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": rfc3339(from),
        "validUntil": rfc3339(until),
        "credentialSubject": {
            "id": format!("{url}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": kind.as_str(),
            // In milliseconds.
            "ttl": ttl.as_secs().max(1) * 1000,
            "encodedList": values.encode_bitstring(),
        },
    })
}

fn check_until(change: &StatusMove, now: Timestamp) -> Result<(), ChangeError> {
    let longest = now + chrono::Duration::days(LONGEST_SUSPENSION_DAYS);
    match change.until {
        Some(until) if until <= now || until > longest => Err(ChangeError::Until),
        _ => Ok(()),
    }
}

async fn sign_token(keys: &TenantKeys, claims: Value) -> Result<Vec<u8>, PublishError> {
    let mut header = Map::new();
    header.insert("typ".into(), "statuslist+jwt".into());
    header.insert("kid".into(), keys.p256.verification_method.as_str().into());
    header.extend(keys.x5c.iter().map(|x5c| ("x5c".to_owned(), x5c.clone())));
    let claims = claims.as_object().cloned().unwrap_or_default();
    Ok(credential::jwt::sign(header, &claims, keys.p256.signer.as_ref()).await?.into_bytes())
}

/// The identifier of a list in credentials and on the chain.
pub(crate) fn list_url(tenant: &Tenant, list: &StatusListId) -> String {
    format!("{}{list}", tenant.status_base())
}

pub(super) const fn media_type(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Revocation | ListKind::Suspension | ListKind::Message => "application/vc",
        ListKind::Token => "application/statuslist+jwt",
    }
}

fn half_over(version: &ListVersion, now: Timestamp) -> bool {
    now >= version.built_at + (version.valid_until - version.built_at) / 2
}
