//! What a person showed while their phone had no network, told when the line is back.

use chrono::Duration;
use clock::Timestamp;
use holding::activity::Activity;
use holding::party::Party;
use holding::path::ConcretePath;
use holding::request::plain_text;
use holding::sharing::{Receipt, SharedCredential, Sharing};
use holding::vault::Purpose;
use store_wallet::records::{Entry, Table};

use super::cards::claim_name;
use super::credentials::CredentialError;
use super::disclosure::{shared_labels, withheld_paths};
use super::fault::Fault;
use super::{Person, Wallet};

/// The prefix of a client identifier that is a DID (OID4VP 1.0, 5.9.3).
const DID_PREFIX: &str = "decentralized_identifier:";
const MAX_TO: usize = 512;
const MAX_CLAIMS: usize = 64;
const MAX_CLAIM: usize = 128;
/// A phone's clock may be a little ahead.
const SKEW_MINUTES: i64 = 5;

/// As the phone tells it.
#[derive(Clone, Debug)]
pub struct OfflineAct {
    /// A UUID of version 7 (RFC 9562, 5.7).
    pub id: String,
    pub to: String,
    pub at: Timestamp,
    /// Members of the credential, as they are called in it.
    pub claims: Vec<String>,
    /// The credential here that the phone's copy is of. Phones did not always say it.
    pub credential: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the act is not in the expected form")]
    Form,
}

impl OfflineAct {
    fn is_sound(&self, now: Timestamp) -> bool {
        let readable = |text: &str, longest: usize| {
            !text.is_empty() && text.len() <= longest && !text.chars().any(char::is_control)
        };
        is_uuid_7(&self.id)
            && readable(&self.to, MAX_TO)
            && self.claims.len() <= MAX_CLAIMS
            && self.claims.iter().all(|claim| readable(claim, MAX_CLAIM))
            && self.at <= now + Duration::minutes(SKEW_MINUTES)
    }
}

impl Wallet {
    /// Notes it among the activities. However often it is told, it stands there once.
    pub async fn note_offline_act(&self, person: &Person, act: OfflineAct) -> Result<(), OfflineError> {
        if !act.is_sound(self.now()) {
            return Err(OfflineError::Form);
        }
        let OfflineAct { id, to, at, claims, credential } = act;
        let to = self.named_by_code(&plain_text(&to, 200)).await;
        let shown = self.shown_offline(person, credential.as_deref(), claims).await?;
        let claims = shown.claims.clone();
        let sharing = Sharing {
            representative: None,
            to: Party::unverified(&to),
            purpose: None,
            keeps_seconds: None,
            at,
            credentials: vec![shown],
            approved: Vec::new(),
            answer_digest: None,
            receipt: Receipt::None,
        };
        let sharing = self.new_sharing((&person.account, &person.data_key), &id, &sharing)?;
        let activity = Activity::Presented { to, proven: false, purpose: None, claims, receipt: None };
        let sealed = self.seal(&person.data_key, Purpose::Activity, &id, &activity)?;
        let mut tx = self.store.write("note_offline_act").await.map_err(Fault::from)?;
        if tx.insert_entry_once(&person.account, &Entry { id, sealed, at }).await.map_err(Fault::from)? {
            tx.insert_record(Table::Sharings, &sharing).await.map_err(Fault::from)?;
        }
        tx.commit().await.map_err(Fault::from)?;
        Ok(())
    }

    /// Whom the desk's code named, by its word alone: in the registry's words where it gave a member's DID. That makes nothing proven,
    /// so a registry that does not answer is no reason to keep the act back.
    async fn named_by_code(&self, audience: &str) -> String {
        let did = audience.strip_prefix(DID_PREFIX).unwrap_or(audience);
        if !did.starts_with("did:") {
            return audience.to_owned();
        }
        self.chain.organisation(did).await.ok().flatten().unwrap_or_else(|| did.to_owned())
    }

    /// What went out, in the words of the credential where it is still here.
    async fn shown_offline(
        &self,
        person: &Person,
        credential: Option<&str>,
        claims: Vec<String>,
    ) -> Result<SharedCredential, Fault> {
        let kept = match credential {
            Some(id) => match self.credential(person, id).await {
                Ok(kept) => Some(kept),
                Err(CredentialError::Unknown) => None,
                Err(CredentialError::Fault(fault)) => return Err(fault),
            },
            None => None,
        };
        let Some(kept) = kept else {
            return Ok(SharedCredential { name: String::new(), issuer: String::new(), claims });
        };
        let chosen = |path: &ConcretePath| {
            claim_name(&kept, path).is_some_and(|name| claims.iter().any(|shown| shown == name))
        };
        let disclosed: Vec<ConcretePath> = withheld_paths(&kept).into_iter().filter(chosen).collect();
        Ok(SharedCredential {
            claims: shared_labels(&kept, &disclosed),
            issuer: kept.held.issuer.name().to_owned(),
            name: kept.held.name,
        })
    }
}

fn is_uuid_7(text: &str) -> bool {
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => lower_hex(byte),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_that_sort_by_time_are_taken() {
        assert!(is_uuid_7("01890a5d-ac96-774b-bcce-b302099a8057"));
        for other in ["", "01890a5d-ac96-474b-bcce-b302099a8057", "01890A5D-ac96-774b-bcce-b302099a8057", "x"]
        {
            assert!(!is_uuid_7(other), "{other}");
        }
    }
}
