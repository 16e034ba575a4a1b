//! Every error of a use case as the outside sees it. No arm catches all: a new error is a decision made here.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use credential::Fault;
use issuance::CodeRefusal;
use serde_json::{Value, json};
use web::{OAuthError, Problem, ProblemPage, ProblemPages};

use issuance::authorization::RequestFault;
use web::passkey::PasskeyError;

use crate::app::{
    AuthorizeError, ChangeError, ClientError, CredentialError, DirectoryError, DocumentError, DpopError,
    EraseError, FetchError, ListError, NotificationError, OfferError, PushError, ReceiptError,
    RenewalRefusal, TokenError, VcApiError,
};

/// VC Data Model 2.0, 7.2.
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

/// The pages behind our own problem types.
pub(super) const PAGES: ProblemPages = ProblemPages(&[
    ProblemPage {
        slug: "request-expired",
        title: "The request has expired",
        text: "The Fund asked too long ago. Ask the Fund for a new link, or use another channel.",
    },
    ProblemPage {
        slug: "no-status-history",
        title: "Earlier lists are not kept",
        text: "This service keeps the status lists of now only. Ask without a point in time.",
    },
    ProblemPage {
        slug: "challenge-expired",
        title: "The challenge is too old",
        text: "A challenge can be answered once and for ten minutes. Fetch the request again and answer its new challenge.",
    },
    ProblemPage {
        slug: "invitation-refused",
        title: "Number and code do not fit",
        text: "Compare the nine-digit number and the code with the letter. A code works once, until the day that stands beside it, and not after ten wrong tries. Ask the Fund for another one; meanwhile the paper form counts the same.",
    },
    ProblemPage {
        slug: "time-taken",
        title: "This time is taken",
        text: "Somebody else chose this time at the same moment, or the agent took it back. Nothing was changed: choose another one.",
    },
    ProblemPage {
        slug: "picture-refused",
        title: "The picture cannot be used",
        text: "A reference picture shows one face, from the front, near and in good light, as JPEG or PNG. The detail says what is wrong with this one; take another one.",
    },
    ProblemPage {
        slug: "station-refused",
        title: "The word of the station is not taken",
        text: "The Fund does not know the station or has closed it, or what it signed is about something else. An administrator of the Fund registers stations in the console. The person can enrol by a call meanwhile; the paper form counts the same.",
    },
    ProblemPage {
        slug: "separation-unanswered",
        title: "Nothing was presented",
        text: "The request was declined, is over, or another wallet answered it. Begin again on the Fund's page and present the credential from the same wallet.",
    },
    ProblemPage {
        slug: "separation-withdrawn",
        title: "The credential was revoked or suspended",
        text: "The organisation that issued the Separation credential has taken it back. Ask its human resources office. An invitation of the Fund and the paper form count the same.",
    },
    ProblemPage {
        slug: "separation-expired",
        title: "The credential is not valid now",
        text: "Its time is over or has not begun. Ask the organisation that issued it for a new one. An invitation of the Fund and the paper form count the same.",
    },
    ProblemPage {
        slug: "separation-not-valid",
        title: "The credential cannot be accepted",
        text: "It was not issued by an organisation that the registry accredits to say so, it was changed, or it is not bound to this wallet. An invitation of the Fund and the paper form count the same.",
    },
    ProblemPage {
        slug: "separation-not-matched",
        title: "The register has nobody with this number and birth date",
        text: "The Fund finds people by organisation and staff number, and the birth date must be the same. Its register may not know of the separation yet: try again when the Fund's letter has come, or call the Fund.",
    },
    ProblemPage {
        slug: "separation-used",
        title: "The credential enrolled somebody else",
        text: "An ended service enrols one person. The Fund looks at it with you on the telephone; an invitation and the paper form count the same.",
    },
    ProblemPage {
        slug: "busy",
        title: "Too many proofs at once",
        text: "Pictures are looked at one after the other, and many wait. Nothing is lost: send the same answer again in a minute.",
    },
    ProblemPage {
        slug: "answered-before",
        title: "The request was answered before",
        text: "Another answer was accepted already, or the request was closed. Nothing more is needed from this device.",
    },
    ProblemPage {
        slug: "answer-refused",
        title: "The answer cannot be believed",
        text: "A signature, the site, the challenge or the user verification in the answer does not fit. The detail says which.",
    },
    ProblemPage {
        slug: "register-brake",
        title: "So many would end that a person confirms it",
        text: "By this file unusually many benefits would end at once. Nothing was changed. Check the file; if it is right, an officer who did not hand it in confirms it in the console.",
    },
    ProblemPage {
        slug: "proof-of-another",
        title: "The proof stands under another person",
        text: "What was seen was entered for another person before. A proof counts for one person. Check the number of the person, or look at the proof again.",
    },
    ProblemPage {
        slug: "proven-already",
        title: "There is a proof for this year already",
        text: "One proof a year is enough. The Fund shows when it came and until when it counts.",
    },
    ProblemPage {
        slug: "year-word-refused",
        title: "The word of the device is not taken",
        text: "A wallet signs each request for the yearly proof with the key of its device, for this Fund, for this act, once and within five minutes. The detail says what does not fit. Look at the clock of the device and try again.",
    },
    ProblemPage {
        slug: "year-key-unknown",
        title: "The Fund does not know this device",
        text: "The yearly proof begins on the device with which somebody enrolled. Begin there, or enrol this one: the Fund sends an invitation. The paper form counts the same.",
    },
    ProblemPage {
        slug: "year-key-replaced",
        title: "Another device took the place of this one",
        text: "Proofs are made with one device at a time, and another one was enrolled since. Begin on that one. If it was not you, call the Fund now.",
    },
    ProblemPage {
        slug: "year-not-open",
        title: "The window is not open yet",
        text: "Proofs of a year are taken from the day on which its window opens. Nothing is missing until then.",
    },
    ProblemPage {
        slug: "year-not-concerned",
        title: "The Fund asks for no proof of this year",
        text: "The year asks nothing of somebody whose benefit began after its cut-off, or who is not on the Fund's register yet. If you think that it should, call the Fund.",
    },
    ProblemPage {
        slug: "year-with-fund",
        title: "A proof is with the Fund",
        text: "It came by another way and an officer decides about it. Nothing more is needed; if it cannot be accepted, the person can begin again.",
    },
    ProblemPage {
        slug: "year-ended",
        title: "The Fund has noted that the benefit is over",
        text: "If this is wrong, call the Fund: it is put right, and payment goes on.",
    },
    ProblemPage {
        slug: "link-used",
        title: "The link was used or has expired",
        text: "A one-time link registers one passkey and lives seven days. Ask a colleague for another, or sign in if you have registered before.",
    },
    ProblemPage {
        slug: "offer-closed",
        title: "This offer is closed",
        text: "The offer was withdrawn, has expired, or is locked after too many wrong transaction codes. The organisation that made it can renew it.",
    },
    ProblemPage {
        slug: "too-many-requests",
        title: "Too many requests",
        text: "The same thing was asked for too often in a short time. Wait a few minutes and try again.",
    },
    ProblemPage {
        slug: "authorization-expired",
        title: "This request is over",
        text: "A wallet's request for credentials lives ten minutes and is answered once. Go back to the wallet and start again.",
    },
    ProblemPage {
        slug: "code-refused",
        title: "The transaction code was refused",
        text: "Five wrong codes lock an offer; the organisation that made it can renew it. Whoever has a passkey here signs in without a code.",
    },
    ProblemPage {
        slug: "issuer-mismatch",
        title: "The credential names another issuer",
        text: "This instance signs as the issuer that /vc-api/ids names. Leave the issuer out, or name that one.",
    },
    ProblemPage {
        slug: "provider-unreachable",
        title: "The provider does not answer",
        text: "The organisation's OpenID provider could not be reached or answered something else. Officers who have a passkey can sign in with it meanwhile.",
    },
    ProblemPage {
        slug: "kept-record",
        title: "The record has to be kept for now",
        text: "A credential that is valid, a legal hold, or a rule of keeping stands against erasing this person. The detail says which, and until when; propose it again then.",
    },
    ProblemPage {
        slug: "person-erased",
        title: "The person was erased",
        text: "What led to this person was destroyed, as two officers decided. The detail says how many events the pseudonymous chain has and its last link; what the events said is gone.",
    },
    ProblemPage {
        slug: "four-eyes",
        title: "A second person decides",
        text: "Nobody decides what they proposed themselves, and nobody takes back what another one proposed.",
    },
    ProblemPage {
        slug: "credential-final",
        title: "A revoked credential stays revoked",
        text: "Revoking is final. Make a new offer to give the person a new credential.",
    },
    ProblemPage {
        slug: "record-incomplete",
        title: "The record does not make a credential",
        text: "A claim that the credential needs is missing or has the wrong form, or what it would say has ended. Correct the record and try again.",
    },
]);

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Unknown => Self::not_found(),
            FetchError::Closed(refusal) => closed(&refusal.to_string()),
            FetchError::TooOften => too_often(),
            FetchError::Store(error) => store(&error),
        }
    }
}

