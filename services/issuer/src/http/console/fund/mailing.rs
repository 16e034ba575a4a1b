//! One mailing at the console: how far it is, what is in its parts, and which come next.

use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::Duration;
use clock::Timestamp;
use issuance::Permission;
use issuance::message::Language;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html};

use super::mailings::{kind_title, state};
use super::register::attachment;
use super::said;
use crate::app::{FundError, Issuer, MailingView, PieceView, country_name, letter_fault};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Badge, Place, When, counted, grouped, shell};
use crate::http::fund::{MailingParts, mailing_archive};
use crate::http::problem;

/// Parts on one page.
const SHOWN: usize = 25;
/// Countries and languages that a line names; what is more is counted.
const NAMED: usize = 3;
/// Of an archive from which nothing is heard for so long, the line was cut.
const SILENT_MINUTES: i64 = 2;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(fetch_archive).service(print_next).service(mailing_page);
}

#[derive(Template)]
#[template(path = "console/fund_mailing.html")]
struct MailingPage {
    shell: Shell,
    id: String,
    badge: Badge,
    state: String,
    by: String,
    at: When,
    letters: String,
    telephone: String,
    return_address: String,
    holds: Vec<(&'static str, String)>,
    left_out: u64,
    left_out_words: String,
    withdrawn: u64,
    withdrawn_words: String,
    parts: Vec<PartLine>,
    /// Where the parts before and after begin.
    earlier: Option<u64>,
    later: Option<u64>,
    many: usize,
    printed: usize,
    posted: usize,
    /// The first that nobody printed.
    next: Option<u64>,
    /// What can be handed to the post now.
    to_post: Option<(u64, u64)>,
    archive: Option<ArchiveLine>,
    faults: Vec<(String, &'static str, u64)>,
    posted_on: String,
    today: String,
    issues: bool,
    done: Option<&'static str>,
}

struct PartLine {
    part: u64,
    letters: String,
    countries: String,
    languages: String,
    badge: Badge,
    printed: Option<(When, String)>,
    posted_on: String,
}

struct ArchiveLine {
    from: u64,
    to: u64,
    at: u64,
    behind: u64,
    many: u64,
    cut: bool,
    begun: When,
}

#[derive(Deserialize)]
struct Shown {
    /// The first part that is shown.
    part: Option<u64>,
    done: Option<String>,
}

#[get("/fund/mailings/{id}")]
async fn mailing_page(
    officer: May<SeePeople>,
    id: Path<String>,
    asked: Query<Shown>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let view = app.mailing(&officer.tenant.id, &id).await?;
    let archive = archive_line(&view, app.now());
    let MailingView { row, withdrawn, pieces, left_out, left_out_people, holds, .. } = view;
    let names = app.officer_names(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    let next = pieces.iter().find(|it| it.is_to_print()).map(|it| it.piece);
    let begin = asked.part.or(next).unwrap_or(1).clamp(1, pieces.len().max(1) as u64);
    let begin = usize::try_from(begin - 1).unwrap_or_default() / SHOWN * SHOWN;
    let page_of = |at: usize| at as u64 + 1;
    html(&MailingPage {
        shell: shell(&officer, Place::Fund),
        badge: state(&row.state),
        by: names.get(&row.made_by).cloned().unwrap_or_else(|| "Passerelle".to_owned()),
        at: row.made_at.into(),
        letters: counted(row.letters, "letter", "letters"),
        telephone: row.telephone,
        return_address: row.return_address,
        holds: holds.iter().map(|(kind, many)| (kind_title(kind), grouped(*many))).collect(),
        left_out: left_out_people,
        left_out_words: counted(left_out_people, "person", "people"),
        withdrawn,
        withdrawn_words: counted(withdrawn, "letter was", "letters were"),
        earlier: (begin > 0).then(|| page_of(begin.saturating_sub(SHOWN))),
        later: (begin + SHOWN < pieces.len()).then(|| page_of(begin + SHOWN)),
        many: pieces.len(),
        printed: pieces.iter().filter(|it| !it.is_to_print()).count(),
        posted: pieces.iter().filter(|it| it.is_behind()).count(),
        next,
        to_post: to_post(&pieces),
        archive,
        parts: pieces.into_iter().skip(begin).take(SHOWN).map(PartLine::from).collect(),
        faults: left_out.into_iter().map(|it| (it.person, letter_fault(&it.fault), it.letters)).collect(),
        posted_on: row.posted_on.map(|day| day.to_string()).unwrap_or_default(),
        today: app.today().to_string(),
        issues: officer.roles.may(Permission::Issue),
        done: said(
            asked.done.as_deref(),
            &[
                ("posted", "Written down. What asked for these letters is done."),
                ("all-printed", "Every part was printed. Hand them to the post, and say so here."),
            ],
        ),
        state: row.state,
        id: row.id,
    })
}

/// The first part that the post does not have, and the last one behind it without a gap that is printed.
fn to_post(pieces: &[PieceView]) -> Option<(u64, u64)> {
    let from = pieces.iter().find(|it| !it.is_behind() && !it.is_to_print())?.piece;
    let printed = pieces.iter().skip_while(|it| it.piece < from).take_while(|it| !it.is_to_print());
    printed.last().map(|last| (from, last.piece))
}

fn archive_line(view: &MailingView, now: Timestamp) -> Option<ArchiveLine> {
    let row = view.archives.first().filter(|row| row.finished_at.is_none())?;
    Some(ArchiveLine {
        from: row.from,
        to: row.to,
        at: row.at,
        behind: (row.at + 1).saturating_sub(row.from),
        many: row.to + 1 - row.from,
        cut: now - row.moved_at > Duration::minutes(SILENT_MINUTES),
        begun: row.begun_at.into(),
    })
}

impl From<PieceView> for PartLine {
    fn from(piece: PieceView) -> Self {
        let posted_on = piece.printed.as_ref().and_then(|it| it.posted_on);
        let badge = match (piece.letters, &piece.printed, posted_on) {
            (0, ..) => Badge { class: "plain", text: "Taken back" },
            (_, None, _) => Badge { class: "waiting", text: "To print" },
            (_, Some(_), None) => Badge { class: "info", text: "Printed" },
            (_, Some(_), Some(_)) => Badge { class: "success", text: "Posted" },
        };
        Self {
            part: piece.piece,
            letters: grouped(piece.letters),
            countries: some_of(&piece.countries, |code| country_name(code).unwrap_or(code).to_owned()),
            languages: some_of(&piece.languages, language),
            badge,
            printed: piece.printed.map(|it| (it.fetched_at.into(), it.digest.chars().take(16).collect())),
            posted_on: posted_on.map(|day| day.to_string()).unwrap_or_default(),
        }
    }
}

fn some_of(groups: &[(String, u64)], name: impl Fn(&str) -> String) -> String {
    let mut named: Vec<String> =
        groups.iter().take(NAMED).map(|(code, many)| format!("{} {many}", name(code))).collect();
    if groups.len() > NAMED {
        named.push(format!("and {} more", groups.len() - NAMED));
    }
    named.join(", ")
}

fn language(code: &str) -> String {
    let name = match Language::parse(code) {
        Some(Language::Arabic) => "Arabic",
        Some(Language::Chinese) => "Chinese",
        Some(Language::English) => "English",
        Some(Language::French) => "French",
        Some(Language::Russian) => "Russian",
        Some(Language::Spanish) => "Spanish",
        None => code,
    };
    name.to_owned()
}

/// The next part that nobody printed. Only who issues prints: the letters hold names and addresses of thousands.
#[post("/fund/mailings/{id}/next-part")]
async fn print_next(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let done = FundError::Conflict("every part was printed; hand them to the post, and say so on the page");
    let (part, pdf) = app.next_mailing_piece(&officer.actor(), &id).await?.ok_or(done)?;
    Ok(attachment("application/pdf", &format!("letters-{part:03}.pdf"), pdf))
}

#[get("/fund/mailings/{id}/parts.zip")]
async fn fetch_archive(
    officer: May<Issue>,
    id: Path<String>,
    parts: Query<MailingParts>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    mailing_archive(app, officer.actor(), &id, *parts).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use store_issuer::fund::PieceRow;

    use super::*;

    fn piece(piece: u64, printed: bool, posted: bool) -> PieceView {
        let row = PieceRow {
            piece,
            digest: "d".into(),
            letters: 1,
            fetched_by: "o".into(),
            fetched_at: "2026-07-01T00:00:00Z".parse().unwrap(),
            posted_on: posted.then(|| "2026-07-01".parse().unwrap()),
        };
        PieceView { piece, letters: 1, printed: printed.then_some(row), ..PieceView::default() }
    }

    #[test]
    fn what_can_be_posted_begins_behind_what_left_and_ends_before_what_is_to_be_printed() {
        let pieces = [(true, true), (true, false), (true, false), (false, false), (true, false)];
        let pieces: Vec<_> =
            (1..).zip(pieces).map(|(at, (printed, posted))| piece(at, printed, posted)).collect();
        assert_eq!(to_post(&pieces), Some((2, 3)));
        assert_eq!(to_post(&pieces[..1]), None);
        assert_eq!(to_post(&[piece(1, false, false)]), None);
    }
}
