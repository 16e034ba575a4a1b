//! Work lists for focal points.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use issuance::Scope;
use web::Problem;

use super::register::file;
use super::{Token, machine};
use crate::app::Issuer;
use crate::http::extract::Of;

/// People of a country whose proof is overdue, for the focal points there
///
/// Names, addresses and stages; reading it is written down.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs"), ("country" = String, Path, description = "ISO 3166-1 alpha-3")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/follow-up/{year}/{country}")]
pub(super) async fn find_follow_up(
    of: Of,
    token: Token,
    path: Path<(String, String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    let year = path.1.parse().map_err(|_| Problem::not_found())?;
    Ok(file("text/csv; charset=utf-8", "follow-up.csv", app.follow_up_file(&by, year, &path.2).await?))
}
