//! Credential issuer metadata (OID4VCI 1.0, 12.2), authorization server metadata (RFC 8414) and signing keys.

use std::collections::BTreeMap;

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web::Data, web::Path};
use credential::jwe::{AGREEMENT, Encryption};
use issuance::assurance::ByRepresentative;
use issuance::attestation::{AttestationRequirement, BATCH_SIZE};
use issuance::build::PICTURE;
use issuance::dpop::DPOP_ALGORITHMS;
use issuance::message::Language;
use issuance::{Configuration, CredentialType, Format, schemas};
use serde_json::{Value, json};
use web::Problem;
use wire::representative::REFUSED;
use wire::vci::{
    AUTHORIZATION_CODE, AuthorizationServerMetadata, BatchIssuance, ClaimDescription, ClaimDisplay,
    CredentialConfiguration, CredentialDefinition, CredentialDisplay, CredentialMetadata, IssuerDisplay,
    IssuerMetadata, Logo, OPENID_CREDENTIAL, PRE_AUTHORIZED_CODE, ProofTypeSupported, REFRESH_TOKEN,
    RequestEncryption, ResponseEncryption,
};

use super::extract::Of;
use crate::app::{Issuer, PROOF_SUITES, Tenant};

/// ES256 in COSE (RFC 9053, 2.1).
const COSE_ES256: i64 = -7;
/// How long a reader may keep metadata, in seconds.
const MAX_AGE: &str = "max-age=300";

/// Credential issuer metadata, at the address that OID4VCI 1.0, 12.2.2 derives from the issuer identifier
///
/// Signed by the organisation where `Accept` prefers `application/jwt`.
#[utoipa::path(tag = "metadata", operation_id = "find_issuer_metadata",
    params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, content((IssuerMetadata = "application/json"), (String = "application/jwt"))), (status = 404, body = Problem)))]
#[get("/openid-credential-issuer/t/{tenant}")]
pub(super) async fn find_issuer_metadata(
    app: Data<Issuer>,
    tenant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let tenant = app.tenant(&tenant).ok_or_else(Problem::not_found)?;
    Ok(metadata_answer(&app, tenant, &request).await)
}

/// The same below the issuer identifier, where older readers look
#[utoipa::path(tag = "metadata", operation_id = "find_issuer_metadata_below",
    params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, content((IssuerMetadata = "application/json"), (String = "application/jwt"))), (status = 404, body = Problem)))]
#[get("/.well-known/openid-credential-issuer")]
pub(super) async fn find_issuer_metadata_below(
    app: Data<Issuer>,
    of: Of,
    request: HttpRequest,
) -> HttpResponse {
    metadata_answer(&app, &of.0, &request).await
}

/// Authorization server metadata
#[utoipa::path(tag = "metadata", operation_id = "find_authorization_server_metadata",
    params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = AuthorizationServerMetadata), (status = 404, body = Problem)))]
#[get("/oauth-authorization-server/t/{tenant}")]
pub(super) async fn find_authorization_server_metadata(
    app: Data<Issuer>,
    tenant: Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = app.tenant(&tenant).ok_or_else(Problem::not_found)?;
    Ok(json_answer(&server_metadata(&app, tenant)))
}

/// The same below the issuer identifier
#[utoipa::path(tag = "metadata", operation_id = "find_authorization_server_metadata_below",
    params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = AuthorizationServerMetadata), (status = 404, body = Problem)))]
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn find_authorization_server_metadata_below(app: Data<Issuer>, of: Of) -> HttpResponse {
    json_answer(&server_metadata(&app, &of.0))
}

/// The keys the organisation signs with at present, as a JWK set
///
/// For readers that do not resolve DIDs; the DID document on the registry chain decides.
#[utoipa::path(tag = "metadata", params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = Object), (status = 404, body = Problem)))]
#[get("/jwks")]
pub(super) async fn list_keys(of: Of) -> HttpResponse {
    let keys: Vec<Value> = of.0.keys().iter().flat_map(|keys| [&keys.ed25519, &keys.p256].map(jwk)).collect();
    json_answer(&json!({ "keys": keys }))
}

