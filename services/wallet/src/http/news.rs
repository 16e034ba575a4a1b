//! What became of things that lie at the Fund, as JSON.

use actix_web::post;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewsView {
    /// The first page would show something else now.
    pub changed: bool,
}

/// Asks the Fund what became of enrolments, proofs, forms and appeals that lie there. What cannot be asked now is asked the next time.
#[utoipa::path(tag = "existence", security(("session" = [])), responses(
    (status = 200, body = NewsView), (status = "4XX", body = Problem)))]
#[post("/news")]
pub async fn learn_news(app: App, person: SignedIn) -> Result<Json<NewsView>, Problem> {
    Ok(Json(NewsView { changed: app.wallet.learn_news(&person.0).await? }))
}
