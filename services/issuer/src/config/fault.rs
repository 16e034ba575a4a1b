//! What can be wrong in a configuration, in words for whoever wrote it.

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no tenant is configured")]
    NoTenant,
    #[error("tenant {0:?}: an id has lower-case letters, digits and hyphens, at most 32")]
    TenantId(String),
    #[error("tenant {0:?} is configured twice")]
    TenantTwice(String),
    #[error("tenant {0:?}: the DID is no DID")]
    TenantDid(String),
    #[error("tenant {0:?} issues no type of credential, or one of them twice")]
    TenantTypes(String),
    #[error("tenant {0:?}: approved_types names a type that it does not issue")]
    ApprovedTypes(String),
    #[error(
        "tenant {0:?}: names has a name that is empty or longer than 200 characters, or a language that is none of ar, es, fr, ru and zh"
    )]
    Names(String),
    #[error("VC API instance {0:?} is configured twice or has an impossible name")]
    Instance(String),
    #[error("VC API instance {0:?}: the cryptosuite is not known")]
    InstanceSuite(String),
    #[error("VC API instance {0:?}: the cryptosuite does not sign with this kind of key")]
    InstanceKey(String),
    #[error("VC API instance {0:?}: no status list can be secured with its key")]
    InstanceStatus(String),
    #[error("tenant {0}: help is a telephone number as it is dialled from abroad, and hours by language")]
    Help(String),
    #[error("issuing.audit_years must be from 0 to 100")]
    AuditYears,
    #[error("issuing.formats must name known formats, each once: {}", known_formats())]
    Formats,
    #[error(
        "tenant {0:?}: formats must name types that it issues, and for each of them known formats, each once: {known}",
        known = known_formats()
    )]
    TenantFormats(String),
    #[error("VC API instance {0:?}: the envelope is none of vc+jwt, vc+sd-jwt and vc+cose")]
    InstanceEnvelope(String),
    #[error(
        "client {0:?} is configured twice, has no name, or its id is empty or longer than 255 characters"
    )]
    Client(String),
    #[error("client {client:?} needs redirect addresses that a browser may be sent to, not {uri:?}")]
    RedirectUri { client: String, uri: String },
    #[error(
        "attester {0:?} needs either a public key of P-256 or Ed25519 as its jwk or a file of certificates"
    )]
    Attester(String),
    #[error(
        "calls: at most eight servers, `stun:` and `turn:` addresses, and a secret file where there is a TURN server"
    )]
    Calls,
    #[error(
        "separation: verifier_url is an address without path; client_id, key and policy have 1 to 64 letters, digits, points, \
        dashes and underscores"
    )]
    Separation,
    #[error(
        "presence: at least three different movements, 1 to 16 running, at most 1024 waiting, a tolerance of 20 to 200 km, \
        1 to 400 days to object"
    )]
    Presence,
    #[error(
        "presence.detector: an absolute program, 1 to 60 seconds, an evaluation with detector, version, report and method, and a \
        risk with signer, the same version, the document and its SHA-256 in lower-case hex"
    )]
    Detector,
    #[error("tenant {0:?}: passkey_types names a type that it does not issue")]
    PasskeyTypes(String),
    #[error("tenant {0:?}: representative_types names a type that it does not issue")]
    RepresentativeTypes(String),
    #[error("tenant {0:?}: key_attestations names a type that it does not issue, or there is no attester")]
    KeyAttestations(String),
    #[error("client {0:?} must be attested, and no attester is configured")]
    NoAttester(String),
    #[error("console.oidc: {0:?} is no tenant of this service, or has two providers")]
    ProviderTenant(String),
    #[error(
        "console.oidc: {0:?} must be an https URL without query and fragment; client_id and name must not be empty"
    )]
    Provider(String),
    #[error("persons.oidc: {0:?} is no tenant of this service, or has two providers")]
    PersonProviderTenant(String),
    #[error(
        "persons.oidc: {0:?} must be an https URL without query and fragment; client_id and name must not be empty, \
        and scope must hold openid"
    )]
    PersonProvider(String),
    #[error(
        "persons.oidc: staff_number_claim cannot be {0:?}: it must be a claim that is one person's for ever"
    )]
    StaffNumberClaim(String),
    #[error("messages: {0:?} is no address")]
    Address(String),
    #[error(
        "messages: letters leave this machine by TLS only, so `security = \"none\"` needs a loopback host"
    )]
    PlainMail,
    #[error("messages: username and password_file go together, and need TLS")]
    MailPassword,
    #[error("messages: {0:?} is no tenant of this service")]
    MailTenant(String),
    #[error("{0} must be above zero")]
    Zero(&'static str),
}

fn known_formats() -> String {
    issuance::Format::ALL.map(issuance::Format::name).join(", ")
}
