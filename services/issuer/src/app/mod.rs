//! Use cases: each opens, uses and commits its own transaction, and keeps the network outside of it.

mod anchoring;
mod approvals;
mod authorization;
mod automatic;
mod calendar;
mod captures;
mod cards;
mod certificates;
mod clients;
pub(crate) mod console;
mod contacts;
mod credentials;
mod deferrals;
mod directory;
mod documents;
mod dpop;
mod encryption;
pub(crate) mod enrolment;
mod existence;
mod faces;
mod formats;
mod fund;
mod guesses;
mod holders;
mod hr;
mod import;
mod issuing;
mod kept_pictures;
mod key_changes;
mod key_ring;
mod keys;
mod ledger;
mod legal_holds;
mod logos;
mod messages;
mod metadata;
mod notifications;
mod offers;
mod officers;
pub(crate) mod oidc;
mod person_erasures;
mod person_passkeys;
mod picture_erasures;
mod picture_keys;
mod portraits;
mod reissue;
mod renewals;
mod replacing;
mod runs;
mod scim;
mod securing;
mod service;
mod service_clients;
mod status;
mod status_cwt;
mod status_history;
mod templates;
mod tokens;
mod vc_api;
mod verifier;
mod webhooks;
pub(crate) mod work;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use ::keys::{KeyStore, SealingKey, Signer};
use clock::{Clock, Entropy, Timestamp};
use credential::data_integrity::SigningKey;
use credential::x509::OwnCertificate;
use issuance::assurance::{BelowPasskey, ByRepresentative};
use issuance::attestation::{AttestationRequirement, Attesters};
use issuance::authorization::Client;
use issuance::{CredentialType, Format, Guesses, Secrets};
use store_issuer::Store;
use url::Url;

