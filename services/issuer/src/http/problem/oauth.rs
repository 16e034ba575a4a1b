//! Errors of the endpoints whose answers OAuth and `OpenID4VCI` name: token, pushed request, credential, notification.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use issuance::CodeRefusal;
use issuance::authorization::RequestFault;
use web::OAuthError;

use crate::app::{
    ClientError, CredentialError, DpopError, NotificationError, PushError, RenewalRefusal, TokenError,
};

impl From<TokenError> for OAuthError {
    fn from(error: TokenError) -> Self {
        let text = error.to_string();
        match error {
            TokenError::Dpop(error) => dpop_at_server(error),
            // OID4VCI 1.0, 6.3 and RFC 6749, 5.2.
            TokenError::Missing(_) => Self::bad_request("invalid_request", text),
            TokenError::GrantType => Self::bad_request("unsupported_grant_type", text),
            TokenError::Client(error) => client(error),
            TokenError::Details => Self::bad_request("invalid_authorization_details", text),
            TokenError::Refused(CodeRefusal::Missing | CodeRefusal::Unexpected) => {
                Self::bad_request("invalid_request", text)
            }
            // RFC 6749 has no words for "not now"; `invalid_grant` would make a wallet forget its token.
            TokenError::Renewal(RenewalRefusal::Suspended | RenewalRefusal::TooMany) => {
                Self::bad_request("unauthorized_client", text)
            }
            TokenError::Renewal(
                RenewalRefusal::Unknown
                | RenewalRefusal::Over
                | RenewalRefusal::Again
                | RenewalRefusal::Holder,
            )
            | TokenError::Code
            | TokenError::AuthorizationCode
            | TokenError::Grant(_)
            | TokenError::WrongTransactionCode { .. }
            | TokenError::Refused(
                CodeRefusal::Wrong | CodeRefusal::Locked | CodeRefusal::Withdrawn | CodeRefusal::Expired,
            ) => Self::bad_request("invalid_grant", text),
            TokenError::Store(error) => store(&error),
        }
    }
}

impl From<PushError> for OAuthError {
    fn from(error: PushError) -> Self {
        let text = error.to_string();
        match error {
            // RFC 9126, 2.3: the codes of RFC 6749, 4.1.2.1 and 5.2, and of the extensions in use.
            PushError::Client(error) => client(error),
            PushError::Request(RequestFault::ResponseType) => {
                Self::bad_request("unsupported_response_type", text)
            }
            PushError::Request(RequestFault::Scope) | PushError::Scope => {
                Self::bad_request("invalid_scope", text)
            }
            PushError::Request(
                RequestFault::Missing(_)
                | RequestFault::Form(_)
                | RequestFault::RedirectUri
                | RequestFault::ChallengeMethod,
            )
            | PushError::RequestUri
            | PushError::IssuerState => Self::bad_request("invalid_request", text),
            // RFC 9101, 6.
            PushError::RequestObject => Self::bad_request("request_not_supported", text),
            PushError::Details => Self::bad_request("invalid_authorization_details", text),
            PushError::Dpop(error) => dpop_at_server(error),
            PushError::TooMany => {
                let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", text);
                error.headers.push((RETRY_AFTER, HeaderValue::from_static("60")));
                error
            }
            PushError::Store(error) => store(&error),
        }
    }
}

