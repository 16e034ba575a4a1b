//! What a wallet is sent: the authorization request of one verification, by reference and signed or by value and unsigned.

use std::collections::BTreeMap;

use credential::data_integrity::Suite;
use credential::jwe::{DecryptionKey, Encryption};
use credential::jwt;
use keys::{SealError, SignError};
use serde_json::{Map, Value, json};
use store_verifier::{StoreError, Tx, Verification, WalletRequest};
use url::form_urlencoded::byte_serialize;
use verification::Policy;
use wire::vp::client_id::ClientId;
use wire::vp::dcql::Query;
use wire::vp::{
    ClientMetadata, CoseFormat, DIRECT_POST, DIRECT_POST_JWT, JwtFormat, LdpVcFormat, REQUEST_OBJECT_TYPE,
    RequestObject, STATIC_AUDIENCE, SdJwtFormat, VpFormats, by_value,
};

use super::Desk;
use super::oidc;
use super::policies::{StoredPolicyError, keep_policy};
use super::request_profiles::{BY_DID, Identity, RequestProfile};
use super::requests::Asking;

/// The one format of HAIP 1.0 that this verifier checks.
const HAIP_FORMATS: [&str; 1] = ["dc+sd-jwt"];

#[derive(Debug, thiserror::Error)]
pub enum WalletRequestError {
    #[error("the policy of the request is not there any more")]
    PolicyGone,
    #[error("the request profile of the request is not there any more")]
    ProfileGone,
    #[error("the request is not one that is fetched")]
    ByValue,
    #[error("the key of the request cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the request object cannot be written")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Desk {
    /// Stores a verification with the request that a wallet will get for it, and the policy that it keeps.
    pub(super) async fn insert(
        &self,
        tx: &mut Tx,
        new: &Verification,
        asking: &Asking<'_>,
    ) -> Result<(), StoredPolicyError> {
        tx.insert_verification(new).await?;
        tx.insert_wallet_request(&self.new_wallet_request(new, asking)).await?;
        keep_policy(tx, &new.id, asking.policy).await
    }

    fn new_wallet_request(&self, of: &Verification, asking: &Asking<'_>) -> WalletRequest {
        let Asking { profile, transactions, .. } = asking;
        WalletRequest {
            verification: of.id.clone(),
            profile: profile.name.clone(),
            client_id: self.client_id_under(profile, &of.id),
            key_sealed: profile.encrypted.then(|| self.new_response_key(&of.id)),
            transaction_data: (!transactions.is_empty()).then(|| json!(transactions).to_string()),
            expires: of.expires,
        }
    }

    /// The request of a verification. Those from before there were profiles are signed with the DID.
    pub(super) async fn wallet_request(&self, of: &Verification) -> Result<WalletRequest, StoreError> {
        let found = self.store.read().await?.find_wallet_request(&of.id).await?;
        Ok(found.unwrap_or_else(|| WalletRequest {
            verification: of.id.clone(),
            profile: BY_DID.to_owned(),
            client_id: self.client_id(),
            key_sealed: None,
            transaction_data: None,
            expires: of.expires,
        }))
    }

    /// Whether a wallet fetches the request, or has all of it in the link.
    pub(super) fn is_by_reference(&self, request: &WalletRequest) -> bool {
        !is_unsigned(request)
    }

    /// Where a wallet fetches the request.
    pub(super) fn request_uri(&self, id: &str) -> String {
        format!("{}/oid4vp/requests/{id}", self.settings.public_origin)
    }

    /// Where it sends the answer; on the same origin as the request.
    pub(super) fn response_uri(&self, id: &str) -> String {
        format!("{}/oid4vp/responses/{id}", self.settings.public_origin)
    }

