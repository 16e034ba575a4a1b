//! The issuer: organisations as tenants, the console of their officers, OID4VCI 1.0, status lists, anchoring, the VC API.
//!
//! `http` translates, `app` holds the use cases and their transactions, `wiring` chooses what they run on. Rules are in
//! `issuance` and `entitlement`, SQL is in `store-issuer`. Read [`Config`], [`app::Issuer`] and [`start`] first.

pub mod app;
mod config;
mod detector;
mod http;
mod mail;
mod wiring;

pub use app::{
    DocumentError, LinkFor, NewDocument, OfficerLinkError, ReceiptState, Reissue, ReissueError,
    anchor_documents, officer_link, reissue_plan,
};
pub use config::{
    AttesterConfig, CertificateConfig, ClientConfig, Config, ConfigError, Console, DetectorConfig,
    HelpConfig, InstanceConfig, Issuing, KeyAttestations, KeysConfig, MessagesConfig, PersonProviderConfig,
    Persons, PresenceConfig, ProviderConfig, RegistryConfig, RiskConfig, Security, SeparationConfig,
    SmtpConfig, StoreConfig, TenantConfig,
};
pub use http::openapi;
pub use mail::MailError;
pub use wiring::{FundNightError, StartError, reckon_fund, run_fund_night, start, start_with};