impl From<CredentialError> for OAuthError {
    fn from(error: CredentialError) -> Self {
        let text = error.to_string();
        match error {
            // OID4VCI 1.0, 8.3.1.1: RFC 6750 for the token, the codes of 8.3.1.2 for everything else.
            CredentialError::Token => invalid_token(text),
            CredentialError::Dpop(error) => dpop_at_resource(error),
            CredentialError::Scope => {
                let mut error = Self::new(StatusCode::FORBIDDEN, "insufficient_scope", text);
                let bearer = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
                error.headers.push((WWW_AUTHENTICATE, bearer));
                error
            }
            CredentialError::Request(_) => Self::bad_request("invalid_credential_request", text),
            CredentialError::UnknownConfiguration => {
                Self::bad_request("unknown_credential_configuration", text)
            }
            CredentialError::UnknownIdentifier => Self::bad_request("unknown_credential_identifier", text),
            CredentialError::Encryption(_) => Self::bad_request("invalid_encryption_parameters", text),
            CredentialError::Transaction => Self::bad_request("invalid_transaction_id", text),
            CredentialError::Holder(_) => Self::bad_request("invalid_proof", text),
            CredentialError::Nonce => Self::bad_request("invalid_nonce", text),
            CredentialError::Denied
            | CredentialError::Refused
            | CredentialError::BelowPasskey
            | CredentialError::Represented
            | CredentialError::Claims(_) => Self::bad_request("credential_request_denied", text),
            CredentialError::NoKeys => {
                let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text);
                error.headers.push((RETRY_AFTER, HeaderValue::from_static("5")));
                error
            }
            CredentialError::Secure(_) | CredentialError::SdJwt(_) | CredentialError::Digest => {
                Self::internal(&error)
            }
            CredentialError::Store(error) => store(&error),
        }
    }
}

impl From<NotificationError> for OAuthError {
    fn from(error: NotificationError) -> Self {
        let text = error.to_string();
        match error {
            NotificationError::Token => invalid_token(text),
            NotificationError::Dpop(error) => dpop_at_resource(error),
            NotificationError::Request(_) => Self::bad_request("invalid_notification_request", text),
            NotificationError::UnknownId => Self::bad_request("invalid_notification_id", text),
            NotificationError::Store(error) => store(&error),
        }
    }
}

fn store(error: &store_issuer::Error) -> OAuthError {
    if error.is_retryable() {
        let mut busy = OAuthError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "the database is busy",
        );
        busy.headers.push((RETRY_AFTER, HeaderValue::from_static("1")));
        busy
    } else {
        OAuthError::internal(error)
    }
}

/// RFC 6750, 3 and RFC 9449, 7.1: both schemes are named, since the token may have been of either.
fn invalid_token(description: String) -> OAuthError {
    let mut error = OAuthError::new(StatusCode::UNAUTHORIZED, "invalid_token", description);
    let schemes = "Bearer error=\"invalid_token\", DPoP error=\"invalid_token\", algs=\"ES256 EdDSA\"";
    error.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static(schemes)));
    error
}

/// RFC 9449, 5 and 8.
fn dpop_at_server(error: DpopError) -> OAuthError {
    let text = error.to_string();
    match error {
        DpopError::Fault(_) => OAuthError::bad_request("invalid_dpop_proof", text),
        DpopError::Nonce => OAuthError::bad_request("use_dpop_nonce", text),
        DpopError::Store(error) => store(&error),
    }
}

/// RFC 9449, 7.1 and 9.
fn dpop_at_resource(error: DpopError) -> OAuthError {
    let text = error.to_string();
    let (code, challenge) = match error {
        DpopError::Fault(_) => {
            ("invalid_dpop_proof", "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA\"")
        }
        DpopError::Nonce => ("use_dpop_nonce", "DPoP error=\"use_dpop_nonce\", algs=\"ES256 EdDSA\""),
        DpopError::Store(error) => return store(&error),
    };
    let mut refused = OAuthError::new(StatusCode::UNAUTHORIZED, code, text);
    refused.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
    refused
}

/// RFC 6749, 5.2, without the challenge of a scheme that these clients do not use.
fn client(error: ClientError) -> OAuthError {
    let text = error.to_string();
    match error {
        ClientError::Unknown
        | ClientError::Missing
        | ClientError::Attestation(_)
        | ClientError::Other
        | ClientError::Replayed => OAuthError::new(StatusCode::UNAUTHORIZED, "invalid_client", text),
        ClientError::Store(error) => store(&error),
    }
}
