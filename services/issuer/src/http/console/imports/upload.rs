//! Reading an uploaded file, no further than its limit.

use actix_multipart::Multipart;
use futures_util::TryStreamExt as _;
use issuance::import::Limits;

/// How much of a file that is too large is read before the connection is given up.
const DRAINED_BYTES: usize = 80 * 1024 * 1024;

pub(in crate::http::console) struct UploadedFile {
    pub name: String,
    pub bytes: Vec<u8>,
    pub sheet: Option<String>,
}

/// The field `file`, read no further than the limit, and the field `sheet`.
pub(super) async fn read_file(form: Multipart) -> Result<UploadedFile, String> {
    read_file_of(form, Limits::default().size_bytes).await
}

/// The same with a limit of its own.
pub(in crate::http::console) async fn read_file_of(
    mut form: Multipart,
    limit: usize,
) -> Result<UploadedFile, String> {
    let broken = |_| "The upload was interrupted. Please try again.".to_owned();
    let too_large = || format!("The file is larger than {} MB.", limit / (1024 * 1024));
    let (mut found, mut sheet) = (None, None);
    let mut received = 0;
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let wanted = field.name() == Some("file");
        let names_sheet = field.name() == Some("sheet");
        let name = field.content_disposition().and_then(|it| it.get_filename().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            received += chunk.len();
            if received > DRAINED_BYTES {
                return Err(too_large());
            }
            // Read on without keeping it: a browser that is cut off shows a broken connection, not our reason.
            if received <= limit {
                bytes.extend_from_slice(&chunk);
            }
        }
        if wanted && name.as_ref().is_some_and(|name| !name.is_empty()) {
            found = Some(UploadedFile { name: name.unwrap_or_default(), bytes, sheet: None });
        } else if names_sheet {
            sheet = String::from_utf8(bytes).ok().filter(|name| !name.trim().is_empty());
        }
    }
    if received > limit {
        return Err(too_large());
    }
    let file = found.ok_or_else(|| "Choose a file first.".to_owned())?;
    Ok(UploadedFile { sheet, ..file })
}

/// The next file of the field `file`: its name and bytes, read no further than the limit. Files without a name were not chosen.
pub(in crate::http::console) async fn next_file(
    form: &mut Multipart,
    limit: usize,
) -> Result<Option<(String, Vec<u8>)>, String> {
    let broken = |_| "The upload was interrupted. Please try again.".to_owned();
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let wanted = field.name() == Some("file");
        let name = field.content_disposition().and_then(|it| it.get_filename().map(str::to_owned));
        let (mut bytes, mut received) = (Vec::new(), 0);
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            received += chunk.len();
            if received > DRAINED_BYTES {
                return Err(format!("A file is larger than {} MB.", limit / (1024 * 1024)));
            }
            // Read on without keeping it, as above.
            if received <= limit && wanted {
                bytes.extend_from_slice(&chunk);
            }
        }
        match name.filter(|name| wanted && !name.is_empty()) {
            Some(name) if received > limit => {
                return Err(format!("{name} is larger than {} MB.", limit / (1024 * 1024)));
            }
            Some(name) => return Ok(Some((name, bytes))),
            None => {}
        }
    }
    Ok(None)
}
