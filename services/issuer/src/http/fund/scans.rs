//! Forms that came back, from a machine that scans the post.

use actix_web::web::Payload;
use actix_web::{get, post};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund_mail::{ScanReading, ScannedPageView};

use super::Call;
use super::message::body;
use crate::app::{ReadPage, scan_fault};

const PAGES: u32 = 500;

/// Hands in a scan of forms that came back
///
/// JPEG, PNG, or a PDF whose pages are JPEG pictures, as scanners write them: at most 20 pages and 32 MiB. A form that is
/// read is a proof that waits for an officer's word. The same picture or form again changes nothing.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body(content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
    responses((status = 200, body = ScanReading), (status = "4XX", body = Problem)))]
#[post("/scans")]
pub(super) async fn read_scan(call: Call, payload: Payload) -> Result<Json<ScanReading>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let bytes = body(payload, paper::MAX_FORM_FILE_BYTES).await?;
    // On a task of its own: what was read is kept also when the scanner hangs up.
    let run = tokio::spawn(async move { app.read_scan(&by, bytes).await });
    let pages =
        run.await.map_err(|_| Problem::unavailable("the reading was cut off; send the scan again"))??;
    Ok(Json(ScanReading { pages: pages.into_iter().map(view).collect() }))
}

/// Pages that wait for an officer, and those that could not be read
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = ScanReading), (status = "4XX", body = Problem)))]
#[get("/scans")]
pub(super) async fn list_scans(call: Call) -> Result<Json<ScanReading>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let mut pages = app.list_scans(&by.tenant, "waiting", "", PAGES).await?;
    pages.extend(app.list_scans(&by.tenant, "unread", "", PAGES).await?);
    let pages = pages.into_iter().map(|scan| view(ReadPage { scan, again: false })).collect();
    Ok(Json(ScanReading { pages }))
}

fn view(ReadPage { scan, again }: ReadPage) -> ScannedPageView {
    ScannedPageView {
        scan: scan.id,
        state: scan.state,
        person: scan.person,
        proof: scan.proof,
        signed: scan.is_signed,
        reason: scan.fault.as_deref().map(|fault| scan_fault(fault).to_owned()),
        again,
    }
}
