//! What of this service somebody may use who acts for a person: only what is named here, as far as their mandate goes. Everything
//! else, the ways into the wallet above all, is the person's own.

use actix_web::http::Method;
use holding::mandate::Act;

use crate::app::Acting;
use crate::app::mandates::OutsideMandate;

/// What an address asks of a mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// To look at what is held and asked, and to end the visit.
    Any,
    One(Act),
}

/// Lets a request through, or not.
pub fn check(acting: &Acting, method: &Method, path: &str) -> Result<(), OutsideMandate> {
    match needs(method, path) {
        Some(Needs::Any) => Ok(()),
        Some(Needs::One(act)) if acting.acts.contains(&act) => Ok(()),
        Some(Needs::One(_)) | None => Err(OutsideMandate),
    }
}

fn needs(method: &Method, path: &str) -> Option<Needs> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (looks, deletes) = (matches!(*method, Method::GET | Method::HEAD), *method == Method::DELETE);
    if looks {
        return match parts.as_slice() {
            // The officers' pages show that somebody is at the desk, and nothing else.
            [] | ["offer" | "present" | "existence"] | ["officers", ..] => Some(Needs::Any),
            ["v1", "credentials" | "statuses"] | ["v1", "credentials", _, "status"] => Some(Needs::Any),
            [kind, _] | ["v1", kind, _] if is_record(kind) => Some(Needs::Any),
            _ => None,
        };
    }
    match parts.as_slice() {
        ["language"] | ["sign-out"] | ["desk", "finish"] => Some(Needs::Any),
        ["v1", "desk", "proof" | "signatures"] => Some(Needs::Any),
        ["v1", "desk"] if deletes => Some(Needs::Any),
        ["v1", "offers"] | ["v1", "offers", _] | ["v1", "offers", _, "accept" | "proofs"] => {
            Some(Needs::One(Act::Receive))
        }
        ["v1", "credentials", _, "renewal"] => Some(Needs::One(Act::Receive)),
        ["v1", "presentations"] | ["v1", "presentations", _, "prepare" | "submit" | "refuse"] => {
            Some(Needs::One(Act::Present))
        }
        ["v1", "enrolments", _, "year"] | ["v1", "enrolments", _, "year", "prepare"] => {
            Some(Needs::One(Act::Prove))
        }
        ["v1", "existence"] | ["v1", "existence", _, "desk"] | ["v1", "existence", _, "frames", _] => {
            Some(Needs::One(Act::Prove))
        }
        _ => None,
    }
}

fn is_record(kind: &str) -> bool {
    matches!(kind, "offers" | "presentations" | "existence" | "credentials")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use holding::mandate::{Kind, Representative};

    use super::*;

    fn acting(acts: &[Act]) -> Acting {
        Acting {
            mandate: "m".into(),
            representative: Representative { name: "Omar Diop".into(), kind: Kind::Guardian },
            acts: acts.iter().copied().collect(),
            ends_on: chrono::NaiveDate::default(),
        }
    }

    #[test]
    fn mandate_opens_what_it_names_and_nothing_else() {
        let receives = acting(&[Act::Receive]);
        let may = |method: &Method, path| check(&receives, method, path).is_ok();
        assert!(may(&Method::POST, "/v1/offers") && may(&Method::POST, "/v1/offers/1/accept"));
        assert!(may(&Method::GET, "/") && may(&Method::GET, "/credentials/1"));
        assert!(!may(&Method::POST, "/v1/presentations/1/submit"));
        assert!(!may(&Method::POST, "/v1/existence/1/desk"));
        let all = acting(&[Act::Receive, Act::Present, Act::Prove]);
        assert!(check(&all, &Method::POST, "/v1/existence/1/desk").is_ok());
        assert!(!may(&Method::POST, "/v1/enrolments/1/year"));
        assert!(check(&all, &Method::POST, "/v1/enrolments/1/year/prepare").is_ok());
        for (method, path) in [
            (Method::GET, "/account"),
            (Method::GET, "/activity"),
            (Method::GET, "/ways-in"),
            (Method::GET, "/v1/account"),
            (Method::GET, "/v1/activity"),
            (Method::GET, "/credentials/1/card"),
            (Method::GET, "/v1/credentials/1/copy"),
            (Method::POST, "/v1/recovery-code"),
            (Method::POST, "/v1/desk/keys"),
            (Method::DELETE, "/v1/account"),
            (Method::DELETE, "/v1/credentials/1"),
            (Method::DELETE, "/v1/sessions"),
            (Method::POST, "/v1/credentials/1/card"),
            (Method::POST, "/v1/existence/1/offline"),
            (Method::POST, "/v1/enrolments/1/device-key"),
            (Method::POST, "/v1/officers/wallets"),
            (Method::PUT, "/v1/pins/1"),
        ] {
            assert!(check(&all, &method, path).is_err(), "{method} {path}");
        }
    }
}