    /// The query of the link that opens a wallet.
    pub(super) async fn authorization_query(
        &self,
        verification: &Verification,
        request: &WalletRequest,
    ) -> Result<String, WalletRequestError> {
        if is_unsigned(request) {
            let object = self.authorization_request(verification, request, None).await?;
            return Ok(by_value::to_query(&object)?);
        }
        let client_id: String = byte_serialize(request.client_id.as_bytes()).collect();
        let uri: String = byte_serialize(self.request_uri(&verification.id).as_bytes()).collect();
        // `request_uri_method=post` lets a wallet bind the request to its own nonce (OID4VP 1.0, 5.10).
        Ok(format!("client_id={client_id}&request_uri={uri}&request_uri_method=post"))
    }

    /// The signed request object (OID4VP 1.0, 5; RFC 9101).
    pub(super) async fn signed_request(
        &self,
        verification: &Verification,
        request: &WalletRequest,
        wallet_nonce: Option<&str>,
    ) -> Result<String, WalletRequestError> {
        let object = self.authorization_request(verification, request, wallet_nonce).await?;
        let profile = self.profile_of(request)?;
        let mut header = Map::new();
        header.insert("typ".to_owned(), json!(REQUEST_OBJECT_TYPE));
        match &profile.identity {
            Identity::Did => {
                let kid = format!("{}#{}", self.settings.did, self.settings.key_fragment);
                header.insert("kid".to_owned(), json!(kid));
            }
            Identity::Certificate { client_id, x5c } if *client_id == request.client_id => {
                header.insert("x5c".to_owned(), x5c.clone());
            }
            // The certificate was replaced meanwhile: its hash is another client.
            Identity::Certificate { .. } => return Err(WalletRequestError::ProfileGone),
            Identity::ResponseUri => return Err(WalletRequestError::ByValue),
        }
        let Value::Object(claims) = serde_json::to_value(&object)? else {
            return Err(WalletRequestError::ByValue);
        };
        Ok(jwt::sign(header, &claims, self.signer.as_ref()).await?)
    }

