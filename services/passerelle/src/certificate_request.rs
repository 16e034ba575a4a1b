//! A certificate request (PKCS#10, RFC 2986) for the P-256 key of an organisation, a verifier or a wallet's key attester, signed
//! where the key is: in its sealed file or in the token.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::{Algorithm, KeyStore, SealingKey, Signer, Token, TokenConfig};
use p256::ecdsa::Signature;
use rcgen::{
    CertificateParams, DnType, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm, SigningKey,
};
use tokio::runtime::Handle;

use crate::cli::CertificateRequest;
use crate::config::read;
use crate::{files, say};

/// Whose key is certified, and where it is.
struct Wanted {
    place: Place,
    key: String,
    organisation: String,
    /// Who asks, as a URI: an organisation's or a verifier's DID, the address of a wallet.
    uri: String,
    /// The host that a verifier's certificate names as well.
    host: Option<String>,
    /// The table of the configuration that takes the certificate.
    table: &'static str,
}

/// Where the key is.
enum Place {
    /// Sealed files, and a token where one is named.
    Store { directory: PathBuf, sealing_key: PathBuf, token: Option<TokenConfig> },
    /// A token alone; the key is made there where it is not yet.
    Token(TokenConfig),
}

pub async fn run(args: CertificateRequest) -> anyhow::Result<()> {
    let wanted = match (&args.tenant, &args.key, &args.key_attester) {
        (Some(tenant), Some(key), _) => of_tenant(&args.config, tenant, key)?,
        (_, _, Some(provider)) => of_key_attester(&args.config, provider)?,
        _ => of_verifier(&args.config)?,
    };
    let (name, table) = (wanted.key.clone(), wanted.table);
    let runtime = Handle::current();
    let made =
        tokio::task::spawn_blocking(move || request(wanted.place.load(&wanted.key)?, runtime, &wanted));
    let pem = made.await??;
    files::replace(&args.out, pem.as_bytes())
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    say::line(format!(
        "{} asks for a certificate of {name}.\n\nWhat the authority makes of it goes into {table} of {}.",
        args.out.display(),
        args.config.display(),
    ));
    Ok(())
}

fn of_tenant(path: &Path, tenant: &str, key: &str) -> anyhow::Result<Wanted> {
    let config: issuer::Config = read(path)?;
    let found = config.tenants.iter().find(|one| one.id == tenant);
    let found = found.with_context(|| format!("{tenant} is no tenant of this issuer"))?;
    Ok(Wanted {
        place: Place::Store {
            directory: config.keys.directory.clone(),
            sealing_key: config.keys.sealing_key.clone(),
            token: config.keys.pkcs11.clone(),
        },
        key: format!("{tenant}.{key}"),
        organisation: found.name.clone(),
        uri: found.did.clone(),
        host: None,
        table: "[[tenants.certificates]]",
    })
}

fn of_verifier(path: &Path) -> anyhow::Result<Wanted> {
    let config: verifier::Config = read(path)?;
    Ok(Wanted {
        place: Place::Store {
            directory: config.keys.directory,
            sealing_key: config.keys.sealing_key,
            token: config.keys.pkcs11,
        },
        key: config.verifier.key,
        organisation: config.verifier.client_name,
        uri: config.verifier.did,
        host: config.http.public_url.host_str().map(str::to_owned),
        table: "[[verifier.request_profiles]]",
    })
}

fn of_key_attester(path: &Path, provider: &str) -> anyhow::Result<Wanted> {
    let config: wallet::Config = read(path)?;
    let token =
        config.keys.pkcs11.context("[keys.pkcs11] names no token, and only keys in one are attested")?;
    Ok(Wanted {
        place: Place::Token(token),
        key: wallet::app::kept_keys::ATTESTER.to_owned(),
        organisation: provider.to_owned(),
        uri: config.http.origin(),
        host: None,
        table: "[keys.attestation.certificate]",
    })
}

