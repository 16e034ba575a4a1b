//! What differs between worlds, and the configuration that comes of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use issuance::assurance::{BelowPasskey, ByRepresentative};
use issuance::{CredentialType, Format, FourEyes};
use issuer::{
    AttesterConfig, CertificateConfig, ClientConfig, Config, Console, InstanceConfig, Issuing,
    KeyAttestations, KeysConfig, MessagesConfig, Persons, PresenceConfig, RegistryConfig, Security,
    SeparationConfig, SmtpConfig, StoreConfig, TenantConfig,
};
use keys::{Signer as _, TokenConfig};
use outbound::OutboundPolicy;
use tempfile::TempDir;
use web::HttpConfig;

use super::{ATTESTER, Holder, ORIGIN};

/// What differs between worlds, and stays when a service starts again.
pub(super) struct Setting {
    pub(super) four_eyes: FourEyes,
    /// Where the keys are, when they are in no sealed files.
    pub(super) token: Option<TokenConfig>,
    /// Types of UNDP whose issue a second person approves.
    pub(super) approved: Vec<CredentialType>,
    /// Types of UNDP for which it matters how the wallet was opened.
    pub(super) passkey: BTreeMap<CredentialType, BelowPasskey>,
    /// Types of UNDP for which it matters who acts.
    pub(super) represented: BTreeMap<CredentialType, ByRepresentative>,
    /// Whether UNDP publishes messages beside the statuses.
    pub(super) messages: bool,
    pub(super) presence: Option<PresenceConfig>,
    /// In which credentials are offered.
    pub(super) formats: Vec<Format>,
    /// In which formats UNDP offers its types otherwise.
    pub(super) own_formats: BTreeMap<CredentialType, Vec<Format>>,
    /// Where letters go, if anywhere.
    pub(super) mail: Option<SocketAddr>,
    /// By which providers persons sign in.
    pub(super) persons: Persons,
    /// What UNDP requires of keys.
    pub(super) attested: KeyAttestations,
    /// The certificates of UNDP's keys.
    pub(super) certificates: Vec<CertificateConfig>,
    /// An authority of attesters, as PEM, beside the attester whose key is known.
    pub(super) authority: Option<String>,
    /// Whether events may be sent to this machine.
    pub(super) reaches_here: bool,
    /// How long earlier status lists are kept.
    pub(super) history_days: u32,
    /// The verifier that checks Separation credentials for the Fund.
    pub(super) separation: Option<SeparationConfig>,
}

impl Setting {
    pub(super) fn usual(four_eyes: FourEyes) -> Self {
        Self {
            four_eyes,
            token: None,
            approved: Vec::new(),
            passkey: BTreeMap::new(),
            represented: BTreeMap::new(),
            messages: false,
            presence: None,
            formats: Format::USUAL.to_vec(),
            own_formats: BTreeMap::new(),
            mail: None,
            persons: Persons::default(),
            attested: KeyAttestations::new(),
            certificates: Vec::new(),
            authority: None,
            reaches_here: false,
            history_days: 365,
            separation: None,
        }
    }
}

pub(super) fn config(directory: &TempDir, setting: &Setting) -> Config {
    let path = |name: &str| directory.path().join(name);
    let tenant = |id: &str, name: &str, types: &[CredentialType]| TenantConfig {
        logo: None,
        formats: own_formats(setting, id),
        approved_types: setting.approved.iter().copied().filter(|it| types.contains(it)).collect(),
        passkey_types: if id == "undp" { setting.passkey.clone() } else { BTreeMap::new() },
        representative_types: if id == "undp" { setting.represented.clone() } else { BTreeMap::new() },
        status_messages: setting.messages && id == "undp",
        key_attestations: if id == "undp" { setting.attested.clone() } else { KeyAttestations::new() },
        certificates: if id == "undp" { setting.certificates.clone() } else { Vec::new() },
        id: id.into(),
        name: name.into(),
        names: [("fr".to_owned(), format!("{name} (fr)"))].into(),
        help: issuer::HelpConfig {
            telephone: Some("+41 22 555 01 00".into()),
            hours: [("en".to_owned(), "9 to 17".to_owned())].into(),
        },
        did: format!("did:passerelle:{id}"),
        types: types.to_vec(),
    };
    Config {
        http: HttpConfig {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            public_url: ORIGIN.parse().unwrap(),
            tls: None,
            workers: Some(1),
        },
        store: StoreConfig { database_url: format!("sqlite:{}", path("issuer.db").display()) },
        registry: RegistryConfig {
            url: "http://registry.test".parse().unwrap(),
            genesis: path("genesis.json"),
            trust: registry_client::TrustConfig::default(),
            max_age_seconds: 300,
        },
        keys: KeysConfig {
            directory: path("keys"),
            sealing_key: path("sealing.key"),
            pkcs11: setting.token.clone(),
        },
        // A provider that is played here is on this machine.
        outbound: OutboundPolicy {
            allow_loopback: setting.reaches_here || !setting.persons.oidc.is_empty(),
            allow_http: setting.reaches_here || !setting.persons.oidc.is_empty(),
            ..OutboundPolicy::default()
        },
        issuing: Issuing {
            wallet_url: "http://wallet.test".parse().unwrap(),
            anchor_interval_seconds: 2,
            status_interval_seconds: 2,
            status_validity_seconds: 86_400,
            status_history_days: setting.history_days,
            formats: setting.formats.iter().map(|format| format.name()).collect(),
            credential_validity_days: 365,
            offer_validity_days: 30,
            offline_proof_days: 14,
            proof_answer_days: Some(5),
            audit_years: 7,
            deferred_interval_seconds: 300,
        },
        console: Console { four_eyes: setting.four_eyes, ..Console::default() },
        tenants: vec![
            tenant(
                "undp",
                "UNDP",
                &[
                    CredentialType::StaffIdentity,
                    CredentialType::Employment,
                    CredentialType::TrainingCompletion,
                    CredentialType::SecurityClearance,
                    CredentialType::MedicalClearance,
                    CredentialType::Separation,
                ],
            ),
            tenant("wfp", "WFP", &[CredentialType::StaffIdentity]),
            tenant("unjspf", "UNJSPF", &[CredentialType::DigitalCertificateOfEntitlement]),
        ],
        vc_api: instances(setting),
        clients: vec![
            client("wallet", &["https://wallet.test/cb", "org.wallet:/cb?a=b"], false),
            client("other", &["https://other.test/cb"], false),
            client("bound", &["https://wallet.test/cb"], true),
            ClientConfig { attested: true, ..client("attested", &["https://wallet.test/cb"], false) },
        ],
        persons: setting.persons.clone(),
        messages: setting.mail.map(|mail| MessagesConfig {
            from: "no-reply@undp.example".into(),
            reply_to: BTreeMap::from([("undp".into(), "hr@undp.example".into())]),
            smtp: SmtpConfig {
                host: mail.ip().to_string(),
                port: mail.port(),
                security: Security::None,
                username: None,
                password_file: None,
                root_certificate: None,
            },
        }),
        attesters: attesters(directory, setting),
        presence: setting.presence.clone(),
        calls: Default::default(),
        separation: setting.separation.clone(),
    }
}

