//! The nightly job: every person-year one step, in batches that each are one transaction.
//!
//! A run keeps its moment and its place in the database. Cut off anywhere, it is found and goes on from the last whole
//! batch with the same moment; run again when it is done, it finds nothing to do.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use clock::Timestamp;
use entitlement::cycle::{
    BenefitEnd, Closure, Edition, EffectKind, Event, Night, Person, PersonYear, QuietHours, Rule, Stage,
    StageName, Step, Transition, What, step,
};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::Registered;
use store_issuer::Transaction;
use store_issuer::fund::{CycleRow, DueRow, EffectRow, NightFault, NightRow, PersonRow};

use super::calendars::YearCalendar;
use super::journal::Pen;
use super::{FundError, Issuer, Tenant};

/// Person-years in one transaction: few enough that others get their turn at SQLite's one writer.
const BATCH: u32 = 500;
/// The hour (UTC) at which the schedule begins a night.
const HOUR: u32 = 2;
const MOST_SUSPENDED: u32 = 200_000;

/// A run, for people.
#[derive(Clone, Debug)]
pub struct NightView {
    /// Where it stands.
    pub row: NightRow,
    /// The first of those that could not be stepped.
    pub faults: Vec<NightFault>,
}

/// A person-year with the days since when payment is held, and what the cycle has not read yet.
type Work<'a> = (&'a DueRow, Option<NaiveDate>, Vec<Event>);

/// A step that is ready to be written.
struct Prepared<'a> {
    made: Step,
    /// Nothing to write where the night only read what decides nothing.
    pen: Option<Pen<'a>>,
    stored: CycleRow,
    at: Timestamp,
}

/// What all batches of a run go by.
struct Going {
    calendars: Vec<YearCalendar>,
    /// Since when payment of somebody is held, because of whatever year.
    on_hold: BTreeMap<String, NaiveDate>,
}

impl Issuer {
    /// Runs a night at the present time, or takes an unfinished one to its end first.
    pub async fn run_fund_night(&self, by: &Actor) -> Result<NightView, FundError> {
        let tenant = self.pension_fund(&by.tenant)?.id.clone();
        let begun = self.begin_fund_night(by).await?;
        self.end_benefits(&tenant, begun.at.date_naive()).await?;
        let going = self.going_by(&tenant).await?;
        let id = begun.id;
        while self.step_fund_batch(&tenant, &id, &going).await? {}
        self.draw_samples(&tenant).await?;
        self.fund_night(&tenant, &id).await
    }

