//! The one place that chooses a store, keys, a clock and a ledger.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::web::passkey::{PasskeyError, Passkeys};
use ::web::{Ready, Running, ServeError};
use actix_web::web::Data;
use clock::{Clock, Entropy, SystemClock, SystemEntropy, Timestamp};
use credential::data_integrity::{SigningKey, Suite};
use credential::x509::{CertificateFault, OwnCertificate, TrustAnchors};
use issuance::attestation::Attesters;
use issuance::authorization::Client;
use issuance::{Format, Secrets};
use keys::{Algorithm, KeyStore, KeyStoreError, PublicKey, SealError, SealingKey};
use outbound::{Outbound, OutboundError, OutboundPolicy};
use registry_client::Registry;
use registry_types::{Genesis, GenesisError};
use store_issuer::Store;

use crate::app::oidc::Providers;
use crate::app::work::Work;
use crate::app::{
    Faces, Instance, Issuer, Ledger, Log, Logo, LogoError, Mailer, Provider, RegistryLedger, Settings,
    Tenant, Verifier, kept,
};
use crate::config::{
    AttesterConfig, CertificateConfig, ClientConfig, Config, ConfigError, InstanceConfig, PresenceConfig,
    SeparationConfig,
};
use crate::detector::ProgramDetector;
use crate::http;
use crate::mail::Smtp;

const SCHEMA: &str = "issuer";
const PEPPER: &str = "pepper";
/// A receiver of events that takes longer has not taken it.
const WEBHOOK_SECONDS: u64 = 10;

