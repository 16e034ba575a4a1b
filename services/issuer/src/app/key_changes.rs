//! Changing signing keys: ordered with four eyes, carried out here, finished after any interruption.
//!
//! An order is a row; nothing else remembers how far it got. Each attempt reads the DID document and does what is left,
//! so that a crash between making a key, writing it to the chain and using it costs time only:
//!
//! ```text
//! order -> name of the new key (row) -> key made, first signature -> document on the chain -> used here -> done (row)
//! ```
//!
//! It works where the key that controls the document, `{tenant}.did`, is in this service's key store. Where it is kept
//! elsewhere nothing can be ordered, and the page says which command its keepers run.

mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use issuance::audit::Act;
use issuance::import::UploadState;
use issuance::{Actor, KeyAct, KeyActState, KeyChange, Proposal, Reissue};
use keys::{KeyStoreError, SignError, Signer};
use registry_client::RegistryError;
use registry_types::{DidChange, DidRecord, DocumentKey, Operation, UpdateDid};
use store_issuer::{ReissueRun, Transaction};

pub use self::plan::Obstacle;
use self::plan::{FreshKey, Step};
use super::{DecideError, Issuer, KeysError, Outcome, RunError, Tenant};

/// What the pages call it when it does not get on.
pub(crate) const CHANGING_KEYS: &str = "changing keys";
/// Naming, replacing, marking, and two writes that somebody else's change came before.
const ROUNDS: usize = 6;
/// Ended changes that the page shows.
const SHOWN: u32 = 12;

