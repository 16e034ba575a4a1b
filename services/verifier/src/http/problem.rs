//! The one place where use-case errors become answers. Every variant is named; nothing defaults.

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use web::{OAuthError, Problem, ProblemPage, ProblemPages};

use crate::app::oidc::{TokenError, UserInfoError};
use crate::app::{
    BatchError, ClientError, DeskPageError, FollowError, HandOverError, PolicyWriteError, ReadingError,
    ReceiptError, RequestError, RequestObjectError, ResponseError, SampleError, SandboxError, TooMany,
    ViewError, WebhookError,
};

/// The pages behind this service's own problem types.
pub const PAGES: ProblemPages = ProblemPages(&[
    ProblemPage {
        slug: "unknown-policy",
        title: "There is no such policy",
        text: "A policy says what is asked for and which checks must pass. GET /v1/policies lists the names that this verifier knows.",
    },
    ProblemPage {
        slug: "nothing-asked",
        title: "The policy asks for nothing",
        text: "This policy only checks what is handed over with POST /v1/verify. Choose one that asks for credentials to make a request.",
    },
    ProblemPage {
        slug: "purpose",
        title: "The purpose cannot be shown",
        text: "The purpose is shown to the person who is asked. It has 1 to 200 characters and neither control characters nor direction marks.",
    },
    ProblemPage {
        slug: "return-url",
        title: "The return URL is not registered",
        text: "A wallet sends people back only to addresses that are registered for the client, letter by letter. Ask the operator to register it.",
    },
    ProblemPage {
        slug: "request-profile",
        title: "The wallet cannot be asked in this way",
        text: "A request profile says as whom the verifier asks and whether the answer is encrypted. The profiles did and did-encrypted are always there; the operator configures others. A profile of HAIP 1.0 asks for SD-JWT VCs only, so the policy must be one that they can answer.",
    },
    ProblemPage {
        slug: "approvals",
        title: "This cannot be approved",
        text: "One to four approvals may go with a request, each with a title of at most 100 characters, a text of at most 1,000 and a reference of at most 100, without characters that hide or reorder others. The policy must ask for an SD-JWT VC with the holder's proof, the only form that can carry an approval.",
    },
    ProblemPage {
        slug: "idempotency-key",
        title: "The idempotency key cannot be used",
        text: "An idempotency key has 1 to 255 printable ASCII characters without spaces. A random UUID is a good one.",
    },
    ProblemPage {
        slug: "idempotency-key-reused",
        title: "The idempotency key belongs to another request",
        text: "The same key was sent before with another body. Use a new key for a new verification; repeat the old body to get the old one again.",
    },
    ProblemPage {
        slug: "one-of-two",
        title: "Send a credential or a presentation",
        text: "Exactly one of the members credential and presentation must be there.",
    },
    ProblemPage {
        slug: "unreadable-credential",
        title: "This is no credential that can be read",
        text: "A credential or presentation is a JSON object with a Data Integrity proof, or the text of an SD-JWT, which contains tildes.",
    },
    ProblemPage {
        slug: "unreadable-file",
        title: "The file holds nothing that can be checked",
        text: "A PNG or JPEG picture of at most 16 MiB and 36 million pixels shows every QR code of one document and of no other; a PDF of at most 8 MiB embeds one credential, or holds scanned pages as JPEG that show its codes. Take the picture again, closer and straight from above, or send the credential as text.",
    },
    ProblemPage {
        slug: "files-waiting",
        title: "Too many files are being read at the moment",
        text: "Reading pictures takes time and memory, so only few are read at once and few more wait. Send the file again in a moment.",
    },
    ProblemPage {
        slug: "policy-refused",
        title: "The policy cannot be used as it is written",
        text: "The member faults names everything that is wrong: path is a JSON Pointer into what was sent, code a stable word, detail what to change. A claim that the stated purpose does not allow has the code claimNotForPurpose; GET /v1/purposes lists what each purpose allows.",
    },
    ProblemPage {
        slug: "policy-name-taken",
        title: "A configured policy has this name",
        text: "The names in GET /v1/policies belong to the operator's policies. Choose another name for your own.",
    },
    ProblemPage {
        slug: "too-many-policies",
        title: "There are too many policies",
        text: "An agency has at most 1,000 versions of policies, retired ones included, because old versions stay readable. Ask the operator if you need more.",
    },
    ProblemPage {
        slug: "cursor",
        title: "The cursor is not one that a list gave",
        text: "Send the member next of the page before as the parameter after, letter by letter, or leave it out to begin.",
    },
    ProblemPage {
        slug: "busy",
        title: "Too many people are trying this at the moment",
        text: "The try-out page keeps a limited number of open requests. Try again in a few minutes.",
    },
    ProblemPage {
        slug: "too-many-requests",
        title: "The client asked for more than its share",
        text: "Each client may send a number of requests a minute, have a number of verifications open, and have a number of requests waiting. Retry-After says when there is room again. Ask the operator for more if you need more.",
    },
    ProblemPage {
        slug: "wait",
        title: "The wait is too long",
        text: "A request may wait for up to 60 seconds. Send it again when it comes back without a final state.",
    },
    ProblemPage {
        slug: "verification-over",
        title: "The verification does not wait any more",
        text: "It was answered, refused or has expired, so there is nothing to scan. Start another one.",
    },
    ProblemPage {
        slug: "batch-size",
        title: "The batch is empty or too large",
        text: "A batch has 1 to 100 items. Send several batches.",
    },
    ProblemPage {
        slug: "webhook-address",
        title: "Nothing can be sent to this address",
        text: "A webhook is an https URL of up to 2,000 characters, without user name and fragment, at a place that this service may reach.",
    },
    ProblemPage {
        slug: "scope",
        title: "The token is not for this",
        text: "The access token was given without the scope verify. Ask for another one with that scope.",
    },
]);