    /// The run with this id.
    pub async fn fund_night(&self, tenant: &str, id: &str) -> Result<NightView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_night(tenant, id).await?.ok_or(FundError::Unknown)?;
        Ok(NightView { faults: tx.list_fund_night_faults(tenant, id, 50).await?, row })
    }

    /// Newest first.
    pub async fn list_fund_nights(&self, tenant: &str, limit: u32) -> Result<Vec<NightRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_nights(tenant, limit).await?)
    }

    /// Runs what the schedule has due: an unfinished run, or this day's after two in the morning.
    pub async fn run_due_fund_night(&self, tenant: &Tenant) -> Result<bool, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(false);
        }
        let mut tx = self.store.read().await?;
        let running = tx.find_running_fund_night(&tenant.id).await?.is_some();
        let last = tx.last_fund_night(&tenant.id).await?;
        let anybody = tx.count_fund_people(&tenant.id).await? > 0;
        drop(tx);
        let now = self.now();
        let due = chrono::Timelike::hour(&now) >= HOUR
            && last.is_none_or(|last| last.date_naive() < now.date_naive());
        let wanted = running || (due && anybody);
        if !wanted {
            return Ok(false);
        }
        self.run_fund_night(&Actor::system(&tenant.id)).await?;
        Ok(true)
    }

    async fn begin_fund_night(&self, by: &Actor) -> Result<NightRow, FundError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("begin_fund_night").await?;
            if let Some(running) = tx.find_running_fund_night(&by.tenant).await? {
                return Ok(running);
            }
            self.usual_calendars(&mut tx, by).await?;
            for known in self.calendars_within(&mut tx, &by.tenant).await? {
                if known.calendar.year() <= now.year() {
                    tx.begin_fund_year(&by.tenant, known.calendar.year(), now).await?;
                }
            }
            let id = self.new_id();
            match tx.insert_fund_night(&by.tenant, &id, now, &by.officer, now).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
                Err(error) => return Err(error.into()),
            }
            tx.audit(by, Act { action: "fund.night", target: &id, detail: "" }, now).await?;
            let begun = tx.find_fund_night(&by.tenant, &id).await?.ok_or(FundError::Unknown)?;
            let known = self.calendars_within(&mut tx, &by.tenant).await?;
            let begun = match known.iter().any(|it| it.calendar.year() == now.year()) {
                true => begun,
                false => no_calendar(&mut tx, &by.tenant, begun).await?,
            };
            tx.commit().await?;
            Ok(begun)
        })
        .await
    }

    /// Tells the cycle of benefits whose last day is over.
    async fn end_benefits(&self, tenant: &str, day: NaiveDate) -> Result<(), FundError> {
        loop {
            let more = sql::retry(|| async {
                let mut tx = self.store.write("end_fund_benefits").await?;
                let ending = tx.list_ending_fund_people(tenant, day, BATCH).await?;
                for person in &ending {
                    let registered: Registered =
                        self.open_for("person", tenant, &person.id, &person.sealed)?;
                    let told = PersonRow { end_told: true, ..person.clone() };
                    tx.replace_fund_person(tenant, &told).await?;
                    let Some(on) = person.benefit_until else { continue };
                    let mut pen = Pen::new(self, tenant, person);
                    pen.event(What::BenefitEnded { on, why: end_of(&registered) }, self.now())?;
                    pen.put(&mut tx).await?;
                }
                tx.commit().await?;
                Ok::<bool, FundError>(ending.len() == BATCH as usize)
            })
            .await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn going_by(&self, tenant: &str) -> Result<Going, FundError> {
        let mut tx = self.store.read().await?;
        let calendars = self.calendars_within(&mut tx, tenant).await?;
        let mut on_hold = BTreeMap::new();
        for known in &calendars {
            let held = (known.calendar.year(), StageName::Suspended.as_str());
            for row in tx.list_fund_cycles_in(tenant, held, "", MOST_SUSPENDED).await? {
                if let Stage::Suspended { since, .. } = self.open_cycle(tenant, &row.cycle)?.stage {
                    let first = on_hold.entry(row.cycle.person).or_insert(since);
                    *first = since.min(*first);
                }
            }
        }
        Ok(Going { calendars, on_hold })
    }

    /// One batch; false when the run is at its end.
    async fn step_fund_batch(&self, tenant: &str, id: &str, going: &Going) -> Result<bool, FundError> {
        sql::retry(|| async {
            let mut tx = self.store.write("step_fund_night").await?;
            let before = tx.find_fund_night(tenant, id).await?.ok_or(FundError::Unknown)?;
            if before.finished_at.is_some() {
                return Ok(false);
            }
            let mut after = before.clone();
            let years = going.calendars.iter().filter(|known| known.calendar.year() <= before.at.year());
            let known = years.clone().find(|known| known.calendar.year() >= before.year);
            let Some(known) = known else {
                tx.finish_fund_night(tenant, id, self.now()).await?;
                tx.commit().await?;
                return Ok(false);
            };
            let year = known.calendar.year();
            if year > before.year {
                (after.year, after.after_person) = (year, String::new());
            }
            let rows = tx.list_due_fund_cycles(tenant, year, &after.after_person, BATCH).await?;
            let mut work = Vec::with_capacity(rows.len());
            for row in &rows {
                let events = self.unread_events(&mut tx, tenant, row).await?;
                let on_hold = match events.iter().any(takes_back) {
                    true => self.held_since(&mut tx, tenant, &row.person.id).await?,
                    false => going.on_hold.get(&row.person.id).copied(),
                };
                work.push((row, on_hold, events));
            }
            let prepared = self.prepare_all(tenant, known, before.at, &work);
            for (row, prepared) in rows.iter().zip(prepared) {
                self.put_row(&mut tx, (tenant, &mut after), row, prepared).await?;
                after.after_person.clone_from(&row.person.id);
                after.people += 1;
            }
            if rows.len() < BATCH as usize {
                (after.year, after.after_person) = (year + 1, String::new());
            }
            tx.move_fund_night(tenant, &before, &after).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Since when a year holds the payment of a person, also under an end that may be taken back.
    pub(super) async fn held_since(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<Option<chrono::NaiveDate>, FundError> {
        let mut first: Option<chrono::NaiveDate> = None;
        for cycle in tx.list_fund_cycles(tenant, person).await? {
            if let Some(since) = self.open_cycle(tenant, &cycle)?.held_since() {
                first = Some(first.map_or(since, |first| first.min(since)));
            }
        }
        Ok(first)
    }

    /// Steps, links and seals on all cores: that is most of a night's work, and it needs no database.
    fn prepare_all<'a>(
        &'a self,
        tenant: &'a str,
        known: &'a YearCalendar,
        at: Timestamp,
        work: &[Work<'_>],
    ) -> Vec<Result<Option<Prepared<'a>>, FundError>> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
        let share = work.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let part = |part: &'_ [Work<'_>]| {
                let prepare = |(row, on_hold, events): &Work<'_>| {
                    self.prepare_step(tenant, row, events, (known, *on_hold, at))
                };
                part.iter().map(prepare).collect::<Vec<_>>()
            };
            let parts: Vec<_> =
                work.chunks(share).map(|it| (it.len(), scope.spawn(move || part(it)))).collect();
            let joined = parts.into_iter().flat_map(|(many, part)| {
                // A panic in one share is a fault of its person-years and not of the night.
                part.join().unwrap_or_else(|_| (0..many).map(|_| Err(FundError::Damaged)).collect())
            });
            joined.collect()
        })
    }

    /// One person-year. A fault is written down and holds nobody else up.
    async fn put_row(
        &self,
        tx: &mut Transaction,
        (tenant, night): (&str, &mut NightRow),
        row: &DueRow,
        prepared: Result<Option<Prepared<'_>>, FundError>,
    ) -> Result<(), FundError> {
        match prepared {
            Ok(None) => {}
            Ok(Some(prepared)) => {
                self.put_prepared(tx, tenant, row, prepared).await?;
                night.changed += 1;
            }
            Err(fault) => {
                night.faults += 1;
                let (person, year) = (row.person.id.clone(), row.cycle.year);
                let fault = NightFault { person, year, why: fault.to_string() };
                tx.insert_fund_night_fault(tenant, &night.id, &fault).await?;
            }
        }
        Ok(())
    }

    /// Steps one person-year and writes record, journal and effects together; nothing when nothing came of it.
    pub(super) async fn step_cycle(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &DueRow,
        by: (&YearCalendar, Option<NaiveDate>, Timestamp),
    ) -> Result<(), FundError> {
        let events = self.unread_events(tx, tenant, row).await?;
        match self.prepare_step(tenant, row, &events, by)? {
            Some(prepared) => self.put_prepared(tx, tenant, row, prepared).await,
            None => Ok(()),
        }
    }

    /// What happened to a person since their person-year was stepped last.
    pub(super) async fn unread_events(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &DueRow,
    ) -> Result<Vec<Event>, FundError> {
        match row.person.last_seq > row.cycle.applied {
            true => self.events_after(tx, tenant, &row.person.id, row.cycle.applied).await,
            false => Ok(Vec::new()),
        }
    }

    fn prepare_step<'a>(
        &'a self,
        tenant: &'a str,
        row: &DueRow,
        events: &[Event],
        (known, on_hold_since, at): (&YearCalendar, Option<NaiveDate>, Timestamp),
    ) -> Result<Option<Prepared<'a>>, FundError> {
        let facts = Person { on_hold_since, ..self.open_facts(tenant, &row.person)? };
        let before = self.open_cycle(tenant, &row.cycle)?;
        let now =
            Night { calendar: &known.calendar, at, quiet: QuietHours::default(), edition: Edition::LATEST };
        let made = step(&before, &facts, events, &now)?;
        let same =
            PersonYear { night: before.night, applied: before.applied, ..made.after.clone() } == before;
        let quiet = same && made.effects.is_empty() && made.transitions.is_empty();
        if quiet && made.after.applied == before.applied {
            return Ok(None);
        }
        // That a letter left changes nothing: the record moves on past it, and the journal gets no night for that.
        let read = |event: &Event| event.seq > before.applied && event.what.decides();
        let pen = (!quiet || events.iter().any(read)).then(|| {
            let mut pen = Pen::new(self, tenant, &row.person);
            pen.night(at, &known.digest, &facts, &made);
            pen
        });
        let stored = self.cycle_row(tenant, &made.after, at);
        Ok(Some(Prepared { made, pen, stored, at }))
    }

    async fn put_prepared(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &DueRow,
        Prepared { made, pen, stored, at }: Prepared<'_>,
    ) -> Result<(), FundError> {
        if let Some(pen) = pen {
            pen.put(tx).await?;
        }
        let of = (row.person.id.as_str(), row.cycle.year);
        // Letters about payments tell what is so: nobody is told that payment is held which is not, nor anything the dead.
        if made.after.is_answered() {
            tx.withdraw_fund_effects_of_kind(tenant, of, "hold-payment", at).await?;
        }
        // What this night asks for stays: an end that is put on another day pays the days between.
        if made.after.is_ended() {
            tx.withdraw_fund_effects_of_kind(tenant, of, "resume-payment", at).await?;
        }
        let back = |it: &Transition| matches!(it.rule, Rule::DeathWithdrawn | Rule::EndWithdrawn);
        if made.transitions.iter().any(back) {
            tx.withdraw_fund_effects_of_kind(tenant, of, "invite-survivor", at).await?;
        }
        for effect in &made.effects {
            let row = asked(&made.after, effect, at);
            if !tx.ask_fund_effect(tenant, &row).await? {
                continue;
            }
            match effect.kind {
                EffectKind::OpenCase { .. } => self.open_by_rule(tx, tenant, &row).await?,
                EffectKind::MailPaper { .. } => {
                    tx.supersede_fund_forms(tenant, &row.person, &row.key, at).await?;
                }
                _ => {}
            }
        }
        // Reminders stop with the receipt of a proof, and so does whatever else was asked for and did not leave yet.
        if !made.after.waiting.is_empty() || made.after.is_answered() {
            tx.withdraw_fund_effects(tenant, &row.person.id, row.cycle.year, at).await?;
        }
        if let Stage::Suspended { list, .. } = &made.after.stage {
            let done = ("propose-suspension", format!("list {list}"));
            tx.finish_fund_effects_of_kind(tenant, of, (done.0, &done.1), at).await?;
        }
        Ok(tx.replace_fund_cycle(tenant, row.cycle.applied, &stored).await?)
    }

    fn cycle_row(&self, tenant: &str, record: &PersonYear, at: Timestamp) -> CycleRow {
        let purpose = format!("{}/{}", record.person, record.year);
        CycleRow {
            person: record.person.clone(),
            year: record.year,
            stage: record.stage.name().as_str().to_owned(),
            closed_how: match &record.stage {
                Stage::Closed { how } => Some(closure(how).to_owned()),
                _ => None,
            },
            channel: record.proof.as_ref().map(|proof| super::proofs::channel_name(proof.channel).to_owned()),
            applied: record.applied,
            sealed: Some(self.seal_for("cycle", tenant, &purpose, record)),
            updated_at: at,
        }
    }
}

