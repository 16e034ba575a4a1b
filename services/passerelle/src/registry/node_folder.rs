use std::path::{Path, PathBuf};

use anyhow::Context as _;
use keys::TokenConfig;
use registry::{KeysConfig, NodeConfig};
use url::{Host, Url};

use super::key_args::TokenFile;
use super::key_folder::raw;
use super::member_args::Join;
use crate::config::{quote, quoted};
use crate::files;

/// Where things are in a node's folder.
pub struct NodeFolder {
    path: PathBuf,
    token: Option<TokenConfig>,
}

impl NodeFolder {
    /// Makes the folder when there is none. Paths in the configuration are absolute, so that a service manager can
    /// start the node from anywhere.
    pub fn make(path: &Path, token: &TokenFile) -> anyhow::Result<Self> {
        files::folder(path)?;
        let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
        files::folder(&path.join("keys"))?;
        Ok(Self { path, token: token.config()? })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn validator_key(&self) -> anyhow::Result<[u8; 32]> {
        let (directory, sealing_key) = (self.path("keys"), self.path("keys/sealing.key"));
        let keys = KeysConfig { directory, sealing_key, pkcs11: self.token.clone() };
        raw(&registry::validator_public_key(&keys)?)
    }

    pub fn peer_id(&self) -> anyhow::Result<String> {
        Ok(registry::peer_id(&NodeConfig::new(self.path("chain"), self.path("genesis.json")))?)
    }

    /// The node's configuration, in full.
    pub fn configuration(&self, join: &Join, public_url: &Url) -> String {
        let list = |texts: Vec<String>| match texts.as_slice() {
            [] => "[]".to_owned(),
            texts => format!("[\n    {},\n]", texts.join(",\n    ")),
        };
        let (allow_loopback, allow_private, allow_http) = reach(&join.neighbours);
        format!(
            "# Written by `passerelle registry join`; from now on yours to change.\n\
             # Start the node: passerelle registry start --config {own}\n\n\
             [http]\n\
             listen = {http}\n\
             public_url = {public_url}\n\n\
             [node]\n\
             data = {data}\n\
             # The same file for every node; its hash is the chain's id.\n\
             genesis = {genesis}\n\
             # Where the other nodes reach this one.\n\
             listen = {listen}\n\
             # The other nodes, each with its peer id. Only these are let in.\n\
             peers = {peers}\n\
             # The HTTP side of other nodes, to hand transactions on to.\n\
             neighbours = {neighbours}\n\
             outbound = {{ allow_loopback = {allow_loopback}, allow_private = {allow_private}, \
             allow_http = {allow_http} }}\n\n\
             [keys]\n\
             # `validator` votes; what it has signed is beside it in `validator.signed` and must go with it.\n\
             directory = {keys}\n\
             sealing_key = {sealing}\n{token}",
            own = self.path("registry.toml").display(),
            http = list(join.http.iter().map(|address| quote(&address.to_string())).collect()),
            public_url = quote(public_url.as_str()),
            data = quoted(&self.path("chain")),
            genesis = quoted(&self.path("genesis.json")),
            listen = quote(&join.listen),
            peers = list(join.peers.iter().map(|peer| quote(peer)).collect()),
            neighbours = list(join.neighbours.iter().map(|url| quote(url.as_str())).collect()),
            keys = quoted(&self.path("keys")),
            sealing = quoted(&self.path("keys/sealing.key")),
            token = self.token.as_ref().map(token_section).unwrap_or_default(),
        )
    }
}

/// The PIN is named by its file, or comes from the environment.
fn token_section(token: &TokenConfig) -> String {
    let pin_file = token.pin_file.as_ref().map(|path| format!("pin_file = {}\n", quoted(path)));
    format!(
        "\n[keys.pkcs11]\nmodule = {}\ntoken = {}\n{}sessions = {}\n",
        quoted(&token.module),
        quote(&token.token),
        pin_file.unwrap_or_default(),
        token.sessions,
    )
}

/// What requests to neighbours must be allowed to reach, as far as their addresses say: loopback, a private
/// network, plain http. A name that leads into a private network needs `allow_private` by hand.
fn reach(neighbours: &[Url]) -> (bool, bool, bool) {
    let loopback = |url: &Url| match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    let private = |url: &Url| match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_private(),
        Some(Host::Ipv6(ip)) => ip.is_unique_local(),
        _ => false,
    };
    (
        neighbours.iter().any(loopback),
        neighbours.iter().any(private),
        neighbours.iter().any(|url| url.scheme() == "http"),
    )
}
