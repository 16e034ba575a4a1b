//! How a credential stands now: its dates, and its status lists held against the digests on the chain.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holding::held::{Held, SeenStatus, Standing, StatusEntry};
use holding::vault::Purpose;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use status_list::StatusList;
use store_wallet::credentials::Credential;

use super::credentials::{CredentialError, Kept};
use super::fault::Fault;
use super::issuers::parse;
use super::{Person, Wallet};

/// The list and the chain are published one after the other; asked again, they agree.
const PAUSE: Duration = Duration::from_millis(1_200);
/// Lists that are asked for when everything is looked at: those of so many issuers nobody holds.
const MOST_LISTS: usize = 30;

/// Status lists that were asked for already, by their addresses, as their issuers registered them. Most credentials of a person are
/// on a few.
#[derive(Default)]
struct Lists(BTreeMap<String, Option<Vec<u8>>>);

impl Wallet {
    /// Asks for the status now and keeps what was learned.
    pub async fn check_standing(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Kept, SeenStatus), CredentialError> {
        let kept = self.credential(person, id).await?;
        Ok(self.seen_now(person, kept, &mut Lists::default()).await?)
    }

    /// The same for everything that is held, each status list asked for once.
    pub async fn check_standings(&self, person: &Person) -> Result<Vec<(Kept, SeenStatus)>, Fault> {
        let mut lists = Lists::default();
        let mut all = Vec::new();
        for kept in self.credentials(person).await? {
            all.push(self.seen_now(person, kept, &mut lists).await?);
        }
        Ok(all)
    }

    async fn seen_now(
        &self,
        person: &Person,
        mut kept: Kept,
        lists: &mut Lists,
    ) -> Result<(Kept, SeenStatus), Fault> {
        let id = kept.row.id.clone();
        let standing = self.standing(&kept.held, lists).await;
        let seen = SeenStatus { standing, checked_at: self.now() };
        // What could not be learned does not overwrite what was.
        if standing != Standing::Unknown {
            kept.annex.status = Some(seen.clone());
            let annex = self.seal(&person.data_key, Purpose::Annex, &id, &kept.annex)?;
            kept.row = Credential { annex, ..kept.row };
            self.keep_annex(kept.row.clone()).await?;
        }
        Ok((kept, seen))
    }

    async fn standing(&self, held: &Held, lists: &mut Lists) -> Standing {
        let mut worst = Standing::Valid;
        for entry in &held.status {
            let standing = match self.entry_standing(held, entry, lists).await {
                Some(standing) => standing,
                None => Standing::Unknown,
            };
            worst = worse(worst, standing);
        }
        if worst == Standing::Revoked { worst } else { held.standing_by_date(self.now()).unwrap_or(worst) }
    }

    async fn entry_standing(&self, held: &Held, entry: &StatusEntry, lists: &mut Lists) -> Option<Standing> {
        let issuer = held.issuer.did.as_deref()?;
        // A list counts for the issuer who registered it, and in the form that its kind has.
        let place = format!("{issuer} {} {}", entry.purpose.is_some(), entry.list);
        if !lists.0.contains_key(&place) {
            let found =
                if lists.0.len() < MOST_LISTS { self.registered_list(issuer, entry).await } else { None };
            lists.0.insert(place.clone(), found);
        }
        read_list(lists.0.get(&place)?.as_deref()?, entry)
    }

    /// The status list as its issuer registered it; nothing where that cannot be had.
    async fn registered_list(&self, issuer: &str, entry: &StatusEntry) -> Option<Vec<u8>> {
        let url = parse(&entry.list).ok()?;
        for again in [true, false] {
            let accept =
                if entry.purpose.is_some() { "application/vc" } else { "application/statuslist+jwt" };
            let reply = self.outbound.get(&url, accept, None).await.ok()?;
            if reply.status != 200 {
                return None;
            }
            let digest: [u8; 32] = Sha256::digest(&reply.body).into();
            // Only bytes that the issuer registered count; a list that is shown to this wallet alone does not.
            if self.chain.status_digest(issuer, &entry.list).await.ok()? == Some(digest) {
                return Some(reply.body.to_vec());
            }
            if again {
                tokio::time::sleep(PAUSE).await;
            }
        }
        None
    }
}

fn read_list(body: &[u8], entry: &StatusEntry) -> Option<Standing> {
    let index = usize::try_from(entry.index).ok()?;
    match entry.purpose.as_deref() {
        Some(purpose) => {
            let list: Value = web::json::parse(body, 32).ok()?;
            let subject = list.get("credentialSubject")?;
            if subject.get("statusPurpose")?.as_str()? != purpose {
                return None;
            }
            let list = StatusList::decode_bitstring(subject.get("encodedList")?.as_str()?, 1).ok()?;
            match (list.value(index)?, purpose) {
                (0, _) => Some(Standing::Valid),
                (_, "revocation") => Some(Standing::Revoked),
                (_, "suspension") => Some(Standing::Suspended),
                _ => None,
            }
        }
        None => {
            let token = std::str::from_utf8(body).ok()?;
            let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
            let payload: Value = web::json::parse(&payload, 16).ok()?;
            let list = payload.get("status_list")?;
            let bits = u8::try_from(list.get("bits")?.as_u64()?).ok()?;
            let list = StatusList::decode_token(list.get("lst")?.as_str()?, bits).ok()?;
            // Token Status List, 7.1.
            match list.value(index)? {
                0 => Some(Standing::Valid),
                1 => Some(Standing::Revoked),
                2 => Some(Standing::Suspended),
                _ => None,
            }
        }
    }
}

fn worse(one: Standing, other: Standing) -> Standing {
    let weight = |standing| match standing {
        Standing::Valid => 0,
        Standing::NotYetValid => 1,
        Standing::Expired => 2,
        Standing::Unknown => 3,
        Standing::Suspended => 4,
        Standing::Revoked => 5,
    };
    if weight(other) > weight(one) { other } else { one }
}
