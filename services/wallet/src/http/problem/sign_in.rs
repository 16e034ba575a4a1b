//! What can be wrong with an answer from a sign-in at an issuer.

use actix_web::http::StatusCode;
use holding::reception::AnswerFault;
use web::Problem;

pub(super) fn fault(fault: &AnswerFault) -> Problem {
    match fault {
        AnswerFault::State => Problem::new(StatusCode::GONE, "sign-in-over", "This sign-in is over")
            .detail("It was begun in another wallet, or a later one took its place. Begin it again from the offer."),
        AnswerFault::Denied => {
            Problem::new(StatusCode::FORBIDDEN, "sign-in-denied", "The organisation did not agree").detail(
                "You said no there, or it did not find what you asked for. Ask the organisation, or begin again from the offer.",
            )
        }
        AnswerFault::Issuer | AnswerFault::Form => {
            Problem::new(StatusCode::BAD_GATEWAY, "sign-in-strange", "This answer is not from that organisation")
                .detail("Nothing was sent there. Begin again from the offer.")
        }
    }
}
