//! Use cases. Each opens its own transaction; nothing that waits for a network happens inside one.

mod assertions;
mod batch;
mod chores;
mod clients;
mod desk_page;
mod follow;
mod hand_over;
mod key_clients;
mod languages;
mod limits;
mod local_desk;
pub mod oidc;
mod packs;
mod plain_answer;
mod policies;
mod ports;
mod reading;
mod receipts;
mod request_profiles;
mod requests;
mod responses;
mod sample;
mod sandbox;
mod trial;
mod views;
mod wallet_requests;
mod webhooks;

use std::collections::BTreeMap;
use std::sync::Arc;

use clock::{Clock, Entropy, Timestamp};
use keys::{SealingKey, Signer};
use outbound::Outbound;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store_verifier::Store;
use subtle::ConstantTimeEq as _;
use tokio::sync::OnceCell;
use url::Url;
use verification::{Policies, Verifier};
use wire::vp::client_id::ClientId;

pub use assertions::{ASSERTION_TYPE, AssertionFault};
pub use batch::{BatchError, Checked};
pub use chores::run as run_chores;
pub use clients::{Agency, Authentication, ClientError, Credentials, SecretFileError, TokenGrant};
pub use desk_page::{DeskPage, DeskPageError, PackMaker, PackSigner, Published};
pub use follow::{FollowError, Follower, Following};
pub use hand_over::{Document, Given, HandOverError};
pub use key_clients::{KeyClient, KeyClientError};
pub use limits::{Limits, Rates, TooMany};
pub use local_desk::{DeskChecked, DeskCode, DeskError, LocalDesk, Replay};
pub use packs::{Made, PackError, Packs};
pub use policies::{PolicyWriteError, StoredPolicyError, Written};
pub use ports::GuardedFetch;
pub use reading::{Reading, ReadingError};
pub use receipts::{RECEIPT_TYPE, ReceiptError, ReceiptView};
pub use request_profiles::{
    BY_DID, BY_DID_ENCRYPTED, Identity, ProfileError, RequestCertificate, RequestProfile, RequestProfiles,
};
pub use requests::{RequestError, RequestObjectError, Start, Starter};
pub use responses::ResponseError;
pub use sample::SampleError;
pub use sandbox::{Sandbox, SandboxError};
pub use trial::{Explained, SampleFault, SampleKind, Trial, TrialError, Tried};
pub use views::{PageView, ViewError};
pub use wallet_requests::WalletRequestError;
pub use webhooks::{WebhookError, run_webhooks};

/// The tenant of verifications that visitors start on the pages.
pub const DEMO_TENANT: &str = "demonstration";

/// Everything the use cases need. One per process.
pub struct Desk {
    pub store: Store,
    pub verifier: Verifier,
    pub policies: Policies,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub signer: Arc<dyn Signer>,
    pub sealing: SealingKey,
    pub settings: Settings,
    /// Made when it is first asked for.
    pub sample: OnceCell<Value>,
    pub trial: Trial,
    /// Where pictures are read.
    pub reading: Reading,
    /// For webhooks, whose addresses strangers choose.
    pub outbound: Outbound,
    pub rates: Rates,
    pub sandbox: Sandbox,
    pub following: Following,
}

/// What the configuration decides, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    pub did: String,
    pub key_fragment: String,
    pub client_name: String,
    /// The same in other languages, by their codes.
    pub names: BTreeMap<String, String>,
    /// Without a trailing slash.
    pub public_origin: String,
    pub wallet_url: Url,
    pub request_seconds: i64,
    pub token_seconds: i64,
    pub public_demo: Vec<String>,
    /// How wallets may be asked.
    pub profiles: RequestProfiles,
    pub vc_api: VcApi,
    pub limits: Limits,
    /// Whether integrators may make clients for themselves.
    pub sandbox: bool,
    /// Agency clients that show a key instead of a secret.
    pub key_clients: Vec<KeyClient>,
    /// Applications that sign people in by OpenID Connect.
    pub oidc_clients: Vec<oidc::Client>,
}

/// The open instance of the VC API, if there is one.
#[derive(Clone, Debug)]
pub struct VcApi {
    pub open: bool,
    pub policy: String,
    /// Whether issuers may be URLs that say nothing of their keys.
    pub issuers_without_did: bool,
}

impl Desk {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn token(&self) -> String {
        clock::token(self.entropy.as_ref())
    }

    fn new_id(&self) -> String {
        clock::new_id(self.clock.as_ref(), self.entropy.as_ref())
    }

    /// The client identifier of requests that the DID signs (OID4VP 1.0, 5.9.3).
    #[must_use]
    pub fn client_id(&self) -> String {
        ClientId::DecentralizedIdentifier(&self.settings.did).to_string()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Compares without telling by its time where two texts differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}