/// The token endpoint answers in OAuth's words.
pub fn of_grant(error: &ClientError) -> OAuthError {
    match error {
        ClientError::Unknown => OAuthError::invalid_client("the client is unknown or its secret is wrong"),
        ClientError::Assertion(fault) => OAuthError::invalid_client(fault.to_string()),
        ClientError::Scope => OAuthError::bad_request("invalid_scope", "the client may not have this scope"),
        ClientError::Token => OAuthError::invalid_token("the token is unknown or has expired"),
        ClientError::Store(error) => OAuthError::internal(error),
    }
}

/// The routes for agencies answer with problems.
pub fn of_token(error: &ClientError) -> Problem {
    match error {
        ClientError::Unknown | ClientError::Assertion(_) | ClientError::Token => Problem::unauthorized()
            .detail("The access token is unknown or has expired. Ask POST /oauth/token for another one.")
            .header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
        ClientError::Scope => Problem::new(StatusCode::FORBIDDEN, "scope", "The token is not for this")
            .header(WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\", scope=\"verify\""),
        ClientError::Store(error) => Problem::internal(error),
    }
}

pub fn of_request(error: &RequestError) -> Problem {
    let of = |status, slug, title| Problem::new(status, slug, title).detail(sentence(error));
    match error {
        RequestError::UnknownPolicy(_) | RequestError::NotForVisitors(_) => {
            of(StatusCode::BAD_REQUEST, "unknown-policy", "There is no such policy")
        }
        RequestError::NothingAsked(_) => {
            of(StatusCode::BAD_REQUEST, "nothing-asked", "The policy asks for nothing")
        }
        RequestError::Purpose => of(StatusCode::BAD_REQUEST, "purpose", "The purpose cannot be shown"),
        RequestError::ReturnUrl => {
            of(StatusCode::BAD_REQUEST, "return-url", "The return URL is not registered")
        }
        RequestError::Key => {
            of(StatusCode::BAD_REQUEST, "idempotency-key", "The idempotency key cannot be used")
        }
        RequestError::KeyReused => of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "The idempotency key belongs to another request",
        ),
        RequestError::Busy => {
            of(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many people are trying this at the moment")
        }
        RequestError::Policy(error) => Problem::internal(error),
        RequestError::TooManyOpen(_) => too_many(sentence(error), 30),
        RequestError::UnknownProfile(_) | RequestError::Formats { .. } => {
            of(StatusCode::BAD_REQUEST, "request-profile", "The wallet cannot be asked in this way")
        }
        RequestError::Approvals(_) => of(StatusCode::BAD_REQUEST, "approvals", "This cannot be approved"),
        RequestError::Request(error) => Problem::internal(error),
        RequestError::Store(error) => Problem::internal(error),
    }
}

pub fn of_limit(error: &TooMany) -> Problem {
    too_many(sentence(error), error.retry_after_seconds)
}

pub fn of_follow(error: &FollowError) -> Problem {
    match error {
        FollowError::TooMany => too_many(sentence(error), 5),
        FollowError::Wait => {
            Problem::new(StatusCode::BAD_REQUEST, "wait", "The wait is too long").detail(sentence(error))
        }
        FollowError::View(error) => of_view(error),
    }
}

