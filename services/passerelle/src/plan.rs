use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use outbound::OutboundPolicy;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::cli::Place;
use crate::files;

const DEFAULT_BASE_PORT: u16 = 7100;

/// The four services, in the order of their ports and of their start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Registry,
    Issuer,
    Wallet,
    Verifier,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Registry, Self::Issuer, Self::Wallet, Self::Verifier];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Issuer => "issuer",
            Self::Wallet => "wallet",
            Self::Verifier => "verifier",
        }
    }

    const fn offset(self) -> u16 {
        match self {
            Self::Registry => 0,
            Self::Issuer => 1,
            Self::Wallet => 2,
            Self::Verifier => 3,
        }
    }
}

/// What was chosen at the first start. Credentials name these addresses, so later starts must not guess others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    base_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<PathBuf>,
    #[serde(default)]
    tls_self_signed: bool,
}

/// A data folder and every address and path that follows from it.
#[derive(Clone, Debug)]
pub struct Plan {
    data: PathBuf,
    settings: Settings,
}

impl Plan {
    /// Reads what an earlier start chose, lets the command line change it, and remembers the result.
    pub fn make(place: &Place) -> anyhow::Result<Self> {
        files::folder(&place.data)?;
        let data =
            place.data.canonicalize().with_context(|| format!("cannot use {}", place.data.display()))?;
        let known = Self::remembered(&data)?;
        let mut settings = known.clone().unwrap_or(Settings {
            base_port: DEFAULT_BASE_PORT,
            public_url: None,
            certificate: None,
            private_key: None,
            tls_self_signed: false,
        });
        if let Some(port) = place.base_port {
            settings.base_port = port;
        }
        ensure!(
            (1..=65_530).contains(&settings.base_port),
            "--base-port must leave room for five more ports below 65536"
        );
        if let (Some(url), Some(certificate), Some(key)) =
            (&place.public_url, &place.certificate, &place.private_key)
        {
            check_public_url(url)?;
            settings.public_url = Some(url.clone());
            settings.certificate = Some(absolute(certificate)?);
            settings.private_key = Some(absolute(key)?);
            settings.tls_self_signed = false;
        } else if place.certificate.is_some() {
            bail!("--certificate and --private-key go with --public-url");
        }
        if place.tls_self_signed {
            (settings.public_url, settings.certificate, settings.private_key) = (None, None, None);
            settings.tls_self_signed = true;
        }
        let plan = Self { data, settings };
        if let Some(known) = known.filter(|known| *known != plan.settings) {
            tracing::warn!(
                before = known.base_port,
                now = plan.settings.base_port,
                "the addresses differ from the first start: credentials issued before name the earlier ones"
            );
        }
        let json = serde_json::to_vec_pretty(&plan.settings)?;
        files::replace(&plan.data.join("settings.json"), &json)?;
        Ok(plan)
    }

    /// The plan of a folder that `up` or `setup` has prepared.
    pub fn load(data: &Path) -> anyhow::Result<Self> {
        let found = data.canonicalize().with_context(|| format!("there is no folder {}", data.display()))?;
        let settings = Self::remembered(&found)?;
        let settings = settings.with_context(|| {
            format!("{} was not prepared yet: run `passerelle up --data {0}` first", data.display())
        })?;
        Ok(Self { data: found, settings })
    }

