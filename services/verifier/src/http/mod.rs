//! Routes. Each handler translates, calls one use case and translates back.

mod auth;
mod batch;
pub mod desk;
mod desk_files;
mod desk_page;
mod follow;
mod handed_over;
mod language;
mod login;
mod oauth;
mod oid4vp;
mod oidc;
mod pages;
mod policies;
mod problem;
mod receipts;
mod render;
mod sandbox;
mod trial;
mod uploads_at_desk;
mod vc_api;
mod verifications;
mod webhook;

use actix_web::middleware::from_fn;
use actix_web::web::FormConfig;
use async_trait::async_trait;
use store_verifier::Store;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{
    ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
};
use utoipa_actix_web::scope;
use web::{OAuthError, ServiceConfig};

/// A presentation of a few credentials with their receipts.
const RESPONSE_BYTES: usize = 512 * 1024;

const ASSETS: web::assets::Assets = web::assets::Assets(&[login::SCRIPT, desk::STYLE_SHEET]);

/// Registers every route; what is registered is documented.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    let form = FormConfig::default()
        .limit(RESPONSE_BYTES)
        .error_handler(|error, _| OAuthError::bad_request("invalid_request", error.to_string()).into());
    routes
        .app_data(problem::PAGES)
        .app_data(ASSETS)
        .service(pages::landing)
        .service(pages::start_try)
        .service(pages::show_try)
        .service(scope::scope("/oauth").app_data(form.clone()).service(oauth::create_token))
        .service(
            scope::scope("/oidc")
                .app_data(form.clone())
                .service(oidc::find_provider_metadata)
                .service(oidc::list_provider_keys)
                .service(oidc::redeem_code)
                .service(oidc::find_user_info)
                .service(oidc::find_user_info_by_post)
                .service(login::begin_login)
                .service(login::begin_login_by_form)
                .service(login::show_login)
                .service(login::finish_login),
        )
        .service(
            scope::scope("/oid4vp")
                .app_data(form)
                .service(oid4vp::find_request)
                .service(oid4vp::find_request_with_nonce)
                .service(oid4vp::create_response),
        )
        .service(
            scope::scope("/sandbox")
                .service(sandbox::show_sandbox)
                .service(sandbox::make_client_on_page)
                .service(sandbox::make_sandbox_client)
                .service(sandbox::list_samples)
                .service(sandbox::find_verify_sample)
                .service(sandbox::find_sample_status_list),
        )
        .configure(configure_desk_page)
        .service(vc_api::verify_credential)
        .service(vc_api::verify_presentation)
        .service(vc_api::find_sample)
        .service(verifications::list_policies)
        .service(policies::list_purposes)
        .service(trial::show_trial)
        .service(trial::run_trial)
        .service(receipts::show_receipt)
        .service(receipts::download_receipt)
        .service(
            scope::scope("/v1")
                .wrap(from_fn(auth::require_token))
                .service(verifications::create_verification)
                .service(verifications::find_verification)
                .service(receipts::find_receipt)
                .service(policies::write_policy)
                .service(policies::list_agency_policies)
                .service(policies::find_agency_policy)
                .service(policies::find_policy_version)
                .service(policies::retire_policy)
                .service(follow::find_qr_svg)
                .service(follow::find_qr_png)
                .service(follow::follow_verification)
                .service(webhook::put_webhook)
                .service(webhook::find_webhook)
                .service(webhook::delete_webhook)
                .service(webhook::test_webhook)
                .service(scope::scope("/verify/batch").app_data(batch::LIMITS).service(batch::verify_batch))
                .service(verifications::verify),
        );
}

/// The page that verifies by itself, with its files.
pub fn configure_desk_page(routes: &mut ServiceConfig<'_>) {
    routes.app_data(ASSETS).service(
        scope::scope("/desk")
            .service(desk_page::find_desk)
            .service(desk_page::show_desk_page)
            .service(desk_page::find_desk_trust)
            .service(desk_page::find_desk_knowledge)
            .service(desk_page::find_desk_manifest)
            .service(desk_page::find_desk_worker)
            .service(desk_page::find_desk_pack)
            .service(desk_page::find_desk_file),
    );
}

/// Title, tags and security schemes; the routes are collected from [`configure`].
#[must_use]
pub fn base_document() -> utoipa::openapi::OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(
            title = "Passerelle verifier",
            description = "Ask a person for a presentation, or check what you already have, and read a report in which every check has a name, a result and a sentence.",
            license(name = "Apache-2.0", identifier = "Apache-2.0")
        ),
        tags(
            (name = "verifications", description = "For agencies' systems: start a verification, read its report, check what was handed over."),
            (name = "policies", description = "For agencies: policies of their own, in versions. A policy states a purpose, and the purpose bounds the claims it may ask for."),
            (name = "oauth", description = "Access tokens by client credentials (RFC 6749, 4.4)."),
            (name = "oidc", description = "For applications: signing people in by OpenID Connect Core 1.0, with only the claims a client is registered for."),
            (name = "oid4vp", description = "For wallets: OpenID for Verifiable Presentations 1.0."),
            (name = "vc-api", description = "For integrators and test suites, where the configuration opens it. Accreditation is optional there, and the answer says so."),
            (name = "sandbox", description = "For integrators, where the configuration opens it: a client of one's own, and credentials to try."),
            (name = "desk", description = "For desks: a page that checks by itself, also without a network, and the offline packs that it knows the world by."),
            (name = "pages", description = "For people.")
        )
    )]
    struct Base;
    let mut document = Base::openapi();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let scopes = Scopes::from_iter([("verify", "everything under /v1")]);
    let grant = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes));
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("bearer", SecurityScheme::Http(token));
    components.add_security_scheme("client", SecurityScheme::OAuth2(OAuth2::new([grant])));
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
    components.add_security_scheme("clientSecret", SecurityScheme::Http(basic));
    document
}

/// Ready when the database answers. Checks that need the chain say themselves when it does not.
pub struct StoreReady(pub Store);

#[async_trait]
impl web::Ready for StoreReady {
    async fn ready(&self) -> Result<(), String> {
        let mut tx = self.0.read().await.map_err(|error| error.to_string())?;
        tx.count_waiting(crate::app::DEMO_TENANT).await.map(|_| ()).map_err(|error| error.to_string())
    }
}
