//! The page of a yearly proof.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::html;
use wire::existence::FormState;

use super::entry::sign_in_first;
use super::frame::Frame;
use super::receipt::{Appeal, LastTime, PaperForm, Receipt, last_time};
use super::{remains, residence, year};
use crate::app::existence::ExistenceError;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::ExistenceView;
use crate::words::{Sentence, Words};

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_existence);
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
    /// Which earlier years it closes as well.
    both: Option<Sentence>,
    /// The enrolment by which the proof can be begun again.
    begin_again: Option<String>,
    /// Within so many days an officer usually decides.
    usual: Option<Sentence>,
    remains: Option<remains::Remains>,
    /// The Fund looks at where the person lives, or did so lately.
    residence: Option<residence::Residence>,
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
        Err(ExistenceError::Fund(_)) => app.wallet.known_existence(&person, &id).await?,
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
    let both = year::counts_for(words, &view.closes);
    html(&ExistencePage {
        both,
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
        residence: view.residence.as_ref().map(|note| residence::Residence::new(words, note)),
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