pub fn of_batch(error: &BatchError) -> Problem {
    let of = |slug, title| Problem::new(StatusCode::BAD_REQUEST, slug, title).detail(sentence(error));
    match error {
        BatchError::Size => of("batch-size", "The batch is empty or too large"),
        BatchError::UnknownPolicy(_) => of("unknown-policy", "There is no such policy"),
        BatchError::TooMany(error) => of_limit(error),
        BatchError::Policy(error) => Problem::internal(error),
    }
}

/// RFC 6585, 4.
fn too_many(detail: String, retry_after_seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        "The client asked for more than its share",
    )
    .detail(detail)
    .header(RETRY_AFTER, &retry_after_seconds.to_string())
}

pub fn of_request_object(error: &RequestObjectError) -> OAuthError {
    match error {
        RequestObjectError::Unknown => {
            OAuthError::new(StatusCode::NOT_FOUND, "invalid_request", "there is no such request")
        }
        RequestObjectError::Over => {
            OAuthError::new(StatusCode::GONE, "invalid_request", "the request was answered or has expired")
        }
        RequestObjectError::WalletNonce => {
            OAuthError::bad_request("invalid_request", "wallet_nonce is longer than 512 characters")
        }
        RequestObjectError::Request(error) => OAuthError::internal(error),
        RequestObjectError::Store(error) => OAuthError::internal(error),
    }
}

pub fn of_response(error: &ResponseError) -> OAuthError {
    match error {
        // Unknown ids and wrong states look the same.
        ResponseError::Unknown
        | ResponseError::Expired
        | ResponseError::Answered
        | ResponseError::Empty
        | ResponseError::Json(_)
        | ResponseError::Token(_)
        | ResponseError::Receipts
        | ResponseError::Methods
        | ResponseError::Representative
        | ResponseError::NotEncrypted
        | ResponseError::Encrypted
        | ResponseError::Mixed
        | ResponseError::Encryption(_) => OAuthError::bad_request("invalid_request", error.to_string()),
        ResponseError::PolicyGone
        | ResponseError::Request(_)
        | ResponseError::Sealed(_)
        | ResponseError::Report(_)
        | ResponseError::CutOff(_) => OAuthError::internal(error),
        ResponseError::Policy(error) => OAuthError::internal(error),
        ResponseError::Receipt(error) => OAuthError::internal(error),
        ResponseError::Store(error) => OAuthError::internal(error),
    }
}

/// The token endpoint of the OpenID Connect bridge (RFC 6749, 5.2).
pub fn of_redeem(error: &TokenError) -> OAuthError {
    match error {
        TokenError::Client => OAuthError::invalid_client(error.to_string()),
        TokenError::Grant => OAuthError::bad_request("invalid_grant", error.to_string()),
        TokenError::TooLong | TokenError::Sign(_) | TokenError::Pairwise(_) | TokenError::View(_) => {
            OAuthError::internal(error)
        }
        TokenError::Store(error) => OAuthError::internal(error),
    }
}

pub fn of_user_info(error: &UserInfoError) -> OAuthError {
    match error {
        UserInfoError::Token => OAuthError::invalid_token(error.to_string()),
        UserInfoError::Store(error) => OAuthError::internal(error),
    }
}

pub fn of_sandbox(error: &SandboxError) -> Problem {
    match error {
        SandboxError::Closed | SandboxError::UnknownSample => Problem::not_found(),
        SandboxError::Busy => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Too many people are trying this at the moment",
        )
        .detail(sentence(error)),
        SandboxError::TooMany(error) => of_limit(error),
        SandboxError::Sample(error) => Problem::internal(error),
        SandboxError::Store(error) => Problem::internal(error),
    }
}

pub fn of_webhook(error: &WebhookError) -> Problem {
    match error {
        WebhookError::None => Problem::not_found(),
        WebhookError::Address => {
            Problem::new(StatusCode::BAD_REQUEST, "webhook-address", "Nothing can be sent to this address")
                .detail(sentence(error))
        }
        WebhookError::Store(error) => Problem::internal(error),
    }
}

pub fn of_view(error: &ViewError) -> Problem {
    match error {
        ViewError::Unknown => Problem::not_found(),
        ViewError::Over => {
            Problem::new(StatusCode::GONE, "verification-over", "The verification does not wait any more")
        }
        ViewError::Policy(error) => Problem::internal(error),
        ViewError::Report(_) | ViewError::Sealed(_) | ViewError::Request(_) => Problem::internal(error),
        ViewError::Store(error) => Problem::internal(error),
    }
}