/// Whether it depends on a payment that another year holds.
fn takes_back(event: &Event) -> bool {
    matches!(event.what, What::DeathWithdrawn { .. } | What::EndWithdrawn { .. })
}

/// Nobody is asked for a year without a calendar: the night says so instead of finding nothing to do.
async fn no_calendar(tx: &mut Transaction, tenant: &str, begun: NightRow) -> Result<NightRow, FundError> {
    let year = begun.at.year();
    let why = format!(
        "there is no calendar of {year}: make it from the year before at the console, The Fund's year"
    );
    tx.insert_fund_night_fault(tenant, &begun.id, &NightFault { person: String::new(), year, why }).await?;
    let after = NightRow { faults: begun.faults + 1, ..begun.clone() };
    tx.move_fund_night(tenant, &begun, &after).await?;
    Ok(after)
}

fn asked(record: &PersonYear, effect: &entitlement::cycle::Effect, at: Timestamp) -> EffectRow {
    EffectRow {
        key: effect.key.clone(),
        person: record.person.clone(),
        year: record.year,
        rule: word(&effect.rule),
        kind: effect_kind(&effect.kind).to_owned(),
        content: serde_json::to_string(&effect.kind).unwrap_or_default(),
        asked_at: at,
        done_at: None,
        done_by: None,
    }
}

