//! One issuer with two organisations, and a holder who talks to it over HTTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{SeededEntropy, TestClock, Timestamp};
use issuance::assurance::BelowPasskey;
use issuance::{Actor, CredentialType, Format, FourEyes, Subject};
use issuer::app::{DocumentKey, Issuer, NewOffer, OfferLink, Tenant};
use issuer::{
    AttesterConfig, CertificateConfig, ClientConfig, Config, Console, DetectorConfig, InstanceConfig,
    Issuing, KeyAttestations, KeysConfig, MessagesConfig, Persons, PresenceConfig, RegistryConfig, Security,
    SeparationConfig, SmtpConfig, StartError, StoreConfig, TenantConfig,
};
use keys::{Algorithm, KeyStore, SealingKey, Signer as _, SoftwareKey, TokenConfig};
use outbound::{Outbound, OutboundPolicy, Reply};
use presence::Prompt;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use testkit::Authority;
use url::Url;
use web::{HttpConfig, Running};

use crate::ledger::TestLedger;

pub const ORIGIN: &str = "http://issuer.test";
pub const UNDP: &str = "did:passerelle:undp";
const TENANTS: [&str; 3] = ["undp", "wfp", "unjspf"];
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
pub const LDP: &str = "StaffIdentity_ldp_vc";
/// Seed of the key of the wallet provider that is trusted here.
pub const ATTESTER: u64 = 900;
pub const SD_JWT: &str = "StaffIdentity_dc_sd-jwt";

pub struct World {
    pub issuer: Arc<Issuer>,
    pub ledger: Arc<TestLedger>,
    pub clock: TestClock,
    pub directory: TempDir,
    pub client: Outbound,
    setting: Setting,
    base: Url,
    running: Running,
}

/// What differs between worlds, and stays when a service starts again.
struct Setting {
    four_eyes: FourEyes,
    /// Where the keys are, when they are in no sealed files.
    token: Option<TokenConfig>,
    /// Types of UNDP whose issue a second person approves.
    approved: Vec<CredentialType>,
    /// Types of UNDP for which it matters how the wallet was opened.
    passkey: BTreeMap<CredentialType, BelowPasskey>,
    /// Whether UNDP publishes messages beside the statuses.
    messages: bool,
    presence: Option<PresenceConfig>,
    /// In which credentials are offered.
    formats: Vec<Format>,
    /// Where letters go, if anywhere.
    mail: Option<SocketAddr>,
    /// By which providers persons sign in.
    persons: Persons,
    /// What UNDP requires of keys.
    attested: KeyAttestations,
    /// The certificates of UNDP's keys.
    certificates: Vec<CertificateConfig>,
    /// An authority of attesters, as PEM, beside the attester whose key is known.
    authority: Option<String>,
    /// Whether events may be sent to this machine.
    reaches_here: bool,
    /// How long earlier status lists are kept.
    history_days: u32,
    /// The verifier that checks Separation credentials for the Fund.
    separation: Option<SeparationConfig>,
}