fn jwk(key: &credential::data_integrity::SigningKey) -> Value {
    let public = key.signer.public_key();
    let mut jwk = public.to_jwk();
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".into(), key.verification_method.as_str().into());
        members.insert("alg".into(), public.algorithm().jose().into());
        members.insert("use".into(), "sig".into());
    }
    jwk
}

async fn metadata_answer(app: &Issuer, tenant: &Tenant, request: &HttpRequest) -> HttpResponse {
    let mut metadata = tenant.metadata.get_or_init(|| issuer_metadata(app, tenant)).clone();
    app.dress(tenant, &mut metadata).await;
    let signed = if wants_jwt(request) { app.sign_metadata(tenant, &metadata).await } else { None };
    let Some(signed) = signed else {
        let mut unsigned = json_answer(&metadata);
        unsigned.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
        return unsigned;
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwt"))
        .insert_header((CACHE_CONTROL, MAX_AGE))
        .insert_header((VARY, "accept"))
        .body(signed)
}

/// Whether the signed form is named, and no less wanted than the unsigned one (RFC 9110, 12.5.1).
fn wants_jwt(request: &HttpRequest) -> bool {
    let accept = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let mut wanted = (0, 0);
    for item in accept.flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let weight = match parts.next() {
            Some("application/jwt") => &mut wanted.0,
            Some("application/json") => &mut wanted.1,
            _ => continue,
        };
        *weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
    }
    wanted.0 > 0 && wanted.0 >= wanted.1
}

/// `0.5` is 500; what is no weight counts as none.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{fraction:0<3}");
    digits.parse().ok().filter(|weight| digits.len() == 4 && *weight <= 1000).unwrap_or(0)
}

fn json_answer<T: serde::Serialize>(body: &T) -> HttpResponse {
    // Section 12.2.2: the unsigned form must be application/json.
    let body = serde_json::to_string(body).unwrap_or_default();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, MAX_AGE))
        .body(body)
}

fn server_metadata(app: &Issuer, tenant: &Tenant) -> AuthorizationServerMetadata {
    let url = &tenant.issuer_url;
    let base = AuthorizationServerMetadata {
        issuer: url.clone(),
        token_endpoint: format!("{url}/token"),
        jwks_uri: Some(format!("{url}/jwks")),
        grant_types_supported: [PRE_AUTHORIZED_CODE, REFRESH_TOKEN].map(str::to_owned).to_vec(),
        token_endpoint_auth_methods_supported: vec!["none".to_owned()],
        dpop_signing_alg_values_supported: DPOP_ALGORITHMS.map(str::to_owned).to_vec(),
        authorization_details_types_supported: vec![OPENID_CREDENTIAL.to_owned()],
        anonymous_access: true,
        ..AuthorizationServerMetadata::default()
    };
    let base = if app.has_attesters() { with_attestation(base) } else { base };
    if app.has_code_flow() { with_code_flow(base, app, tenant) } else { base }
}

/// OAuth 2.0 Attestation-Based Client Authentication, 10.
fn with_attestation(base: AuthorizationServerMetadata) -> AuthorizationServerMetadata {
    let algorithms = DPOP_ALGORITHMS.map(str::to_owned).to_vec();
    AuthorizationServerMetadata {
        token_endpoint_auth_methods_supported: ["none", "attest_jwt_client_auth"].map(str::to_owned).to_vec(),
        client_attestation_signing_alg_values_supported: algorithms.clone(),
        client_attestation_pop_signing_alg_values_supported: algorithms,
        ..base
    }
}

fn with_code_flow(
    base: AuthorizationServerMetadata,
    app: &Issuer,
    tenant: &Tenant,
) -> AuthorizationServerMetadata {
    let url = &tenant.issuer_url;
    AuthorizationServerMetadata {
        authorization_endpoint: Some(format!("{url}/authorize")),
        pushed_authorization_request_endpoint: Some(format!("{url}/par")),
        require_pushed_authorization_requests: true,
        response_types_supported: vec!["code".to_owned()],
        grant_types_supported: [AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE, REFRESH_TOKEN]
            .map(str::to_owned)
            .to_vec(),
        scopes_supported: offered(app, tenant).iter().map(ToString::to_string).collect(),
        code_challenge_methods_supported: vec!["S256".to_owned()],
        ui_locales_supported: Language::ALL.map(|language| language.code().to_owned()).to_vec(),
        authorization_response_iss_parameter_supported: true,
        ..base
    }
}

