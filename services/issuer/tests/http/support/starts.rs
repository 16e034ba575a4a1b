//! The worlds there are: each starts with what its tests are about.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use issuance::assurance::{BelowPasskey, ByRepresentative};
use issuance::{CredentialType, Format, FourEyes};
use issuer::{DetectorConfig, KeyAttestations, Persons, PresenceConfig, SeparationConfig};
use presence::Prompt;
use testkit::Authority;

use super::World;
use super::setting::Setting;

impl World {
    /// As somebody who tries it out has it: whoever is alone acts alone.
    pub async fn start() -> Self {
        Self::start_with(FourEyes::WithColleagues).await
    }

    /// Pictures are asked for, with movements that the fixtures make.
    pub async fn start_seeing() -> Self {
        let movements = vec![Prompt::Left, Prompt::Right, Prompt::Closer];
        let presence = Some(PresenceConfig { movements, ..PresenceConfig::default() });
        Self::start_setting(Setting { presence, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// The same with an operator's detector of attacks.
    pub async fn start_seeing_with(detector: DetectorConfig) -> Self {
        let movements = vec![Prompt::Left, Prompt::Right, Prompt::Closer];
        let presence =
            Some(PresenceConfig { movements, detector: Some(detector), ..PresenceConfig::default() });
        Self::start_setting(Setting { presence, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    pub async fn start_with(four_eyes: FourEyes) -> Self {
        Self::start_setting(Setting::usual(four_eyes)).await
    }

    /// With a mail server.
    pub async fn start_with_mail(mail: SocketAddr) -> Self {
        Self::start_setting(Setting { mail: Some(mail), ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// Where UNDP requires attestations of keys.
    pub async fn start_attesting(attested: KeyAttestations) -> Self {
        Self::start_setting(Setting { attested, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// Where an authority's attesters are believed too.
    pub async fn start_certified(authority: &Authority) -> Self {
        let authority = Some(authority.pem());
        Self::start_setting(Setting { authority, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// Where persons may sign in at a provider.
    pub async fn start_with_persons(persons: Persons) -> Self {
        Self::start_setting(Setting { persons, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// Where earlier status lists are not kept.
    pub async fn start_forgetful() -> Self {
        let usual = Setting::usual(FourEyes::WithColleagues);
        Self::start_setting(Setting { history_days: 0, ..usual }).await
    }

    /// Where webhooks may be at this machine.
    pub async fn start_reaching() -> Self {
        let usual = Setting::usual(FourEyes::WithColleagues);
        Self::start_setting(Setting { reaches_here: true, ..usual }).await
    }

    /// Where the Fund has a verifier on this machine.
    pub async fn start_verifying(verifier_url: &str) -> Self {
        let separation = Some(SeparationConfig {
            verifier_url: verifier_url.parse().unwrap(),
            client_id: "the-fund".into(),
            key: "enrolment-client.key-ed25519-1".into(),
            policy: "separation".into(),
        });
        let usual = Setting::usual(FourEyes::WithColleagues);
        Self::start_setting(Setting { separation, reaches_here: true, ..usual }).await
    }

    /// With credentials in these formats.
    pub async fn start_offering(four_eyes: FourEyes, formats: Vec<Format>) -> Self {
        Self::start_setting(Setting { formats, ..Setting::usual(four_eyes) }).await
    }

    /// The same where UNDP offers some types in other formats than everybody.
    pub async fn start_with_formats(own_formats: BTreeMap<CredentialType, Vec<Format>>) -> Self {
        Self::start_setting(Setting { own_formats, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// The same where UNDP publishes messages.
    pub async fn with_status_messages() -> Self {
        Self::start_setting(Setting { messages: true, ..Setting::usual(FourEyes::WithColleagues) }).await
    }

    /// The same where employment is issued after a second person approved.
    pub async fn start_approving(four_eyes: FourEyes) -> Self {
        let approved = vec![CredentialType::Employment];
        Self::start_setting(Setting { approved, ..Setting::usual(four_eyes) }).await
    }

    /// The same where wallets that a PIN opened get staff identities not at all, and employment after a second person approved.
    pub async fn start_wanting_passkeys(four_eyes: FourEyes) -> Self {
        let passkey = BTreeMap::from([
            (CredentialType::StaffIdentity, BelowPasskey::Refuse),
            (CredentialType::Employment, BelowPasskey::SecondPerson),
        ]);
        Self::start_setting(Setting { passkey, ..Setting::usual(four_eyes) }).await
    }

    /// The same where nobody gets a staff identity for somebody else, and employment after a second person approved.
    pub async fn start_wanting_the_person(four_eyes: FourEyes) -> Self {
        let represented = BTreeMap::from([
            (CredentialType::StaffIdentity, ByRepresentative::Refuse),
            (CredentialType::Employment, ByRepresentative::SecondPerson),
        ]);
        Self::start_setting(Setting { represented, ..Setting::usual(four_eyes) }).await
    }
}
