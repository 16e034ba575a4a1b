//! What the Fund says of a request: when it is opened, when its challenge is over, and while an answer waits.

use super::ExistenceError;
use crate::app::fault::RemoteFault;
use crate::app::issuers::parse;
use crate::app::{Person, Wallet};
use holding::activity::Activity;
use holding::existence::{Existence, Progress};
use holding::party::Party;
use holding::reception::Source;
use holding::request::plain_text;
use std::collections::BTreeMap;
use store_wallet::records::{Record, Table};
use wire::existence::{ExistenceRequest, ExistenceState};

impl Wallet {
    /// A challenge lives for minutes and a request for weeks: the Fund is asked for a new challenge.
    pub(super) async fn renewed(
        &self,
        person: &Person,
        record: Record,
        before: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let fresh = self.fetch_existence(&before.request_uri).await?;
        // What the phone took along, and what it has sent of it so far, lives longer than the challenge of the page.
        let frames = if before.ahead.is_some() { before.frames } else { BTreeMap::new() };
        let fresh = Existence { ahead: before.ahead, frames, appealing: before.appealing, ..fresh };
        let moved = self.moved(&person.data_key, Table::Existences, &record, fresh.state(), &fresh)?;
        let record = self.replace("renew_existence", Table::Existences, moved).await?;
        Ok((record, fresh))
    }

    /// What the Fund says now. Once it has confirmed, the certificate's offer is opened here, so that the page
    /// goes on with the same device key.
    pub(super) async fn ask_fund(
        &self,
        person: &Person,
        record: Record,
        existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let news = self.fetch_request_state(&existence.request_uri).await?;
        let progress = match news.state {
            // Nothing new: asked each time the page is looked at, it is written once.
            ExistenceState::Open
            | ExistenceState::Answered
            | ExistenceState::Refused
            | ExistenceState::Expired
                if says_the_same(&news, &existence) =>
            {
                return Ok((record, existence));
            }
            ExistenceState::Confirmed
                if matches!(existence.progress, Progress::Confirmed { offer_id: Some(_), .. })
                    && says_the_same(&news, &existence) =>
            {
                return Ok((record, existence));
            }
            ExistenceState::Open | ExistenceState::Answered => existence.progress.clone(),
            ExistenceState::Refused => Progress::Refused,
            ExistenceState::Expired => Progress::Expired,
            ExistenceState::Confirmed => {
                let known = match &existence.progress {
                    Progress::Confirmed { offer_id, .. } => offer_id.clone(),
                    _ => None,
                };
                let offer_id = match &news.credential_offer_uri {
                    _ if known.is_some() => known,
                    None => None,
                    Some(uri) => {
                        let opened = self.open_bound_offer(person, Source::Reference(uri.clone())).await;
                        let opened = opened.inspect_err(
                            |error| tracing::info!(%error, "the certificate's offer is not open yet"),
                        );
                        opened.ok().map(|(offer, _)| offer.record.id)
                    }
                };
                Progress::Confirmed {
                    reference: news.reference,
                    offer_uri: news.credential_offer_uri,
                    offer_id,
                }
            }
        };
        let first = !matches!(existence.progress, Progress::Confirmed { .. });
        let next = Existence {
            progress,
            usual_days: news.usual_days,
            receipt: news.receipt,
            appeal: news.appeal,
            form: news.form,
            kept: news.kept,
            place: news.place,
            closes: news.closes,
            residence: news.residence,
            ..existence
        };
        let moved = self.moved(&person.data_key, Table::Existences, &record, next.state(), &next)?;
        let mut tx = self.store.write("existence_news").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if let (Progress::Confirmed { reference, .. }, true) = (&next.progress, first) {
            let activity = Activity::ExistenceConfirmed {
                by: next.fund.name().to_owned(),
                year: next.year,
                reference: reference.clone(),
            };
            let entry = self.entry_by(person, &activity)?;
            tx.insert_entry(&person.account, &entry).await?;
        }
        tx.commit().await?;
        Ok((Record { revision: moved.revision + 1, ..moved }, next))
    }

    async fn fetch_request_state(&self, request_uri: &str) -> Result<ExistenceRequest, ExistenceError> {
        let url = parse(request_uri)?;
        let reply = self.outbound.get(&url, "application/json", None).await.map_err(RemoteFault::from)?;
        match reply.status {
            200 => Ok(reply.json().map_err(|_| RemoteFault::Form("existence request"))?),
            404 | 410 => Err(ExistenceError::Gone),
            status => Err(RemoteFault::Status { status, code: None }.into()),
        }
    }

    /// A request is shown only when the registry proves the organisation that asks: its signed metadata
    /// must cover the very address of the request. Anyone could copy the Fund's name into a JSON document.
    pub(super) async fn fetch_existence(&self, request_uri: &str) -> Result<Existence, ExistenceError> {
        let request = self.fetch_request_state(request_uri).await?;
        let (issuer, _) = request_uri.rsplit_once("/existence/").ok_or(ExistenceError::NotProven)?;
        let Party { did, host, organisation, names, .. } = self.described_issuer(issuer).await?.0;
        if organisation.is_none() || did.as_deref() != Some(request.organisation.did.as_str()) {
            return Err(ExistenceError::NotProven);
        }
        let progress = match request.state {
            ExistenceState::Open => Progress::Opened,
            ExistenceState::Answered | ExistenceState::Confirmed => {
                Progress::Answered { at: self.now(), reference: None, made_at: None }
            }
            ExistenceState::Refused => Progress::Refused,
            ExistenceState::Expired => Progress::Expired,
        };
        Ok(Existence {
            request_uri: request_uri.to_owned(),
            request_id: request.id,
            challenge: request.challenge,
            fund: Party { did, organisation, names, ..Party::unverified(&host) },
            given_name: plain_text(&request.beneficiary.given_name, 80),
            year: i64::from(request.year),
            usual_days: request.usual_days,
            expires_at: request.expires_at,
            answer_by: request.answer_by,
            progress,
            capture: request.capture,
            outcome: request.outcome,
            frames: BTreeMap::new(),
            ahead: None,
            receipt: request.receipt,
            appeal: request.appeal,
            appealing: None,
            form: request.form,
            kept: request.kept,
            place: request.place,
            closes: request.closes,
            residence: request.residence,
        })
    }
}

/// Whether the Fund says what is known here already.
fn says_the_same(news: &ExistenceRequest, known: &Existence) -> bool {
    let moved = match news.state {
        ExistenceState::Refused => !matches!(known.progress, Progress::Refused),
        ExistenceState::Expired => !matches!(known.progress, Progress::Expired),
        ExistenceState::Open | ExistenceState::Answered | ExistenceState::Confirmed => false,
    };
    !moved
        && news.usual_days == known.usual_days
        && (&news.appeal, &news.receipt, &news.form) == (&known.appeal, &known.receipt, &known.form)
        && (&news.kept, &news.place) == (&known.kept, &known.place)
        && (&news.closes, &news.residence) == (&known.closes, &known.residence)
}
