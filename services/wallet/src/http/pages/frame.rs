//! What stands around every page: the header with the way around and the languages, and the foot.

use std::ops::Deref;

use actix_web::HttpRequest;
use actix_web::http::Method;
use language::Language;
use web::page::{Shell, ShellWords};

use crate::app::{AtDesk, Person};
use crate::http::{App, support};
use crate::words::Words;

/// The kit's frame in the language of the reader. Templates call it `shell`, as the base template does.
pub struct Frame {
    shell: Shell,
    /// Where the language picker comes back to.
    pub here: String,
    pub telephone: Option<String>,
    pub hours: Option<String>,
    /// Says on the telephone which page this is.
    pub support_code: String,
    /// The desk at which the person is.
    pub desk: Option<AtDesk>,
    /// Somebody is signed in, so a session can end under this page.
    pub inside: bool,
}

impl Deref for Frame {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.shell
    }
}

impl Frame {
    /// For somebody who is not signed in.
    pub fn outside(request: &HttpRequest, app: &App) -> Self {
        let words = Words::of(request);
        let mut shell = Shell::new("");
        shell.service = words.say("wallet").plain().into();
        shell.lang = words.language().code();
        shell.dir = words.language().direction();
        shell.words = ShellWords {
            skip: words.say("frame-skip").plain().into(),
            navigation: words.say("frame-navigation").plain().into(),
            about: words.say("frame-about").plain().into(),
            notice: words.say("frame-notice").plain().into(),
            signed_in_as: words.say("frame-signed-in-as").plain().into(),
            sign_out: words.say("frame-sign-out").plain().into(),
        };
        let demonstration = || words.say("frame-demonstration").plain();
        let notice = app.notice.as_ref().map(ToString::to_string);
        shell.notice = notice.or_else(|| app.demonstration.then(demonstration));
        Self {
            shell,
            here: here(request),
            telephone: app.help.telephone.clone(),
            hours: app.help.hours_in(words.language()).map(str::to_owned),
            support_code: support::code(request.path(), None, app.wallet.now()),
            desk: None,
            inside: false,
        }
    }

    /// For the person; `current` is the address of the entry of the navigation that is open.
    pub fn inside(request: &HttpRequest, app: &App, person: &Person, current: &str) -> Self {
        let mut frame = Self::outside(request, app);
        frame.desk.clone_from(&person.desk);
        frame.inside = true;
        let entries =
            [("/", "frame-credentials"), ("/activity", "frame-activity"), ("/account", "frame-account")];
        let words = Words::of(request);
        // The record and the ways in are the person's own.
        let shown = if person.acting().is_some() { 1 } else { entries.len() };
        for (href, label) in entries.into_iter().take(shown) {
            let label = words.say(label).plain();
            frame.shell = frame.shell.link(href, label, href == current);
        }
        frame
    }

    /// For an officer at work.
    pub fn officer(request: &HttpRequest, app: &App, name: &str) -> Self {
        let mut frame = Self::outside(request, app);
        frame.shell.signed_in_as = Some(name.to_owned());
        frame.inside = true;
        frame.shell.sign_out = "/sign-out";
        let label = Words::of(request).say("officer-title").plain();
        frame.shell = frame.shell.link("/officers", label, request.path() == "/officers");
        let label = Words::of(request).say("desk-title").plain();
        frame.shell = frame.shell.link("/officers/desk", label, request.path() == "/officers/desk");
        let label = Words::of(request).say("station-title").plain();
        frame.shell = frame.shell.link("/officers/stations", label, request.path() == "/officers/stations");
        let label = Words::of(request).say("mandate-title").plain();
        frame.shell = frame.shell.link("/officers/mandates", label, request.path() == "/officers/mandates");
        frame
    }

    /// The same frame, its code saying what went wrong.
    #[must_use]
    pub fn stuck(self, request: &HttpRequest, app: &App, problem: Option<&str>) -> Self {
        Self { support_code: support::code(request.path(), problem, app.wallet.now()), ..self }
    }

    /// The number as a link dials it.
    #[must_use]
    pub fn dialled(&self) -> String {
        let number = self.telephone.as_deref().unwrap_or_default();
        number.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect()
    }

    /// The languages to pick from.
    #[must_use]
    pub fn languages(&self) -> [Language; 6] {
        Language::ALL
    }
}

/// The address of this page. One that was posted to cannot be come back to.
fn here(request: &HttpRequest) -> String {
    let path = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    path.map_or_else(|| "/".to_owned(), ToString::to_string)
}
