//! What stands around the pages that people meet: the languages, whom to call, and how a problem is said.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LANGUAGE;
use actix_web::web::Data;
use askama::Template;
use language::Language;
use serde_json::Value;
use url::form_urlencoded;
use web::Problem;
use web::page::{Shell, ShellWords};
use web::voice::{Rendered, Speak};

use crate::app::{Issuer, Tenant};
use crate::http::words::{Spoken, Words};

/// The frame in a language.
pub(super) fn shell(words: Words, organisation: Option<&str>) -> Shell {
    let shell = Shell::new("");
    let say = |id: &str| words.say(id).plain().into();
    Shell {
        service: say("service"),
        place: organisation.map(str::to_owned),
        lang: words.language().code(),
        dir: words.language().direction(),
        words: ShellWords {
            skip: say("skip"),
            navigation: say("navigation"),
            about: say("about"),
            notice: say("notice"),
            ..shell.words.clone()
        },
        ..shell
    }
}

/// The same page in each of the languages.
pub(super) fn languages(request: &HttpRequest) -> Vec<(Language, String)> {
    let kept: Vec<_> = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name != "lang" && name != "ui_locales")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let link = |language: Language| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&kept).append_pair("lang", language.code());
        (language, format!("?{}", query.finish()))
    };
    Language::ALL.map(link).to_vec()
}

/// Whom to call.
#[derive(Default)]
pub(super) struct Help {
    pub organisation: String,
    pub telephone: Option<String>,
    pub hours: Option<String>,
}

impl Help {
    pub fn of(tenant: &Tenant, words: Words) -> Self {
        Self {
            organisation: tenant.name_in(words.language()).to_owned(),
            telephone: tenant.help.telephone.clone(),
            hours: tenant.help.hours_in(words.language()).map(str::to_owned),
        }
    }

    /// For the link: what a telephone dials.
    pub fn dialled(&self) -> String {
        let telephone = self.telephone.as_deref().unwrap_or_default();
        telephone.chars().filter(|it| it.is_ascii_digit() || *it == '+').collect()
    }
}

#[derive(Template)]
#[template(path = "authorization/trouble.html")]
struct TroublePage {
    shell: Shell,
    words: Words,
    languages: Vec<(Language, String)>,
    help: Option<Help>,
    title: String,
    detail: String,
    /// Names the request in the service's record.
    number: String,
}

/// Problems in the six languages, for people who sign in here.
pub(super) struct Voice;

impl Speak for Voice {
    fn problem(&self, request: &HttpRequest, problem: Problem) -> Problem {
        let words = Spoken::of(request).words;
        let [title, detail] = said(words, &problem);
        problem.titled(title).detail(detail).header(CONTENT_LANGUAGE, words.language().code())
    }

    fn error_page(&self, request: &HttpRequest, problem: &Problem, request_id: &str) -> Rendered {
        let words = Spoken::of(request).words;
        let app = request.app_data::<Data<Issuer>>();
        let tenant = app.and_then(|app| app.tenant(request.match_info().get("tenant")?));
        let [title, detail] = said(words, problem);
        TroublePage {
            shell: shell(words, tenant.map(|tenant| tenant.name_in(words.language()))),
            words,
            // A link is for what is read, not for what was sent.
            languages: if request.method().is_safe() { languages(request) } else { Vec::new() },
            help: tenant.map(|tenant| Help::of(tenant, words)),
            title,
            detail,
            number: request_id.to_owned(),
        }
        .render()
    }

    fn explanation(&self, _: &HttpRequest, _: &str) -> Option<Rendered> {
        None
    }
}

/// Title and advice, by what a problem says of its reason, or by its kind.
fn said(words: Words, problem: &Problem) -> [String; 2] {
    let first = |ids: &[String]| ids.iter().find(|id| words.knows(id)).cloned().unwrap_or_default();
    let title = first(&[format!("trouble-{}", problem.slug()), "trouble-other".to_owned()]);
    let reason = problem.member("reason").and_then(Value::as_str).unwrap_or_default();
    let detail =
        first(&[format!("said-{reason}"), format!("said-{}", problem.slug()), "said-other".to_owned()]);
    let tries = problem.member("triesLeft").and_then(Value::as_u64).unwrap_or_default();
    [words.say(&title).plain(), words.say(&detail).count("tries", tries).plain()]
}
