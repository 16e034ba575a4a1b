//! How a service says in its readers' languages what went wrong; without it the kit's own English pages answer.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::Problem;

/// A page, rendered.
pub type Rendered = Result<String, askama::Error>;

/// Put it into the app data as [`Voice`].
pub trait Speak: Send + Sync {
    /// The problem as a program or a page's script reads it; `title` and `detail` may be in the reader's language
    /// (RFC 9457, 3.1.3).
    fn problem(&self, request: &HttpRequest, problem: Problem) -> Problem;

    /// The page for a person whose request failed.
    fn error_page(&self, request: &HttpRequest, problem: &Problem, request_id: &str) -> Rendered;

    /// The page that explains a kind of problem, if this service knows it.
    fn explanation(&self, request: &HttpRequest, slug: &str) -> Option<Rendered>;
}

/// The voice of a service.
#[derive(Clone)]
pub struct Voice(pub Arc<dyn Speak>);
