//! The pages. They only show; every act goes through `/v1`, where it is documented and guarded.

mod access;
mod assisted;
mod cards;
mod consent;
mod enrolment;
pub(super) mod frame;
mod mandates;
mod officers;
mod organisations;
mod problems;
mod receipt;
mod remains;
mod shared;
mod shown;
mod year;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use holding::assurance::Assurance;
use language::Language;
use serde::Deserialize;
use serde_json::{Map, Value};
use web::Problem;
use web::page::{html, html_with, see_other};
use wire::existence::FormState;

use self::consent::{Choice, choices, missing};
use self::frame::Frame;
use self::mandates::Mandate;
pub use self::mandates::{acts, here_for};
pub use self::problems::Voice;
use self::receipt::{Appeal, LastTime, PaperForm, Receipt, last_time};
use self::shown::{
    Card, Entry, OfferedLine, Reminder, Unfinished, entries, explanation, offered, unfinished, verdict,
};
pub use self::year::YearButton;
use self::year::YearCard;
use super::auth::{find_person, removal_cookie};
use super::known::Known;
use super::views::{
    AccountView, ClaimView, CredentialView, ExistenceView, HelpView, OfferView, PresentationView,
};
use super::{App, assets, desk, language as languages, resting};
use crate::app::Person;
use crate::words::{Sentence, Words};

pub fn configure(config: &mut ServiceConfig) -> &mut ServiceConfig {
    config
        .service(manifest)
        .service(home)
        .service(open_offer)
        .service(open_presentation)
        .service(come_back)
        .service(open_existence)
        .service(show_offer)
        .service(show_credential)
        .service(show_presentation)
        .service(show_existence)
        .service(activity)
        .service(account)
        .service(sign_out)
        .service(languages::pick)
        .service(desk::finish)
        .service(resting::open_own)
        .service(problems::read_code)
        .configure(access::configure)
        .configure(assisted::configure)
        .configure(officers::configure)
        .configure(organisations::configure)
        .configure(mandates::configure)
        .configure(shared::configure)
        .configure(cards::configure)
        .configure(enrolment::configure)
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    shell: Frame,
    words: Words,
    title: &'static str,
    lead: &'static str,
    welcome: bool,
    deleted: bool,
    /// Somebody was signed in here a moment ago, so there is a wallet.
    again: bool,
    /// How a wallet was opened in this browser before.
    known: Option<Known>,
}

impl EntryPage {
    /// There is a wallet to come back to: its way in stands first, and a new one is made only after a question.
    const fn returns(&self) -> bool {
        self.again || self.known.is_some()
    }

    fn by_pin(&self) -> bool {
        self.known == Some(Known::Pin)
    }
}

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    shell: Frame,
    words: Words,
    account: String,
    kind: &'static str,
    title: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Frame,
    words: Words,
    account: String,
    /// Somebody asks to open this wallet elsewhere.
    asked: Option<HelpView>,
    /// Who may act for the person, so that nobody does so unseen.
    mandates: Vec<Mandate>,
    /// The yearly proof, for whoever is enrolled with a Fund.
    years: Vec<YearCard>,
    cards: Vec<Card>,
    unfinished: Vec<Unfinished>,
    reminders: Vec<Reminder>,
    /// There are organisations to turn to, and this is the person's own device.
    may_ask: bool,
    /// Nothing would bring the person back in if this phone were lost.
    without_return: bool,
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage {
    shell: Frame,
    words: Words,
    account: String,
    title: &'static str,
    received: bool,
    started: bool,
    waiting: bool,
    refused: bool,
    /// It is given to whoever signs in there, and the person has not yet.
    signs_in: bool,
    /// The person is back from there; the page goes on by itself.
    signed_in: bool,
    /// Signing in is another way, beside the code.
    may_sign_in: bool,
    /// Where nobody signs in anywhere.
    at_desk: bool,
    /// Somebody acts for the person, and the organisation gives it to the person alone.
    in_person: bool,
    offer: OfferView,
    offered: Vec<OfferedLine>,
    /// The chain does not accredit the issuer for something of it.
    unaccredited: bool,
    /// One certificate is among it in two forms.
    two_forms: bool,
    cards: Vec<Card>,
    /// What was received and can be kept on this phone for times without a network.
    keepable: Option<String>,
}