fn own_formats(setting: &Setting, tenant: &str) -> BTreeMap<CredentialType, Vec<String>> {
    let of_undp = setting.own_formats.iter().filter(|_| tenant == "undp");
    of_undp.map(|(kind, formats)| (*kind, formats.iter().map(|format| format.name()).collect())).collect()
}

fn attesters(directory: &TempDir, setting: &Setting) -> Vec<AttesterConfig> {
    let jwk = Some(Holder::new(ATTESTER).0.public_key().to_jwk());
    let known = AttesterConfig { name: "The provider".into(), jwk, certificates: None };
    let authority = setting.authority.as_ref().map(|pem| {
        let path = directory.path().join("attesters.pem");
        std::fs::write(&path, pem).unwrap();
        AttesterConfig { name: "An authority".into(), jwk: None, certificates: Some(path) }
    });
    [known].into_iter().chain(authority).collect()
}

fn instances(setting: &Setting) -> Vec<InstanceConfig> {
    let mut instances = vec![
        instance("eddsa", true, "eddsa-rdfc-2022"),
        instance("eddsa-jcs", true, "eddsa-jcs-2022"),
        instance("ecdsa-p256", true, "ecdsa-rdfc-2019"),
        instance("ecdsa-jcs-p256", true, "ecdsa-jcs-2019"),
        with_key("p384", instance("ecdsa-p384", true, "ecdsa-rdfc-2019")),
        with_key("p384", instance("ecdsa-jcs-p384", true, "ecdsa-jcs-2019")),
        instance("sd-p256", true, "ecdsa-sd-2023"),
        instance("bbs", true, "bbs-2023"),
        InstanceConfig { status: true, ..instance("eddsa-status", true, "eddsa-rdfc-2022") },
        InstanceConfig { status: true, ..instance("sd-status", true, "ecdsa-sd-2023") },
        InstanceConfig { status: true, ..enveloping("jose", "vc+jwt") },
        enveloping("sd-jose", "vc+sd-jwt"),
        enveloping("cose", "vc+cose"),
        instance("closed", false, "eddsa-rdfc-2022"),
    ];
    // No token makes keys for it.
    instances.retain(|it| setting.token.is_none() || it.cryptosuite != "bbs-2023");
    instances
}

pub(super) fn client(id: &str, redirect_uris: &[&str], dpop_bound_access_tokens: bool) -> ClientConfig {
    ClientConfig {
        client_id: id.into(),
        name: format!("The {id}"),
        redirect_uris: redirect_uris.iter().map(ToString::to_string).collect(),
        dpop_bound_access_tokens,
        attested: false,
    }
}

fn instance(name: &str, open: bool, cryptosuite: &str) -> InstanceConfig {
    let (policy, cryptosuite) = ("open".into(), cryptosuite.into());
    InstanceConfig { name: name.into(), open, policy, cryptosuite, key: None, envelope: None, status: false }
}

fn with_key(kind: &str, instance: InstanceConfig) -> InstanceConfig {
    InstanceConfig { key: Some(kind.into()), ..instance }
}

fn enveloping(name: &str, envelope: &str) -> InstanceConfig {
    InstanceConfig { envelope: Some(envelope.into()), ..instance(name, true, "ecdsa-rdfc-2019") }
}