pub use anchoring::{AnchorError, ReceiptError, ReceiptState};
pub use approvals::{About, DecideError, Outcome, ProposalView};
pub use authorization::{AuthorizationView, AuthorizeError, PushError};
pub use calendar::Month;
pub use captures::{CaptureView, PlaceKept};
pub use cards::DesignError;
pub use clients::ClientError;
pub use console::Dashboard;
pub use contacts::{ContactError, ContactView};
pub use credentials::{Authorized, CredentialError};
pub use directory::{AnchoringStatus, AuditVerdict, CopyView, DirectoryError, ListState, SubjectPage};
pub use documents::{DocumentError, Documented, MOST_DOCUMENTS, NewDocument, anchor_documents};
pub use dpop::{DpopError, Presented};
pub use encryption::ReplyTo;
pub use enrolment::{
    After, AgendaLine, Decision, DeskNote, DeskPage, EnrolmentError, InvitationCode, NewSlots, SeenAtStation,
    SeparationSeen, SupplyView,
};
pub use entitlement::enrolment::SeparationFault;
pub use existence::{
    BeneficiaryPage, CLAIM_MINUTES, ExistenceCounts, ExistenceError, FirstWord, LANES, QueuePart,
    RequestLink, RequestPage, Spoken, YearRefusal,
};
pub(crate) use faces::Faces;
pub use faces::FacesFault;
pub(crate) use fund::Archive;
pub use fund::{
    AGE_BANDS, AgeBand, CHANGE_KINDS, ChangedField, ChangedRow, ChangesPlace, ListedFundPerson, PeoplePage,
    PeoplePart, RegisterChanges,
};
pub use fund::{
    AppealFigures, CalendarChange, CaseDecision, CaseMoment, CaseOutcome, CaseType, CaseView, Fairness,
    FundError, FundPerson, FundPersonPage, Group, GroupRates, GroupTable, HeadSet, HeadsView, JournalLine,
    Missing, NewHold, NewProof, NewStation, NightView, PayrollFile, Receipt, ReceiptDocument, ReceiptView,
    Reckoning, ReckoningLine, RegisterPreview, RegisterSource, SMALLEST_GROUP, SuspensionView, YearCalendar,
    YearCounts, YearFigures,
};
pub use fund::{AppealView, AppealWord, OpenAppeal};
pub use fund::{CALENDAR_DATES, CalendarDate, MovedDates, MovedFor, NewHelper};
pub use fund::{ChosenPeople, InvitationView, NewInvitations, PaperInvitation};
pub(crate) use fund::{
    Directories, channel_name, channel_names, countries_by_name, country_name, is_missing,
};
pub use fund::{FOLLOW_UP_OUTCOMES, FollowUpAnswer, NewFollowUp};
pub use fund::{FundPost, MailingView, NewMailing, SentMessage, letter_fault, letter_state};
pub(crate) use fund::{LETTER_KINDS, MOST_UPLOAD_BYTES, age_order, channel_of};
pub use fund::{LetterSettings, PieceView, SAMPLES};
pub use fund::{ListStanding, PayrollChange, PayrollChanges};
pub use fund::{ListedPerson, reminder_dates};
pub use fund::{ReadPage, ScanPage, scan_fault};
pub use holders::{HolderError, PROOF_SUITES};
pub use hr::{AskedOffer, AskedStatus, HrError};
pub use import::{ImportError, Invitation, UploadView};
pub(crate) use key_changes::CHANGING_KEYS;
pub use key_changes::{KeyChangeError, Obstacle};
pub use key_ring::{ChainView, KeyPlace, KeyRing, KeyRingError, KeyView, ListView, ServedView};
pub use keys::KeysError;
pub use ledger::{Anchored, DocumentKey, Ledger, ListedKey, PublishedStatus, RegistryLedger};
pub use legal_holds::LegalHold;
pub use logos::{Logo, LogoError};
pub use messages::{Contact, Letter, Mailer, OutboxView, SendFault, Taken};
pub use notifications::NotificationError;
pub use offers::{FetchError, NewOffer, OfferError, OfferLink};
pub use officers::{LinkFor, OfficerLinkError, RolesError, SignInError, officer_link};
pub use oidc::{Arrival, Departure, OidcError, PersonProviderError, Provider, ProviderRefusal, Return};
pub(crate) use person_erasures::Log;
pub use person_erasures::{EraseError, ErasureView};
pub use picture_erasures::PictureErasure;
pub(crate) use portraits::MOST_PORTRAIT_BYTES;
pub use portraits::{PictureFault, PortraitError};
pub use reissue::{Reissue, ReissueError, reissue_plan};
pub use renewals::RenewalRefusal;
pub use runs::{NewRun, RunError, RunView};
pub(crate) use scim::patched;
pub use scim::{MOST_USERS, ScimAsked, ScimError, ScimPage};
pub use service::Cascade;
pub use service_clients::ServiceClientError;
pub use status::{ChangeError, ListError, PublishError, ServedList};
pub use status_cwt::ListForm;
pub(crate) use status_cwt::SignedCwts;
pub(crate) use status_history::kept;
pub use status_history::{AsOf, HistoryError, HistoryRights, PastList};
pub use store_issuer::{AuditQuery, Filter, Page, PersonState, SubjectRow};
pub use templates::{TextError, TextView};
pub use tokens::TokenError;
pub use vc_api::{Instance, VcApiError};
pub(crate) use verifier::Verifier;
pub use verifier::{NotAccepted, VerifierFault};
pub use webhooks::{MOST_WEBHOOKS, WebhookError, WebhookView};

/// The whole service, shared by every request and the background work.
pub struct Issuer {
    pub(crate) store: Store,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) key_store: Arc<KeyStore>,
    pub(crate) sealing: SealingKey,
    pub(crate) secrets: Secrets,
    pub(crate) passkeys: web::passkey::Passkeys,
    pub(crate) settings: Settings,
    pub(crate) tenants: BTreeMap<String, Arc<Tenant>>,
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) cwts: SignedCwts,
    /// Wallets that may use the authorization code flow, by `client_id`.
    pub(crate) clients: BTreeMap<String, Client>,
    /// Refusals of late, by organisation. In memory: a restart forgives a minute.
    pub(crate) guesses: Mutex<BTreeMap<String, Guesses>>,
    /// People of the Fund's register by name, by organisation. In memory: names are sealed in the database.
    pub(crate) directories: Directories,
    /// The wallet providers whose attestations are believed.
    pub(crate) attesters: Attesters,
    /// Told when an upload was confirmed.
    pub(crate) imports: tokio::sync::Notify,
    /// Where officers of some organisations sign in.
    pub(crate) providers: oidc::Providers,
    /// Those by which persons sign in for their credentials.
    pub(crate) person_providers: oidc::Providers,
    /// Takes messages to persons; nothing is sent without one.
    pub(crate) mailer: Option<Box<dyn Mailer>>,
    /// Brings events to the addresses of organisations, within the policy for outbound requests.
    pub(crate) webhooks: outbound::Outbound,
    /// Judges the pictures of beneficiaries; none are asked for without it.
    pub(crate) faces: Option<Faces>,
    /// Servers by which the browsers of a video call find each other.
    pub(crate) calls: crate::config::CallsConfig,
    /// Checks what people present to the Fund; nobody enrols by a credential without it.
    pub(crate) verifier: Option<Verifier>,
    /// Whether the database's log may hold somebody who was erased.
    pub(crate) erased: person_erasures::Log,
}

