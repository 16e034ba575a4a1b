//! The messages by which two browsers find each other for a video call.
//!
//! The call itself goes between them, or through the operator's TURN server; sound and picture never pass here. Messages hold
//! network addresses of both, so they are erased when the call is over, and within two hours in any case.

use chrono::Duration;
use clock::Timestamp;
use issuance::Actor;
use store_issuer::{SlotRow, Transaction};
use wire::enrolment::{Signal, SignalsHeard, SignalsSent};

use super::{EnrolmentError, Issuer};

/// In one request, and each.
const MOST_SENT: usize = 32;
const MOST_BYTES: usize = 16 * 1024;
/// Of both sides, in one call.
const MOST_SIGNALS: u64 = 600;
const EARLY_MINUTES: i64 = 10;
const LATE_MINUTES: i64 = 60;
pub(in crate::app) const SIGNALS_KEPT_HOURS: i64 = 2;

/// Who speaks, and who is heard.
const AGENT: (&str, &str) = ("agent", "person");
const PERSON: (&str, &str) = ("person", "agent");

/// Whether the call of a slot can be joined; a visit is under way in the same time.
pub(super) fn is_open(slot: &SlotRow, now: Timestamp) -> bool {
    now >= slot.starts_at - Duration::minutes(EARLY_MINUTES) && !is_over(slot, now)
}

/// Whether nobody comes to an appointment any more.
pub(super) fn is_over(slot: &SlotRow, now: Timestamp) -> bool {
    now >= slot.starts_at + Duration::minutes(i64::from(slot.minutes) + LATE_MINUTES)
}

impl Issuer {
    /// The person's browser, through its wallet.
    pub async fn signal_as_person(
        &self,
        tenant: &str,
        secret: Option<&str>,
        sent: &SignalsSent,
    ) -> Result<SignalsHeard, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let row = self.spoken_for(&mut tx, tenant, secret).await?;
        let known = tx.list_appointments_of(&tenant.id, &row.id).await?;
        drop(tx);
        let booked = known.into_iter().find(|it| it.state == "booked").ok_or(EnrolmentError::CallClosed)?;
        self.signal(&tenant.id, &booked.id, PERSON, sent).await
    }

    /// Whether an agent's call is open, before anything that was sent is read.
    pub async fn may_signal(&self, by: &Actor, appointment: &str) -> Result<(), EnrolmentError> {
        self.enrolling(&by.tenant)?;
        let mut tx = self.store.read().await?;
        self.open_call(&mut tx, &by.tenant, appointment).await
    }

    /// The agent's browser.
    pub async fn signal_as_agent(
        &self,
        by: &Actor,
        appointment: &str,
        sent: &SignalsSent,
    ) -> Result<SignalsHeard, EnrolmentError> {
        self.enrolling(&by.tenant)?;
        self.signal(&by.tenant, appointment, AGENT, sent).await
    }

    async fn signal(
        &self,
        tenant: &str,
        appointment: &str,
        (speaks, hears): (&str, &str),
        sent: &SignalsSent,
    ) -> Result<SignalsHeard, EnrolmentError> {
        if sent.send.len() > MOST_SENT || sent.send.iter().any(|it| it.len() > MOST_BYTES) {
            return Err(EnrolmentError::Form("at most 32 messages of 16 KiB are sent at once"));
        }
        let heard = match sent.send.is_empty() {
            true => {
                let mut tx = self.store.read().await?;
                self.open_call(&mut tx, tenant, appointment).await?;
                tx.list_signals(tenant, appointment, (hears, sent.after)).await?
            }
            false => {
                sql::retry(|| async {
                    let now = self.now();
                    let mut tx = self.store.write("signal").await?;
                    self.open_call(&mut tx, tenant, appointment).await?;
                    for body in &sent.send {
                        if !tx.insert_signal(tenant, appointment, (speaks, body), now, MOST_SIGNALS).await? {
                            return Err(EnrolmentError::TooManySignals);
                        }
                    }
                    let heard = tx.list_signals(tenant, appointment, (hears, sent.after)).await?;
                    tx.commit().await?;
                    Ok(heard)
                })
                .await?
            }
        };
        Ok(SignalsHeard {
            signals: heard.into_iter().map(|it| Signal { number: it.number, body: it.body }).collect(),
            ice_servers: self.calls.ice_servers(self.now()),
        })
    }

    /// The agent begins a call anew: what was said before is of no use to either side.
    pub async fn begin_call(&self, by: &Actor, appointment: &str) -> Result<SignalsHeard, EnrolmentError> {
        self.enrolling(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("begin_call").await?;
            self.open_call(&mut tx, &by.tenant, appointment).await?;
            tx.begin_signals(&by.tenant, appointment, self.now()).await?;
            tx.commit().await?;
            Ok::<_, EnrolmentError>(())
        })
        .await?;
        Ok(SignalsHeard { signals: Vec::new(), ice_servers: self.calls.ice_servers(self.now()) })
    }

    async fn open_call(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        appointment: &str,
    ) -> Result<(), EnrolmentError> {
        let known = tx.find_appointment(tenant, appointment).await?.ok_or(EnrolmentError::Unknown)?;
        let open = known.state == "booked" && known.slot.way == "video" && is_open(&known.slot, self.now());
        if open { Ok(()) } else { Err(EnrolmentError::CallClosed) }
    }
}
