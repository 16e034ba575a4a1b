//! Transport: routes, their documentation, and errors as the outside sees them. No decisions.

mod authorization;
pub(crate) mod console;
mod cors;
mod credential;
mod dpop_nonce;
mod enrolment;
mod existence;
mod extract;
mod fund;
mod hr;
mod logos;
mod metadata;
mod offers;
mod problem;
mod receipts;
mod schemas;
mod scim;
mod status;
mod status_history;
mod token;
mod vc_api;
mod words;
mod yearly;

use actix_web::middleware::from_fn;
use utoipa::OpenApi as _;
use utoipa_actix_web::scope;
use web::ServiceConfig;

/// Scripts of our pages.
const ASSETS: web::assets::Assets = web::assets::Assets(&[
    console::SCRIPT,
    console::CALL_SCRIPT,
    console::PICTURES_SCRIPT,
    authorization::SCRIPT,
]);

/// The document of everything this service serves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    web::document(Base::openapi(), configure)
}

/// Registers every route; what is registered here is documented.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .app_data(problem::PAGES)
        .app_data(ASSETS)
        .service(
            scope("/.well-known")
                .wrap(from_fn(cors::allow))
                .service(metadata::find_issuer_metadata)
                .service(metadata::find_authorization_server_metadata),
        )
        // Before the scope of all that is below the organisation: the first prefix that fits decides.
        .configure(authorization::configure)
        .service(
            scope("/t/{tenant}")
                .wrap(from_fn(dpop_nonce::supply))
                .wrap(from_fn(cors::allow))
                .service(metadata::find_issuer_metadata_below)
                .service(metadata::find_authorization_server_metadata_below)
                .service(metadata::list_keys)
                .service(logos::find_logo)
                .service(offers::fetch_offer)
                .service(authorization::push_authorization)
                .service(token::exchange_code)
                .service(token::mint_nonce)
                .service(credential::issue_credential)
                .service(credential::issue_deferred_credential)
                .service(credential::notify)
                .service(receipts::find_receipt)
                .service(status::find_status_list)
                .configure(yearly::configure)
                .configure(existence::configure)
                .configure(enrolment::configure),
        )
        .service(
            scope("/vc-api")
                .wrap(from_fn(cors::allow))
                .service(vc_api::list_instances)
                .service(vc_api::issue_by_api)
                .service(vc_api::change_status_by_api)
                .service(vc_api::find_api_status_list),
        )
        .configure(scim::configure)
        .configure(fund::configure)
        .configure(hr::configure)
        .service(scope("/schemas/v1").wrap(from_fn(cors::allow)).service(schemas::find_schema))
        .service(scope("/schemas/v2").wrap(from_fn(cors::allow)).service(schemas::find_schema_v2))
        .configure(console::configure);
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Passerelle issuer",
        description = "Credentials over OpenID for Verifiable Credential Issuance 1.0, status lists, anchoring \
            receipts, the VC API and the console of the organisations' officers.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "metadata", description = "What this issuer offers and with which keys it signs."),
        (name = "issuance", description = "OID4VCI 1.0: offer, token, nonce, credential, notification."),
        (name = "status", description = "Status lists as their digests stand on the registry chain."),
        (name = "anchoring", description = "Receipts that prove the time of issue."),
        (name = "vc-api", description = "Issuing for machines. Open instances issue under their own did:key; \
            accreditation is optional for them and verifiers say so."),
        (name = "existence", description = "The Fund's proof requests: what is asked, and the device's answer."),
        (name = "enrolment", description = "Enrolment for digital proofs, as a beneficiary's wallet uses it: invitation, device \
            key, appointment, and the messages by which two browsers begin a video call."),
        (name = "fund", description = "The Fund's year for machines: register, nights, proofs, lists for payroll, journals."),
        (name = "hr", description = "HR systems and portals: staff lists, offers, the life of credentials and their status."),
        (name = "scim", description = "SCIM 2.0: an HR system pushes hires, changes and separations."),
        (name = "schemas", description = "Published contexts, JSON Schemas and type metadata.")
    )
)]
struct Base;