impl Setting {
    fn usual(four_eyes: FourEyes) -> Self {
        Self {
            four_eyes,
            token: None,
            approved: Vec::new(),
            passkey: BTreeMap::new(),
            messages: false,
            presence: None,
            formats: Format::USUAL.to_vec(),
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

pub fn start_time() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn config(directory: &TempDir, setting: &Setting) -> Config {
    let path = |name: &str| directory.path().join(name);
    let tenant = |id: &str, name: &str, types: &[CredentialType]| TenantConfig {
        logo: None,
        approved_types: setting.approved.iter().copied().filter(|it| types.contains(it)).collect(),
        passkey_types: if id == "undp" { setting.passkey.clone() } else { BTreeMap::new() },
        status_messages: setting.messages && id == "undp",
        key_attestations: if id == "undp" { setting.attested.clone() } else { KeyAttestations::new() },
        certificates: if id == "undp" { setting.certificates.clone() } else { Vec::new() },
        id: id.into(),
        name: name.into(),
        names: [("fr".to_owned(), format!("{name} (fr)"))].into(),
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
            formats: setting.formats.iter().map(|format| format.identifier().to_owned()).collect(),
            credential_validity_days: 365,
            offer_validity_days: 30,
            offline_proof_days: 14,
            proof_answer_days: Some(5),
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

fn client(id: &str, redirect_uris: &[&str], dpop_bound_access_tokens: bool) -> ClientConfig {
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

pub fn key_store(world: &TempDir, token: Option<&TokenConfig>) -> KeyStore {
    let sealing = SealingKey::load_or_create(world.path().join("sealing.key")).unwrap();
    KeyStore::open(world.path().join("keys"), sealing, token).unwrap()
}

/// Writes a key file and returns the entry of the DID document that belongs to it.
pub fn add_key(
    world: &TempDir,
    tenant: &str,
    fragment: &str,
    algorithm: Algorithm,
    seed: u64,
) -> DocumentKey {
    let store = key_store(world, None);
    let name = format!("{tenant}.{fragment}");
    let signer = store.load_or_create(&name, algorithm, &SeededEntropy::new(seed)).unwrap();
    DocumentKey { fragment: fragment.into(), multikey: signer.public_key().to_multikey() }
}

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

    async fn start_setting(setting: Setting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(TestLedger::default());
        for (at, tenant) in TENANTS.into_iter().enumerate() {
            let seed = 100 + at as u64;
            let ed25519 = add_key(&directory, tenant, "key-ed25519-1", Algorithm::Ed25519, seed);
            let p256 = add_key(&directory, tenant, "key-p256-1", Algorithm::P256, seed);
            let did = format!("did:passerelle:{tenant}");
            ledger.with(|state| state.keys.insert(did, vec![ed25519, p256]));
        }
        Self::on(directory, ledger, TestClock::at(start_time()), (1, setting)).await
    }

    /// The same with every key in a token.
    pub async fn start_with_token(token: TokenConfig) -> Self {
        let setting = Setting { token: Some(token.clone()), ..Setting::usual(FourEyes::WithColleagues) };
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(TestLedger::default());
        let store = key_store(&directory, Some(&token));
        for tenant in TENANTS {
            let listed = [("key-ed25519-1", Algorithm::Ed25519), ("key-p256-1", Algorithm::P256)];
            let listed = listed.map(|(fragment, algorithm)| {
                let name = format!("{tenant}.{fragment}");
                let key = store.load_or_create(&name, algorithm, &SeededEntropy::new(1)).unwrap();
                DocumentKey { fragment: fragment.into(), multikey: key.public_key().to_multikey() }
            });
            let did = format!("did:passerelle:{tenant}");
            ledger.with(|state| state.keys.insert(did, listed.to_vec()));
        }
        Self::on(directory, ledger, TestClock::at(start_time()), (1, setting)).await
    }

    async fn on(
        directory: TempDir,
        ledger: Arc<TestLedger>,
        clock: TestClock,
        (seed, setting): (u64, Setting),
    ) -> Self {
        let policy = OutboundPolicy {
            allow_loopback: true,
            allow_http: true,
            max_body_bytes: 4 << 20,
            ..OutboundPolicy::default()
        };
        let (running, issuer) = issuer::start_with(
            config(&directory, &setting),
            Arc::clone(&ledger) as Arc<dyn issuer::app::Ledger>,
            Arc::new(clock.clone()),
            Arc::new(SeededEntropy::new(seed)),
            false,
        )
        .await
        .unwrap();
        let base = format!("http://{}", running.addresses[0]).parse().unwrap();
        let client = Outbound::new(&policy).unwrap();
        let world = Self { issuer, ledger, clock, directory, client, setting, base, running };
        for tenant in TENANTS {
            world.issuer.refresh_keys(world.tenant(tenant)).await.unwrap();
        }
        world.publish().await;
        world
    }

    /// Stops the service and starts it again on the same files and the same chain.
    pub async fn restart(mut self) -> Self {
        self.running.stop().await;
        self.issuer.store().close().await;
        Self::on(self.directory, self.ledger, self.clock, (2, self.setting)).await
    }

    /// The same with certificates of UNDP's keys.
    pub async fn restart_certified(mut self, certificates: Vec<CertificateConfig>) -> Self {
        self.setting.certificates = certificates;
        self.restart().await
    }

    /// What becomes of a start with certificates of UNDP's keys.
    pub async fn start_again(&self, certificates: Vec<CertificateConfig>) -> Result<(), StartError> {
        let mut config = self.config();
        config.tenants[0].certificates = certificates;
        let ledger = Arc::clone(&self.ledger) as Arc<dyn issuer::app::Ledger>;
        let clock = Arc::new(self.clock.clone());
        issuer::start_with(config, ledger, clock, Arc::new(SeededEntropy::new(3)), false).await.map(drop)
    }

    /// What the service was started with.
    pub fn config(&self) -> Config {
        config(&self.directory, &self.setting)
    }

    pub fn tenant(&self, id: &str) -> &Arc<Tenant> {
        self.issuer.tenant(id).unwrap()
    }

    pub async fn publish(&self) {
        for tenant in TENANTS {
            let _ = self.issuer.publish_status_lists(self.tenant(tenant)).await;
        }
    }

    pub fn officer() -> Actor {
        Actor { tenant: "undp".into(), officer: "officer".into() }
    }

    pub async fn person(&self, number: &str) -> String {
        let Value::Object(claims) = json!({
            "givenName": "Amina", "familyName": "Okafor", "identifier": number, "jobTitle": "Programme Analyst",
            "gradeLevel": "P-3", "dutyStation": "Nairobi", "contractType": "fixed-term", "startDate": "2024-02-01"
        }) else {
            unreachable!()
        };
        let subject = Subject {
            id: format!("s-{number}"),
            number: number.into(),
            name: "Amina Okafor".into(),
            claims,
            created_at: start_time(),
            updated_at: start_time(),
        };
        let mut tx = self.issuer.store().write("test").await.unwrap();
        let id = tx.put_subject("undp", &subject).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn offer(&self) -> OfferLink {
        self.offer_for("10023").await
    }

    pub async fn offer_for(&self, number: &str) -> OfferLink {
        let subject_id = self.person(number).await;
        self.issuer.create_offer(&Self::officer(), &new_offer(subject_id)).await.unwrap()
    }

    pub fn url(&self, path: &str) -> Url {
        // Links carry the public address; here the service answers at another one.
        self.base.join(path.strip_prefix(ORIGIN).unwrap_or(path)).unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.client.get(&self.url(path), "application/json", None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value, bearer: Option<&str>) -> Reply {
        let authorization = bearer.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        self.client.post_json(&self.url(path), body, &headers).await.unwrap()
    }

    pub async fn code(&self, link: &OfferLink) -> String {
        let offer = json(&self.get(&link.uri).await);
        offer["grants"][GRANT]["pre-authorized_code"].as_str().unwrap().to_owned()
    }

    pub async fn token_reply(&self, form: &[(&str, &str)]) -> Reply {
        self.client.post_form(&self.url("/t/undp/token"), form, &[]).await.unwrap()
    }

    pub async fn token(&self, link: &OfferLink) -> String {
        let code = self.code(link).await;
        let mut form = vec![("grant_type", GRANT), ("pre-authorized_code", code.as_str())];
        if let Some(code) = &link.transaction_code {
            form.push(("tx_code", code));
        }
        json(&self.token_reply(&form).await)["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn nonce(&self) -> String {
        let reply =
            self.client.post_bytes(&self.url("/t/undp/nonce"), "text/plain", Vec::new(), &[]).await.unwrap();
        json(&reply)["c_nonce"].as_str().unwrap().to_owned()
    }

    pub async fn request(&self, token: &str, configuration: &str, holder: &Holder) -> Reply {
        self.request_saying(token, configuration, holder, &json!({})).await
    }

    /// The same with these members in the payload of the key proof.
    pub async fn request_saying(
        &self,
        token: &str,
        configuration: &str,
        holder: &Holder,
        said: &Value,
    ) -> Reply {
        let proof = holder.proof_with(&self.nonce().await, &json!({}), said);
        let body = json!({"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}});
        self.post("/t/undp/credential", &body, Some(token)).await
    }

    /// A credential that was issued to the holder.
    pub async fn credential(&self, link: &OfferLink, configuration: &str, holder: &Holder) -> Value {
        let token = self.token(link).await;
        let reply = self.request(&token, configuration, holder).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        json(&reply)
    }
}

pub fn new_offer(subject_id: String) -> NewOffer {
    NewOffer {
        subject_id,
        types: vec![CredentialType::StaffIdentity],
        extra_claims: Map::new(),
        transaction_code: true,
        bound_key: None,
        expires_at: None,
    }
}

pub fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&reply.body)))
}

/// Status, `error` of the OAuth envelope.
pub fn refusal(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let body = json(reply);
    let description = body["error_description"].as_str().unwrap();
    assert!(!description.is_empty() && !description.contains(['"', '\\']), "{description}");
    (reply.status, body["error"].as_str().unwrap().to_owned())
}

pub fn refused(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

/// Status and last part of `type` of a problem.
pub fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.content_type, "application/problem+json");
    let kind = json(reply)["type"].as_str().unwrap().to_owned();
    (reply.status, kind.rsplit(['/', '#']).next().unwrap().to_owned())
}

pub struct Holder(pub SoftwareKey);

impl Holder {
    pub fn new(seed: u64) -> Self {
        Self(SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed)))
    }

    pub fn thumbprint(&self) -> String {
        self.0.public_key().jwk_thumbprint()
    }

    pub fn proof(&self, nonce: &str) -> String {
        self.proof_with(nonce, &json!({}), &json!({}))
    }

    /// A key proof with members of header and payload replaced; null removes one.
    pub fn proof_with(&self, nonce: &str, header: &Value, payload: &Value) -> String {
        let base_header =
            json!({"typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": self.0.public_key().to_jwk()});
        let base_payload =
            json!({"aud": format!("{ORIGIN}/t/undp"), "iat": start_time().timestamp(), "nonce": nonce});
        let signed =
            format!("{}.{}", encode(&merged(base_header, header)), encode(&merged(base_payload, payload)));
        let signature = self.0.sign_now(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn merged(mut base: Value, change: &Value) -> Value {
    let members = base.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    base
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
