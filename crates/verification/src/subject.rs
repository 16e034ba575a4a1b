//! Whether something that was handed over is a credential or a presentation, by what it says of itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::Input;
use serde_json::Value;

use crate::verifier::Subject;

impl From<Input> for Subject {
    fn from(input: Input) -> Self {
        let is_presentation = match &input {
            Input::Json(value) => names(value.get("type"), "VerifiablePresentation"),
            Input::Compact(text) => {
                // RFC 9901, 4: an SD-JWT ends with a tilde, an SD-JWT with a key binding JWT does not.
                !text.ends_with('~') || typ(text).is_some_and(|typ| typ == "vp+sd-jwt")
            }
            Input::Jwt(text) => typ(text).is_some_and(|typ| typ.starts_with("vp+")),
            // The media type is in the protected header, which only a presentation's own verification reads.
            Input::Cose(_) => false,
        };
        if is_presentation { Self::Presentation(input) } else { Self::Credential(input) }
    }
}

fn names(types: Option<&Value>, wanted: &str) -> bool {
    match types {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// The `typ` of a JWS in compact form.
fn typ(text: &str) -> Option<String> {
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    header.get("typ")?.as_str().map(str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_presentation(input: Input) -> bool {
        matches!(Subject::from(input), Subject::Presentation(_))
    }

    fn jws(typ: &str) -> String {
        format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(json!({ "typ": typ }).to_string()))
    }

    #[test]
    fn each_form_says_what_it_is() {
        assert!(is_presentation(Input::Json(json!({ "type": ["VerifiablePresentation"] }))));
        assert!(is_presentation(Input::Json(json!({ "type": "VerifiablePresentation" }))));
        assert!(!is_presentation(Input::Json(json!({ "type": ["VerifiableCredential"] }))));
        assert!(!is_presentation(Input::Compact(format!("{}~", jws("dc+sd-jwt")))));
        assert!(is_presentation(Input::Compact(format!("{}~{}", jws("dc+sd-jwt"), jws("kb+jwt")))));
        assert!(is_presentation(Input::Compact(format!("{}~", jws("vp+sd-jwt")))));
        assert!(is_presentation(Input::Jwt(jws("vp+jwt"))));
        assert!(!is_presentation(Input::Jwt(jws("vc+jwt"))));
        assert!(!is_presentation(Input::Jwt("not.a.jwt".into())));
    }
}
