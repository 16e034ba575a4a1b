//! What a request for an earlier status list asks, and how it is answered.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use clock::Timestamp;
use url::form_urlencoded;
use web::Problem;

use super::console::session;
use super::status::answer;
use crate::app::{AsOf, HistoryError, HistoryRights, Issuer, ListForm, Tenant};

/// The block from which on the digest was on the chain.
const HEIGHT: HeaderName = HeaderName::from_static("passerelle-registry-height");

/// The point in time that a query asks about, if it does. Two of them are one too many.
pub(super) fn as_of(query: &str) -> Result<Option<AsOf>, Problem> {
    let mut found = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let asked = match name.as_ref() {
            "timestamp" => date_time_stamp(&value).map(AsOf::Bitstring),
            "time" => unix_time(&value).map(AsOf::Token),
            _ => continue,
        };
        let asked = asked.ok_or_else(|| Problem::bad_request(WRONG_TIME))?;
        if found.replace(asked).is_some() {
            return Err(Problem::bad_request("One point in time can be asked about."));
        }
    }
    Ok(found)
}

const WRONG_TIME: &str = "`timestamp` is an XML Schema dateTimeStamp (with Z or an offset, + written as %2B), \
    `time` is a number of seconds since 1970.";

/// The list as it was then, never kept by a cache: it was for the one who asked.
pub(super) async fn answer_as_of(
    app: &Issuer,
    tenant: &Tenant,
    (list, form): (&str, ListForm),
    as_of: AsOf,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let session = session::token(request);
    let rights = HistoryRights { session: session.as_deref(), bearer: bearer(request) };
    let past = app.find_list_as_of(tenant, (list, form), as_of, rights).await?;
    let mut response = answer(request, past.list);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Some(height) = past.height {
        headers.insert(HEIGHT, HeaderValue::from(height));
    }
    Ok(response)
}

/// XML Schema 1.1, 3.4.28: a dateTime whose offset is required.
fn date_time_stamp(text: &str) -> Option<Timestamp> {
    let read = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    text.contains('T').then(|| read.to_utc())
}

fn unix_time(text: &str) -> Option<Timestamp> {
    let seconds = text.parse::<u32>().ok()?;
    Timestamp::from_timestamp(seconds.into(), 0)
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            // Token Status List, "Historical Resolution": 501 and 404. Bitstring Status List 1.0 wants a
            // STATUS_RETRIEVAL_ERROR of whoever reads the answer.
            HistoryError::Unsupported => {
                Self::new(StatusCode::NOT_IMPLEMENTED, "no-status-history", "Earlier lists are not kept")
            }
            HistoryError::NotFound => Self::not_found(),
            HistoryError::List(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_point_in_time_is_asked_about_as_each_specification_says() {
        let at = Timestamp::from_timestamp(1_686_925_000, 0).unwrap();
        let read = |query| as_of(query).ok();
        assert_eq!(read(""), Some(None));
        assert_eq!(read("x=1&timestamped=1"), Some(None));
        assert_eq!(read("time=1686925000"), Some(Some(AsOf::Token(at))));
        assert_eq!(read("timestamp=2023-06-16T14:16:40Z"), Some(Some(AsOf::Bitstring(at))));
        assert_eq!(read("timestamp=2023-06-16T16%3A16%3A40%2B02%3A00"), Some(Some(AsOf::Bitstring(at))));
        for wrong in [
            "time=",
            "time=-1",
            "time=1686925000.5",
            "time=2023-06-16T14:16:40Z",
            "timestamp=1686925000",
            "timestamp=2023-06-16T14:16:40",
            "timestamp=2023-06-16",
            "timestamp=2023-06-16T16:16:40+02:00",
            "time=1&time=1",
            "time=1&timestamp=2023-06-16T14:16:40Z",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
