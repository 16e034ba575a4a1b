//! The status of what an open instance issues (Bitstring Status List 1.0).
//!
//! Such an instance speaks for nobody on the chain: its lists are vouched for by its signature alone and follow a
//! change at once. An organisation's lists are in [`crate::app::status`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clock::Timestamp;
use credential::data_integrity::{self, ProofOptions, Suite};
use issuance::{LIST_LENGTH, ListKind, StatusIndex, StatusListId};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use status_list::StatusList;
use store_issuer::{ApiList, Transaction};
use wire::vc_api::StatusRequest;

use super::super::status::bitstring_credential;
use super::super::{Issuer, ServedList};
use super::{Instance, VcApiError};

/// What a credential of an open instance can be: both kinds are bitstrings.
const KINDS: [ListKind; 2] = [ListKind::Revocation, ListKind::Suspension];
/// Beyond it a new list is opened, so that random draws stay short.
const FULL: u64 = LIST_LENGTH as u64 / 2;
/// Half of the places are free, so so many draws all fail once in 2^64.
const DRAWS: u32 = 64;

/// The lists as they were signed last.
#[derive(Default)]
pub(crate) struct SignedLists(Mutex<HashMap<StatusListId, Arc<SignedList>>>);

struct SignedList {
    revision: u64,
    built_at: Timestamp,
    served: ServedList,
}

impl Issuer {
    /// Gives a credential its places, unless the caller brought a status or the instance gives none.
    pub(super) async fn add_api_status(
        &self,
        instance: &Instance,
        credential: &mut Value,
    ) -> Result<(), VcApiError> {
        let Some(object) = credential.as_object_mut().filter(|_| instance.status) else { return Ok(()) };
        if object.contains_key("credentialStatus") {
            return Ok(());
        }
        let id = object.get("id").and_then(Value::as_str).map(digest_of);
        let places = sql::retry(|| async {
            let mut tx = self.store.write("take_api_places").await?;
            let mut places = Vec::with_capacity(KINDS.len());
            for kind in KINDS {
                places.push(self.take_place(&mut tx, &instance.name, kind, id.as_ref()).await?);
            }
            tx.commit().await?;
            Ok::<_, store_issuer::Error>(places)
        })
        .await?;
        let entry = |place: &StatusIndex| {
            let list = self.api_list_url(instance, &place.list);
            json!({
                "id": format!("{list}#{}", place.index),
                "type": "BitstringStatusListEntry",
                "statusPurpose": place.list.kind.as_str(),
                "statusListIndex": place.index.to_string(),
                "statusListCredential": list,
            })
        };
        object.insert("credentialStatus".to_owned(), places.iter().map(entry).collect());
        Ok(())
    }

    async fn take_place(
        &self,
        tx: &mut Transaction,
        instance: &str,
        kind: ListKind,
        credential: Option<&[u8; 32]>,
    ) -> Result<StatusIndex, store_issuer::Error> {
        let newest = tx.newest_api_list(instance, kind).await?;
        let list = match newest {
            Some(ApiList { list, used, .. }) if used < FULL => list,
            full => {
                let number = full.map_or(0, |full| full.list.number) + 1;
                let list = StatusListId { kind, number };
                tx.insert_api_list(instance, &list).await?;
                list
            }
        };
        for _ in 0..DRAWS {
            let place = StatusIndex::draw(list.clone(), self.entropy.as_ref());
            if tx.take_api_place(instance, &place, credential).await? {
                return Ok(place);
            }
        }
        Err(store_issuer::Error::stale())
    }

    /// Sets or clears an entry (VC API, Update Status), named by the credential's identifier or by its place.
    pub async fn change_status_by_api(
        &self,
        instance: &str,
        request: &StatusRequest,
    ) -> Result<(), VcApiError> {
        let instance = self.instances.get(instance).ok_or(VcApiError::Unknown)?;
        let kind = KINDS.into_iter().find(|kind| kind.as_str() == request.credential_status.status_purpose);
        let kind = kind.ok_or(VcApiError::StatusPurpose)?;
        let named = self.named_place(instance, kind, request)?;
        let id = request.credential_id.as_deref().map(digest_of);
        sql::retry(|| async {
            let mut tx = self.store.write("change_api_status").await?;
            let places = match (&named, &id) {
                (Some(place), _) => vec![place.clone()],
                (None, Some(id)) => tx.list_api_places(&instance.name, id, kind).await?,
                (None, None) => Vec::new(),
            };
            let mut found = false;
            for place in &places {
                found |= tx.set_api_entry(&instance.name, place, request.status).await?;
            }
            tx.commit().await?;
            if found { Ok(()) } else { Err(VcApiError::NoStatus) }
        })
        .await
    }

