//! What an administrator sees of the keys and of the organisation's place on the chain.
//!
//! Nothing here changes a key; `key_changes.rs` does, where the key that controls the DID document is on this machine.

use std::sync::Arc;

use clock::Timestamp;
use issuance::{KeyAct, KeyChange, StatusListId};
use keys::{Algorithm, PublicKey};
use registry_client::RegistryError;
use store_issuer::BatchRow;

use super::{Issuer, KeysError, ListedKey, Tenant};

/// Where the private half of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    Token,
    SealedFile,
    Elsewhere,
}

/// One key of the DID document, past or present, and what this machine knows of it.
#[derive(Clone, Debug)]
pub struct KeyView {
    pub listed: ListedKey,
    pub algorithm: Option<Algorithm>,
    pub place: KeyPlace,
    /// Whether credentials are signed with it now.
    pub signs: bool,
}

/// All keys of an organisation.
#[derive(Clone, Debug)]
pub struct KeyRing {
    /// Those of the present document first, in its order.
    pub keys: Vec<KeyView>,
    /// Signs what is written to the chain: its public half and where the private one is.
    pub operate: (String, KeyPlace),
    /// The label of the PKCS#11 token in which new keys are made.
    pub token: Option<String>,
    /// Whether changes can be ordered here.
    pub controlled: bool,
    /// Changes that are being carried out, and the newest of those that ended.
    pub changes: Vec<KeyAct>,
    /// Changes that wait for a second person: the act and the fragment.
    pub proposed: Vec<(KeyChange, String)>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    #[error("the keys could not be read from the chain")]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What of the organisation is on the chain, and what waits.
#[derive(Clone, Debug)]
pub struct ChainView {
    pub waiting: u64,
    pub oldest_waiting: Option<Timestamp>,
    /// Newest first.
    pub batches: Vec<BatchRow>,
    pub lists: Vec<ListView>,
    /// Background work that does not get on: what, since when, why.
    pub troubles: Vec<(&'static str, Timestamp, String)>,
}

#[derive(Clone, Debug)]
pub struct ListView {
    pub list: StatusListId,
    pub is_open: bool,
    pub served: Option<ServedView>,
    /// Whether a change or a renewal waits for its publication.
    pub pending: bool,
}

#[derive(Clone, Debug)]
pub struct ServedView {
    pub version: u64,
    pub digest: [u8; 32],
    pub height: u64,
    pub published_at: Option<Timestamp>,
    pub valid_until: Timestamp,
    pub size_bytes: usize,
}

impl Issuer {
    pub async fn key_ring(&self, tenant: &Tenant) -> Result<KeyRing, KeyRingError> {
        let listed = self.ledger.listed_keys(&tenant.did).await?;
        let signing = tenant.keys();
        let mut keys = Vec::with_capacity(listed.len());
        for listed in listed {
            let method = format!("{}#{}", tenant.did, listed.fragment);
            let public = PublicKey::from_multikey(&listed.multikey).ok();
            let name = format!("{}.{}", tenant.id, listed.fragment);
            keys.push(KeyView {
                algorithm: public.as_ref().map(PublicKey::algorithm),
                place: self.place_of(tenant, name, public.as_ref()).await?,
                signs: signing.as_ref().is_some_and(|keys| {
                    let mut with = [&keys.ed25519, &keys.p256].into_iter().chain(&keys.bls12381);
                    with.any(|key| {
                        key.verification_method == method && public.as_ref() == Some(key.signer.public_key())
                    })
                }),
                listed,
            });
        }
        let operate = tenant.operate.public_key();
        let name = format!("{}.operate-issuer", tenant.id);
        let place = self.place_of(tenant, name, Some(operate)).await?;
        let token = self.key_store.token().map(|token| token.label().to_owned());
        let waiting = self.store.read().await?.list_waiting_approvals(&tenant.id, self.now()).await?;
        let proposed = waiting.iter().filter_map(|approval| approval.proposal.key_change());
        Ok(KeyRing {
            keys,
            operate: (operate.to_multikey(), place),
            token,
            controlled: self.controls_document(tenant).await?,
            changes: self.list_key_changes(tenant).await?,
            proposed: proposed.map(|(change, fragment, _)| (change, fragment.to_owned())).collect(),
        })
    }

    /// A private key under the right name that is another one is not this key.
    async fn place_of(
        &self,
        tenant: &Tenant,
        name: String,
        public: Option<&PublicKey>,
    ) -> Result<KeyPlace, KeysError> {
        let here = self.find_key(tenant, name.clone()).await?;
        if here.is_none_or(|signer| Some(signer.public_key()) != public) {
            return Ok(KeyPlace::Elsewhere);
        }
        let store = Arc::clone(&self.key_store);
        let in_token = tokio::task::spawn_blocking(move || {
            store.token().map(|token| token.find(&name)).transpose().map(|found| found.flatten().is_some())
        });
        let source = |source| KeysError::Stopped { tenant: tenant.id.clone(), source };
        let in_token = in_token.await.map_err(source)?.unwrap_or_default();
        Ok(if in_token { KeyPlace::Token } else { KeyPlace::SealedFile })
    }

    pub async fn chain_view(&self, tenant: &Tenant) -> Result<ChainView, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let (waiting, oldest_waiting) =
            (tx.count_waiting_leaves(&tenant.id).await?, tx.oldest_waiting_leaf(&tenant.id).await?);
        let batches = tx.list_recent_batches(&tenant.id, 20).await?;
        let mut lists = Vec::new();
        for row in tx.list_status_lists(&tenant.id).await? {
            let served = tx.served_list_version(&tenant.id, &row.list).await?;
            lists.push(ListView {
                pending: served.as_ref().is_none_or(|version| version.revision < row.revision),
                served: served.map(|version| ServedView {
                    version: version.version,
                    digest: version.digest,
                    height: version.height.unwrap_or_default(),
                    published_at: version.confirmed_at,
                    valid_until: version.valid_until,
                    size_bytes: version.document.len(),
                }),
                is_open: row.is_open,
                list: row.list,
            });
        }
        Ok(ChainView { waiting, oldest_waiting, batches, lists, troubles: tenant.troubles() })
    }

    /// The live credentials that a key signed, as the command line plans them.
    pub async fn plan_reissue(
        &self,
        by: &issuance::Actor,
        tenant: &Tenant,
        fragment: &str,
    ) -> Result<Vec<super::Reissue>, KeyRingError> {
        let listed = self.ledger.listed_keys(&tenant.did).await?;
        if !listed.iter().any(|key| key.fragment == fragment) {
            return Ok(Vec::new());
        }
        let key = format!("{}#{fragment}", tenant.did);
        let planned =
            super::reissue::signed_by(&self.store, &tenant.id, &key, self.now(), Timestamp::default())
                .await?;
        let detail = planned.len().to_string();
        let mut tx = self.store.write("plan_reissue").await?;
        let act = issuance::audit::Act { action: "key.plan", target: fragment, detail: &detail };
        tx.audit(by, act, self.now()).await?;
        tx.commit().await?;
        Ok(planned)
    }
}