#[derive(Template)]
#[template(path = "credential.html")]
struct CredentialPage {
    shell: Frame,
    words: Words,
    account: String,
    view: CredentialView,
    claims: Vec<ClaimView>,
    card: Card,
    verdict: &'static str,
    /// The name of the sentence that explains the status.
    status_what: &'static str,
    whole: bool,
    raw: String,
}

#[derive(Template)]
#[template(path = "presentation.html")]
struct PresentationPage {
    shell: Frame,
    words: Words,
    account: String,
    view: PresentationView,
    choices: Vec<Choice>,
    missing: Vec<String>,
    /// How long the other side says that it keeps it.
    keeps: Sentence,
    deciding: bool,
    /// Nobody vouches for who asks: "No" is the first button.
    unknown_asker: bool,
    expired: bool,
    /// They refuse an answer after a PIN, and it was one.
    passkey_first: bool,
    /// Somebody acts for the person, and the verifier takes an answer from the person alone.
    in_person: bool,
}

#[derive(Template)]
#[template(path = "existence.html")]
struct ExistencePage {
    shell: Frame,
    words: Words,
    account: String,
    view: ExistenceView,
    /// Not a quantity: it is written without separators.
    year: String,
    /// How it went the time before.
    last_time: Option<LastTime>,
    expired: bool,
    /// There is no passkey, and the Fund wants one: the other ways come first.
    pin_alone: bool,
    certificate_received: bool,
    /// What to do better this time.
    again: Option<&'static str>,
    receipt: Option<Receipt>,
    appeal: Option<Appeal>,
    form: Option<PaperForm>,
    /// A form counts: there is nothing more to do.
    form_accepted: bool,
    /// A form is with the Fund, which decides about it.
    form_waits: bool,
    /// Another officer found that the refusal was wrong.
    upheld: bool,
    /// The enrolment by which the proof can be begun again.
    begin_again: Option<String>,
    /// Within so many days an officer usually decides.
    usual: Option<Sentence>,
    remains: Option<remains::Remains>,
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    shell: Frame,
    words: Words,
    entries: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Frame,
    words: Words,
    asked: Option<HelpView>,
    view: AccountView,
}

#[get("/")]
async fn home(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else {
        let deleted = request.query_string() == "deleted";
        let said = ["entry-title", "entry-lead"];
        return entry(&request, &app, StatusCode::OK, said, true, deleted);
    };
    let kept = app.wallet.credentials(&person).await?;
    let now = app.wallet.now();
    let mandates = match person.acting() {
        None => app.wallet.open_mandates(&person).await?,
        Some(_) => Vec::new(),
    };
    let years = year::cards(&app.wallet, &person, words).await?;
    html(&HomePage {
        mandates: mandates.iter().map(|one| Mandate::new(words, one)).collect(),
        shell: Frame::inside(&request, &app, &person, "/"),
        words,
        asked: app.wallet.help_under_way(&person).await?.as_ref().map(HelpView::from),
        cards: kept.iter().map(|one| Card::new(one, now)).collect(),
        unfinished: year::without_told(unfinished(&app.wallet, &person).await?, &years),
        years,
        reminders: app.wallet.endings(&person).await?.iter().map(|one| Reminder::new(one, now)).collect(),
        may_ask: !app.wallet.issuers.is_empty() && person.desk.is_none(),
        without_return: !kept.is_empty() && without_return(&app, &person).await?,
        account: person.account,
    })
}

/// Neither recovery code nor second passkey, on a device of the person's own.
async fn without_return(app: &App, person: &Person) -> Result<bool, Problem> {
    if person.desk.is_some() {
        return Ok(false);
    }
    let overview = app.wallet.account(&person.account).await?;
    Ok(overview.recovery_code_made.is_none() && overview.passkeys.len() < 2)
}

#[get("/offer")]
async fn open_offer(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "offer", "opening-offer", "entry-offer").await
}

/// Back from the sign-in at an issuer.
#[get("/authorized")]
async fn come_back(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "authorized", "opening-authorized", "entry-authorized").await
}

#[get("/present")]
async fn open_presentation(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "present", "opening-request", "entry-request").await
}

#[get("/existence")]
async fn open_existence(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "existence", "opening-request", "entry-existence").await
}

