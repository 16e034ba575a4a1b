//! Messages from and to the use cases, and their errors.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use entitlement::cycle::{ListFault, PersonYear};
use futures_util::TryStreamExt as _;
use serde::de::DeserializeOwned;
use web::Problem;
use wire::fund::{
    HeldOutEntry, NightRun, PersonStanding, ProofReceipt, RegisterFault, RegisterImportView, RegisterPerson,
    SuspensionEntry, SuspensionListView, YearNumbers, YearStanding,
};

use crate::app::{
    FundError, FundPersonPage, NightView, Receipt, RegisterPreview, SuspensionView, YearCounts,
};
use crate::http::problem;

const MESSAGE_BYTES: usize = 256 * 1024;
const MESSAGE_DEPTH: usize = 16;

/// The body, read after the caller was let in and no further than the limit.
pub(in crate::http) async fn body(mut payload: Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let broken = |_| Problem::bad_request("the body ended early; send it again");
    while let Some(chunk) = payload.try_next().await.map_err(broken)? {
        if bytes.len() + chunk.len() > limit {
            let title = "The body is too large";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title)
                .detail(format!("at most {limit} bytes are taken")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

pub(in crate::http) async fn json<T: DeserializeOwned>(payload: Payload) -> Result<T, Problem> {
    parse(&body(payload, MESSAGE_BYTES).await?)
}

pub(in crate::http) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    web::json::parse(bytes, MESSAGE_DEPTH).map_err(|fault| Problem::bad_request(fault.to_string()))
}

/// In the order of `issuance::import::register_headings`.
pub(super) fn cells(person: RegisterPerson) -> Vec<String> {
    let told = Option::unwrap_or_default;
    vec![
        person.uid,
        told(person.given_name),
        person.family_name,
        person.birth_date,
        person.country,
        told(person.language),
        told(person.track),
        told(person.address),
        told(person.email),
        told(person.medium),
        told(person.utc_offset_minutes),
        told(person.in_payment_since),
        told(person.benefit_until),
        told(person.end_reason),
        told(person.died_on),
        told(person.employer),
        told(person.staff_number),
    ]
}

pub(super) fn import_view(preview: RegisterPreview) -> RegisterImportView {
    let RegisterPreview { import, counts, braked, faults, .. } = preview;
    RegisterImportView {
        id: import.id,
        state: import.state,
        digest: entitlement::journal::hex(&import.digest),
        new: counts.new,
        changed: counts.changed,
        same: counts.same,
        ends: counts.ends,
        revives: counts.revives,
        reopens: counts.reopens,
        bad: counts.bad,
        done: counts.done,
        absent: import.absent,
        needs_person: braked,
        faults: faults
            .into_iter()
            .map(|fault| RegisterFault {
                line: fault.line,
                column: fault.column,
                heading: fault.heading,
                reason: fault.reason,
            })
            .collect(),
    }
}

pub(super) fn night_run(view: &NightView) -> NightRun {
    let row = &view.row;
    NightRun {
        id: row.id.clone(),
        at: row.at,
        begun_at: row.begun_at,
        finished_at: row.finished_at,
        looked_at: row.people,
        changed: row.changed,
        faults: row.faults,
    }
}

pub(super) fn receipt(receipt: &Receipt) -> ProofReceipt {
    ProofReceipt {
        id: receipt.id.clone(),
        reference: receipt.reference.clone(),
        channel: receipt.channel.clone(),
        state: receipt.state.clone(),
        captured_at: receipt.captured_at,
        received_at: receipt.received_at,
        years: receipt.years.clone(),
        valid_until: receipt.valid_until,
        again: receipt.again,
    }
}

pub(super) fn standing(page: &FundPersonPage, today: chrono::NaiveDate) -> PersonStanding {
    let year = |record: &PersonYear| YearStanding {
        year: record.year,
        stage: record.stage.name().as_str().to_owned(),
        proof: record.proof.as_ref().map(|proof| proof.evidence.clone()),
        waiting: record.waiting.len(),
        held: record.is_held(today),
    };
    PersonStanding {
        person: page.person.id.clone(),
        years: page.years.iter().map(year).collect(),
        receipts: page.receipts.iter().map(receipt).collect(),
    }
}

pub(super) fn list_view(view: SuspensionView) -> SuspensionListView {
    SuspensionListView {
        id: view.row.id,
        year: view.row.year,
        payroll: view.row.payroll,
        state: view.row.state,
        digest: view.row.digest,
        approvals: view.list.approvals().len(),
        entries: view
            .list
            .entries
            .into_iter()
            .map(|entry| SuspensionEntry { person: entry.person, notice_on: entry.notice_on })
            .collect(),
        held_out: view
            .list
            .held_out
            .into_iter()
            .map(|held| HeldOutEntry { person: held.person, why: held.why })
            .collect(),
    }
}

pub(super) fn numbers(counts: YearCounts) -> YearNumbers {
    YearNumbers {
        year: counts.year,
        total: counts.total(),
        stages: counts.stages.iter().map(|(stage, many)| (stage.as_str().to_owned(), *many)).collect(),
        countries: counts.countries.iter().map(|(name, group)| (name.clone(), group.total())).collect(),
        languages: counts.languages.iter().map(|(name, group)| (name.clone(), group.total())).collect(),
        channels: counts.channels,
        open_effects: counts.open_effects.into_iter().collect(),
    }
}

impl From<FundError> for Problem {
    fn from(error: FundError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            FundError::Unauthorized => Self::unauthorized().detail(said),
            FundError::NotTheFund | FundError::Unknown => Self::not_found(),
            FundError::Erased { .. } => {
                Self::new(StatusCode::GONE, "person-erased", "The person was erased").detail(said)
            }
            FundError::Closed | FundError::Decided | FundError::Conflict(_) => Self::conflict(said),
            FundError::Brake { .. } => {
                let title = "So many would end that a person confirms it";
                Self::new(StatusCode::CONFLICT, "register-brake", title).detail(said)
            }
            FundError::OfAnother => {
                let title = "The proof stands under another person";
                Self::new(StatusCode::CONFLICT, "proof-of-another", title).detail(said)
            }
            FundError::FourEyes
            | FundError::OwnProof
            | FundError::OwnHand
            | FundError::List(ListFault::Preparer | ListFault::Twice) => {
                Self::new(StatusCode::CONFLICT, "four-eyes", "A second person decides").detail(said)
            }
            FundError::List(ListFault::Changed | ListFault::Complete | ListFault::Past) => {
                Self::conflict(said)
            }
            FundError::List(ListFault::Unnamed)
            | FundError::Form(_)
            | FundError::Scan(_)
            | FundError::NoCalendar(_)
            | FundError::Sheet(_)
            | FundError::Calendar(_)
            | FundError::Event(_)
            | FundError::Evidence(_) => Self::bad_request(said),
            FundError::Damaged | FundError::Step(_) => Self::internal(&error),
            FundError::Offer(error) => error.into(),
            FundError::Store(error) => problem::store(&error),
        }
    }
}