impl From<ReceiptError> for Problem {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Unknown => Self::not_found(),
            ReceiptError::Damaged => Self::internal(&error),
            ReceiptError::Store(error) => store(&error),
        }
    }
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Tenant(_) => Self::not_found(),
            DocumentError::Label | DocumentError::TooMany => Self::bad_request(error.to_string()),
            DocumentError::Receipt(error) => error.into(),
            DocumentError::Store(error) => store(&error),
        }
    }
}

impl From<AuthorizeError> for Problem {
    fn from(error: AuthorizeError) -> Self {
        let said = error.to_string();
        let reason = reason(&error);
        let unauthorized = |detail: &str| Self::unauthorized().detail(detail);
        let problem = match error {
            AuthorizeError::Request => Self::new(
                StatusCode::BAD_REQUEST,
                "authorization-expired",
                "This request is over",
            )
            .detail(
                "It is unknown, was answered already or has expired. Go back to the wallet and start again.",
            ),
            AuthorizeError::Ceremony => {
                Self::bad_request("It took too long, or was answered before. Please try again.")
            }
            AuthorizeError::UnknownPasskey | AuthorizeError::Passkey(PasskeyError::Unknown) => {
                unauthorized("This passkey is not registered here. Use the code of an offer to make one.")
            }
            AuthorizeError::WrongCode { tries_left } => code_refused(said).with("triesLeft", tries_left),
            AuthorizeError::NoCode
            | AuthorizeError::Refused(
                CodeRefusal::Missing
                | CodeRefusal::Unexpected
                | CodeRefusal::Wrong
                | CodeRefusal::Locked
                | CodeRefusal::Withdrawn
                | CodeRefusal::Expired,
            ) => code_refused(said),
            AuthorizeError::TooManyPasskeys => Self::conflict(said),
            AuthorizeError::Passkey(PasskeyError::Form(_)) => Self::bad_request(said),
            AuthorizeError::Passkey(PasskeyError::Refused(_)) => {
                unauthorized("The passkey was refused. Please try again.")
            }
            AuthorizeError::Passkey(PasskeyError::Configuration(_) | PasskeyError::Stored(_)) => {
                return Self::internal(&error);
            }
            AuthorizeError::Store(error) => return store(&error),
        };
        problem.with("reason", reason)
    }
}

