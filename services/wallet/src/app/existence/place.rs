//! The place that a proof lacks: another question of the Fund, opened like a link.

use serde_json::json;
use wire::existence::PlaceQuestion;

use super::{Existence, ExistenceError, Person, Record, RemoteFault, Wallet};
use crate::app::issuers::parse;

impl Wallet {
    /// The question for the place of a proof that is with the Fund.
    pub async fn open_place_question(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Record, Existence), ExistenceError> {
        let (_, existence) = self.existence_record(person, id).await?;
        if existence.place.is_none() {
            return Err(ExistenceError::Gone);
        }
        let url = parse(&format!("{}/place", existence.request_uri.trim_end_matches('/')))?;
        let reply = self.outbound.post_json(&url, &json!({}), &[("accept", "application/json")]).await;
        let reply = reply.map_err(RemoteFault::from)?;
        match reply.status {
            200 => {}
            // It came meanwhile, or nobody asks any more.
            404 | 409 | 410 => return Err(ExistenceError::Gone),
            status => return Err(RemoteFault::Status { status, code: None }.into()),
        }
        let question: PlaceQuestion = reply.json().map_err(|_| RemoteFault::Form("place question"))?;
        let (record, existence, _) = self.open_existence(person, &question.request_uri).await?;
        Ok((record, existence))
    }
}
