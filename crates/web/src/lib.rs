//! The actix kit every service stands on: problems, bounded JSON, pages, passkeys, metrics, and one `serve`.
//!
//! It deliberately knows no route of a service and takes no business decision. What it adds to each service:
//! request ids, an access log without personal data, metrics, security headers with a strict Content Security
//! Policy, `/healthz`, `/readyz`, `/metrics`, `/openapi.json`, `/docs`, `/assets/*` and `/problems/{slug}`.
//! Read [`serve`], [`Problem`] and [`page::Shell`] first; `README.md` beside this crate shows the design system.

pub mod assets;
mod config;
pub mod csrf;
mod docs;
mod edge;
pub mod headers;
pub mod json;
mod metrics;
mod oauth;
pub mod page;
pub mod passkey;
mod problem;
mod problem_pages;
pub mod qr;
mod routes;
mod server;
mod tls;
pub mod voice;

pub use config::{HttpConfig, Tls};
pub use docs::document;
pub use edge::RequestId;
pub use json::{Json, JsonLimits, OAuthJson};
pub use oauth::OAuthError;
pub use problem::Problem;
pub use problem_pages::{ProblemPage, ProblemPages};
pub use server::{Ready, Running, ServeError, serve};
pub use tls::self_signed;
/// What `serve` hands to a service to register its routes: what is registered is documented.
pub use utoipa_actix_web::service_config::ServiceConfig;
