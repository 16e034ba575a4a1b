//! The one place that chooses concrete parts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use clock::{Clock, SystemClock, SystemEntropy};
use credential::x509::TrustAnchors;
use did::Resolvers;
use keys::{Algorithm, KeyFiles, KeyStoreError, SealingKey, Signer};
use outbound::Outbound;
use registry_client::Registry;
use registry_types::Genesis;
use store_wallet::Store;
use web::passkey::Passkeys;
use web::voice::Voice;

use crate::app::Wallet;
use crate::app::background;
use crate::app::forgetting::Forgetting;
use crate::app::kept_keys::{KeptKeys, KeptKeysError};
use crate::app::oauth::{Client, ClientAttester};
use crate::config::{AttestationConfig, AttesterCertificateConfig, Config, WalletConfig};
use crate::http::{self, Site};
use crate::{StartError, assets};

const SCHEMA: &str = "wallet";
/// A certificate that ends within so many days is told of at the start.
const ENDS_SOON_DAYS: i64 = 30;
/// Under which the key that vouches for the wallet is in the token or in its file.
const CLIENT_ATTESTER: &str = "wallet.client-attester-1";

/// The database of a configuration.
pub async fn store(config: &Config) -> Result<Store, StartError> {
    let url = config.store.url();
    Ok(Store::open(&url, SCHEMA).await?)
}

/// Builds the wallet from its configuration.
pub async fn wallet(config: &Config) -> Result<Wallet, StartError> {
    let store = store(config).await?;
    let sealing_key = SealingKey::load_or_create(&config.keys.sealing_key)?;
    let kept_keys = kept_keys(config, &store).await?;
    let client = client(config, &sealing_key, &kept_keys).await?;
    let outbound = Outbound::new(&config.outbound)?;
    let path = &config.registry.genesis;
    let bytes =
        std::fs::read(path).map_err(|source| StartError::GenesisFile { path: path.clone(), source })?;
    let genesis: Genesis = serde_json::from_slice(&bytes).map_err(StartError::GenesisForm)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let max_age = Duration::from_secs(config.registry.max_age_seconds);
    let registry = Registry::connect(
        config.registry.url.clone(),
        &genesis,
        outbound.clone(),
        Arc::clone(&clock),
        max_age,
    )?;
    registry.trust(&config.registry.trust)?;
    let resolver = Resolvers::new(Arc::new(registry.clone()), Duration::from_secs(2));
    let rp_id = config.wallet.rp_id.clone().or_else(|| config.http.public_url.host_str().map(str::to_owned));
    let passkeys = Passkeys::new(&rp_id.unwrap_or_default(), &config.http.public_url, "Passerelle wallet")?;
    Ok(Wallet {
        store,
        sealing_key,
        kept_keys,
        clock,
        entropy: Arc::new(SystemEntropy),
        outbound,
        chain: Arc::new(registry),
        resolver: Arc::new(resolver),
        verifier_anchors: anchors(&config.wallet.verifier_anchors)?,
        passkeys,
        origin: config.http.origin(),
        issuers: config.wallet.issuers.clone(),
        open_vc_api: config.vc_api.open,
        client,
        wake: Arc::default(),
        forgetting: Forgetting::default(),
    })
}

/// A token answers when it likes, so it is not asked on a thread that serves others.
async fn kept_keys(config: &Config, store: &Store) -> Result<KeptKeys, StartError> {
    let token = config.keys.pkcs11.clone();
    let says = config.keys.attestation.as_ref().map(AttestationConfig::statement);
    if token.is_none() && store.read().await?.has_token_keys().await? {
        return Err(KeptKeysError::TokenNeeded.into());
    }
    let open = move || KeptKeys::open(token.as_ref(), says.as_ref(), &SystemEntropy);
    let opened = tokio::task::spawn_blocking(open).await.map_err(StartError::Stopped)??;
    match config.keys.attestation.as_ref().and_then(|it| it.certificate.as_ref()) {
        None => Ok(opened),
        Some(named) => certified(opened, named),
    }
}

/// The attester with the certificate that the operator names; one that ends soon is told in the log.
fn certified(kept: KeptKeys, named: &AttesterCertificateConfig) -> Result<KeptKeys, StartError> {
    let read = |path: &Path| {
        let bytes = std::fs::read(path);
        bytes.map_err(|source| StartError::AnchorFile { path: path.to_owned(), source })
    };
    let (chain, anchor, now) = (read(&named.chain)?, read(&named.anchor)?, SystemClock.now());
    let refused = |source| StartError::AttesterCertificate { path: named.chain.clone(), source };
    let (kept, ends_at) = kept.certified(&chain, &anchor, now).map_err(refused)?;
    if ends_at < now + chrono::Duration::days(ENDS_SOON_DAYS) {
        tracing::warn!(
            certificate.ends_at = %ends_at,
            "the certificate of the key attester ends soon: ask its authority for another, or issuers refuse kept wallets"
        );
    }
    Ok(kept)
}

