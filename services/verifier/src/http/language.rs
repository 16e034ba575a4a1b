//! Which of the six languages a request asks for: `?lang=` before `Accept-Language`, English where neither helps.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use url::form_urlencoded;
use verification::{Language, Words};
use web::Problem;

/// The words a request wants its sentences in.
#[derive(Clone, Copy)]
pub struct Spoken(pub Words);

impl FromRequest for Spoken {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = form_urlencoded::parse(request.query_string().as_bytes());
        let named = query.into_iter().find(|(name, _)| name == "lang").map(|(_, value)| value.into_owned());
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        ready(Ok(Self(Words(Language::chosen(named.as_deref(), header)))))
    }
}

impl Spoken {
    /// 200 with a body whose sentences are in this language.
    pub fn json(self, body: &impl Serialize) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_LANGUAGE, self.0.language().code()))
            .insert_header((VARY, "Accept-Language"))
            .json(body)
    }
}