/// Addresses and times from the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Without a trailing slash.
    pub origin: String,
    pub https: bool,
    pub wallet_url: Url,
    pub anchor_interval: std::time::Duration,
    pub status_interval: std::time::Duration,
    pub status_validity: chrono::Duration,
    /// How long earlier status lists can be asked for; zero where they cannot.
    pub status_history: chrono::Duration,
    /// In which formats each credential is offered, where its tenant says nothing else.
    pub formats: Vec<Format>,
    pub credential_validity: chrono::Duration,
    pub offer_validity: chrono::Duration,
    /// How long a proof may be made without a network after its challenge was fetched.
    pub offline_proof_life: chrono::Duration,
    /// Within so many days an officer decides about a proof, as the Fund says.
    pub proof_answer_days: Option<u16>,
    /// How many years after a year of the Fund nobody of it is erased.
    pub audit_years: u16,
    pub deferred_interval_seconds: u64,
    pub four_eyes: issuance::FourEyes,
}

/// An organisation that issues here.
pub struct Tenant {
    pub id: String,
    pub name: String,
    /// What it is called in languages other than English, by code.
    pub names: BTreeMap<String, String>,
    /// Whom people can call.
    pub help: crate::config::HelpConfig,
    pub did: String,
    pub types: Vec<CredentialType>,
    /// In which formats its types are offered, where not in those of the settings.
    pub formats: BTreeMap<CredentialType, Vec<Format>>,
    /// Types whose issue a second person approves once a wallet has shown its keys.
    pub approved_types: Vec<CredentialType>,
    /// Types for which it matters whether a passkey opened the wallet.
    pub passkey_types: BTreeMap<CredentialType, BelowPasskey>,
    /// Types for which it matters whether somebody acts for the person.
    pub representative_types: BTreeMap<CredentialType, ByRepresentative>,
    pub status_messages: bool,
    /// Types that are bound to attested keys only, and what is required of those.
    pub attested_types: BTreeMap<CredentialType, AttestationRequirement>,
    /// Certificates of its P-256 keys, from its own authority.
    pub(crate) certificates: Vec<OwnCertificate>,
    /// `{origin}/t/{id}`.
    pub issuer_url: String,
    /// On its cards.
    pub logo: Logo,
    /// Signs status digests and anchors on the chain.
    pub(crate) operate: Arc<dyn Signer>,
    /// One transaction of the operate key at a time, since each takes the next number of its sequence.
    pub(crate) writing: tokio::sync::Mutex<()>,
    /// One publishing and one anchoring run at a time, whoever starts it.
    pub(crate) publishing: tokio::sync::Mutex<status::Publishing>,
    pub(crate) anchoring: tokio::sync::Mutex<()>,
    /// One change of the DID document at a time, and who waits for the next.
    pub(crate) changing_keys: tokio::sync::Mutex<()>,
    pub(crate) key_change_ordered: tokio::sync::Notify,
    /// Its metadata before the designs of its cards: nothing of it changes while the service runs.
    pub(crate) metadata: OnceLock<wire::vci::IssuerMetadata>,
    keys: RwLock<Option<Arc<TenantKeys>>>,
    /// Background work that does not get on: since when, and why.
    troubles: Mutex<BTreeMap<&'static str, (Timestamp, String)>>,
}

