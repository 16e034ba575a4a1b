//! Request profiles from the configuration, with the certificates it names.

use std::path::PathBuf;

use clock::Timestamp;
use keys::PublicKey;

use crate::app::{Identity, RequestCertificate, RequestProfile, RequestProfiles};
use crate::config::{ClientIdPrefix, RequestProfileConfig, ResponseMode};
use crate::{Config, StartError};

/// Every profile there is; each certificate is of the key that signs and leads to its anchor now.
pub(crate) fn read(config: &Config, key: &PublicKey, now: Timestamp) -> Result<RequestProfiles, StartError> {
    let host = config.http.public_url.host_str().unwrap_or_default();
    let mut profiles = RequestProfiles::default();
    for one in &config.verifier.request_profiles {
        profiles = profiles.with(RequestProfile {
            name: one.name.clone(),
            identity: identity(one, host, key, now)?,
            encrypted: one.response_mode == ResponseMode::DirectPostJwt,
            haip: one.haip,
        })?;
    }
    Ok(profiles.by_default(&config.verifier.request_profile)?)
}

fn identity(
    config: &RequestProfileConfig,
    host: &str,
    key: &PublicKey,
    now: Timestamp,
) -> Result<Identity, StartError> {
    let by_certificate =
        matches!(config.client_id_prefix, ClientIdPrefix::X509SanDns | ClientIdPrefix::X509Hash);
    if !by_certificate {
        let needless =
            config.certificate.is_some() || config.trust_anchor.is_some() || config.dns_name.is_some();
        return match (needless, config.client_id_prefix) {
            (true, _) => Err(wrong(config, "takes no certificate")),
            (false, ClientIdPrefix::RedirectUri) => Ok(Identity::ResponseUri),
            (false, _) => Ok(Identity::Did),
        };
    }
    let (Some(chain), Some(anchor)) = (&config.certificate, &config.trust_anchor) else {
        return Err(wrong(config, "needs a certificate and a trust_anchor"));
    };
    let (chain, anchor) = (bytes(chain)?, bytes(anchor)?);
    let certificate = RequestCertificate { chain: &chain, anchor: &anchor, key, now };
    Ok(match config.client_id_prefix {
        ClientIdPrefix::X509SanDns => {
            certificate.by_dns_name(&config.name, config.dns_name.as_deref().unwrap_or(host))?
        }
        _ => certificate.by_hash(&config.name)?,
    })
}

fn wrong(config: &RequestProfileConfig, what: &str) -> StartError {
    StartError::Config(format!("request profile {} {what}", config.name))
}

fn bytes(path: &PathBuf) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|source| StartError::Read { path: path.clone(), source })
}
