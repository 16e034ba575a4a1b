use std::fs;
use std::io;
use std::path::PathBuf;

use cryptoki::types::AuthPin;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::TokenError;

/// The environment variable with the PIN, for where no file is named.
const PIN_VARIABLE: &str = "PASSERELLE_PKCS11_PIN";

/// Which token of which PKCS#11 module holds the private keys. The PIN itself never stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The module of the token's maker, such as `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label (`CKA_LABEL` of the token, not the number of its slot, which changes).
    pub token: String,
    /// The file with the user PIN; without it the environment variable `PASSERELLE_PKCS11_PIN` has the PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_file: Option<PathBuf>,
    /// How many signatures are made at the same time.
    #[serde(default = "sessions")]
    pub sessions: usize,
}

/// A PIN, wiped when dropped.
pub(super) struct Pin {
    pub secret: AuthPin,
    pub fingerprint: Fingerprint,
}

/// Tells one PIN from another. Kept only of a PIN that the token refused.
#[derive(PartialEq, Eq)]
pub(super) struct Fingerprint(Vec<u8>);

impl TokenConfig {
    /// Read anew for each login, so that it is in memory for a moment only and a corrected file needs no restart.
    pub(super) fn pin(&self) -> Result<Pin, TokenError> {
        let failed =
            |source| TokenError::Pin { token: self.token.clone(), origin: self.pin_origin(), source };
        let pin = match &self.pin_file {
            Some(path) => {
                let bytes = Zeroizing::new(fs::read(path).map_err(failed)?);
                let text = std::str::from_utf8(&bytes);
                let text = text.map_err(|_| failed(io::Error::from(io::ErrorKind::InvalidData)))?;
                Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            None => {
                let value = std::env::var(PIN_VARIABLE);
                Zeroizing::new(value.map_err(|_| failed(io::Error::from(io::ErrorKind::NotFound)))?)
            }
        };
        if pin.is_empty() {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is empty")));
        }
        let fingerprint = Fingerprint(digest(&SHA256, pin.as_bytes()).as_ref().to_vec());
        Ok(Pin { secret: AuthPin::new(pin.as_str().into()), fingerprint })
    }

    /// Where the PIN comes from, in words.
    pub(super) fn pin_origin(&self) -> String {
        match &self.pin_file {
            Some(path) => path.display().to_string(),
            None => format!("the environment variable {PIN_VARIABLE}"),
        }
    }
}

const fn sessions() -> usize {
    4
}