/// Why the issuer does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration is wrong")]
    Config(#[from] ConfigError),
    #[error("the sealing key cannot be used")]
    Sealing(#[from] SealError),
    #[error("a private key cannot be used")]
    Keys(#[from] KeyStoreError),
    #[error("the start was cut off")]
    Stopped(#[source] tokio::task::JoinError),
    #[error("the database cannot be used")]
    Store(#[from] store_issuer::Error),
    #[error("the genesis file cannot be read")]
    GenesisFile(#[source] std::io::Error),
    #[error("the genesis file is not a genesis")]
    GenesisForm(#[source] serde_json::Error),
    #[error("the genesis breaks the rules")]
    Genesis(#[from] GenesisError),
    #[error("the chain cannot be trusted as configured in registry.trust")]
    Trust(#[from] registry_client::TrustError),
    #[error("the client for the registry cannot be made")]
    Outbound(#[from] OutboundError),
    #[error("the client secret of the provider of {tenant} cannot be read")]
    ProviderSecret {
        tenant: String,
        #[source]
        source: std::io::Error,
    },
    #[error("a logo cannot be used")]
    Logo(#[from] LogoError),
    #[error("{path} cannot be read")]
    CertificateFile {
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} cannot be used")]
    Certificate {
        path: std::path::PathBuf,
        #[source]
        source: CertificateFault,
    },
    #[error("messages cannot be sent")]
    Mail(#[from] crate::mail::MailError),
    #[error("passkeys cannot be used")]
    Passkeys(#[from] PasskeyError),
    #[error("the map of countries cannot be used")]
    Countries(#[from] presence::BoundariesFault),
    #[error("proofs cannot be accepted automatically; take `presence.detector` out, or mend it")]
    Detector(#[from] crate::detector::DetectorFault),
    #[error("the secret of the TURN server cannot be used")]
    TurnSecret(#[source] std::io::Error),
    #[error("the service cannot be served")]
    Serve(#[from] ServeError),
}

/// Starts the service with the system's clock and randomness and the registry of the configuration. It answers when this
/// returns; background work goes on until it is stopped.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let registry = connect(&config, Arc::clone(&clock))?;
    start_with(config, Arc::new(RegistryLedger(registry)), clock, Arc::new(SystemEntropy), true)
        .await
        .map(|(running, _)| running)
}

/// The same with chosen parts, for tests. Without `background` nothing is published or anchored until it is asked for.
pub async fn start_with(
    config: Config,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    background: bool,
) -> Result<(Running, Arc<Issuer>), StartError> {
    config.check()?;
    let issuer = Data::from(Arc::new(build(&config, ledger, clock, entropy).await?));
    let served = issuer.clone();
    let mut running =
        ::web::serve("issuer", &config.http, http::openapi(), issuer.clone().into_inner(), move |routes| {
            routes.app_data(served.clone());
            http::configure(routes);
        })
        .await?;
    let issuer = issuer.into_inner();
    if background {
        let work = Work::start(&issuer);
        let store = issuer.store().clone();
        running.on_stop(async move {
            work.stop().await;
            store.close().await;
        });
    }
    Ok((running, issuer))
}

/// Why a command about the Fund's year does not run from the command line.
#[derive(Debug, thiserror::Error)]
pub enum FundNightError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Fund(#[from] crate::app::FundError),
}

/// Runs the Fund's night on the configured database, whether the service runs or not. For the program's command line: whoever
/// can read the configuration and the keys may do it.
pub async fn run_fund_night(config: Config, tenant: &str) -> Result<crate::app::NightView, FundNightError> {
    let (issuer, by) = at_command_line(&config, tenant).await?;
    let run = issuer.run_fund_night(&by).await;
    issuer.store().close().await;
    Ok(run?)
}

/// Counts a year of the Fund twice from two places each, on the configured database. For the program's command line.
pub async fn reckon_fund(
    config: Config,
    tenant: &str,
    year: i32,
) -> Result<crate::app::Reckoning, FundNightError> {
    let (issuer, by) = at_command_line(&config, tenant).await?;
    let made = issuer.reckon_fund(&by, year).await;
    issuer.store().close().await;
    Ok(made?)
}

async fn at_command_line(config: &Config, tenant: &str) -> Result<(Issuer, issuance::Actor), FundNightError> {
    config.check().map_err(StartError::from)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let registry = connect(config, Arc::clone(&clock))?;
    let ledger = Arc::new(RegistryLedger(registry));
    let issuer = build(config, ledger, clock, Arc::new(SystemEntropy)).await?;
    Ok((issuer, issuance::Actor { tenant: tenant.to_owned(), officer: "command line".to_owned() }))
}

async fn build(
    config: &Config,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Issuer, StartError> {
    let sealing = SealingKey::load_or_create(&config.keys.sealing_key)?;
    let key_store = open_keys(config, sealing.clone()).await?;
    let store = Store::open(&config.store.url(), SCHEMA).await?;
    let secrets = Secrets::new(&pepper(&store, &sealing, entropy.as_ref()).await?);
    let settings = settings(config);
    let mut tenants = BTreeMap::new();
    for tenant in &config.tenants {
        let name = format!("{}.operate-issuer", tenant.id);
        let operate = key_store.load_or_create(&name, Algorithm::Ed25519, entropy.as_ref())?;
        let (id, types) = (tenant.id.clone(), tenant.types.clone());
        let (name, did) = (tenant.name.clone(), tenant.did.clone());
        let mut made = Tenant::new(id, name, did, types, &settings.origin, operate);
        made.names.clone_from(&tenant.names);
        made.formats = tenant.formats.iter().map(|(kind, names)| (*kind, formats(names))).collect();
        made.help.clone_from(&tenant.help);
        made.approved_types.clone_from(&tenant.approved_types);
        made.passkey_types.clone_from(&tenant.passkey_types);
        made.representative_types.clone_from(&tenant.representative_types);
        made.status_messages = tenant.status_messages;
        if let Some(path) = &tenant.logo {
            made.logo = Logo::read(&tenant.id, path)?;
        }
        made.attested_types.clone_from(&tenant.key_attestations);
        made.certificates = certificates(&tenant.certificates, clock.now())?;
        tenants.insert(tenant.id.clone(), Arc::new(made));
    }
    let mut instances = BTreeMap::new();
    for instance in config.vc_api.iter().filter(|instance| instance.open) {
        let made = instance_of(instance, instance.suite_and_key()?, &key_store, entropy.as_ref())?;
        let made = Instance { envelope: instance.envelope()?, ..made };
        instances.insert(instance.name.clone(), made);
    }
    let public = &config.http.public_url;
    let host = config.console.rp_id.as_deref().or_else(|| public.host_str()).unwrap_or("localhost");
    let passkeys = Passkeys::new(host, public, "Passerelle issuer")?;
    let imports = tokio::sync::Notify::new();
    let mailer = config.messages.as_ref().map(Smtp::new).transpose()?;
    let verifier = config.separation.as_ref().map(|it| verifier(it, config, &key_store, entropy.as_ref()));
    let verifier = verifier.transpose()?;
    Ok(Issuer {
        store,
        ledger,
        clock,
        entropy,
        key_store,
        sealing,
        secrets,
        passkeys,
        settings,
        tenants,
        instances,
        cwts: Default::default(),
        clients: config.clients.iter().map(|it| (it.client_id.clone(), client(it))).collect(),
        attesters: attesters(&config.attesters)?,
        guesses: std::sync::Mutex::default(),
        directories: crate::app::Directories::default(),
        imports,
        providers: providers(config)?,
        person_providers: person_providers(config)?,
        mailer: mailer.map(|smtp| Box::new(smtp) as Box<dyn Mailer>),
        webhooks: webhooks(&config.outbound)?,
        calls: config.calls.clone().opened().map_err(StartError::TurnSecret)?,
        faces: config.presence.as_ref().map(faces).transpose()?,
        verifier,
        erased: Log::default(),
    })
}

fn verifier(
    given: &SeparationConfig,
    config: &Config,
    key_store: &KeyStore,
    entropy: &dyn Entropy,
) -> Result<Verifier, StartError> {
    let signer = key_store.load_or_create(&given.key, Algorithm::Ed25519, entropy)?;
    // Public, and what the verifier's operator registers.
    tracing::info!(
        client.id = given.client_id,
        client.jwk = %signer.public_key().to_jwk(),
        "the key by which the verifier knows this service"
    );
    Ok(Verifier {
        url: given.verifier_url.clone(),
        client_id: given.client_id.clone(),
        policy: given.policy.clone(),
        signer,
        outbound: Outbound::new(&config.outbound)?,
    })
}

/// With the operator's detector of attacks, where there is one.
fn faces(config: &PresenceConfig) -> Result<Faces, StartError> {
    let detector = config.detector.as_ref().map(ProgramDetector::open).transpose()?;
    Ok(Faces::new(config, detector)?)
}

fn attesters(configured: &[AttesterConfig]) -> Result<Attesters, StartError> {
    let mut attesters = Attesters::default();
    attesters.keys.extend(configured.iter().filter_map(|it| PublicKey::from_jwk(it.jwk.as_ref()?).ok()));
    for path in configured.iter().filter_map(|it| it.certificates.as_deref()) {
        attesters.anchors.extend(TrustAnchors::from_pem(&pem(path)?).map_err(refused(path))?);
    }
    Ok(attesters)
}

fn certificates(configured: &[CertificateConfig], now: Timestamp) -> Result<Vec<OwnCertificate>, StartError> {
    let read = |it: &CertificateConfig| {
        OwnCertificate::read(&pem(&it.chain)?, &pem(&it.anchor)?, now).map_err(refused(&it.chain))
    };
    configured.iter().map(read).collect()
}

fn pem(path: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|source| StartError::CertificateFile { path: path.to_owned(), source })
}

fn refused(path: &Path) -> impl FnOnce(CertificateFault) -> StartError {
    let path = path.to_owned();
    |source| StartError::Certificate { path, source }
}

fn webhooks(policy: &OutboundPolicy) -> Result<Outbound, OutboundError> {
    let timeout_seconds = policy.timeout_seconds.min(WEBHOOK_SECONDS);
    Outbound::new(&OutboundPolicy { timeout_seconds, ..policy.clone() })
}

fn providers(config: &Config) -> Result<Providers, StartError> {
    let mut by_tenant = BTreeMap::new();
    for given in &config.console.oidc {
        let provider = Provider {
            issuer: given.issuer.clone(),
            client_id: given.client_id.clone(),
            client_secret: client_secret(&given.tenant, given.client_secret_file.as_deref())?,
            name: given.name.clone(),
            acr: given.acr.clone(),
            amr: given.amr.clone(),
            scope: "openid profile".to_owned(),
            max_age_seconds: None,
            staff_number_claim: None,
        };
        by_tenant.insert(given.tenant.clone(), provider);
    }
    Ok(Providers::new(by_tenant, Outbound::new(&config.outbound)?))
}

fn person_providers(config: &Config) -> Result<Providers, StartError> {
    let mut by_tenant = BTreeMap::new();
    for given in &config.persons.oidc {
        let provider = Provider {
            issuer: given.issuer.clone(),
            client_id: given.client_id.clone(),
            client_secret: client_secret(&given.tenant, given.client_secret_file.as_deref())?,
            name: given.name.clone(),
            acr: given.acr.clone(),
            amr: given.amr.clone(),
            scope: given.scope.clone(),
            max_age_seconds: Some(given.max_age_seconds),
            staff_number_claim: Some(given.staff_number_claim.clone()),
        };
        by_tenant.insert(given.tenant.clone(), provider);
    }
    Ok(Providers::new(by_tenant, Outbound::new(&config.outbound)?))
}

fn client_secret(tenant: &str, path: Option<&Path>) -> Result<Option<String>, StartError> {
    let read = |path| {
        let tenant = tenant.to_owned();
        std::fs::read_to_string(path).map_err(|source| StartError::ProviderSecret { tenant, source })
    };
    Ok(path.map(read).transpose()?.map(|secret| secret.trim().to_owned()))
}

/// A token answers when it likes, so it is not asked on a thread that serves others.
async fn open_keys(config: &Config, sealing: SealingKey) -> Result<Arc<KeyStore>, StartError> {
    let (directory, token) = (config.keys.directory.clone(), config.keys.pkcs11.clone());
    let opened = tokio::task::spawn_blocking(move || KeyStore::open(directory, sealing, token.as_ref()));
    Ok(Arc::new(opened.await.map_err(StartError::Stopped)??))
}

fn client(config: &ClientConfig) -> Client {
    Client {
        id: config.client_id.clone(),
        name: config.name.clone(),
        redirect_uris: config.redirect_uris.clone(),
        is_attested: config.attested,
        is_dpop_bound: config.dpop_bound_access_tokens,
    }
}

/// An instance signs as its own did:key, which speaks for no organisation.
fn instance_of(
    config: &InstanceConfig,
    (suite, algorithm): (Suite, Algorithm),
    key_store: &KeyStore,
    entropy: &dyn Entropy,
) -> Result<Instance, KeyStoreError> {
    let name = format!("vc-api-{}.key-{}-1", config.name, algorithm.as_str());
    let signer = key_store.load_or_create(&name, algorithm, entropy)?;
    let public = signer.public_key();
    let issuer = public.did_key();
    let verification_method = format!("{issuer}#{}", public.to_multikey());
    let (name, policy) = (config.name.clone(), config.policy.clone());
    Ok(Instance {
        name,
        policy,
        issuer,
        suite,
        envelope: None,
        status: config.status,
        key: SigningKey { verification_method, signer },
        lists: Default::default(),
    })
}

/// Random bytes that the database alone does not give away.
async fn pepper(store: &Store, sealing: &SealingKey, entropy: &dyn Entropy) -> Result<[u8; 32], StartError> {
    let sealed = store.read().await?.find_secret(PEPPER).await?;
    let sealed = match sealed {
        Some(sealed) => sealed,
        None => {
            let mut fresh = [0u8; 32];
            entropy.fill(&mut fresh);
            let mut tx = store.write("insert_secret").await?;
            tx.insert_secret(PEPPER, &sealing.seal(PEPPER.as_bytes(), &fresh, entropy)).await?;
            let stored = tx.find_secret(PEPPER).await?;
            tx.commit().await?;
            stored.unwrap_or_default()
        }
    };
    let opened = sealing.open(PEPPER.as_bytes(), &sealed)?;
    <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| SealError::Damaged.into())
}

fn connect(config: &Config, clock: Arc<dyn Clock>) -> Result<Registry, StartError> {
    let genesis = std::fs::read(&config.registry.genesis).map_err(StartError::GenesisFile)?;
    let genesis: Genesis = serde_json::from_slice(&genesis).map_err(StartError::GenesisForm)?;
    let outbound = Outbound::new(&config.outbound)?;
    let max_age = Duration::from_secs(config.registry.max_age_seconds);
    let registry = Registry::connect(config.registry.url.clone(), &genesis, outbound, clock, max_age)?;
    registry.trust(&config.registry.trust)?;
    Ok(registry)
}

/// Of names that were checked.
fn formats(names: &[String]) -> Vec<Format> {
    names.iter().filter_map(|name| Format::parse(name)).collect()
}

fn settings(config: &Config) -> Settings {
    let issuing = &config.issuing;
    let seconds = |count: u64| chrono::Duration::seconds(i64::try_from(count).unwrap_or(i64::from(u32::MAX)));
    Settings {
        origin: config.http.origin(),
        https: config.http.is_https(),
        wallet_url: issuing.wallet_url.clone(),
        anchor_interval: Duration::from_secs(issuing.anchor_interval_seconds),
        status_interval: Duration::from_secs(issuing.status_interval_seconds),
        status_validity: seconds(issuing.status_validity_seconds),
        status_history: kept(issuing.status_history_days),
        formats: formats(&issuing.formats),
        credential_validity: chrono::Duration::days(issuing.credential_validity_days.into()),
        offer_validity: chrono::Duration::days(issuing.offer_validity_days.into()),
        offline_proof_life: chrono::Duration::days(issuing.offline_proof_days.into()),
        proof_answer_days: issuing.proof_answer_days,
        audit_years: issuing.audit_years,
        deferred_interval_seconds: issuing.deferred_interval_seconds,
        four_eyes: config.console.four_eyes,
    }
}

#[async_trait::async_trait]
impl Ready for Issuer {
    async fn ready(&self) -> Result<(), String> {
        self.store.read().await.map_err(|_| "the database does not answer".to_owned())?;
        match self.tenants().find(|tenant| tenant.keys().is_none()) {
            None => Ok(()),
            Some(tenant) => Err(format!("{} has no key to sign with yet", tenant.id)),
        }
    }
}
