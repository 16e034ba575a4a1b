//! Letters for the post, and the proof of what was sent.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use issuance::{Actor, Scope};
use web::{Json, Problem};
use wire::fund_mail::{
    LeftOutLetter, LetterCount, MailingOrder, MailingPart, MailingPosted, MailingPosting, MailingView,
    PersonLetter, PersonMessage, PersonPost,
};

use super::message::json;
use super::register::file;
use super::{About, Allowed, Call, Token, machine};
use crate::app::{FundPost, Issuer, NewMailing, letter_fault};
use crate::http::extract::Of;

/// Begins a mailing of what waits for one
///
/// It is gathered in the background, in batches, and goes on where it was after a crash. One is gathered at a time.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = MailingOrder, responses((status = 201, body = MailingView), (status = "4XX", body = Problem)))]
#[post("/mailings")]
pub(super) async fn make_mailing(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let order: MailingOrder = json(payload).await?;
    let new = NewMailing {
        kinds: order.kinds,
        telephone: order.telephone.unwrap_or_default(),
        return_address: order.return_address.unwrap_or_default(),
    };
    let id = app.make_mailing(&by, &new).await?;
    let view = mailing_view(app.mailing(&by.tenant, &id).await?);
    Ok(HttpResponse::build(StatusCode::CREATED).json(view))
}

/// The last mailings, newest first, without their parts
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<MailingView>), (status = "4XX", body = Problem)))]
#[get("/mailings")]
pub(super) async fn list_mailings(call: Call) -> Result<Json<Vec<MailingView>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let rows = app.list_mailings(&by.tenant).await?;
    let views = rows.into_iter().map(|row| mailing_view(crate::app::MailingView::of(row)));
    Ok(Json(views.collect()))
}

/// A mailing: how far it is, its parts, and what was left out
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")),
    responses((status = 200, body = MailingView), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}")]
pub(super) async fn find_mailing(about: About) -> Result<Json<MailingView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(Json(mailing_view(app.mailing(&by.tenant, &named).await?)))
}

/// The letters of one part as PDF/A, at most 500, a page each
///
/// Letters that were taken back meanwhile are not in it. Who fetched it, and the digest of the file, are written down.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing"), ("part" = u64, Path, description = "From 1")),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}/parts/{part}")]
pub(super) async fn find_mailing_part(
    of: Of,
    token: Token,
    path: Path<(String, String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    let part = path.2.parse().map_err(|_| Problem::not_found())?;
    let pdf = app.mailing_piece(&by, &path.1, part).await?;
    Ok(file("application/pdf", &format!("letters-{part}.pdf"), pdf))
}

/// Names and addresses of a mailing, in the order of its letters
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}/addresses.csv")]
pub(super) async fn list_mailing_addresses(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    addresses(app, by, named).await
}

/// Letters that were taken back after they were gathered, to be pulled out of what was printed
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}/withdrawn.csv")]
pub(super) async fn list_withdrawn_letters(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let bytes = app.withdrawn_letters(&by.tenant, &named).await?;
    Ok(file("text/csv; charset=utf-8", "withdrawn.csv", bytes))
}

/// The post took the letters
///
/// What asked for them is done, but for those that were taken back. All of it, or the parts `from` to `to`; each must have been
/// fetched before. The mailing has left when its last part has.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")), request_body = MailingPosting,
    responses((status = 200, body = MailingPosted), (status = "4XX", body = Problem)))]
#[post("/mailings/{id}/posting")]
pub(super) async fn post_mailing(about: About, payload: Payload) -> Result<Json<MailingPosted>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let sent: MailingPosting = json(payload).await?;
    let parts = match (sent.from, sent.to) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(1), to.or(from).unwrap_or(1))),
    };
    Ok(Json(MailingPosted { letters: app.post_parts(&by, &named, sent.on, parts).await? }))
}

/// Gives up a mailing that did not leave; cancelling it again changes nothing
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")),
    responses((status = 204, description = "Cancelled"), (status = "4XX", body = Problem)))]