fn code_refused(said: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "code-refused", "The transaction code was refused").detail(said)
}

/// By which the page finds the sentence in the person's language.
const fn reason(error: &AuthorizeError) -> &'static str {
    match error {
        AuthorizeError::Request | AuthorizeError::Store(_) => "authorization-expired",
        AuthorizeError::Ceremony => "ceremony",
        AuthorizeError::UnknownPasskey | AuthorizeError::Passkey(PasskeyError::Unknown) => "unknown-passkey",
        AuthorizeError::NoCode => "no-code",
        AuthorizeError::WrongCode { .. } => "wrong-code",
        AuthorizeError::Refused(CodeRefusal::Locked) => "code-locked",
        AuthorizeError::Refused(CodeRefusal::Withdrawn | CodeRefusal::Expired) => "offer-ended",
        AuthorizeError::Refused(CodeRefusal::Missing | CodeRefusal::Unexpected | CodeRefusal::Wrong) => {
            "code-needed"
        }
        AuthorizeError::TooManyPasskeys => "too-many-passkeys",
        AuthorizeError::Passkey(_) => "passkey-refused",
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unknown => Self::not_found(),
            ListError::NoKeys => {
                tracing::error!("there is no key to sign a status list with");
                Self::unavailable("The list cannot be signed at the moment.").header(RETRY_AFTER, "5")
            }
            ListError::Secure(error) => Self::internal(&error),
            ListError::Store(error) => store(&error),
        }
    }
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::UnknownSubject | OfferError::UnknownOffer => Self::not_found(),
            OfferError::ForeignType(_) | OfferError::Empty => Self::bad_request(error.to_string()),
            OfferError::Claims(reason) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "record-incomplete",
                "The record does not make a credential",
            )
            .detail(reason.to_string()),
            OfferError::ServiceEnded => Self::conflict(
                "The person's service has ended. Take that back on their page first, if it was an error.",
            ),
            OfferError::Closed => closed("it was accepted, withdrawn or has expired"),
            OfferError::Store(error) => store(&error),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown => Self::not_found(),
            ChangeError::Until => Self::bad_request(sentence(&error.to_string())),
            ChangeError::Refused(refused) => {
                Self::new(StatusCode::CONFLICT, "credential-final", "A revoked credential stays revoked")
                    .detail(refused.to_string())
            }
            ChangeError::Store(error) => store(&error),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        let said = sentence(&error.to_string());
        match error {
            EraseError::Unknown => Self::not_found(),
            EraseError::Reason => Self::bad_request(said),
            EraseError::Held(_)
            | EraseError::Valid { .. }
            | EraseError::AtWork
            | EraseError::Undecided
            | EraseError::Paid
            | EraseError::KeptForAudit { .. } => {
                Self::new(StatusCode::CONFLICT, "kept-record", "The record has to be kept for now")
                    .detail(said)
            }
            EraseError::Fund(error) => error.into(),
            EraseError::Store(error) => store(&error),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Unknown => Self::not_found(),
            DirectoryError::Store(error) => store(&error),
        }
    }
}