    fn remembered(data: &Path) -> anyhow::Result<Option<Settings>> {
        let path = data.join("settings.json");
        match std::fs::read(&path) {
            Ok(json) => {
                let settings = serde_json::from_slice(&json);
                Ok(Some(settings.with_context(|| format!("cannot understand {}", path.display()))?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.data.join(below)
    }

    pub fn config(&self, service: Service) -> PathBuf {
        self.data.join("config").join(format!("{}.toml", service.name()))
    }

    pub const fn port(&self, service: Service) -> u16 {
        self.settings.base_port + service.offset()
    }

    pub fn is_public(&self) -> bool {
        self.settings.public_url.is_some()
    }

    pub const fn is_self_signed(&self) -> bool {
        self.settings.tls_self_signed
    }

    /// The address a service is known by. The wallet has a host of its own, since cookies ignore ports.
    pub fn url(&self, service: Service) -> anyhow::Result<Url> {
        let port = self.port(service);
        if let Some(public) = &self.settings.public_url {
            let host = public.host_str().context("the public URL has no host")?;
            return Ok(Url::parse(&format!("https://{host}:{port}/"))?);
        }
        let scheme = if self.settings.tls_self_signed { "https" } else { "http" };
        let host = if service == Service::Wallet { "wallet.localhost" } else { "localhost" };
        Ok(Url::parse(&format!("{scheme}://{host}:{port}/"))?)
    }

    /// Loopback only, unless the machine has a public name.
    pub fn listen(&self, service: Service) -> Vec<String> {
        let port = self.port(service);
        if self.is_public() {
            return vec![format!("0.0.0.0:{port}")];
        }
        vec![format!("127.0.0.1:{port}"), format!("[::1]:{port}")]
    }

    /// Where the mail sink takes letters: on this machine only, whatever the services are known as outside.
    pub fn mail(&self) -> [SocketAddr; 2] {
        loopback(self.settings.base_port + 4)
    }

    /// Where its page is.
    pub fn mail_page(&self) -> ([SocketAddr; 2], anyhow::Result<Url>) {
        let port = self.settings.base_port + 5;
        (loopback(port), Url::parse(&format!("http://localhost:{port}/")).map_err(Into::into))
    }

    /// Certificate and private key, when the services speak TLS themselves.
    pub fn tls(&self) -> Option<(PathBuf, PathBuf)> {
        if self.settings.tls_self_signed {
            return Some((self.path("tls/certificate.pem"), self.path("tls/private-key.pem")));
        }
        Some((self.settings.certificate.clone()?, self.settings.private_key.clone()?))
    }

    /// The services reach each other on this machine, whatever its name resolves to.
    pub fn outbound(&self) -> OutboundPolicy {
        OutboundPolicy {
            allow_loopback: true,
            allow_private: self.is_public(),
            allow_http: self.tls().is_none(),
            root_certificates: self.tls().map(|(certificate, _)| certificate).into_iter().collect(),
            ..OutboundPolicy::default()
        }
    }
}

fn loopback(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))]
}

fn check_public_url(url: &Url) -> anyhow::Result<()> {
    ensure!(url.scheme() == "https", "--public-url must begin with https://");
    ensure!(
        url.domain().is_some(),
        "--public-url needs a name: browsers allow no passkeys on a bare address"
    );
    ensure!(
        url.port().is_none() && url.path() == "/" && url.query().is_none(),
        "--public-url is a name alone, without port or path; --base-port chooses the ports"
    );
    Ok(())
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    path.canonicalize().with_context(|| format!("there is no file {}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn place(data: &Path) -> Place {
        Place {
            data: data.to_owned(),
            base_port: None,
            public_url: None,
            certificate: None,
            private_key: None,
            tls_self_signed: false,
        }
    }

    #[test]
    fn a_later_start_remembers_the_ports_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Place { base_port: Some(9000), ..place(folder.path()) };
        Plan::make(&first).unwrap();
        let again = Plan::make(&place(folder.path())).unwrap();
        assert_eq!(again.url(Service::Wallet).unwrap().as_str(), "http://wallet.localhost:9002/");
        assert_eq!(Plan::load(folder.path()).unwrap().port(Service::Verifier), 9003);
    }

    #[test]
    fn ports_that_do_not_fit_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Plan::make(&Place { base_port: Some(65_531), ..place(folder.path()) }).is_err());
    }

    #[test]
    fn a_public_url_is_a_name_alone() {
        for bad in
            ["http://id.example.org", "https://192.0.2.1", "https://id.example.org:8443", "https://a.org/x"]
        {
            assert!(check_public_url(&bad.parse().unwrap()).is_err(), "{bad}");
        }
        assert!(check_public_url(&"https://id.example.org".parse().unwrap()).is_ok());
    }

    #[test]
    fn an_unprepared_folder_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let error = Plan::load(folder.path()).unwrap_err();
        assert!(error.to_string().contains("passerelle up"));
    }
}
