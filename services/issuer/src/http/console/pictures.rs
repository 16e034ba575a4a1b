//! The pictures of a proof beside the Fund's own: what an officer compares before confirming.

use entitlement::Request;
use issuance::Permission;
use presence::{Finding, Prompt};
use web::Problem;

use super::names;
use super::session::Officer;
use super::view::When;
use crate::app::{CaptureView, Issuer, PlaceKept};

/// What the page of a request shows of pictures.
pub(super) struct Pictures {
    pub reference: Option<String>,
    pub frames: Vec<Shown>,
    /// What the checks found, a sentence each.
    pub findings: Vec<&'static str>,
    pub place: Option<String>,
    pub models: String,
    pub tries: usize,
    pub erase_at: Option<When>,
}

/// One picture and what it should show.
pub(super) struct Shown {
    pub url: String,
    pub should: String,
}

impl Pictures {
    /// For officers who issue: auditors and approvers see no faces.
    pub(super) async fn load(
        officer: &Officer,
        app: &Issuer,
        request: &Request,
    ) -> Result<Option<Self>, Problem> {
        if !officer.roles.may(Permission::Issue) {
            return Ok(None);
        }
        let capture = app.look_at_capture(&officer.actor(), request).await?;
        Ok(capture.map(Self::from))
    }
}

impl From<CaptureView> for Pictures {
    fn from(view: CaptureView) -> Self {
        Self {
            findings: view.reasons.iter().map(|code| finding(code)).collect(),
            place: view.place.as_ref().map(place),
            models: view.models.join(", "),
            tries: view.tries,
            erase_at: view.erase_at.map(When::from),
            reference: view.reference,
            frames: shown(view.frames, &view.movements),
        }
    }
}

/// A wallet takes one picture quiet, then for each movement one of it and one back in the middle. Of others it is not known which
/// shows what.
fn shown(frames: Vec<String>, movements: &[Prompt]) -> Vec<Shown> {
    let in_turn = frames.len() == 1 + 2 * movements.len();
    let should = |at: usize| match (at, in_turn) {
        (0, _) => "Quiet, before moving".to_owned(),
        (_, false) => format!("Picture {}", at + 1),
        (at, true) if at % 2 == 0 => "Back in the middle".to_owned(),
        (at, true) => movements.get(at / 2).map_or_else(String::new, |it| movement(*it).to_owned()),
    };
    frames.into_iter().enumerate().map(|(at, url)| Shown { url, should: should(at) }).collect()
}

const fn movement(prompt: Prompt) -> &'static str {
    match prompt {
        Prompt::Left => "Head turned to the person\u{2019}s left",
        Prompt::Right => "Head turned to the person\u{2019}s right",
        Prompt::Up => "Head raised",
        Prompt::Closer => "Closer to the camera",
        Prompt::Blink => "Eyes closed",
    }
}

/// A code of `presence::Reason` for somebody who decides.
fn finding(code: &str) -> &'static str {
    match code {
        "officerConfirms" => {
            "Every check passed. A person confirms each proof, since no check here tells a film from a face."
        }
        "uncertain" => "The faces are alike, but less than usual: compare with care.",
        "otherPerson" => "The face is not like the one in the Fund\u{2019}s picture.",
        "noReference" => {
            "The Fund\u{2019}s own picture shows no face, or several: it cannot be compared with."
        }
        "severalPersons" => "The pictures do not all show the same face.",
        "unasked" => "The movements were others than those asked for.",
        "notFollowed" => "A movement that was asked for is missing.",
        "noFace" => "There is no face in one of the pictures.",
        "severalFaces" => "There is more than one face in a picture.",
        "tooSmall" => "The face is too small to be compared.",
        "tooDark" => "The face is too dark to be compared.",
        "tooBright" => "The face is too bright to be compared.",
        "blurred" => "The face is too blurred to be compared.",
        "turnedAway" => "The face is turned away in the first picture.",
        "tooLarge" | "unreadable" => "One of the pictures could not be read.",
        "frames" | "order" | "tooSlow" | "expired" => "The pictures were too few, too slow or out of order.",
        "engineFailed" | "detectorFailed" => "The check itself failed; nothing speaks against the person.",
        _ => "The checks came to no result; nothing is known against the person.",
    }
}

fn place(kept: &PlaceKept) -> String {
    match kept {
        PlaceKept::Compared { finding: Finding::Inside, .. } => "In the declared country.".to_owned(),
        PlaceKept::Compared { finding: Finding::AtTheBorder, .. } => {
            "At the border or the coast of the declared country: it counts as there.".to_owned()
        }
        PlaceKept::Compared { finding: Finding::Elsewhere { country }, .. } => {
            format!(
                "In {}, not in the declared country. This says nothing against the proof of life.",
                names::country(country)
            )
        }
        PlaceKept::Compared { finding: Finding::NoCountry, .. } => {
            "At sea, or where no country is known: no answer, and no suspicion.".to_owned()
        }
        PlaceKept::Unusable { why } => format!("The place cannot be used: {why}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_says_what_it_should_show_where_that_is_known() {
        let frames = |many: usize| (0..many).map(|at| at.to_string()).collect::<Vec<_>>();
        let words = |many, movements: &[Prompt]| {
            shown(frames(many), movements).into_iter().map(|it| it.should).collect::<Vec<_>>()
        };
        let asked = [Prompt::Left, Prompt::Closer, Prompt::Up];
        assert_eq!(
            words(7, &asked),
            [
                "Quiet, before moving",
                "Head turned to the person\u{2019}s left",
                "Back in the middle",
                "Closer to the camera",
                "Back in the middle",
                "Head raised",
                "Back in the middle"
            ]
        );
        assert_eq!(words(3, &asked), ["Quiet, before moving", "Picture 2", "Picture 3"]);
        assert_eq!(words(1, &[]), ["Quiet, before moving"]);
    }
}