fn issuer_metadata(app: &Issuer, tenant: &Tenant) -> IssuerMetadata {
    let url = &tenant.issuer_url;
    let configurations = offered(app, tenant);
    IssuerMetadata {
        credential_issuer: url.clone(),
        authorization_servers: None,
        credential_endpoint: format!("{url}/credential"),
        nonce_endpoint: Some(format!("{url}/nonce")),
        deferred_credential_endpoint: Some(format!("{url}/deferred_credential")),
        notification_endpoint: Some(format!("{url}/notification")),
        credential_request_encryption: Some(RequestEncryption {
            jwks: json!({"keys": [app.encryption_key(tenant).public_jwk()]}),
            enc_values_supported: encryptions(),
            encryption_required: false,
        }),
        credential_response_encryption: Some(ResponseEncryption {
            alg_values_supported: vec![AGREEMENT.to_owned()],
            enc_values_supported: encryptions(),
            encryption_required: false,
        }),
        batch_credential_issuance: u32::try_from(BATCH_SIZE)
            .ok()
            .map(|batch_size| BatchIssuance { batch_size }),
        display: names(tenant),
        credential_configurations_supported: configurations
            .into_iter()
            .map(|configuration| (configuration.to_string(), described(app, tenant, configuration)))
            .collect(),
    }
}

/// English first: a wallet that knows none of the languages takes the first.
fn names(tenant: &Tenant) -> Vec<IssuerDisplay> {
    let others = tenant.names.iter().map(|(code, name)| (code.as_str(), name));
    let all = std::iter::once(("en", &tenant.name)).chain(others);
    all.map(|(code, name)| IssuerDisplay {
        name: Some(name.clone()),
        locale: Some(code.to_owned()),
        logo: Some(Logo { alt_text: Some(name.clone()), ..logo(tenant) }),
    })
    .collect()
}

fn logo(tenant: &Tenant) -> Logo {
    Logo { uri: tenant.logo_url(), alt_text: Some(tenant.name.clone()) }
}

fn encryptions() -> Vec<String> {
    Encryption::ALL.map(|it| it.as_str().to_owned()).to_vec()
}

fn offered(app: &Issuer, tenant: &Tenant) -> Vec<Configuration> {
    app.configurations(tenant, &tenant.types)
}

fn described(app: &Issuer, tenant: &Tenant, configuration: Configuration) -> CredentialConfiguration {
    let kind = configuration.credential_type;
    let base = CredentialConfiguration {
        format: configuration.format.identifier().to_owned(),
        scope: Some(configuration.to_string()),
        cryptographic_binding_methods_supported: ["jwk", "did:key", "did:jwk"].map(str::to_owned).to_vec(),
        proof_types_supported: proof_types(app, tenant.attested_types.get(&kind)),
        credential_metadata: Some(displayed(tenant, kind, configuration.format)),
        representative: refuses_representatives(tenant, kind).then(|| REFUSED.to_owned()),
        ..CredentialConfiguration::default()
    };
    let definition = || {
        Some(CredentialDefinition {
            context: vec!["https://www.w3.org/ns/credentials/v2".into(), kind.context().into()],
            types: vec!["VerifiableCredential".to_owned(), kind.name().to_owned()],
        })
    };
    match configuration.format {
        // A.1.2.2: the names of cryptosuites.
        Format::LdpVc(suite) => CredentialConfiguration {
            credential_signing_alg_values_supported: vec![suite.as_str().into()],
            credential_definition: definition(),
            ..base
        },
        Format::VcJwt | Format::VcSdJwt => CredentialConfiguration {
            credential_signing_alg_values_supported: vec!["ES256".into()],
            credential_definition: definition(),
            ..base
        },
        // The number of the algorithm in the registry of COSE, as A.2.2 has it for mdoc.
        Format::VcCose => CredentialConfiguration {
            credential_signing_alg_values_supported: vec![COSE_ES256.into()],
            credential_definition: definition(),
            ..base
        },
        Format::SdJwt => CredentialConfiguration {
            credential_signing_alg_values_supported: vec!["ES256".into()],
            vct: Some(kind.iri()),
            ..base
        },
    }
}

