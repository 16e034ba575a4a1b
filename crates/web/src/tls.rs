use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{ServeError, Tls};

pub(crate) fn server_config(tls: &Tls) -> Result<rustls::ServerConfig, ServeError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| ServeError::Pem { path, source }
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect)
        .map_err(unreadable(&tls.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&tls.private_key).map_err(unreadable(&tls.private_key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
        .map_err(ServeError::Tls)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate and private key as PEM for these host names, for trying out: browsers will warn, and passkeys
/// will not work with it.
pub fn self_signed(names: Vec<String>) -> Result<(String, String), ServeError> {
    let made = rcgen::generate_simple_self_signed(names).map_err(ServeError::SelfSigned)?;
    Ok((made.cert.pem(), made.signing_key.serialize_pem()))
}
