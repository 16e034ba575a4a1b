//! The credential offer (section 4.1).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct CredentialOffer {
    pub credential_issuer: String,
    pub credential_configuration_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Grants>,
}

impl CredentialOffer {
    /// Which of the issuer's authorization servers the offer names, if any.
    #[must_use]
    pub fn authorization_server(&self) -> Option<&str> {
        let grants = self.grants.as_ref()?;
        match &grants.pre_authorized_code {
            Some(grant) => grant.authorization_server.as_deref(),
            None => grants.authorization_code.as_ref()?.authorization_server.as_deref(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Grants {
    #[serde(
        default,
        rename = "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        skip_serializing_if = "Option::is_none"
    )]
    pub pre_authorized_code: Option<PreAuthorizedGrant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<AuthorizationCodeGrant>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct AuthorizationCodeGrant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PreAuthorizedGrant {
    #[serde(rename = "pre-authorized_code")]
    pub pre_authorized_code: String,
    /// Present, even if empty: a transaction code is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_code: Option<TxCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct TxCode {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// At most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn offer_with_unknown_members_and_empty_tx_code_is_read() {
        // The second example of section 4.1.1, with a member of a later version added.
        let offer: CredentialOffer = serde_json::from_str(
            r#"{"credential_issuer":"https://credential-issuer.example.com","new_in_1_1":true,
                "credential_configuration_ids":["UniversityDegree_LDP_VC"],
                "grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":
                  {"pre-authorized_code":"adhjhdjajkdkhjhdj","tx_code":{}}}}"#,
        )
        .unwrap();
        let grant = offer.grants.unwrap().pre_authorized_code.unwrap();
        assert_eq!(grant.tx_code, Some(TxCode::default()));
    }
}