    /// The place that a request names by list and index; nothing where it names none.
    fn named_place(
        &self,
        instance: &Instance,
        kind: ListKind,
        request: &StatusRequest,
    ) -> Result<Option<StatusIndex>, VcApiError> {
        let entry = &request.credential_status;
        let (list, index) = match (&entry.status_list_credential, &entry.status_list_index) {
            (None, None) => return Ok(None),
            (Some(list), Some(index)) => (list, index),
            _ => return Err(VcApiError::NoStatus),
        };
        let list = list.strip_prefix(&self.api_status_base(instance)).and_then(StatusListId::parse);
        let list = list.filter(|list| list.kind == kind).ok_or(VcApiError::NoStatus)?;
        let index = index.parse().map_err(|_| VcApiError::NoStatus)?;
        Ok(Some(StatusIndex { list, index }))
    }

    /// A list in its present state. It is signed anew when an entry changed or half of its validity is over.
    pub async fn find_api_list(&self, instance: &str, list: &str) -> Result<ServedList, VcApiError> {
        let instance = self.instances.get(instance).ok_or(VcApiError::Unknown)?;
        let list = StatusListId::parse(list).ok_or(VcApiError::Unknown)?;
        // One view for the revision and the entries, so that what is kept under a revision is what it was.
        let mut tx = self.store.read().await?;
        let row = tx.find_api_list(&instance.name, &list).await?.ok_or(VcApiError::Unknown)?;
        let now = self.now();
        let usable = |it: &SignedList| {
            it.revision == row.revision && now < it.built_at + self.settings.status_validity / 2
        };
        if let Some(kept) = instance.lists.find(&list).filter(|it| usable(it)) {
            return Ok(kept.served.clone());
        }
        let places = tx.list_api_entries_set(&instance.name, &list).await?;
        drop(tx);
        let document = self.sign_api_list(instance, &list, &places, now).await?;
        let digest = Sha256::digest(&document).into();
        let served = ServedList { media_type: "application/vc", document, digest };
        let signed = SignedList { revision: row.revision, built_at: now, served: served.clone() };
        instance.lists.keep(list, signed);
        Ok(served)
    }

    async fn sign_api_list(
        &self,
        instance: &Instance,
        list: &StatusListId,
        places: &[u32],
        now: Timestamp,
    ) -> Result<Vec<u8>, VcApiError> {
        let mut values = StatusList::new(1, LIST_LENGTH as usize)?;
        for place in places {
            values.set(*place as usize, 1)?;
        }
        let url = self.api_list_url(instance, list);
        let times = (now, now + self.settings.status_validity);
        let ttl = self.settings.status_interval;
        let credential = bitstring_credential(&instance.issuer, &url, list.kind, &values, (times, ttl));
        let options = ProofOptions::assertion(now);
        // A list is shown whole.
        let suite = if instance.suite.is_selective() { Suite::EcdsaRdfc2019 } else { instance.suite };
        let secured = data_integrity::secure(&credential, suite, &instance.key, &options).await?;
        Ok(secured.to_string().into_bytes())
    }

    /// `{origin}/vc-api/{instance}/status/`, to which the name of a list is appended.
    fn api_status_base(&self, instance: &Instance) -> String {
        format!("{}/vc-api/{}/status/", self.settings.origin, instance.name)
    }

    fn api_list_url(&self, instance: &Instance, list: &StatusListId) -> String {
        format!("{}{list}", self.api_status_base(instance))
    }
}

impl SignedLists {
    fn find(&self, list: &StatusListId) -> Option<Arc<SignedList>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(list).map(Arc::clone)
    }

    fn keep(&self, list: StatusListId, signed: SignedList) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(list, Arc::new(signed));
    }
}

fn digest_of(credential_id: &str) -> [u8; 32] {
    Sha256::digest(credential_id).into()
}