impl Place {
    fn load(&self, key: &str) -> anyhow::Result<Arc<dyn Signer>> {
        match self {
            Self::Store { directory, sealing_key, token } => {
                ensure!(sealing_key.is_file(), "there is no {}", sealing_key.display());
                let sealing = SealingKey::load_or_create(sealing_key)?;
                Ok(KeyStore::open(directory, sealing, token.as_ref())?.load(key)?)
            }
            Self::Token(token) => {
                Ok(Token::open(token)?.load_or_create(key, Algorithm::P256, &clock::SystemEntropy)?)
            }
        }
    }
}

/// The organisation is the subject, and its DID the alternative name, by which a certificate and a credential belong together.
/// Blocks while the key signs.
fn request(signer: Arc<dyn Signer>, runtime: Handle, wanted: &Wanted) -> anyhow::Result<String> {
    let key = Key::of(signer, runtime)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::OrganizationName, &wanted.organisation);
    params.distinguished_name.push(DnType::CommonName, &wanted.organisation);
    params.subject_alt_names.push(SanType::URI(wanted.uri.as_str().try_into()?));
    if let Some(host) = &wanted.host {
        params.subject_alt_names.push(SanType::DnsName(host.as_str().try_into()?));
    }
    Ok(params.serialize_request(&key)?.pem()?)
}

/// A key elsewhere, as the library wants it.
struct Key {
    point: Vec<u8>,
    signer: Arc<dyn Signer>,
    runtime: Handle,
}

impl Key {
    fn of(signer: Arc<dyn Signer>, runtime: Handle) -> anyhow::Result<Self> {
        let public = *signer.public_key();
        ensure!(public.algorithm() == Algorithm::P256, "certificates are of P-256 keys here");
        let jwk = public.to_jwk();
        let part = |name: &str| {
            let encoded = jwk.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            URL_SAFE_NO_PAD.decode(encoded)
        };
        Ok(Self { point: [vec![4], part("x")?, part("y")?].concat(), signer, runtime })
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for Key {
    /// Ours sign as JWS does; X.509 has the same numbers in DER.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature = self.runtime.block_on(self.signer.sign(message));
        let signature = signature.map_err(|_| rcgen::Error::RemoteKeyError)?;
        let signature = Signature::from_slice(&signature).map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use clock::SeededEntropy;
    use keys::SoftwareKey;

    use super::*;

    async fn made(algorithm: Algorithm) -> anyhow::Result<String> {
        let key = Arc::new(SoftwareKey::generate(algorithm, &SeededEntropy::new(1)));
        let runtime = Handle::current();
        let wanted = Wanted {
            place: Place::Store { directory: PathBuf::new(), sealing_key: PathBuf::new(), token: None },
            key: String::new(),
            organisation: "UNDP, the organisation".to_owned(),
            uri: "did:passerelle:undp".to_owned(),
            host: Some("verifier.example.org".to_owned()),
            table: "",
        };
        tokio::task::spawn_blocking(move || request(key, runtime, &wanted)).await?
    }

    /// OpenSSL is the peer here.
    #[tokio::test(flavor = "multi_thread")]
    async fn openssl_believes_the_request_and_reads_who_asks() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("undp.csr");
        std::fs::write(&path, made(Algorithm::P256).await.unwrap()).unwrap();
        let read = Command::new("openssl")
            .args(["req", "-verify", "-noout", "-text", "-in"])
            .arg(&path)
            .output()
            .unwrap();
        let (text, said) = (String::from_utf8_lossy(&read.stdout), String::from_utf8_lossy(&read.stderr));
        assert!(read.status.success() && said.contains("verify OK"), "{said}");
        assert!(
            text.contains("UNDP, the organisation") && text.contains("URI:did:passerelle:undp"),
            "{text}"
        );
        assert!(text.contains("prime256v1") && text.contains("DNS:verifier.example.org"), "{text}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_of_another_kind_gets_none() {
        assert!(made(Algorithm::Ed25519).await.is_err());
    }
}