#[get("/offers/{id}")]
async fn show_offer(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let offer = app.wallet.offer(&person, &id).await?;
    let in_person = person.representative().is_some() && offer.reception.is_for_the_person_alone();
    let view = OfferView::from(&offer);
    let at_desk = person.desk.is_some();
    let now = app.wallet.now();
    let mut cards = Vec::new();
    let mut keepable = None;
    for row in &offer.stored {
        let kept = app.wallet.credential(&person, &row.id).await?;
        if kept.held.format == holding::dcql::SD_JWT && person.desk.is_none() {
            keepable.get_or_insert_with(|| row.id.clone());
        }
        cards.push(Card::new(&kept, now));
    }
    // What came was checked; before that the person reads whether they may give it.
    let received = view.state == "received";
    let accredited = if received { Vec::new() } else { app.wallet.accreditations(&offer.reception).await };
    let offered = offered(&view, &accredited);
    html(&OfferPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        title: match view.state.as_str() {
            "received" => "offer-received",
            "waiting" => "offer-waiting",
            "refused" => "offer-refused",
            _ => "offer-title",
        },
        received,
        started: view.state == "signing",
        signs_in: view.state == "opened" && view.sign_in == Some("needed"),
        signed_in: view.state == "opened" && view.sign_in == Some("done"),
        may_sign_in: view.state == "opened" && view.sign_in == Some("possible") && !at_desk,
        at_desk,
        waiting: view.state == "waiting",
        refused: view.state == "refused",
        in_person,
        unaccredited: offered.iter().any(|one| one.accredited == Some(false)),
        two_forms: shown::comes_in_two_forms(&offered),
        offered,
        offer: view,
        cards,
        keepable,
    })
}

#[get("/credentials/{id}")]
async fn show_credential(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let kept = app.wallet.credential(&person, &id).await?;
    let now = app.wallet.now();
    let standing = kept.held.standing(&kept.annex, now);
    let mut view = CredentialView::whole(&kept, now);
    let raw = match &kept.held.credential {
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    html(&CredentialPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        claims: view.claims.take().unwrap_or_default(),
        card: Card::new(&kept, now),
        verdict: verdict(standing),
        status_what: explanation(standing),
        whole: kept.held.is_whole(),
        raw,
        view,
    })
}

#[get("/presentations/{id}")]
async fn show_presentation(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let asked = app.wallet.presentation(&person, &id).await?;
    let now = app.wallet.now();
    let view = PresentationView::new(&asked, now);
    let passkey_first =
        asked.presentation.request.wants_passkey && person.session.assurance < Assurance::Passkey;
    let in_person = asked.presentation.request.refuses_representative && person.representative().is_some();
    html(&PresentationPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        choices: choices(&view, words),
        missing: missing(words, &asked),
        keeps: shared::keeps(words, asked.presentation.request.keeps_seconds),
        deciding: view.state == "asked",
        unknown_asker: !view.verifier.proven && !view.verifier.certified,
        expired: view.expires_at <= now,
        passkey_first,
        in_person,
        view,
    })
}

#[get("/existence/{id}")]
async fn show_existence(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let (record, existence) = match app.wallet.existence(&person, &id).await {
        // The page also shows what is known when the Fund cannot be asked just now.
        Err(crate::app::existence::ExistenceError::Fund(_)) => {
            app.wallet.known_existence(&person, &id).await?
        }
        other => other?,
    };
    let view = ExistenceView::new(&record.id, &existence);
    let certificate_received = match &view.offer_id {
        Some(offer) => {
            app.wallet.offer(&person, offer).await.is_ok_and(|offer| offer.reception.state() == "received")
        }
        None => false,
    };
    let expired = view.expires_at <= app.wallet.now();
    let pin_alone = person.desk.is_none() && app.wallet.account(&person.account).await?.passkeys.is_empty();
    let appeal = Appeal::new(&view);
    let last = last_time(&app.wallet, &person, &view).await?;
    let fund = existence.fund.did.as_deref();
    let begin_again = year::enrolled_with(&app.wallet, &person, fund).await?;
    html(&ExistencePage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        year: view.year.to_string(),
        last_time: last,
        again: view.outcome.as_ref().and_then(|outcome| outcome.reasons.first()).map(|code| again(code)),
        receipt: view.receipt.as_ref().map(|receipt| Receipt::new(words, receipt)),
        form_accepted: view.form.as_ref().is_some_and(|form| form.state == FormState::Accepted)
            && view.state != "confirmed",
        form_waits: view.form.as_ref().is_some_and(|form| form.state == FormState::Waiting),
        form: view.form.as_ref().map(PaperForm::new),
        upheld: appeal.as_ref().is_some_and(|appeal| appeal.upheld),
        appeal,
        begin_again,
        usual: view.usual_days.map(|days| words.say("existence-usual").count("days", usize::from(days))),
        remains: view.kept.as_ref().map(|kept| remains::Remains::new(words, kept, app.wallet.now())),
        view,
        expired,
        pin_alone,
        certificate_received,
    })
}

