//! What a compromised key leaves to do: which live credentials it signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use credential::Input;
use credential::enveloped::key_id_of;
use serde_json::Value;
use store_issuer::{LiveCopy, Store};

use crate::Config;

#[derive(Debug, thiserror::Error)]
pub enum ReissueError {
    #[error("no tenant {0:?} is configured")]
    Tenant(String),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A live credential that has to be issued again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reissue {
    pub copy_id: String,
    pub subject_id: String,
    pub subject_number: String,
    pub configuration: String,
    /// `valid` or `suspended`.
    pub status: &'static str,
    pub issued_at: Timestamp,
    pub valid_until: Timestamp,
    /// The block time that its receipt proves. Without one it stops verifying the moment the key is marked.
    pub anchored_at: Option<Timestamp>,
    /// The DID URL of the key; nothing when the stored document does not tell, which counts as signed by it.
    pub signed_with: Option<String>,
}

/// The live credentials of a tenant that the key of this fragment signed at `since` or later, oldest first. Reads the
/// issuer's database, also while the service runs.
pub async fn reissue_plan(
    config: &Config,
    tenant: &str,
    fragment: &str,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<Reissue>, ReissueError> {
    let known = config.tenants.iter().find(|known| known.id == tenant);
    let known = known.ok_or_else(|| ReissueError::Tenant(tenant.to_owned()))?;
    let key = format!("{}#{fragment}", known.did);
    let store = Store::open(&config.store.url(), "issuer").await?;
    let planned = signed_by(&store, tenant, &key, now, since.unwrap_or_default()).await;
    store.close().await;
    Ok(planned?)
}

pub(super) async fn signed_by(
    store: &Store,
    tenant: &str,
    key: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<Vec<Reissue>, store_issuer::Error> {
    let (mut planned, mut after) = (Vec::new(), String::new());
    loop {
        let page = store.read().await?.list_live_copies(tenant, &after, now, since).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.copy.id);
        let signed = page.into_iter().map(reissue);
        planned.extend(signed.filter(|it| it.signed_with.as_deref().is_none_or(|with| with == key)));
    }
    planned.sort_by_key(|it| it.issued_at);
    Ok(planned)
}

fn reissue(live: LiveCopy) -> Reissue {
    let LiveCopy { copy, subject_number, anchored_at } = live;
    Reissue {
        signed_with: signed_with(&copy.document),
        subject_id: copy.subject_id,
        subject_number,
        configuration: copy.configuration.to_string(),
        status: copy.status.as_str(),
        issued_at: copy.issued_at,
        valid_until: copy.valid_until,
        anchored_at,
        copy_id: copy.id,
    }
}

/// `verificationMethod` of a Data Integrity proof, or `kid` of a JWS and of whatever is built on it.
fn signed_with(document: &str) -> Option<String> {
    let named = |value: &Value, member: &str| value.get(member)?.as_str().map(str::to_owned);
    if document.starts_with('{') {
        let secured: Value = serde_json::from_str(document).ok()?;
        if let Ok(enveloped @ Input::Cose(_)) = Input::from_value(secured.clone()) {
            return key_id_of(&enveloped);
        }
        return match secured.get("proof")? {
            // One proof of several by another key does not save a credential.
            Value::Array(_) => None,
            proof => named(proof, "verificationMethod"),
        };
    }
    let header = URL_SAFE_NO_PAD.decode(document.split('.').next()?).ok()?;
    named(&serde_json::from_slice(&header).ok()?, "kid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_from_every_form_and_a_doubt_is_no_name() {
        let key = Some("did:example:a#k-1".to_owned());
        assert_eq!(signed_with(r#"{"proof":{"verificationMethod":"did:example:a#k-1"}}"#), key);
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"did:example:a#k-1"}"#);
        assert_eq!(signed_with(&format!("{header}.e30.AA~")), key);
        for doubtful in ["{}", r#"{"proof":[{"verificationMethod":"did:example:a#k-1"}]}"#, "e30.e30.AA", ""]
        {
            assert_eq!(signed_with(doubtful), None, "{doubtful}");
        }
    }
}