/// Why a change of a key was refused, or does not get on.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    #[error("there is no such change here, or it has ended")]
    Unknown,
    #[error("the key that controls the DID document is not on this machine")]
    NoController,
    #[error("the same was ordered already and is being carried out")]
    Open,
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    #[error("the chain did not answer, or refused the change")]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("the new key could not be made")]
    Make(#[from] KeyStoreError),
    #[error("the new key was made, but does not sign")]
    Sign(#[from] SignError),
    #[error("making the new key was cut off")]
    Stopped(#[from] tokio::task::JoinError),
    #[error("the chain took the change, but does not show it")]
    Unsettled,
    #[error("the old key still signs here")]
    StillSigns,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// Whether changes can be ordered here at all.
    pub async fn controls_document(&self, tenant: &Tenant) -> Result<bool, KeysError> {
        Ok(self.find_key(tenant, controller_name(tenant)).await?.is_some())
    }

    /// Proposes a change of the key with this fragment, which must be this key. What could not be done is not proposed.
    pub async fn propose_key_change(
        &self,
        by: &Actor,
        tenant: &Tenant,
        change: KeyChange,
        (fragment, multikey): (&str, &str),
    ) -> Result<Outcome, DecideError> {
        if !self.controls_document(tenant).await.map_err(KeyChangeError::from)? {
            return Err(KeyChangeError::NoController.into());
        }
        let record = self.did_record(tenant).await?;
        plan::check(change, fragment, multikey, &record).map_err(KeyChangeError::from)?;
        self.propose(by, &Proposal::of_key(change, fragment, multikey)).await
    }

    /// The order itself, in the transaction that approves it.
    pub(super) async fn order_key_change(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        change: KeyChange,
        (fragment, multikey): (&str, &str),
    ) -> Result<(), KeyChangeError> {
        let act = KeyAct {
            id: self.new_id(),
            change,
            fragment: fragment.to_owned(),
            multikey: multikey.to_owned(),
            fresh: None,
            ordered_by: by.officer.clone(),
            ordered_at: self.now(),
            state: KeyActState::Open,
        };
        match tx.insert_key_act(&by.tenant, &act).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return Err(KeyChangeError::Open),
            Err(error) => return Err(error.into()),
        }
        if change == KeyChange::Retire {
            // What the old key signed is replaced while it still counts.
            tx.touch_status_lists(&by.tenant).await?;
        }
        let told = Act { action: "key.order", target: fragment, detail: change.as_str() };
        Ok(tx.audit(by, told, act.ordered_at).await?)
    }

    /// Carries out whatever is ordered. One that does not get on keeps no other from it; the next call tries it again.
    /// Answers the first reason: the others are told once that one is over.
    pub async fn work_off_key_changes(&self, tenant: &Tenant) -> Result<(), KeyChangeError> {
        let _turn = tenant.changing_keys.lock().await;
        let open = self.store.read().await?.list_open_key_acts(&tenant.id).await?;
        let mut first = Ok(());
        for act in open {
            let done = self.work_off_key_change(tenant, act).await;
            first = first.and(done);
        }
        first
    }

    async fn work_off_key_change(&self, tenant: &Tenant, mut act: KeyAct) -> Result<(), KeyChangeError> {
        if act.change == KeyChange::Retire && !self.rests_on_newer(tenant, &act).await? {
            return Ok(());
        }
        for _ in 0..ROUNDS {
            let record = self.did_record(tenant).await?;
            let taken = self.store.read().await?.list_open_key_acts(&tenant.id).await?;
            let taken: Vec<String> = taken.into_iter().filter_map(|open| open.fresh).collect();
            match plan::next(&act, &record, &taken)? {
                Step::Name(fragment) => {
                    self.name_fresh_key(tenant, &act, &fragment).await?;
                    act.fresh = Some(fragment);
                }
                Step::Replace { mut kept, fresh } => {
                    if let Some(fresh) = fresh {
                        kept.push(self.make_key(tenant, fresh).await?);
                    }
                    let services = record.current().map(|it| it.services.clone()).unwrap_or_default();
                    let change = DidChange::Replace { keys: kept, services };
                    self.update_document(tenant, &record, change).await?;
                    // Nothing more is to be signed with a key that leaves; finishing asks again.
                    if let Err(error) = self.refresh_keys(tenant).await {
                        tracing::warn!(
                            tenant.id = tenant.id,
                            error = &error as &dyn std::error::Error,
                            "the changed document cannot be used yet"
                        );
                    }
                }
                Step::Mark => {
                    let change = DidChange::MarkCompromised { multikey: act.multikey.clone() };
                    self.update_document(tenant, &record, change).await?;
                }
                Step::OnChain => return self.finish_key_change(tenant, &act).await,
            }
        }
        Err(KeyChangeError::Unsettled)
    }

    /// Ends the attempts of one that will never succeed. What the chain has by then stays there.
    pub async fn give_up_key_change(&self, by: &Actor, id: &str) -> Result<(), KeyChangeError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("give_up_key_change").await?;
            let act = tx.find_key_act(&by.tenant, id).await?.ok_or(KeyChangeError::Unknown)?;
            if !tx.end_key_act(&by.tenant, id, KeyActState::GivenUp { at: now }).await? {
                return Err(KeyChangeError::Unknown);
            }
            let detail = act.change.as_str();
            tx.audit(by, Act { action: "key.give-up", target: &act.fragment, detail }, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Open ones and the newest of those that ended.
    pub async fn list_key_changes(&self, tenant: &Tenant) -> Result<Vec<KeyAct>, store_issuer::Error> {
        self.store.read().await?.list_recent_key_acts(&tenant.id, SHOWN).await
    }

    /// Prepares a run for everybody who holds what that key signed. It needs its own confirmation.
    pub async fn create_run_for_key(
        &self,
        by: &Actor,
        tenant: &Tenant,
        fragment: &str,
    ) -> Result<String, RunError> {
        let key = format!("{}#{fragment}", tenant.did);
        let since = clock::Timestamp::default();
        let planned = super::reissue::signed_by(&self.store, &tenant.id, &key, self.now(), since).await?;
        // Whoever holds something without an anchor comes first: it counts no more.
        let (anchored, bare): (Vec<_>, Vec<_>) = planned.iter().partition(|it| it.anchored_at.is_some());
        let mut seen = BTreeSet::new();
        let people: Vec<&str> = bare
            .into_iter()
            .chain(anchored)
            .map(|it| it.subject_id.as_str())
            .filter(|id| seen.insert(*id))
            .collect();
        if people.is_empty() {
            return Err(RunError::Nobody);
        }
        sql::retry(|| async {
            let now = self.now();
            let run = ReissueRun {
                id: self.new_id(),
                why: Reissue::SignedByLostKey,
                station: None,
                ending_before: None,
                signed_by: Some(fragment.to_owned()),
                state: UploadState::Preview,
                created_by: by.officer.clone(),
                created_at: now,
                finished_at: None,
            };
            let mut tx = self.store.write("create_run_for_key").await?;
            tx.insert_reissue_run_of(&by.tenant, &run, &people).await?;
            let act = Act { action: "reissue.create", target: &run.id, detail: run.why.as_str() };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(run.id)
        })
        .await
    }

    async fn did_record(&self, tenant: &Tenant) -> Result<DidRecord, KeyChangeError> {
        let record = self.ledger.did_record(&tenant.did).await?;
        Ok(record.ok_or(Obstacle::NoDocument)?)
    }

    /// Once, before it is made: a run after a crash finds the same key under the name, not a second one.
    async fn name_fresh_key(
        &self,
        tenant: &Tenant,
        act: &KeyAct,
        fragment: &str,
    ) -> Result<(), store_issuer::Error> {
        let mut tx = self.store.write("name_fresh_key").await?;
        tx.name_fresh_key(&tenant.id, &act.id, fragment).await?;
        tx.commit().await
    }

    /// The private half is safe, and has signed something, before the chain names it.
    async fn make_key(&self, tenant: &Tenant, fresh: FreshKey) -> Result<DocumentKey, KeyChangeError> {
        let name = format!("{}.{}", tenant.id, fresh.fragment);
        let (store, entropy) = (Arc::clone(&self.key_store), Arc::clone(&self.entropy));
        let made = move || store.load_or_create(&name, fresh.algorithm, entropy.as_ref());
        let signer: Arc<dyn Signer> = tokio::task::spawn_blocking(made).await??;
        signer.sign(fresh.fragment.as_bytes()).await?;
        let multikey = signer.public_key().to_multikey();
        Ok(DocumentKey { fragment: fresh.fragment, multikey, ..fresh.like })
    }

    async fn update_document(
        &self,
        tenant: &Tenant,
        record: &DidRecord,
        change: DidChange,
    ) -> Result<(), KeyChangeError> {
        let controller = self.find_key(tenant, controller_name(tenant)).await?;
        let controller = controller.ok_or(KeyChangeError::NoController)?;
        let known_versions = u32::try_from(record.versions.len()).unwrap_or(u32::MAX);
        let update = UpdateDid { did: tenant.did.clone(), known_versions, change };
        Ok(self.ledger.write(controller.as_ref(), Operation::UpdateDid(update)).await?)
    }

    /// Whether nothing depends on the old key any more: every list that is served, and every anchor, is younger than
    /// the order, and the newer key signs.
    async fn rests_on_newer(&self, tenant: &Tenant, act: &KeyAct) -> Result<bool, KeyChangeError> {
        if signs(tenant, act) {
            return Ok(false);
        }
        let mut tx = self.store.read().await?;
        let waits = tx.oldest_waiting_leaf(&tenant.id).await?.is_some_and(|oldest| oldest < act.ordered_at);
        if waits || !tx.list_unconfirmed_batches(&tenant.id).await?.is_empty() {
            return Ok(false);
        }
        for row in tx.list_status_lists(&tenant.id).await? {
            let served = tx.served_list_version(&tenant.id, &row.list).await?;
            if served.is_some_and(|version| version.built_at < act.ordered_at) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Once the new key is the one that signs here; the lists are signed anew with it.
    async fn finish_key_change(&self, tenant: &Tenant, act: &KeyAct) -> Result<(), KeyChangeError> {
        self.refresh_keys(tenant).await?;
        if signs(tenant, act) {
            return Err(KeyChangeError::StillSigns);
        }
        let by = Actor { tenant: tenant.id.clone(), officer: act.ordered_by.clone() };
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_key_change").await?;
            if tx.end_key_act(&tenant.id, &act.id, KeyActState::Done { at: now }).await? {
                tx.touch_status_lists(&tenant.id).await?;
                let told = Act { action: "key.finish", target: &act.fragment, detail: act.change.as_str() };
                tx.audit(&by, told, now).await?;
            }
            tx.commit().await
        })
        .await?;
        tracing::info!(
            tenant.id = tenant.id,
            key.fragment = act.fragment,
            key.change = act.change.as_str(),
            "a change of a signing key is done"
        );
        Ok(())
    }
}

/// Whether credentials are still signed with the key that the change is about.
fn signs(tenant: &Tenant, act: &KeyAct) -> bool {
    tenant.keys().is_some_and(|keys| {
        [&keys.ed25519, &keys.p256].iter().any(|key| key.signer.public_key().to_multikey() == act.multikey)
    })
}

fn controller_name(tenant: &Tenant) -> String {
    format!("{}.did", tenant.id)
}
