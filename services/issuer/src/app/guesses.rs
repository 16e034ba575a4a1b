//! Refused codes and tokens are counted, slowed and logged. No log line says whose they were.

use std::sync::PoisonError;
use std::time::Duration;

use issuance::Guess;

use super::{CredentialError, Issuer, NotificationError, Tenant, TokenError};

impl Issuer {
    /// Waits where an organisation saw too many refusals of late. `what` was refused: `code` or `token`.
    pub(super) async fn note_refusal(&self, tenant: &Tenant, what: &'static str) {
        metrics::counter!("issuer_refusals_total", "what" => what).increment(1);
        let Guess { delay_milliseconds, is_loud } = {
            let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
            guesses.entry(tenant.id.clone()).or_default().note(self.now())
        };
        if is_loud {
            tracing::warn!(tenant.id = tenant.id, refused = what, "many codes or tokens are refused");
        }
        tokio::time::sleep(Duration::from_millis(delay_milliseconds)).await;
    }
}

impl TokenError {
    /// Whether a code was wrong, as opposed to a request that was.
    pub(super) const fn is_guess(&self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::AuthorizationCode
                | Self::Grant(_)
                | Self::WrongTransactionCode { .. }
                | Self::Renewal(super::RenewalRefusal::Unknown)
                | Self::Refused(issuance::CodeRefusal::Locked)
        )
    }
}

impl CredentialError {
    pub(super) const fn is_guess(&self) -> bool {
        matches!(self, Self::Token)
    }
}

impl NotificationError {
    pub(super) const fn is_guess(&self) -> bool {
        matches!(self, Self::Token)
    }
}
