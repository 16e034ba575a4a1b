//! Enrolment by a Separation credential: the Fund's verifier asks for it, the person shows it, and the response code that comes
//! back is worth something together with this wallet's own secret alone.

use serde_json::json;
use store_wallet::records::{Record, Table};
use wire::enrolment::{EnrolmentStatus, SeparationAnswer, SeparationStart, SeparationStarted};

use super::{Enrolment, EnrolmentError, Person, SeparationRefusal, Wallet, open_record};
use crate::app::fault::RemoteFault;

/// Below the enrolment.
pub(super) const BEGIN: &str = "/separation";
const ANSWER: &str = "/separation/answer";
/// Until the credential was shown and the Fund has answered.
const PRESENTING: &str = "presenting";
/// The type, by the end of its IRI or `vct`.
const SEPARATION: &str = "#Separation";
const LONGEST_CODE: usize = 256;
const LONGEST_LINK: usize = 4096;

impl Wallet {
    /// Whether the person holds a credential that an organisation issued when the service ended.
    pub async fn holds_separation(&self, person: &Person) -> Result<bool, EnrolmentError> {
        let held = self.credentials(person).await?;
        Ok(held.iter().any(|kept| kept.held.types.iter().any(|one| one.ends_with(SEPARATION))))
    }

    /// Where this wallet shows what the Fund's verifier asks for: a path of its own. Begun again it is the same request, as
    /// long as it can be answered.
    pub async fn begin_separation(&self, person: &Person, fund_url: &str) -> Result<String, EnrolmentError> {
        let fund_url = fund_url.trim_end_matches('/');
        let fund = self.proven_fund(fund_url).await?;
        let (_, enrolment) = self.asking(person, fund_url, fund, PRESENTING).await?;
        let start = SeparationStart { secret: enrolment.secret.clone() };
        let started = self.tell_fund(&enrolment, BEGIN, &serde_json::to_value(start)?).await;
        let started: SeparationStarted = match started {
            Err(EnrolmentError::Fund(RemoteFault::Status { status: 404, .. })) => {
                return Err(EnrolmentError::Separation(SeparationRefusal::NotOffered));
            }
            other => other?,
        };
        request_path(&started.link).ok_or_else(|| RemoteFault::Form("enrolment").into())
    }

    /// The person is back from showing it.
    pub async fn answer_separation(
        &self,
        person: &Person,
        response_code: &str,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        if !(1..=LONGEST_CODE).contains(&response_code.len()) {
            return Err(EnrolmentError::Separation(SeparationRefusal::Unanswered));
        }
        let (record, mut enrolment) = self.presenting(person).await?;
        let answer = SeparationAnswer { response_code: response_code.to_owned() };
        let said: EnrolmentStatus = self.tell_fund(&enrolment, ANSWER, &json!(answer)).await?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// The Fund at which the person has begun to show a credential, so that they find the way back to its page.
    pub async fn presenting_to(&self, person: &Person) -> Result<Option<String>, EnrolmentError> {
        match self.presenting(person).await {
            Ok((_, enrolment)) => Ok(Some(enrolment.fund_url)),
            Err(EnrolmentError::Separation(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The one that was begun last.
    async fn presenting(&self, person: &Person) -> Result<(Record, Enrolment), EnrolmentError> {
        let known = self.store.read().await?.list_records(Table::Enrolments, &person.account).await?;
        let last = known.into_iter().filter(|record| record.state == PRESENTING);
        let last = last.max_by_key(|record| record.updated_at);
        let last = last.ok_or(EnrolmentError::Separation(SeparationRefusal::Unanswered))?;
        Ok(open_record::<Enrolment>(&person.data_key, Table::Enrolments, last)?)
    }
}

/// `/present?…` with the query of an `openid4vp:` link; nothing for a link of another kind.
fn request_path(link: &str) -> Option<String> {
    let query = link.strip_prefix("openid4vp://?").or_else(|| link.strip_prefix("openid4vp:///?"))?;
    let plain = link.len() <= LONGEST_LINK
        && !query.contains('#')
        && query.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| format!("/present?{query}"))
}

/// From the name of the Fund's problem.
pub(super) fn refusal(slug: &str) -> Option<SeparationRefusal> {
    match slug {
        "separation-unanswered" => Some(SeparationRefusal::Unanswered),
        "separation-withdrawn" => Some(SeparationRefusal::Withdrawn),
        "separation-expired" => Some(SeparationRefusal::Expired),
        "separation-not-valid" => Some(SeparationRefusal::NotValid),
        "separation-not-matched" => Some(SeparationRefusal::NotMatched),
        "separation-used" => Some(SeparationRefusal::Used),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::request_path;

    #[test]
    fn only_a_request_of_the_protocol_is_opened_here() {
        let path = request_path("openid4vp://?client_id=a&request_uri=https%3A%2F%2Fv.example%2Fr");
        assert_eq!(path.as_deref(), Some("/present?client_id=a&request_uri=https%3A%2F%2Fv.example%2Fr"));
        for wrong in [
            "https://evil.example/?a=b",
            "openid4vp://host/?a=b",
            "openid4vp://?a=b#c",
            "openid4vp://?a b",
            "//x",
        ] {
            assert_eq!(request_path(wrong), None, "{wrong}");
        }
    }
}
