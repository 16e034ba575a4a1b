//! Chooses the concrete store, keys, chain, clock and HTTP client.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, SystemClock, SystemEntropy};
use did::Resolvers;
use keys::{KeyStore, SealingKey};
use outbound::Outbound;
use registry_client::{HttpNode, Registry};
use registry_types::Genesis;
use store_verifier::Store;
use tokio::sync::OnceCell;
use verification::{Language, Policies, Verifier};

use crate::app::{
    Desk, DeskPage, Following, GuardedFetch, KeyClient, KeyClientError, Limits, PackSigner, Packs, Published,
    Rates, Reading, RequestProfiles, Sandbox, Settings, Trial, VcApi, oidc,
};
use crate::config::{LimitsConfig, VerifierConfig};
use crate::{Config, StartError, request_profiles};

/// Longest name of the verifier, in characters.
const LONGEST_NAME: usize = 200;
/// How long a resolved DID is used again; short, since a compromised key must stop counting soon.
const DID_CACHE: Duration = Duration::from_secs(2);

pub(crate) async fn desk(config: &Config) -> Result<Desk, StartError> {
    let policies = policies(config)?;
    let sealing = SealingKey::load_or_create(&config.keys.sealing_key)?;
    // The files are sealed with the same key that seals what the database holds.
    let key_store = KeyStore::open(&config.keys.directory, sealing.clone(), config.keys.pkcs11.as_ref())?;
    let signer = key_store.load(&config.verifier.key)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let profiles = request_profiles::read(config, signer.public_key(), clock.now())?;
    let settings = settings(config, &policies, profiles)?;
    let outbound = Outbound::new(&config.outbound)?;
    let genesis = genesis(&config.registry.genesis)?;
    let max_age = Duration::from_secs(config.registry.max_age_seconds);
    let registry = Registry::connect(
        config.registry.url.clone(),
        &genesis,
        outbound.clone(),
        Arc::clone(&clock),
        max_age,
    )?;
    registry.trust(&config.registry.trust)?;
    let resolver = Resolvers::new(Arc::new(registry.clone()), DID_CACHE);
    let verifier =
        Verifier::new(Arc::new(registry), Arc::new(GuardedFetch(outbound.clone())), Arc::new(resolver));
    let store = Store::open(&config.store.url(), "verifier").await?;
    Ok(Desk {
        store,
        verifier,
        policies,
        clock,
        entropy: Arc::new(SystemEntropy),
        signer,
        sealing,
        settings,
        sample: OnceCell::new(),
        trial: Trial::default(),
        reading: Reading::default(),
        outbound,
        rates: Rates::default(),
        sandbox: Sandbox::default(),
        following: Following::default(),
    })
}

/// What makes packs, for the pages and for the command line.
pub(crate) fn packs(config: &Config) -> Result<Packs, StartError> {
    let sealing = SealingKey::load_or_create(&config.keys.sealing_key)?;
    let key_store = KeyStore::open(&config.keys.directory, sealing, config.keys.pkcs11.as_ref())?;
    let outbound = Outbound::new(&config.outbound)?;
    let max_age = Duration::from_secs(config.registry.max_age_seconds);
    Ok(Packs {
        node: HttpNode::new(config.registry.url.clone(), outbound.clone()),
        fetch: Arc::new(GuardedFetch(outbound)),
        signer: key_store.load(&config.verifier.key)?,
        did: config.verifier.did.clone(),
        policies: policies(config)?,
        genesis: genesis(&config.registry.genesis)?,
        trust_period: config.registry.trust.policy(max_age).trust_period,
        clock: Arc::new(SystemClock),
    })
}

/// The desk page that verifies by itself, with packs for the policies that the operator names.
pub(crate) fn desk_page(config: &Config) -> Result<DeskPage, StartError> {
    let packs = packs(config)?;
    let published = published(&config.verifier.desk_policies, &packs.policies)?;
    let VerifierConfig { did, client_name, .. } = &config.verifier;
    let signer = PackSigner { name: client_name.clone(), did: did.clone(), key: *packs.signer.public_key() };
    let clock = Arc::clone(&packs.clock);
    Ok(DeskPage::new(signer, published, Arc::new(packs), clock))
}

/// Refuses what the page would refuse: a desk without a network must not find out only there that it can decide nothing.
fn published(names: &[String], policies: &Policies) -> Result<Vec<Published>, StartError> {
    let of = |name: &String| {
        let refused = |why: String| StartError::Config(format!("verifier.desk_policies: {why}"));
        let policy = policies.find(name).ok_or_else(|| refused(format!("there is no policy {name}")))?;
        verification::browser::decides(policy).map_err(|what| {
            refused(format!(
                "the desk page cannot decide {what}, which policy {name} has; take the policy out of the list and use \
                 `passerelle desk` for it"
            ))
        })?;
        Ok(Published { policy: name.clone(), title: policy.title.clone() })
    };
    names.iter().map(of).collect()
}

fn policies(config: &Config) -> Result<Policies, StartError> {
    let embedded = match &config.verifier.purposes {
        None => Policies::embedded()?,
        Some(path) => Policies::embedded()?.with_purposes(&read(path)?)?,
    };
    match &config.verifier.policies {
        None => Ok(embedded),
        Some(path) => Ok(embedded.with(&read(path)?)?),
    }
}

