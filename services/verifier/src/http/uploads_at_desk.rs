//! Files at the desk, read by the program: PDF certificates, and pictures where the page's script is not there.

use actix_multipart::{Field, Multipart};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use futures_util::TryStreamExt as _;
use utoipa::ToSchema;
use web::Problem;

use super::desk::answer;
use crate::app::LocalDesk;

/// All files together: the pictures of a sequence, or one certificate.
const MAX_BYTES: usize = 32 * 1024 * 1024;
const MAX_FILES: usize = 32;
const MAX_NONCE: usize = 256;

/// What the page sends (`multipart/form-data`).
#[derive(Default, ToSchema)]
pub(super) struct DeskFiles {
    /// PDF certificates, pictures of QR codes, or text; one may be the credential's anchoring receipt.
    #[schema(value_type = Vec<String>)]
    file: Vec<Vec<u8>>,
    /// The code that the page showed.
    nonce: String,
}

/// Reads and checks files and shows the result; keeps nothing.
#[utoipa::path(
    tag = "desk", request_body(content = DeskFiles, content_type = "multipart/form-data"),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 400, body = Problem, description = "The form cannot be read"),
        (status = 403, body = Problem, description = "Another site's page sent the form"),
        (status = 413, body = Problem, description = "The files are too long"),
        (status = 422, content_type = "text/html", body = String, description = "Nothing that can be checked, or the pack is too old"),
    )
)]
#[post("/file")]
pub(super) async fn check_file_at_desk(
    body: Multipart,
    desk: Data<LocalDesk>,
) -> Result<HttpResponse, Problem> {
    let DeskFiles { file, nonce } = DeskFiles::read(body).await?;
    answer(&desk, desk.check_files(file, &nonce).await)
}

impl DeskFiles {
    async fn read(mut body: Multipart) -> Result<Self, Problem> {
        let mut read = Self::default();
        let mut left = MAX_BYTES;
        while let Some(mut field) = body.try_next().await.map_err(|_| broken())? {
            match field.name() {
                Some("file") if read.file.len() < MAX_FILES => {
                    let file = content(&mut field, left).await?;
                    left -= file.len();
                    // A browser sends a file of nothing where none was chosen.
                    read.file.extend(Some(file).filter(|file| !file.is_empty()));
                }
                Some("nonce") => {
                    let nonce = content(&mut field, MAX_NONCE).await?;
                    read.nonce = String::from_utf8(nonce).map_err(|_| broken())?;
                }
                _ => return Err(broken()),
            }
        }
        Ok(read)
    }
}

async fn content(field: &mut Field, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.try_next().await.map_err(|_| broken())? {
        if bytes.len() + chunk.len() > limit {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The files are too large");
            return Err(problem.detail(format!("All files together have at most {MAX_BYTES} bytes.")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn broken() -> Problem {
    Problem::bad_request("The form cannot be read to its end.")
}