    /// The key for the answer, while there still is one.
    pub(super) fn response_key(&self, request: &WalletRequest) -> Result<Option<DecryptionKey>, SealError> {
        let Some(sealed) = &request.key_sealed else { return Ok(None) };
        let seed = self.sealing.open(&response_key_aad(&request.verification), sealed)?;
        let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| SealError::Damaged)?;
        Ok(Some(DecryptionKey::from_seed(&seed)))
    }

    /// Whether the answer to this request must be encrypted.
    pub(super) fn is_encrypted(&self, request: &WalletRequest) -> Result<bool, WalletRequestError> {
        Ok(self.profile_of(request)?.encrypted)
    }

    async fn authorization_request(
        &self,
        verification: &Verification,
        request: &WalletRequest,
        wallet_nonce: Option<&str>,
    ) -> Result<RequestObject, WalletRequestError> {
        let policy = self.policy_of(verification).await?.ok_or(WalletRequestError::PolicyGone)?;
        let profile = self.profile_of(request)?;
        let signed = !is_unsigned(request);
        let mode = if profile.encrypted { DIRECT_POST_JWT } else { DIRECT_POST };
        Ok(RequestObject {
            client_id: request.client_id.clone(),
            response_type: "vp_token".to_owned(),
            response_mode: mode.to_owned(),
            response_uri: Some(self.response_uri(&verification.id)),
            redirect_uri: None,
            nonce: verification.nonce.clone(),
            state: Some(verification.request_state.clone()),
            aud: signed.then(|| STATIC_AUDIENCE.to_owned()),
            iat: signed.then(|| self.now().timestamp()),
            exp: signed.then(|| verification.expires.timestamp()),
            dcql_query: query_under(&policy, profile),
            scope: None,
            client_metadata: Some(self.client_metadata(self.response_key(request)?.as_ref())),
            wallet_nonce: wallet_nonce.map(str::to_owned),
            transaction_data: transactions_of(request)?,
            purpose: Some(verification.purpose.clone()),
            anchor_receipts: policy.anchored,
            claims_retention_seconds: Some(keeps_seconds(&verification.tenant, &policy)),
            holder_assurance: policy.rules.holder_assurance.as_ref().map(|it| serde_json::json!(it)),
            representative: policy.rules.representative.map(|it| serde_json::json!(it)),
        })
    }

    fn client_metadata(&self, key: Option<&DecryptionKey>) -> ClientMetadata {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        // B.3.4 wants fully-specified names; wallets from before there were any know the other one.
        let sd_jwt = SdJwtFormat {
            sd_jwt_alg_values: owned(&["ES256", "Ed25519", "EdDSA"]),
            kb_jwt_alg_values: owned(&["ES256", "Ed25519", "EdDSA"]),
        };
        // HAIP 1.0, 5: both are listed.
        let encryptions = || Encryption::ALL.iter().map(|one| one.as_str().to_owned()).collect();
        let mut metadata = ClientMetadata {
            client_name: Some(self.settings.client_name.clone()),
            logo_uri: None,
            vp_formats_supported: VpFormats {
                ldp_vc: Some(LdpVcFormat {
                    proof_type_values: owned(&["DataIntegrityProof"]),
                    cryptosuite_values: owned(&Suite::ALL.map(Suite::as_str)),
                }),
                sd_jwt: Some(sd_jwt.clone()),
                vc_jwt: Some(JwtFormat { alg_values: owned(&["ES256", "EdDSA"]) }),
                vc_sd_jwt: Some(sd_jwt),
                // ES256 and EdDSA (RFC 9053, 2).
                vc_cose: Some(CoseFormat { alg_values: [-7, -8].map(Value::from).to_vec() }),
            },
            jwks: key.map(|key| json!({ "keys": [key.public_jwk()] })),
            encrypted_response_enc_values_supported: key.map(|_| encryptions()),
            others: BTreeMap::new(),
        };
        for (language, name) in &self.settings.names {
            metadata.name_in(language, name);
        }
        metadata
    }

    fn profile_of(&self, request: &WalletRequest) -> Result<&RequestProfile, WalletRequestError> {
        self.settings.profiles.find(Some(&request.profile)).ok_or(WalletRequestError::ProfileGone)
    }

    fn client_id_under(&self, profile: &RequestProfile, id: &str) -> String {
        match &profile.identity {
            Identity::Did => self.client_id(),
            Identity::Certificate { client_id, .. } => client_id.clone(),
            Identity::ResponseUri => ClientId::RedirectUri(&self.response_uri(id)).to_string(),
        }
    }

    /// Fresh for each request, as HAIP 1.0, 5 demands.
    fn new_response_key(&self, id: &str) -> Vec<u8> {
        let mut seed = zeroize::Zeroizing::new([0u8; 32]);
        self.entropy.fill(seed.as_mut());
        self.sealing.seal(&response_key_aad(id), seed.as_ref(), self.entropy.as_ref())
    }
}

/// What a policy asks for under a profile; nothing where the profile's formats cannot answer it.
pub(super) fn query_under(policy: &Policy, profile: &RequestProfile) -> Option<Query> {
    let query = policy.query.as_ref()?;
    if profile.haip { query.narrowed_to(&HAIP_FORMATS) } else { Some(query.clone()) }
}

/// The strings of `transaction_data`, as they are sent and as their hashes are checked.
pub(super) fn transactions_of<T: serde::de::DeserializeOwned>(
    request: &WalletRequest,
) -> Result<Option<T>, serde_json::Error> {
    request.transaction_data.as_deref().map(serde_json::from_str).transpose()
}

fn is_unsigned(request: &WalletRequest) -> bool {
    matches!(ClientId::parse(&request.client_id), Ok(ClientId::RedirectUri(_)))
}

fn response_key_aad(id: &str) -> Vec<u8> {
    format!("verifier/response-key/{id}").into_bytes()
}

/// For how many seconds claims are kept that are shown under a policy. A sign-in reads them once, by its code, and keeps them no
/// longer than that.
pub(super) fn keeps_seconds(tenant: &str, policy: &Policy) -> u64 {
    let kept = policy.claims_retention_seconds;
    if oidc::is_login(tenant) { kept.min(oidc::CLAIMS_SECONDS) } else { kept }
}
