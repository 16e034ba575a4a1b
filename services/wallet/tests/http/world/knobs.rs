//! What the others do and what they saw.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clock::Timestamp;
use serde_json::{Value, json};

use super::WFP;
use crate::sign_in_stub::{Asked, SignIn};
use crate::stub;

/// What the others do; each test turns one knob.
pub struct Knobs {
    /// Whom the credential names as its issuer that is also given as a JWT.
    pub vc_jwt_of: Option<&'static str>,
    /// In which further forms the credential is given, by the end of their configuration's name.
    pub forms: Vec<&'static str>,
    /// Whether what comes is not what a holder gets but what another one derived.
    pub derived_already: bool,
    /// How people sign in, if they can.
    pub sign_in: Option<SignIn>,
    pub signed_metadata: bool,
    /// Which proofs of keys it takes, where not the usual ones, for configurations that end so; and how it names holders in credentials.
    pub proof_types: Option<(&'static str, Value)>,
    pub binding_methods: Value,
    /// What the issuer requires to be attested of keys, if anything.
    pub key_attestations: Option<Value>,
    /// What it says of whoever acts for the person.
    pub representative: Option<&'static str>,
    pub tx_code: Option<&'static str>,
    pub offer_status: u16,
    pub nonce_refusals: usize,
    pub tokens_dead: bool,
    /// Whether refresh tokens are given, and taken.
    pub refresh: bool,
    /// Whether the person is called otherwise in what is given anew.
    pub renames: bool,
    /// In how many days what is given as JSON ends; it began a year ago.
    pub ends_in_days: Option<i64>,
    pub credential_status: u16,
    /// How many credentials come in the place of one.
    pub answered_times: usize,
    /// What the issuer says of batches, if anything.
    pub batch_size: Option<u32>,
    /// Whether further copies say something else than the first.
    pub copies_differ: bool,
    /// The end of the configurations that are released later.
    pub deferred: Option<&'static str>,
    /// What the deferred endpoint says: `waiting`, `released`, or an error's name.
    pub release: &'static str,
    pub other_issuer: bool,
    pub tamper: bool,
    pub bind_to_other_key: bool,
    pub notification_status: u16,
    pub receipt_ready: bool,
    pub receipt_forged: bool,
    pub revoked: bool,
    pub suspended: bool,
    pub registry_down: bool,
    /// The chain accredits every issuer for the staff identity.
    pub accredited: bool,
    pub chain_has_other_list: bool,
    pub request: Value,
    pub request_typ: &'static str,
    pub request_signed_by_other: bool,
    /// Certificates in place of the DID's key in the header of the request.
    pub request_x5c: Option<Value>,
    pub response_status: u16,
    /// The next answer waits for this; others that come meanwhile are put off with 503.
    pub answer_waits: Option<Arc<tokio::sync::Notify>>,
    pub redirect_uri: Option<String>,
    pub receipt_uri: Option<String>,
    /// What stands below `receipt_uri`: `absent`, `deleted`, `good`, `foreign`, `about another` or `nonsense`.
    pub verifier_receipt: &'static str,
    /// The outcome that it tells.
    pub receipt_outcome: &'static str,
    pub existence_state: &'static str,
    pub existence_year: i64,
    /// Until when the question can be answered; an older Fund does not say it.
    pub answer_by: Option<&'static str>,
    pub existence_status: u16,
    /// Whether the Fund counts kinds of devices.
    pub device_kinds: bool,
    /// The yearly proof takes pictures.
    pub pictures: bool,
    pub appeal_state: &'static str,
    pub existence_letter: &'static str,
    pub existence_form: Option<&'static str>,
    /// What remains of the pictures.
    pub existence_kept: Option<serde_json::Value>,
    /// Until when the Fund asks for the place of a proof.
    pub existence_place: Option<&'static str>,
    /// What the Fund says of where the person lives.
    pub existence_residence: Option<serde_json::Value>,
    /// The years for which an answer counts.
    pub existence_closes: Vec<i32>,
    /// What the Fund says of an enrolment.
    pub enrolment: Value,
    /// With which status and problem it refuses the next step.
    pub enrolment_refusal: Option<(u16, &'static str)>,
    /// What the Fund says of the year.
    pub year: Value,
    pub year_refusal: Option<(u16, &'static str)>,
    /// The request of the Fund's verifier for a Separation credential.
    pub separation_link: &'static str,
}

/// What the others saw.
#[derive(Default)]
pub struct Seen {
    pub codes: HashSet<String>,
    pub sign_in: Asked,
    pub tokens: HashSet<String>,
    pub refresh_tokens: HashSet<String>,
    pub nonces: HashSet<String>,
    /// Credentials by configuration and holder key: an issuer answers a repetition with the same one.
    pub issued: HashMap<String, Value>,
    pub token_requests: usize,
    /// The proofs of each request, by the name of their type.
    pub key_proofs: Vec<(String, Vec<Value>)>,
    /// `key_attestation` in the header of each first key proof.
    pub key_attestations: Vec<Value>,
    pub notifications: Vec<Value>,
    pub responses: Vec<HashMap<String, String>>,
    pub existence_answers: Vec<Value>,
    pub existence_appeals: Vec<Value>,
    /// Type, length and query of each form.
    pub existence_forms: Vec<(String, usize, String)>,
    /// Steps of an enrolment: the end of the path, the bearer token, the body.
    pub enrolment_steps: Vec<(String, String, Value)>,
    /// Words about the year: `year` or `begin`, the bearer token, the body.
    pub year_words: Vec<(String, String, Value)>,
    pub wrong_codes: usize,
    /// The person is called otherwise in what is made just now.
    pub renamed: bool,
    /// Deferred requests of a transaction that was asked for.
    pub deferred_requests: usize,
}

impl Knobs {
    /// Everybody behaves.
    pub(super) fn usual(base: &str, now: Timestamp) -> Self {
        Self {
            vc_jwt_of: None,
            forms: Vec::new(),
            derived_already: false,
            sign_in: None,
            signed_metadata: true,
            proof_types: None,
            binding_methods: json!(["jwk", "did:jwk"]),
            key_attestations: None,
            representative: None,
            tx_code: Some("493051"),
            offer_status: 200,
            nonce_refusals: 0,
            tokens_dead: false,
            refresh: false,
            renames: false,
            ends_in_days: None,
            credential_status: 200,
            answered_times: 1,
            batch_size: None,
            copies_differ: false,
            deferred: None,
            release: "waiting",
            other_issuer: false,
            tamper: false,
            bind_to_other_key: false,
            notification_status: 204,
            receipt_ready: false,
            receipt_forged: false,
            revoked: false,
            suspended: false,
            registry_down: false,
            accredited: true,
            chain_has_other_list: false,
            request: json!({
                "client_id": format!("decentralized_identifier:{WFP}"), "response_type": "vp_token",
                "response_mode": "direct_post", "response_uri": format!("{base}/oid4vp/responses/r1"),
                "nonce": "n-0S6_WzA2Mj-0123456789", "state": "st-1", "aud": "https://self-issued.me/v2",
                "iat": now.timestamp(), "exp": now.timestamp() + 600, "purpose": "Entry to the Rome office",
                "dcql_query": {
                    "credentials": [
                        {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": [stub::STAFF]},
                         "claims": [{"path": ["givenName"]}, {"path": ["familyName"]}]},
                        {"id": "w3c", "format": "ldp_vc", "meta": {"type_values": [[stub::STAFF]]}},
                        {"id": "extra", "format": "dc+sd-jwt", "meta": {"vct_values": [stub::STAFF]},
                         "claims": [{"path": ["birthDate"]}]}
                    ],
                    "credential_sets": [{"options": [["sd"], ["w3c"]]}, {"options": [["extra"]], "required": false}]
                }
            }),
            request_typ: "oauth-authz-req+jwt",
            request_signed_by_other: false,
            request_x5c: None,
            response_status: 200,
            answer_waits: None,
            redirect_uri: None,
            receipt_uri: None,
            verifier_receipt: "absent",
            receipt_outcome: "valid",
            existence_state: "open",
            existence_year: 2026,
            existence_status: 200,
            device_kinds: false,
            pictures: false,
            appeal_state: "possible",
            existence_letter: "%PDF-1.7 the letter",
            existence_form: None,
            existence_kept: None,
            existence_place: None,
            existence_residence: None,
            existence_closes: Vec::new(),
            answer_by: None,
            enrolment: crate::enrolment::claimed(),
            enrolment_refusal: None,
            year: crate::year::open(),
            year_refusal: None,
            separation_link: "openid4vp://?client_id=did%3Ax%3Av&request_uri=https%3A%2F%2Fv.example%2Fr%2F1",
        }
    }
}
