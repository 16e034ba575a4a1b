use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

/// Deeper than any message we exchange, shallow enough for the stack.
const MAX_JSON_DEPTH: usize = 32;

/// A whole answer, already read and bounded.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// The media type in lower case without parameters; empty when absent.
    pub content_type: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a body is not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    #[error("the JSON is nested too deeply")]
    TooDeep,
    #[error("the body is not the expected JSON")]
    Form(#[from] serde_json::Error),
}

impl Reply {
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// A header's value when it is plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Parses the body, whatever the status, with a bound on nesting.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        // ssi lifts serde_json's own limit for the whole binary, so the depth is counted here.
        if depth(&self.body) > MAX_JSON_DEPTH {
            return Err(JsonError::TooDeep);
        }
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// The deepest nesting of arrays and objects, counted outside of strings.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in json {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'[' | b'{') => {
                now += 1;
                deepest = deepest.max(now);
            }
            (false, b']' | b'}') => now = now.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reply(body: impl Into<Bytes>) -> Reply {
        Reply { status: 200, content_type: String::new(), headers: HeaderMap::new(), body: body.into() }
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        assert_eq!(depth(br#"{"a":"[[[\"[[","b":[1]}"#), 2);
    }

    #[test]
    fn deep_json_is_refused_before_it_is_parsed() {
        let deep = reply("[".repeat(100_000));
        assert!(matches!(deep.json::<serde_json::Value>(), Err(JsonError::TooDeep)));
        assert!(reply("[[1]]").json::<serde_json::Value>().is_ok());
    }
}