/// The keys with which a tenant signs at present.
pub struct TenantKeys {
    pub ed25519: SigningKey,
    pub p256: SigningKey,
    /// Where something is offered that needs it, and the DID document lists one.
    pub bls12381: Option<SigningKey>,
    /// The certificates of that key as an `x5c` header, where there are any.
    pub x5c: Option<serde_json::Value>,
}

impl Issuer {
    #[must_use]
    pub fn tenant(&self, id: &str) -> Option<&Arc<Tenant>> {
        self.tenants.get(id)
    }

    pub fn tenants(&self) -> impl Iterator<Item = &Arc<Tenant>> {
        self.tenants.values()
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        // Storage keeps milliseconds; what is compared with it must not be finer.
        let now = self.clock.now();
        Timestamp::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// The day of the present time, in UTC.
    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.now().date_naive()
    }

    pub(crate) fn new_id(&self) -> String {
        clock::new_id(self.clock.as_ref(), self.entropy.as_ref())
    }

    pub(crate) fn new_token(&self) -> String {
        clock::token(self.entropy.as_ref())
    }
}

impl Tenant {
    /// What it is called in a language; its usual name where it has none in it.
    #[must_use]
    pub fn name_in(&self, language: issuance::message::Language) -> &str {
        self.names.get(language.code()).unwrap_or(&self.name)
    }

    pub(crate) fn new(
        id: String,
        name: String,
        did: String,
        types: Vec<CredentialType>,
        origin: &str,
        operate: Arc<dyn Signer>,
    ) -> Self {
        let issuer_url = format!("{origin}/t/{id}");
        Self {
            logo: Logo::initials(&name),
            id,
            name,
            names: BTreeMap::new(),
            help: crate::config::HelpConfig::default(),
            did,
            types,
            formats: BTreeMap::new(),
            approved_types: Vec::new(),
            passkey_types: BTreeMap::new(),
            representative_types: BTreeMap::new(),
            status_messages: false,
            attested_types: BTreeMap::new(),
            certificates: Vec::new(),
            issuer_url,
            operate,
            writing: tokio::sync::Mutex::default(),
            publishing: tokio::sync::Mutex::default(),
            anchoring: tokio::sync::Mutex::default(),
            changing_keys: tokio::sync::Mutex::default(),
            key_change_ordered: tokio::sync::Notify::new(),
            metadata: OnceLock::new(),
            keys: RwLock::default(),
            troubles: Mutex::default(),
        }
    }

    #[must_use]
    pub fn approves(&self, kind: CredentialType) -> bool {
        self.approved_types.contains(&kind)
    }

    /// Whether some wallet has to wait for a second person.
    #[must_use]
    pub fn may_wait(&self, kind: CredentialType) -> bool {
        self.approves(kind)
            || self.passkey_types.get(&kind) == Some(&BelowPasskey::SecondPerson)
            || self.representative_types.get(&kind) == Some(&ByRepresentative::SecondPerson)
    }

    /// `{issuer}/status/`, to which the name of a list is appended.
    #[must_use]
    pub fn status_base(&self) -> String {
        format!("{}/status/", self.issuer_url)
    }

    /// Where wallets find the logo.
    #[must_use]
    pub fn logo_url(&self) -> String {
        format!("{}/logo/{}", self.issuer_url, self.logo.digest)
    }

    pub(crate) fn keys(&self) -> Option<Arc<TenantKeys>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What does not get on: what it is, since when, why.
    #[must_use]
    pub fn troubles(&self) -> Vec<(&'static str, Timestamp, String)> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.iter().map(|(doing, (since, why))| (*doing, *since, why.clone())).collect()
    }

    /// Nothing when it works again. The first moment of a trouble stays while its reason changes.
    pub(crate) fn set_trouble(&self, doing: &'static str, now: Timestamp, why: Option<&str>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match why {
            Some(why) => {
                let since = troubles.get(doing).map_or(now, |(since, _)| *since);
                troubles.insert(doing, (since, why.to_owned()));
            }
            None => drop(troubles.remove(doing)),
        }
    }

    fn set_keys(&self, keys: Arc<TenantKeys>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys);
    }
}
