//! What a file of the pension system would change: from what to what, all of it, page by page and as a file.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpResponse, get};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use web::Problem;

use crate::app::{CHANGE_KINDS, ChangedField, ChangedRow, ChangesPlace, Issuer};
use crate::http::console::names;
use crate::http::console::session::{Issue, May};
use crate::http::console::view::{Badge, LINES, grouped};

/// Which rows of the differences are wanted.
#[derive(Deserialize)]
pub(super) struct Part {
    kind: Option<String>,
    page: Option<u64>,
}

/// One page of differences.
pub(super) struct Differences {
    pub kinds: Vec<KindLink>,
    pub rows: Vec<DifferenceRow>,
    pub page: u64,
    pub pages: u64,
    pub before: Option<String>,
    pub next: Option<String>,
}

pub(super) struct KindLink {
    pub title: &'static str,
    pub many: String,
    pub href: String,
    pub here: bool,
}

pub(super) struct DifferenceRow {
    pub line: u64,
    pub person: Option<String>,
    pub uid: String,
    pub name: String,
    pub badge: Badge,
    pub fields: Vec<FieldLine>,
}

pub(super) struct FieldLine {
    pub title: &'static str,
    pub before: String,
    pub now: String,
}

impl Differences {
    pub(super) async fn load(app: &Issuer, tenant: &str, id: &str, part: &Part) -> Result<Self, Problem> {
        let kind = CHANGE_KINDS.into_iter().find(|known| part.kind.as_deref() == Some(*known));
        let size = u64::from(LINES);
        let counted = app.register_changes(tenant, (id, kind), (0, 0)).await?;
        let pages = counted.total.div_ceil(size).max(1);
        let page = part.page.unwrap_or(1).clamp(1, pages);
        let found = app.register_changes(tenant, (id, kind), ((page - 1) * size, LINES)).await?;
        let address = |kind: Option<&str>, page: u64| {
            let kind = kind.map_or(String::new(), |kind| format!("&kind={kind}"));
            format!("/console/fund/register/{id}?page={page}{kind}#differences")
        };
        let all: u64 = found.counts.iter().sum();
        let titles =
            ["Deaths taken back", "Ends taken back", "Deaths and ends", "Other changes", "New people"];
        let kinds = [(None, "All", all)]
            .into_iter()
            .chain(
                CHANGE_KINDS
                    .into_iter()
                    .zip(titles)
                    .zip(found.counts)
                    .map(|((kind, title), many)| (Some(kind), title, many)),
            )
            .map(|(known, title, many)| KindLink {
                title,
                many: grouped(many),
                href: address(known, 1),
                here: known == kind,
            });
        Ok(Self {
            kinds: kinds.collect(),
            rows: found.rows.into_iter().map(DifferenceRow::from).collect(),
            page,
            pages,
            before: (page > 1).then(|| address(kind, page - 1)),
            next: (page < pages).then(|| address(kind, page + 1)),
        })
    }

    /// Whether anything changes.
    pub(super) fn any(&self) -> bool {
        self.kinds.first().is_some_and(|all| all.many != "0")
    }
}

impl From<ChangedRow> for DifferenceRow {
    fn from(row: ChangedRow) -> Self {
        let (class, text) = match row.kind {
            "revives" => ("error", "Death taken back"),
            "reopens" => ("error", "End taken back"),
            "ends" => ("error", "Death or end"),
            "new" => ("success", "New"),
            _ => ("info", "Change"),
        };
        Self {
            line: row.line,
            person: row.person,
            uid: row.uid,
            name: row.name,
            badge: Badge { class, text },
            fields: row.fields.into_iter().map(FieldLine::from).collect(),
        }
    }
}

impl From<ChangedField> for FieldLine {
    fn from(field: ChangedField) -> Self {
        let said = |text: String| match (field.column, text.as_str()) {
            (_, "") => text,
            ("country", code) => format!("{} ({code})", names::country(code)),
            ("language", code) => names::language(code),
            ("address", lines) => names::address(lines),
            ("track", track) => format!("{track}-track"),
            ("died_on" | "benefit_until" | "in_payment_since" | "birth_date", day) => names::day(day),
            _ => text,
        };
        let title = match field.column {
            "died_on" => "Died on",
            "benefit_until" => "Benefit until",
            "end_reason" => "Why the benefit ends",
            "in_payment_since" => "In payment since",
            "country" => "Country",
            "track" => "Track",
            "given_name" => "Given name",
            "family_name" => "Family name",
            "birth_date" => "Born on",
            "address" => "Address",
            "email" => "E-mail",
            "language" => "Language",
            "medium" => "Reminders come by",
            "utc_offset_minutes" => "Minutes from UTC",
            "employer" => "Organisation served last",
            "staff_number" => "Staff number there",
            other => other,
        };
        Self { title, before: said(field.before), now: said(field.now) }
    }
}

/// In pieces, so that 74,000 rows are never in memory at once.
#[get("/fund/register/{id}/differences.csv")]
pub(super) async fn differences_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (by, id) = (officer.actor(), id.into_inner());
    let Some((first, place)) = app.register_changes_file(&by, &id, ChangesPlace::default()).await? else {
        return Err(Problem::not_found());
    };
    let rest = stream::unfold(Some(place), move |place| {
        let (app, by, id) = (app.clone(), by.clone(), id.clone());
        async move {
            match app.register_changes_file(&by, &id, place?).await {
                Ok(Some((piece, place))) => Some((Ok(Bytes::from(piece)), Some(place))),
                Ok(None) => None,
                // The connection breaks off, so that nobody takes half a file for the whole.
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
            }
        }
    });
    let all = stream::once(async move { Ok::<Bytes, std::io::Error>(Bytes::from(first)) }).chain(rest);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"differences.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(all)))
}
