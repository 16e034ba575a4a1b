use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use registry_client::{HttpNode, Transport as _};
use registry_types::Genesis;
use url::Url;

use super::checkpoint::outbound;
use super::member_args::{Join, NodeKeys};
use super::node_folder::NodeFolder;
use super::proof_file;
use super::restart::take as take_restart;
use crate::{config, files, say};

/// Makes the keys, for a genesis that is still to come.
pub fn keys(args: &NodeKeys) -> anyhow::Result<()> {
    let folder = NodeFolder::make(&args.data, &args.token)?;
    let (key, peer) = (hex::encode(folder.validator_key()?), folder.peer_id()?);
    say::line(format!(
        "Keys are in {}.\n\n  validator public key  {key}\n  peer id               {peer}\n\n\
         The owner puts the key into its statement: --validator {key}=HOST\n\
         The other operators put the node among their peers: --peer /ip4/ADDRESS/tcp/PORT/p2p/{peer}",
        args.data.display(),
    ));
    Ok(())
}

pub async fn run(args: &Join) -> anyhow::Result<()> {
    let genesis = genesis(args).await?;
    check_peers(&args.peers)?;
    let folder = NodeFolder::make(&args.data, &args.token)?;
    let (key, peer) = (folder.validator_key()?, folder.peer_id()?);
    write_once(&folder.path("genesis.json"), &serde_json::to_vec_pretty(&genesis)?)?;
    let text = folder.configuration(args, &public_url(args)?);
    if let Some(node) = &args.node {
        take_restarts(node, &folder).await.with_context(|| format!("cannot get the restarts from {node}"))?;
    }
    let path = folder.path("registry.toml");
    write_once(&path, text.as_bytes())?;
    config::read::<registry::Config>(&path)?;
    say::line(format!(
        "{} is ready for the network \"{}\".\n\n  chain                 {}\n  validator public key  {}\n  \
         peer id               {peer}\n\n{}\nThe other operators add it to their peers: {}\nStart it: passerelle \
         registry start --config {}",
        args.data.display(),
        genesis.name,
        hex::encode(args.chain),
        hex::encode(key),
        standing(&genesis, &key),
        reachable(&args.listen, &peer),
        path.display(),
    ));
    Ok(())
}

/// The genesis, wherever it came from, is the one whose id the members gave.
async fn genesis(args: &Join) -> anyhow::Result<Genesis> {
    let (genesis, from) = match (&args.genesis, &args.node) {
        (Some(path), _) => {
            let genesis: Genesis = serde_json::from_slice(&proof_file::read(path)?)
                .with_context(|| format!("{} is not a genesis", path.display()))?;
            (genesis, path.display().to_string())
        }
        (None, Some(url)) => {
            let genesis = HttpNode::new(url.clone(), outbound()?).genesis().await;
            (genesis.with_context(|| format!("{url} gives no genesis"))?, url.to_string())
        }
        (None, None) => bail!("say where the genesis is, with --genesis or --node"),
    };
    genesis.check().with_context(|| format!("the genesis from {from} is not sound"))?;
    ensure!(
        genesis.chain_id() == args.chain,
        "the genesis from {from} begins the chain {}, which is not the one asked for with --chain: one of the two is \
         wrong, so ask the members again",
        hex::encode(genesis.chain_id())
    );
    Ok(genesis)
}

/// A node that follows from the first block needs every restart on its way. It checks each by its own state.
async fn take_restarts(node: &Url, folder: &NodeFolder) -> anyhow::Result<()> {
    let node = HttpNode::new(node.clone(), outbound()?);
    let mut since = 0;
    loop {
        let changes = node.changes_after(since).await?;
        for change in &changes {
            if let Some(restart) = &change.restart {
                files::folder(&folder.path("chain"))?;
                take_restart(&folder.path("chain"), &restart.certificate)?;
            }
        }
        match changes.last() {
            Some(last) if last.header.height > since => since = last.header.height,
            _ => return Ok(()),
        }
    }
}

fn check_peers(peers: &[String]) -> anyhow::Result<()> {
    for peer in peers {
        ensure!(
            peer.starts_with('/') && peer.contains("/p2p/"),
            "{peer} is no peer's address: /ip4/192.0.2.2/tcp/7200/p2p/PEER-ID is expected"
        );
    }
    Ok(())
}

fn public_url(args: &Join) -> anyhow::Result<Url> {
    if let Some(url) = &args.public_url {
        return Ok(url.clone());
    }
    let port = args.http.first().context("--http names no address")?.port();
    Ok(Url::parse(&format!("http://localhost:{port}"))?)
}

/// Writes a file that may be somebody's work later: one with other content is left alone.
fn write_once(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if path.exists() && !std::fs::read(path).is_ok_and(|present| present == content) {
        bail!(
            "{} is there already and says something else: change it by hand, or move it away",
            path.display()
        );
    }
    files::replace(path, content)
}

fn standing(genesis: &Genesis, key: &[u8; 32]) -> String {
    let members = genesis.members.iter().map(|signed| &signed.statement);
    let mut owned = members.flat_map(|member| member.validators.iter().map(move |own| (member, own)));
    if let Some((member, own)) = owned.find(|(_, own)| own.public_key == *key) {
        return format!(
            "It is a validator of {} at {} and decides from the first block on.",
            member.id, own.host
        );
    }
    format!(
        "Its key is in no founding member's statement: it follows the chain and serves proofs. For a vote, a governor \
         runs\n  passerelle registry propose … add-validator {} --owner ID --host NAME",
        hex::encode(key)
    )
}

fn reachable(listen: &str, peer: &str) -> String {
    let address = listen.replace("/ip4/0.0.0.0/", "/ip4/ADDRESS/").replace("/ip6/::/", "/ip6/ADDRESS/");
    format!("{address}/p2p/{peer}")
}