/// So that a wallet tells whoever acts for somebody before a code is used up.
fn refuses_representatives(tenant: &Tenant, kind: CredentialType) -> bool {
    tenant.representative_types.get(&kind) == Some(&ByRepresentative::Refuse)
}

/// Attestations are taken where a wallet provider is trusted, and required where the organisation says so; no presentation can
/// carry one.
fn proof_types(
    app: &Issuer,
    required: Option<&AttestationRequirement>,
) -> BTreeMap<String, ProofTypeSupported> {
    let key_attestations_required = required.and_then(|required| serde_json::to_value(required).ok());
    let signed_with = |names: Vec<Value>| ProofTypeSupported {
        proof_signing_alg_values_supported: names,
        key_attestations_required: key_attestations_required.clone(),
    };
    // RFC 9864, 2.2 has the last name; wallets from before it know the one before.
    let jose = || signed_with(["ES256", "EdDSA", "Ed25519"].map(Value::from).to_vec());
    let mut types = BTreeMap::from([("jwt".to_owned(), jose())]);
    if required.is_none() {
        let suites = signed_with(PROOF_SUITES.map(|suite| Value::from(suite.as_str())).to_vec());
        types.insert("di_vp".to_owned(), suites);
    }
    if app.has_attesters() {
        types.insert("attestation".to_owned(), jose());
    }
    types
}

/// What credentials are called in a language: as the organisation's cards say, else as the published type metadata does.
pub(super) async fn titles(
    app: &Issuer,
    tenant: &Tenant,
    kinds: &[CredentialType],
    language: Language,
) -> Vec<String> {
    // A design that cannot be read costs its own name alone.
    let cards = app.list_cards(tenant).await.unwrap_or_default();
    let title = |kind: &CredentialType| {
        let card = cards.iter().find(|card| card.credential_type == *kind);
        let named =
            card.and_then(|card| card.design.names.iter().find(|(it, _)| it.code() == language.code()));
        let usual = || {
            let shown = displayed(tenant, *kind, Format::SdJwt).display.into_iter();
            let mut shown = shown.filter(|it| it.locale.as_deref() == Some(language.code()));
            shown.next().map(|it| it.name)
        };
        let named = named.map(|(_, name)| name.to_string()).or_else(usual);
        named.unwrap_or_else(|| kind.title().to_owned())
    };
    kinds.iter().map(title).collect()
}

/// Names of the credential and its claims in every language the published type metadata has.
fn displayed(tenant: &Tenant, kind: CredentialType, format: Format) -> CredentialMetadata {
    let file = schemas::type_metadata(kind);
    let metadata: Value = file.and_then(|it| serde_json::from_slice(it.bytes).ok()).unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let display = list(&metadata, "display").into_iter().map(|it| CredentialDisplay {
        name: text(&it, "name").unwrap_or_else(|| kind.title().to_owned()),
        locale: text(&it, "locale"),
        description: text(&it, "description"),
        background_color: Some("#0b5a8a".to_owned()),
        text_color: Some("#ffffff".to_owned()),
        logo: Some(logo(tenant)),
    });
    // Other forms have no portrait, since it could not be withheld in them.
    let has = |claim: &Value| format == Format::SdJwt || claim["path"] != json!([PICTURE]);
    let claims = list(&metadata, "claims").into_iter().filter(has).map(|claim| {
        let subject = (format != Format::SdJwt).then(|| Value::from("credentialSubject"));
        ClaimDescription {
            path: subject.into_iter().chain(list(&claim, "path")).collect(),
            mandatory: claim.get("mandatory").and_then(Value::as_bool),
            display: list(&claim, "display")
                .iter()
                .map(|it| ClaimDisplay { name: text(it, "label"), locale: text(it, "locale") })
                .collect(),
        }
    });
    CredentialMetadata { display: display.collect(), claims: claims.collect() }
}