/// What this service is to issuers, as an OAuth client.
async fn client(config: &Config, sealing: &SealingKey, kept: &KeptKeys) -> Result<Client, StartError> {
    let provider = config.http.origin();
    let id = config.wallet.client_id.clone().unwrap_or_else(|| provider.clone());
    if !(1..=256).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(StartError::ClientId);
    }
    let Some(attesting) = &config.keys.client_attestation else { return Ok(Client::new(id, provider, None)) };
    let (path, sealing, kept) = (config.keys.sealing_key.clone(), sealing.clone(), kept.clone());
    let key = tokio::task::spawn_blocking(move || client_attester_key(&path, sealing, &kept));
    let attester = ClientAttester::new(key.await.map_err(StartError::Stopped)??);
    let Some(named) = &attesting.certificate else { return Ok(Client::new(id, provider, Some(attester))) };
    let (chain, anchor) = (pem(&named.chain)?, pem(&named.anchor)?);
    let refused = |source| StartError::ClientAttester { path: named.chain.clone(), source };
    let attester = attester.certified(&chain, &anchor, SystemClock.now()).map_err(refused)?;
    Ok(Client::new(id, provider, Some(attester)))
}

fn client_attester_key(
    sealing_key: &Path,
    sealing: SealingKey,
    kept: &KeptKeys,
) -> Result<Arc<dyn Signer>, KeyStoreError> {
    if let Some(token) = kept.token() {
        return Ok(token.load_or_create(CLIENT_ATTESTER, Algorithm::P256, &SystemEntropy)?);
    }
    let files = KeyFiles::open(sealing_key.parent().unwrap_or(Path::new(".")), sealing)?;
    Ok(files.load_or_create(CLIENT_ATTESTER, Algorithm::P256, &SystemEntropy)?)
}

fn pem(path: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|source| StartError::AnchorFile { path: path.to_owned(), source })
}

fn anchors(files: &[PathBuf]) -> Result<TrustAnchors, StartError> {
    let mut all = TrustAnchors::default();
    for path in files {
        let pem =
            std::fs::read(path).map_err(|source| StartError::AnchorFile { path: path.clone(), source })?;
        let read = TrustAnchors::from_pem(&pem);
        all.extend(read.map_err(|source| StartError::Anchor { path: path.clone(), source })?);
    }
    Ok(all)
}

/// Serves a wallet and tends its background work until the service is stopped.
pub async fn serve(config: &Config, wallet: Wallet) -> Result<web::Running, StartError> {
    let wallet = Arc::new(wallet);
    let mut running = listen(&config.http, &config.wallet, Arc::clone(&wallet)).await?;
    let stop = Arc::new(tokio::sync::Notify::new());
    let every = Duration::from_secs(config.wallet.background_seconds.max(1));
    tokio::spawn(report_unknown_keys(Arc::clone(&wallet)));
    let work = tokio::spawn(background::run(wallet, every, Arc::clone(&stop)));
    running.on_stop(async move {
        stop.notify_one();
        // A round that panicked has been reported already; the service ends all the same.
        let _ = work.await;
    });
    Ok(running)
}

async fn report_unknown_keys(wallet: Arc<Wallet>) {
    if let Err(error) = wallet.report_unknown_keys().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the keys in the token cannot be listed");
    }
}

/// Serves a wallet without background work.
pub async fn listen(
    config: &web::HttpConfig,
    shown: &WalletConfig,
    wallet: Arc<Wallet>,
) -> Result<web::Running, StartError> {
    let ready = Arc::new(StoreReady(Arc::clone(&wallet)));
    let site = Data::new(Site {
        wallet,
        https: config.is_https(),
        notice: shown.notice.as_deref().map(Arc::from),
        demonstration: shown.demonstration,
        help: Arc::new(shown.help.clone()),
    });
    let voice = Voice(Arc::new(http::pages::Voice));
    let running = web::serve("wallet", config, http::openapi(), ready, move |service| {
        service
            .app_data(site.clone())
            .app_data(assets::ASSETS)
            .app_data(http::problem::PAGES)
            .app_data(voice.clone());
        http::configure(service);
    });
    Ok(running.await?)
}

/// Ready means that the store answers. Without the registry the pages still show what is held.
struct StoreReady(Arc<Wallet>);

#[async_trait::async_trait]
impl web::Ready for StoreReady {
    async fn ready(&self) -> Result<(), String> {
        let found = async { self.0.store.read().await?.find_account("ready").await };
        found.await.map(|_| ()).map_err(|error| error.to_string())
    }
}
