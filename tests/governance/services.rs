//! The fifth member's node and services, and another member's verifier, configured from the examples in `deploy/config`.

use std::path::Path;

use actors::Network;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use testkit::{Service, Stack, free_base_port};
use toml::Table;

use super::STAFF_IDENTITY;

const SCHEMAS: &str = "https://schemas.passerelle.example/v1/";

/// The node's folder, known to the other operators; it runs, and follows.
pub async fn prepare(network: &mut Network, member: &str) -> Result<Stack> {
    let base_port = free_base_port(5)?;
    let link = format!("/ip4/127.0.0.1/tcp/{}", base_port + 4);
    let (_, peer) = network.node_keys(member)?;
    network.add_peer(&format!("{link}/p2p/{peer}")).await?;
    let chain = network.chain()?;
    let http = [format!("127.0.0.1:{base_port}"), format!("[::1]:{base_port}")];
    let mut join = vec!["join", "--data", member, "--chain", &chain, "--listen", &link];
    let (first, peers, nodes) = (network.node("undp"), network.peers()?, network.nodes());
    join.extend(["--node", &first, "--http", &http[0], "--http", &http[1]]);
    for (peer, node) in peers.iter().zip(&nodes) {
        join.extend(["--peer", peer, "--neighbour", node]);
    }
    network.registry(&join)?;
    let root = network.path("stack");
    std::fs::create_dir_all(root.join("data/config"))?;
    std::fs::copy(network.path(&format!("{member}/registry.toml")), root.join("data/config/registry.toml"))?;
    let stack = Stack::adopt(&root, base_port)?;
    stack.restart(Service::Registry).await?;
    Ok(stack)
}

/// DIDs, schemas, the accreditation, then issuer, wallet and verifier.
pub async fn start(network: &Network, stack: &Stack, member: &str) -> Result<()> {
    let own_node = stack.url(Service::Registry);
    let did = network.create_did(member, &own_node, &[])?;
    let verifier = network.create_did("wfp", &network.node("wfp"), &["--service", "verifier"])?;
    for file in ["staff-identity.jsonld", "staff-identity.schema.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/v1").join(file);
        let (id, path) = (format!("{SCHEMAS}{file}"), path.display().to_string());
        network.decide(&["register-schema", &id, &path, "--owner", "undp"])?;
    }
    network.decide(&["accredit", &did, STAFF_IDENTITY])?;

    configure(network, stack, member, [&did, &verifier])?;
    for service in [Service::Issuer, Service::Wallet, Service::Verifier] {
        stack.restart(service).await?;
    }
    let config = stack.data().join("config/issuer.toml").display().to_string();
    let told = network.passerelle(&["admin", "officer-link", "--config", &config, "--tenant", member])?;
    let link = told.lines().find(|line| line.starts_with("http")).context("no link")?;
    let agency: Value = serde_json::from_slice(&std::fs::read(stack.data().join("agency.json"))?)?;
    let welcome = json!({"officers": {member: link}, "agency": agency, "dids": {member: did}});
    std::fs::write(stack.data().join("welcome.json"), welcome.to_string())?;
    Ok(())
}

fn configure(network: &Network, stack: &Stack, member: &str, dids: [&str; 2]) -> Result<()> {
    let keys = |member: &str| network.path(&format!("{member}-keys"));
    let wallet = stack.url(Service::Wallet);
    write(network, stack, Service::Issuer, &stack.url(Service::Registry), |config| {
        config.insert("keys".into(), keys_of(&keys(member)).into());
        set(config, "issuing", "wallet_url", wallet.clone())?;
        // There is no mail server and no provider of the example's organisation here.
        config.remove("messages");
        if let Some(console) = config.get_mut("console").and_then(toml::Value::as_table_mut) {
            console.remove("oidc");
        }
        // Its HR officer works alone here.
        set(config, "console", "four_eyes", "with-colleagues".to_owned())?;
        for cadence in ["anchor_interval_seconds", "status_interval_seconds"] {
            set(config, "issuing", cadence, 1)?;
        }
        let tenants = config.get_mut("tenants").and_then(toml::Value::as_array_mut).context("no tenants")?;
        let tenant = tenants.first_mut().and_then(toml::Value::as_table_mut).context("no tenant")?;
        tenant.insert("id".into(), member.into());
        tenant.insert("name".into(), "UNESCO".into());
        tenant.insert("did".into(), dids[0].into());
        tenant.insert("types".into(), vec!["StaffIdentity"].into());
        Ok(())
    })?;
    write(network, stack, Service::Wallet, &stack.url(Service::Registry), |config| {
        let sealing = stack.data().join("wallet-sealing.key").display().to_string();
        set(config, "keys", "sealing_key", sealing)?;
        set(config, "wallet", "background_seconds", 1)
    })?;
    // The verifier is another organisation's, and asks that one's node.
    write(network, stack, Service::Verifier, &network.node("wfp"), |config| {
        config.insert("keys".into(), keys_of(&keys("wfp")).into());
        set(config, "verifier", "did", dids[1])?;
        set(config, "verifier", "wallet_url", wallet.clone())?;
        let mut client = Table::new();
        client.insert("id".into(), "agency".into());
        client.insert("name".into(), "A country office".into());
        let secret = stack.data().join("agency.json").display().to_string();
        client.insert("secret_file".into(), secret.into());
        set(config, "verifier", "demo_client", client)
    })
}

/// The example with what differs on this machine.
fn write(
    network: &Network,
    stack: &Stack,
    service: Service,
    node: &str,
    change: impl FnOnce(&mut Table) -> Result<()>,
) -> Result<()> {
    let name = format!("{}.toml", service.name());
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/config").join(&name);
    let mut config: Table = toml::from_str(&std::fs::read_to_string(example)?)?;
    let url = stack.url(service);
    let (_, port) = url.rsplit_once(':').context("no port")?;
    let mut http = Table::new();
    http.insert("listen".into(), vec![format!("127.0.0.1:{port}"), format!("[::1]:{port}")].into());
    http.insert("public_url".into(), url.clone().into());
    config.insert("http".into(), http.into());
    let store = format!("sqlite:{}", stack.data().join(format!("{}.db", service.name())).display());
    set(&mut config, "store", "database_url", store)?;
    set(&mut config, "registry", "url", node.to_owned())?;
    set(&mut config, "registry", "genesis", network.path("genesis.json").display().to_string())?;
    let mut outbound = Table::new();
    for reach in ["allow_loopback", "allow_http"] {
        outbound.insert(reach.into(), true.into());
    }
    config.insert("outbound".into(), outbound.into());
    change(&mut config)?;
    std::fs::write(stack.data().join("config").join(name), toml::to_string(&config)?)?;
    Ok(())
}

fn keys_of(folder: &Path) -> Table {
    let mut keys = Table::new();
    keys.insert("directory".into(), folder.display().to_string().into());
    keys.insert("sealing_key".into(), folder.join("sealing.key").display().to_string().into());
    keys
}

fn set(config: &mut Table, table: &str, member: &str, value: impl Into<toml::Value>) -> Result<()> {
    let table = config.get_mut(table).and_then(toml::Value::as_table_mut);
    table.context("an example lacks a table")?.insert(member.to_owned(), value.into());
    Ok(())
}