/// What to do better with the next pictures, by the Fund's code.
fn again(code: &str) -> &'static str {
    match code {
        "tooDark" | "tooBright" | "blurred" => "existence-again-light",
        "tooSmall" => "existence-again-closer",
        "noFace" | "severalFaces" | "turnedAway" => "existence-again-face",
        "notFollowed" | "unasked" | "order" | "tooSlow" | "frames" | "expired" => "existence-again-movement",
        _ => "existence-again-other",
    }
}

#[get("/activity")]
async fn activity(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let entries = entries(words, app.wallet.activities(&person).await?);
    html(&ActivityPage { shell: Frame::inside(&request, &app, &person, "/activity"), words, entries })
}

#[get("/account")]
async fn account(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let overview = app.wallet.account(&person.account).await?;
    html(&AccountPage {
        shell: Frame::inside(&request, &app, &person, "/account"),
        words,
        asked: app.wallet.help_under_way(&person).await?.as_ref().map(HelpView::from),
        view: AccountView::new(&overview, Some(&person.session.id)),
    })
}

#[post("/sign-out")]
async fn sign_out(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    if let Some(person) = find_person(&request).await? {
        if person.desk.is_some() {
            return desk::finish_visit(&app, &person).await;
        }
        app.wallet.end_session(&person, "current").await?;
    }
    let mut response = see_other("/");
    for cookie in [removal_cookie(&app), resting::removal(&app)] {
        response.add_cookie(&cookie).map_err(|error| Problem::bad_request(error.to_string()))?;
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Installed {
    language: Option<String>,
}

/// The name under which a phone installs the wallet, in the page's language: browsers fetch it without cookies.
#[get("/manifest.webmanifest")]
async fn manifest(words: Words, asked: Query<Installed>) -> Result<HttpResponse, Problem> {
    let words = asked.language.as_deref().and_then(Language::parse).map_or(words, Words);
    let mut manifest: Map<String, Value> =
        serde_json::from_str(assets::MANIFEST).map_err(|error| Problem::internal(&error))?;
    let said = [("name", "frame-foot"), ("short_name", "wallet"), ("description", "entry-lead")];
    manifest.extend(said.map(|(member, id)| (member.to_owned(), words.say(id).plain().into())));
    manifest.insert("lang".to_owned(), words.language().code().into());
    manifest.insert("dir".to_owned(), words.language().direction().into());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(Value::Object(manifest).to_string()))
}

/// A link that was opened: `title` while it is looked at, `before` for who is not signed in yet.
async fn opening(
    request: &HttpRequest,
    app: &App,
    kind: &'static str,
    title: &'static str,
    before: &'static str,
) -> Result<HttpResponse, Problem> {
    let person: Option<Person> = find_person(request).await?;
    match person {
        Some(person) => html(&OpeningPage {
            shell: Frame::inside(request, app, &person, ""),
            words: Words::of(request),
            account: person.account,
            kind,
            title,
        }),
        None => entry(request, app, StatusCode::OK, [before, "entry-to-look"], false, false),
    }
}

fn sign_in_first(request: &HttpRequest, app: &App) -> Result<HttpResponse, Problem> {
    let said = ["entry-again", "entry-again-lead"];
    entry(request, app, StatusCode::UNAUTHORIZED, said, false, false)
}

/// The page for who is not signed in, with the names of its title and of the sentence below.
fn entry(
    request: &HttpRequest,
    app: &App,
    status: StatusCode,
    [title, lead]: [&'static str; 2],
    welcome: bool,
    deleted: bool,
) -> Result<HttpResponse, Problem> {
    if resting::is_closed(request) {
        return Ok(see_other(resting::DESK));
    }
    let shell = Frame::outside(request, app);
    html_with(
        status,
        &EntryPage {
            shell,
            words: Words::of(request),
            title,
            lead,
            welcome,
            deleted,
            again: status == StatusCode::UNAUTHORIZED,
            known: Known::of(request).filter(|_| !deleted),
        },
    )
}

/// For `<time datetime>`.
#[must_use]
pub fn iso(at: &Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The first letter of a name, for its mark.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}
