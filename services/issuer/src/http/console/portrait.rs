//! The portrait on a person's page: shown, replaced, removed.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use futures_util::TryStreamExt as _;
use web::Problem;
use web::page::see_other;

use super::people::refuse_picture;
use super::retirees::refuse_reference;
use super::session::{Issue, May, Officer};
use crate::app::{Issuer, MOST_PORTRAIT_BYTES, PictureFault, PortraitError};
use crate::http::problem;

/// A body is read so far at most, so that a browser shows the reason instead of a broken connection.
const DRAINED_BYTES: usize = 4 * MOST_PORTRAIT_BYTES;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(set_portrait).service(remove_portrait).service(set_reference).service(remove_reference);
    config.service(confirm_reference);
}

#[post("/staff/{id}/portrait")]
async fn set_portrait(
    officer: May<Issue>,
    id: Path<String>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    match keep(&officer, &id, form, &app).await {
        Ok(()) => Ok(see_other(&format!("/console/staff/{id}?done=portrait"))),
        Err(PortraitError::Picture(fault)) => refuse_picture(&officer, &app, &id, fault).await,
        Err(error) => Err(error.into()),
    }
}

#[post("/staff/{id}/portrait/remove")]
async fn remove_portrait(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.remove_portrait(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/staff/{id}?done=portrait-removed")))
}

/// The Fund's picture of a beneficiary.
#[post("/retirees/{id}/portrait")]
async fn set_reference(
    officer: May<Issue>,
    id: Path<String>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    match keep(&officer, &id, form, &app).await {
        Ok(()) => Ok(see_other(&format!("/console/retirees/{id}?done=portrait"))),
        Err(PortraitError::Picture(fault)) => refuse_reference(&officer, &app, &id, fault).await,
        Err(error) => Err(error.into()),
    }
}

#[post("/retirees/{id}/portrait/remove")]
async fn remove_reference(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.remove_portrait(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/retirees/{id}?done=portrait-removed")))
}

/// A second officer stands for the picture.
#[post("/retirees/{id}/portrait/confirm")]
async fn confirm_reference(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.confirm_portrait(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/retirees/{id}?done=portrait-confirmed")))
}

async fn keep(officer: &Officer, id: &str, form: Multipart, app: &Issuer) -> Result<(), PortraitError> {
    let file = read_picture(form).await?;
    app.set_portrait(&officer.actor(), id, file).await
}

/// The field `file`. Its name and its declared type are not looked at.
pub(super) async fn read_picture(mut form: Multipart) -> Result<Vec<u8>, PictureFault> {
    let (mut found, mut received) = (Vec::new(), 0);
    let broken = |_| PictureFault::Damaged;
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let wanted = field.name() == Some("file");
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            received += chunk.len();
            if received > DRAINED_BYTES {
                return Err(PictureFault::TooLarge);
            }
            if wanted && received <= MOST_PORTRAIT_BYTES {
                found.extend_from_slice(&chunk);
            }
        }
    }
    if received > MOST_PORTRAIT_BYTES { Err(PictureFault::TooLarge) } else { Ok(found) }
}

impl From<PortraitError> for Problem {
    fn from(error: PortraitError) -> Self {
        match error {
            PortraitError::Unknown => Self::not_found(),
            PortraitError::NothingToConfirm => {
                Self::new(StatusCode::CONFLICT, "conflict", "There is nothing for you to confirm")
                    .detail(problem::sentence(&error.to_string()))
            }
            PortraitError::Picture(fault) => Self::bad_request(problem::sentence(&fault.to_string())),
            PortraitError::Stopped(_) => Self::internal(&error),
            PortraitError::Store(error) => problem::store(&error),
        }
    }
}