pub fn of_hand_over(error: &HandOverError) -> Problem {
    let of = |slug, title| Problem::new(StatusCode::BAD_REQUEST, slug, title).detail(sentence(error));
    match error {
        HandOverError::UnknownPolicy(_) => of("unknown-policy", "There is no such policy"),
        HandOverError::OneOfTwo => of("one-of-two", "Send a credential or a presentation"),
        HandOverError::Unreadable(_) => of("unreadable-credential", "This is no credential that can be read"),
        HandOverError::File(error) => of_reading(error),
        HandOverError::Policy(error) => Problem::internal(error),
    }
}

fn of_reading(error: &ReadingError) -> Problem {
    let of = |status, slug, title| Problem::new(status, slug, title).detail(sentence(error));
    match error {
        ReadingError::Busy => of(
            StatusCode::SERVICE_UNAVAILABLE,
            "files-waiting",
            "Too many files are being read at the moment",
        )
        .header(RETRY_AFTER, "5"),
        ReadingError::OtherKind | ReadingError::Unreadable(_) | ReadingError::Broken => of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable-file",
            "The file holds nothing that can be checked",
        ),
    }
}

pub fn of_receipt(error: &ReceiptError) -> Problem {
    match error {
        ReceiptError::Unknown => Problem::not_found(),
        ReceiptError::Form(_) | ReceiptError::Sign(_) => Problem::internal(error),
        ReceiptError::Policy(error) => Problem::internal(error),
        ReceiptError::Store(error) => Problem::internal(error),
    }
}

pub fn of_policy_write(error: &PolicyWriteError) -> Problem {
    let of = |status, slug, title| Problem::new(status, slug, title).detail(sentence(error));
    match error {
        PolicyWriteError::Refused(faults) => of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "policy-refused",
            "The policy cannot be used as it is written",
        )
        .with("faults", serde_json::json!(faults)),
        PolicyWriteError::NameTaken => {
            of(StatusCode::CONFLICT, "policy-name-taken", "A configured policy has this name")
        }
        PolicyWriteError::TooMany => {
            of(StatusCode::CONFLICT, "too-many-policies", "There are too many policies")
        }
        PolicyWriteError::Unknown => Problem::not_found(),
        PolicyWriteError::Cursor => {
            of(StatusCode::BAD_REQUEST, "cursor", "The cursor is not one that a list gave")
        }
        PolicyWriteError::Form(error) => Problem::internal(error),
        PolicyWriteError::Store(error) => Problem::internal(error),
    }
}

/// The error's words as a sentence.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}

macro_rules! answers {
    ($($error:ident => $envelope:ident by $convert:ident),* $(,)?) => {$(
        impl From<$error> for $envelope {
            fn from(error: $error) -> Self {
                $convert(&error)
            }
        }
    )*};
}

// `?` in a handler picks the envelope by the handler's own error type. Orphan rules allow it since the errors are ours.
answers! {
    ClientError => OAuthError by of_grant,
    ClientError => Problem by of_token,
    RequestError => Problem by of_request,
    RequestObjectError => OAuthError by of_request_object,
    ResponseError => OAuthError by of_response,
    TokenError => OAuthError by of_redeem,
    UserInfoError => OAuthError by of_user_info,
    ViewError => Problem by of_view,
    HandOverError => Problem by of_hand_over,
    PolicyWriteError => Problem by of_policy_write,
    ReceiptError => Problem by of_receipt,
    TooMany => Problem by of_limit,
    FollowError => Problem by of_follow,
    BatchError => Problem by of_batch,
    WebhookError => Problem by of_webhook,
    SandboxError => Problem by of_sandbox,
}

impl From<SampleError> for Problem {
    fn from(error: SampleError) -> Self {
        Self::internal(&error)
    }
}

impl From<DeskPageError> for Problem {
    fn from(error: DeskPageError) -> Self {
        let later = || Self::unavailable("The registry or an issuer did not answer. Try again in a minute.");
        match error {
            DeskPageError::FailedBefore => later(),
            DeskPageError::Unpublished(_) => Self::not_found(),
            DeskPageError::Pack(cause) => {
                let cause: &(dyn std::error::Error + 'static) = &cause;
                tracing::warn!(error = cause, "a pack for the desk page could not be made");
                later()
            }
        }
    }
}
