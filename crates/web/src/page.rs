//! Server-rendered pages: the frame around each page, and answering with a rendered template.
//!
//! A service's `askama.toml` lists `dirs = ["templates", "../../crates/web/templates"]`; its pages start with
//! `{% extends "base.html" %}`, fill the blocks `title` and `main`, and hold a field `shell: Shell`.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use askama::Template;

use crate::Problem;

/// What every page of a service shares: the header, the way around, the foot.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The name of the service as people know it: "Wallet", "Issuer console".
    pub service: Cow<'static, str>,
    /// Where its name in the header leads.
    pub home: &'static str,
    /// A word beside it, such as the organisation whose console this is.
    pub place: Option<String>,
    pub signed_in_as: Option<String>,
    /// Where the sign-out button posts to; shown when somebody is signed in.
    pub sign_out: &'static str,
    pub lang: &'static str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    pub nav: Vec<NavLink>,
    /// What few people need every day, folded together under a word.
    pub more: Vec<NavLink>,
    pub more_label: &'static str,
    /// A sentence above every page, such as "Demonstration: invented people".
    pub notice: Option<String>,
    pub words: ShellWords,
}

/// The words of the frame itself.
#[derive(Clone, Debug)]
pub struct ShellWords {
    /// Leads from the top of the page to its content.
    pub skip: Cow<'static, str>,
    /// Name the two navigations and the notice for those who hear the page.
    pub navigation: Cow<'static, str>,
    pub about: Cow<'static, str>,
    pub notice: Cow<'static, str>,
    /// Said before the name of who is signed in.
    pub signed_in_as: Cow<'static, str>,
    pub sign_out: Cow<'static, str>,
}

impl ShellWords {
    pub const ENGLISH: Self = Self {
        skip: Cow::Borrowed("Skip to the content"),
        navigation: Cow::Borrowed("Main"),
        about: Cow::Borrowed("About"),
        notice: Cow::Borrowed("Notice"),
        signed_in_as: Cow::Borrowed("Signed in as"),
        sign_out: Cow::Borrowed("Sign out"),
    };
}

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavLink {
    pub href: String,
    pub label: String,
    pub current: bool,
}

impl Shell {
    #[must_use]
    pub const fn new(service: &'static str) -> Self {
        Self {
            service: Cow::Borrowed(service),
            home: "/",
            place: None,
            signed_in_as: None,
            sign_out: "/sign-out",
            lang: "en",
            dir: "ltr",
            nav: Vec::new(),
            more: Vec::new(),
            more_label: "Settings",
            notice: None,
            words: ShellWords::ENGLISH,
        }
    }

    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    #[must_use]
    pub fn signed_in_as(mut self, name: impl Into<String>) -> Self {
        self.signed_in_as = Some(name.into());
        self
    }

    #[must_use]
    pub fn link(mut self, href: impl Into<String>, label: impl Into<String>, current: bool) -> Self {
        self.nav.push(NavLink { href: href.into(), label: label.into(), current });
        self
    }

    /// An entry of the folded part.
    #[must_use]
    pub fn link_below(mut self, href: impl Into<String>, label: impl Into<String>, current: bool) -> Self {
        self.more.push(NavLink { href: href.into(), label: label.into(), current });
        self
    }

    /// Whether this page is one of the folded part.
    #[must_use]
    pub fn is_below(&self) -> bool {
        self.more.iter().any(|link| link.current)
    }

    #[must_use]
    pub fn notice(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }
}

/// 200 with the rendered page; never cached, since pages show what only the signed-in person may see.
pub fn html(page: &impl Template) -> Result<HttpResponse, Problem> {
    html_with(StatusCode::OK, page)
}

pub fn html_with(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let text = page.render().map_err(|error| Problem::internal(&error))?;
    Ok(html_of(status, text))
}

/// A page that is rendered already.
pub(crate) fn html_of(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

/// 303: after a form was accepted, the browser fetches the next page with GET.
#[must_use]
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", to)).finish()
}

/// The page for a person whose request failed.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'a> {
    pub shell: Shell,
    pub status: u16,
    pub title: &'a str,
    pub detail: Option<&'a str>,
    pub request_id: &'a str,
    pub problem_url: String,
}

/// The page that explains one kind of problem.
#[derive(Template)]
#[template(path = "problem.html")]
pub(crate) struct ExplanationPage {
    pub shell: Shell,
    pub slug: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// The frame for Swagger UI.
#[derive(Template)]
#[template(path = "docs.html")]
pub(crate) struct DocsPage {
    pub shell: Shell,
}