/// The name that serde gives a variant without data.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) const fn effect_kind(kind: &EffectKind) -> &'static str {
    match kind {
        EffectKind::MailPaper { .. } => "mail-paper",
        EffectKind::Remind { .. } => "remind",
        EffectKind::ListForFollowUp => "list-for-follow-up",
        EffectKind::SendNotice { .. } => "send-notice",
        EffectKind::ProposeSuspension { .. } => "propose-suspension",
        EffectKind::HoldPayment { .. } => "hold-payment",
        EffectKind::ResumePayment { .. } => "resume-payment",
        EffectKind::StopPayment { .. } => "stop-payment",
        EffectKind::SendReceipt { .. } => "send-receipt",
        EffectKind::OfferAnotherChannel { .. } => "offer-another-channel",
        EffectKind::OpenCase { .. } => "open-case",
        EffectKind::RevokeCertificates => "revoke-certificates",
        EffectKind::InviteSurvivor { .. } => "invite-survivor",
    }
}

const fn closure(how: &Closure) -> &'static str {
    match how {
        Closure::Proven => "proven",
        Closure::PaidAgain => "paid-again",
        Closure::Deceased { .. } => "deceased",
        Closure::BenefitEnded { .. } => "benefit-ended",
        Closure::Converted { .. } => "converted",
    }
}

pub(super) fn end_of(registered: &Registered) -> BenefitEnd {
    match registered.end_reason.as_deref() {
        Some("remarriage") => BenefitEnd::Remarriage,
        Some("age") => BenefitEnd::Age,
        _ => BenefitEnd::Other,
    }
}
