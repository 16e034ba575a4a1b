use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;

use super::config::Fingerprint;
use super::module::Module;
use super::{TokenConfig, TokenError};

/// Where a token is, and what is known of its PIN.
pub(super) struct Place {
    pub config: TokenConfig,
    pub module: Arc<Module>,
    /// The PIN that the token refused. The lock also makes logins happen one after the other: every wrong
    /// try brings the token nearer to locking itself.
    refused: Mutex<Option<Fingerprint>>,
}

impl Place {
    pub fn find(config: &TokenConfig) -> Result<Self, TokenError> {
        let module = Module::load(&config.module)?;
        Ok(Self { config: config.clone(), module, refused: Mutex::default() })
    }

    pub fn label(&self) -> &str {
        &self.config.token
    }

    pub fn failed(&self, doing: &'static str, slot: Slot, source: Error) -> TokenError {
        TokenError::Call { doing, token: self.config.token.clone(), slot: slot.id(), source }
    }

    pub fn slot(&self, pkcs11: &Pkcs11) -> Result<Slot, TokenError> {
        let (module, token) = (self.module.name(), self.config.token.clone());
        let slots = pkcs11.get_slots_with_token();
        let slots = slots.map_err(|source| TokenError::Start { module: module.clone(), source })?;
        let mut labels = Vec::new();
        for slot in slots {
            // A token may go while the list is read.
            let Ok(info) = pkcs11.get_token_info(slot) else { continue };
            if info.token_initialized() {
                labels.push((slot, info.label().trim_end().to_owned()));
            }
        }
        let mut fitting = labels.iter().filter(|(_, label)| *label == token);
        match (fitting.next(), fitting.next()) {
            (Some((slot, _)), None) => Ok(*slot),
            (Some(_), Some(_)) => Err(TokenError::SeveralTokens { module, token }),
            (None, _) => {
                let found: Vec<_> = labels.iter().map(|(_, label)| format!("{label:?}")).collect();
                let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
                Err(TokenError::NoToken { module, token, found })
            }
        }
    }

    pub fn log_in(&self, session: &Session, slot: Slot) -> Result<(), TokenError> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = self.config.pin()?;
        let (token, slot, origin) = (self.config.token.clone(), slot.id(), self.config.pin_origin());
        if refused.as_ref() == Some(&pin.fingerprint) {
            return Err(TokenError::PinKnownWrong { token, slot, origin });
        }
        match session.login(UserType::User, Some(&pin.secret)) {
            // The login belongs to the process, not to the session (PKCS #11 3.1, 5.6.8).
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(source @ Error::Pkcs11(code, _)) if is_about_pin(code) => {
                *refused = Some(pin.fingerprint);
                Err(TokenError::PinRefused { token, slot, origin, source })
            }
            Err(source) => Err(TokenError::Call { doing: "log in", token, slot, source }),
        }
    }
}

fn is_about_pin(code: RvError) -> bool {
    matches!(
        code,
        RvError::PinExpired
            | RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
    )
}
