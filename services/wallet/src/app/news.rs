//! What became of things that lie at the Fund. The first page asks in the background, so that nobody has to open each to learn it.

use holding::existence::{Existence, Progress};
use store_wallet::records::{Record, Table};
use wire::existence::{AppealState, FormState};

use super::fault::Fault;
use super::{Person, Wallet, open_record};

/// Each is a question to the Fund: the newest few.
const MOST_ASKED: usize = 6;
/// An enrolment that waits for an officer, or for a time.
const UNDECIDED: [&str; 2] = ["claimed", "proposed"];

/// Something of which the Fund may say what the wallet does not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Waiting {
    Enrolment(String),
    Existence(String),
}

impl Wallet {
    /// Whether something lies at the Fund, without asking anybody.
    pub async fn awaits_news(&self, person: &Person) -> Result<bool, Fault> {
        Ok(person.desk.is_none() && !self.at_the_fund(person).await?.is_empty())
    }

    /// Asks the Fund about what lies there. True where the first page would show something else now. What cannot be asked stays as
    /// it is known.
    pub async fn learn_news(&self, person: &Person) -> Result<bool, Fault> {
        if person.desk.is_some() {
            return Ok(false);
        }
        let mut changed = false;
        for waiting in self.at_the_fund(person).await? {
            let result = match &waiting {
                Waiting::Enrolment(id) => self.enrolment_news(person, id).await,
                Waiting::Existence(id) => self.existence_news(person, id).await,
            };
            match result {
                Ok(news) => changed |= news,
                Err(error) => tracing::info!(error, "the Fund says nothing new"),
            }
        }
        Ok(changed)
    }

    async fn enrolment_news(&self, person: &Person, id: &str) -> Result<bool, String> {
        let told = |error: super::enrolment::EnrolmentError| error.to_string();
        let (before, _) = self.known_enrolment(person, id).await.map_err(told)?;
        let (after, _) = self.enrolment(person, id).await.map_err(told)?;
        Ok(before.state != after.state)
    }

    async fn existence_news(&self, person: &Person, id: &str) -> Result<bool, String> {
        let told = |error: super::existence::ExistenceError| error.to_string();
        let (_, before) = self.known_existence(person, id).await.map_err(told)?;
        let (_, after) = self.existence(person, id).await.map_err(told)?;
        Ok(shown(&before) != shown(&after))
    }

    async fn at_the_fund(&self, person: &Person) -> Result<Vec<Waiting>, Fault> {
        let mut tx = self.store.read().await?;
        let enrolments = tx.list_records(Table::Enrolments, &person.account).await?;
        let existences = tx.list_records(Table::Existences, &person.account).await?;
        drop(tx);
        let undecided = enrolments.into_iter().filter(|record| UNDECIDED.contains(&record.state.as_str()));
        let mut waiting: Vec<Waiting> = undecided.map(|record| Waiting::Enrolment(record.id)).collect();
        for record in existences {
            if self.existence_waits(person, &record)? {
                waiting.push(Waiting::Existence(record.id));
            }
        }
        waiting.truncate(MOST_ASKED);
        Ok(waiting)
    }

    fn existence_waits(&self, person: &Person, record: &Record) -> Result<bool, Fault> {
        if record.state == "expired" {
            return Ok(false);
        }
        let (_, known) = open_record::<Existence>(&person.data_key, Table::Existences, record.clone())?;
        let form_waits = known.form.as_ref().is_some_and(|form| form.state == FormState::Waiting);
        let appealed = known.appeal.as_ref().is_some_and(|appeal| appeal.state == AppealState::Open);
        Ok(match known.progress {
            Progress::Sending { .. }
            | Progress::Answered { .. }
            | Progress::Confirmed { offer_id: None, .. } => true,
            Progress::Refused => appealed || known.appealing.is_some() || form_waits,
            // The question may be over, or answered by another way.
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } => {
                form_waits || known.expires_at <= self.now()
            }
            Progress::Confirmed { .. } | Progress::Expired => false,
        })
    }
}

/// What the first page shows of a proof.
fn shown(known: &Existence) -> (&'static str, Option<FormState>, Option<AppealState>, bool) {
    let offered = matches!(known.progress, Progress::Confirmed { offer_id: Some(_), .. });
    let form = known.form.as_ref().map(|form| form.state);
    (known.state(), form, known.appeal.as_ref().map(|appeal| appeal.state), offered)
}