fn settings(config: &Config, policies: &Policies, profiles: RequestProfiles) -> Result<Settings, StartError> {
    let known = |name: &String| {
        policies.find(name).ok_or_else(|| StartError::Config(format!("there is no policy {name}")))
    };
    for name in &config.verifier.public_demo {
        if known(name)?.query.is_none() {
            return Err(StartError::Config(format!(
                "visitors cannot try policy {name}: it asks for nothing"
            )));
        }
    }
    known(&config.vc_api.policy)?;
    let seconds = |what: &str, value: u64| {
        i64::try_from(value)
            .ok()
            .filter(|seconds| (1..=86_400).contains(seconds))
            .ok_or_else(|| StartError::Config(format!("{what} must be between 1 and 86400")))
    };
    Ok(Settings {
        did: config.verifier.did.clone(),
        key_fragment: config.verifier.key_fragment.clone(),
        client_name: config.verifier.client_name.clone(),
        names: names(&config.verifier.names)?,
        public_origin: config.http.origin(),
        wallet_url: config.verifier.wallet_url.clone(),
        request_seconds: seconds("verifier.request_seconds", config.verifier.request_seconds)?,
        token_seconds: seconds("verifier.token_seconds", config.verifier.token_seconds)?,
        public_demo: config.verifier.public_demo.clone(),
        profiles,
        vc_api: VcApi {
            open: config.vc_api.open,
            policy: config.vc_api.policy.clone(),
            issuers_without_did: config.vc_api.issuers_without_did,
        },
        limits: limits(&config.limits)?,
        sandbox: config.sandbox.open,
        key_clients: key_clients(config)?,
        oidc_clients: oidc_clients(config, policies)?,
    })
}

/// Names in the languages that a wallet speaks, none for English: that is `client_name`.
fn names(configured: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, StartError> {
    let other =
        |code: &str| Language::parse(code).is_some_and(|it| it.code() == code && it != Language::English);
    let fits = |name: &str| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    match configured.iter().find(|(code, name)| !other(code) || !fits(name)) {
        None => Ok(configured.clone()),
        Some((code, _)) => Err(StartError::Config(format!(
            "verifier.names.{code}: the language is one of ar, es, fr, ru and zh, the name has 1 to {LONGEST_NAME} characters"
        ))),
    }
}

fn limits(config: &LimitsConfig) -> Result<Limits, StartError> {
    if config.requests_per_minute == 0 || config.open_verifications == 0 {
        return Err(StartError::Config("a limit of nothing lets nobody in".to_owned()));
    }
    Ok(Limits {
        requests_per_minute: config.requests_per_minute,
        open_verifications: config.open_verifications,
    })
}

fn key_clients(config: &Config) -> Result<Vec<KeyClient>, StartError> {
    let demo = config.verifier.demo_client.as_ref().map(|demo| demo.id.as_str());
    let mut clients: Vec<KeyClient> = Vec::new();
    for one in &config.verifier.clients {
        let wrong = |source| StartError::KeyClient { id: one.id.clone(), source };
        let jwks = serde_json::from_str(&read(&one.jwks)?).map_err(|_| wrong(KeyClientError::Set))?;
        let urls = one.return_urls.iter().map(ToString::to_string).collect();
        let client = KeyClient::checked(&one.id, &one.name, &jwks, urls).map_err(wrong)?;
        if demo == Some(client.id.as_str()) || clients.iter().any(|known| known.id == client.id) {
            return Err(StartError::Config(format!("client {} is registered twice", one.id)));
        }
        clients.push(client);
    }
    Ok(clients)
}

fn oidc_clients(config: &Config, policies: &Policies) -> Result<Vec<oidc::Client>, StartError> {
    let mut clients: Vec<oidc::Client> = Vec::new();
    for one in &config.oidc.clients {
        let client = oidc::Client::register(one, policies)
            .map_err(|source| StartError::OidcClient { id: one.id.clone(), source })?;
        if clients.iter().any(|known| known.id == client.id) {
            return Err(StartError::Config(format!("application {} is registered twice", one.id)));
        }
        clients.push(client);
    }
    Ok(clients)
}

fn genesis(path: &PathBuf) -> Result<Genesis, StartError> {
    serde_json::from_str(&read(path)?)
        .map_err(|source| StartError::GenesisForm { path: path.clone(), source })
}

fn read(path: &PathBuf) -> Result<String, StartError> {
    std::fs::read_to_string(path).map_err(|source| StartError::Read { path: path.clone(), source })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The demonstration's policies with a text in place of another.
    fn refusal(from: &str, to: &str) -> Option<String> {
        let demo = include_str!("../../../crates/verification/policies/demo.json").replacen(from, to, 1);
        let policies = Policies::default()
            .with_purposes(include_str!("../../../crates/verification/policies/purposes.json"));
        let policies = policies.unwrap().with(&demo).unwrap();
        published(&["staff-identity".to_owned()], &policies).err().map(|error| error.to_string())
    }

    #[test]
    fn a_policy_that_the_desk_page_would_refuse_is_refused_at_start() {
        assert_eq!(refusal("", ""), None);
        let meta = r#""format": "dc+sd-jwt","#;
        let authorities =
            r#""format": "dc+sd-jwt", "trusted_authorities": [{"type": "aki", "values": ["x"]}],"#;
        let error = refusal(meta, authorities).unwrap();
        assert!(error.contains("trusted_authorities") && error.contains("passerelle desk"), "{error}");
        let unknown = published(&["none".to_owned()], &Policies::default()).unwrap_err();
        assert!(unknown.to_string().contains("there is no policy none"), "{unknown}");
    }
}