#[post("/mailings/{id}/cancellation")]
pub(super) async fn cancel_mailing(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    app.cancel_mailing(&by, &named).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Letters and messages of a person by pseudonymous number, with the proof of sending
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("person" = String, Path, description = "The pseudonymous number")),
    responses((status = 200, body = PersonPost), (status = "4XX", body = Problem)))]
#[get("/people/{person}/post")]
pub(super) async fn find_person_post(about: About) -> Result<Json<PersonPost>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(Json(person_post(app.fund_post(&by.tenant, &named).await?)))
}

/// The file part by part, so that it is never in memory as a whole. The first is made before the answer begins, so that a
/// refusal is one.
pub(in crate::http) async fn addresses(
    app: Data<Issuer>,
    by: Actor,
    id: String,
) -> Result<HttpResponse, Problem> {
    let first = app.mailing_addresses(&by, &id, 1).await?.unwrap_or_default();
    let rest = futures_util::stream::unfold(Some(2), move |piece| {
        let (app, by, id) = (app.clone(), by.clone(), id.clone());
        async move {
            let piece: u64 = piece?;
            match app.mailing_addresses(&by, &id, piece).await {
                Ok(Some(part)) => Some((Ok(Bytes::from(part)), Some(piece + 1))),
                Ok(None) => None,
                // The connection breaks off, so that nobody takes half a file for the whole.
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
            }
        }
    });
    let all = futures_util::StreamExt::chain(
        futures_util::stream::once(async move { Ok::<Bytes, std::io::Error>(Bytes::from(first)) }),
        rest,
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"addresses.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(all)))
}

fn mailing_view(view: crate::app::MailingView) -> MailingView {
    let row = view.row;
    MailingView {
        state: row.state,
        kinds: row.kinds.split_whitespace().map(str::to_owned).collect(),
        letters: row.letters,
        left_out: row.left_out,
        withdrawn: view.withdrawn,
        parts: view
            .pieces
            .into_iter()
            .map(|it| MailingPart {
                part: it.piece,
                digest: it.printed.as_ref().map(|it| it.digest.clone()),
                fetched_at: it.printed.as_ref().map(|it| it.fetched_at),
                posted_on: it.printed.and_then(|it| it.posted_on),
                letters: it.letters,
                withdrawn: it.withdrawn,
                countries: counts(it.countries),
                languages: counts(it.languages),
            })
            .collect(),
        left_out_people: view.left_out_people,
        holds: counts(view.holds),
        made_at: row.made_at,
        ready_at: row.ready_at,
        posted_on: row.posted_on,
        faults: view
            .left_out
            .into_iter()
            .map(|it| LeftOutLetter {
                reason: letter_fault(&it.fault).to_owned(),
                person: it.person,
                letters: it.letters,
            })
            .collect(),
        id: row.id,
    }
}

fn counts(groups: Vec<(String, u64)>) -> Vec<LetterCount> {
    groups.into_iter().map(|(name, letters)| LetterCount { name, letters }).collect()
}

fn person_post(post: FundPost) -> PersonPost {
    let messages = post.messages.into_iter().map(|sent| {
        let row = sent.row;
        let waits = row.state == "waiting";
        PersonMessage {
            kind: row.kind,
            year: row.year,
            state: row.state,
            tries: row.tries,
            not_before: waits.then_some(row.next_try_at),
            finished_at: row.finished_at,
            message_id: row.message_id,
            reply: row.reply_code,
            fault: row.fault,
        }
    });
    let letters = post.letters.into_iter().map(|(letter, mailing)| PersonLetter {
        state: crate::app::letter_state(&letter, &mailing).to_owned(),
        mailing: letter.mailing,
        kind: letter.kind,
        year: letter.year,
        posted_on: mailing.posted_on,
    });
    PersonPost { messages: messages.collect(), letters: letters.collect() }
}
