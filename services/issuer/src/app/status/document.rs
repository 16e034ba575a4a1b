//! A status list as a credential or as a token.

use clock::Timestamp;
use credential::data_integrity::{self, ProofOptions, Suite};
use issuance::build::rfc3339;
use issuance::{LIST_LENGTH, ListKind, Standing, StatusListId};
use serde_json::{Map, Value, json};
use status_list::StatusList;

use super::PublishError;
use crate::app::{Issuer, Tenant, TenantKeys};

impl Issuer {
    pub(super) async fn list_document(
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
pub(in crate::app) fn bitstring_credential(
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

pub(in crate::app) const fn media_type(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Revocation | ListKind::Suspension | ListKind::Message => "application/vc",
        ListKind::Token => "application/statuslist+jwt",
    }
}