impl From<VcApiError> for Problem {
    fn from(error: VcApiError) -> Self {
        match error {
            VcApiError::Unknown => Self::not_found(),
            VcApiError::NotAnObject => {
                malformed().detail("credential must be an object").with("errors", json!([{"pointer": ""}]))
            }
            VcApiError::IssuerMismatch => {
                Self::new(StatusCode::BAD_REQUEST, "issuer-mismatch", "The credential names another issuer")
                    .detail("Leave the issuer out, or name the one that /vc-api/ids lists for this instance.")
            }
            VcApiError::Faults(faults) => {
                let detail = faults.first().map_or_else(String::new, |fault| fault.detail.clone());
                malformed().detail(detail).with("errors", faults.iter().map(fault).collect::<Vec<_>>())
            }
            VcApiError::StatusPurpose => {
                malformed().detail("statusPurpose is revocation or suspension").with(
                    "errors",
                    json!([
                        {"pointer": "/credentialStatus/statusPurpose"}
                    ]),
                )
            }
            VcApiError::NoStatus => Self::not_found().detail(
                "This instance gave no status for that purpose to such a credential, list and index.",
            ),
            VcApiError::Overloaded => Self::unavailable("Too much work is waiting.").header(RETRY_AFTER, "1"),
            VcApiError::Secure(_) | VcApiError::List(_) => Self::internal(&error),
            VcApiError::Store(error) => store(&error),
        }
    }
}

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
            TokenError::Store(error) => oauth_store(&error),
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
            PushError::Store(error) => oauth_store(&error),
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
            CredentialError::Store(error) => oauth_store(&error),
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
            NotificationError::Store(error) => oauth_store(&error),
        }
    }
}

/// A race that was lost to the last try is the caller's to repeat; anything else is ours.
pub(super) fn store(error: &store_issuer::Error) -> Problem {
    if error.is_retryable() {
        Problem::unavailable("The database is busy.").header(RETRY_AFTER, "1")
    } else {
        Problem::internal(error)
    }
}

fn oauth_store(error: &store_issuer::Error) -> OAuthError {
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

/// An error's text as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
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
        DpopError::Store(error) => oauth_store(&error),
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
        DpopError::Store(error) => return oauth_store(&error),
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
        ClientError::Store(error) => oauth_store(&error),
    }
}

fn closed(reason: &str) -> Problem {
    Problem::new(StatusCode::GONE, "offer-closed", "This offer is closed").detail(reason)
}

fn too_often() -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
        .detail("The offer was fetched too often in a short time.")
        .header(RETRY_AFTER, "300")
}

fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, MALFORMED, "The credential breaks rules of the VC data model")
}

fn fault(fault: &Fault) -> Value {
    json!({
        "pointer": fault.pointer.clone().unwrap_or_default(),
        "code": fault.code,
        "detail": fault.detail,
    })
}
