//! Writing a person's journal.

use clock::Timestamp;
use entitlement::cycle::{Event, Person, Step, What};
use entitlement::journal::{Entry, Public, Secret, night, record_digest};
use store_issuer::Transaction;
use store_issuer::fund::{JournalRow, NewEntry, PersonRow};

use super::{FundError, Issuer};

/// More events than that have not happened to anybody.
const MOST_EVENTS: u32 = 5000;

/// Entries of one person that are to be written together.
pub(super) struct Pen<'a> {
    issuer: &'a Issuer,
    tenant: &'a str,
    person: String,
    last_entry: u64,
    last_seq: u64,
    head: [u8; 32],
    entries: Vec<NewEntry>,
}

impl<'a> Pen<'a> {
    pub fn new(issuer: &'a Issuer, tenant: &'a str, person: &PersonRow) -> Self {
        Self {
            issuer,
            tenant,
            person: person.id.clone(),
            last_entry: person.last_entry,
            last_seq: person.last_seq,
            head: person.head,
            entries: Vec::new(),
        }
    }

    /// Writes an event down, if it is one.
    pub fn event(&mut self, what: What, at: Timestamp) -> Result<Event, FundError> {
        let event = Event { seq: self.next_seq(), at, what };
        event.check()?;
        let public = Public::Event { seq: event.seq, name: event.what.name().to_owned() };
        let seq = Some(event.seq);
        self.write(at, public, Secret::Event(Box::new(event.clone())), (seq, None));
        Ok(event)
    }

    /// Writes down what a night made of a year, and what it went by.
    pub fn night(&mut self, now: Timestamp, calendar: &str, facts: &Person, made: &Step) {
        let secret = Secret::Night { facts: Box::new(facts.clone()), record: record_digest(&made.after) };
        self.write(now, night(now, calendar, made), secret, (None, Some(made.after.year)));
    }

    fn next_seq(&self) -> u64 {
        self.entries.iter().rev().find_map(|entry| entry.seq).unwrap_or(self.last_seq) + 1
    }

    fn write(
        &mut self,
        at: Timestamp,
        public: Public,
        secret: Secret,
        (seq, year): (Option<u64>, Option<i32>),
    ) {
        let n = self.last_entry + self.entries.len() as u64 + 1;
        let mut salt = [0; 32];
        self.issuer.entropy.fill(&mut salt);
        let entry = Entry { n, at, public, commitment: secret.commitment(&salt) };
        self.head = entry.link(&self.head);
        let purpose = format!("{}/{n}", self.person);
        self.entries.push(NewEntry {
            seq,
            year,
            at,
            public: serde_json::to_string(&entry.public).unwrap_or_default(),
            salt,
            sealed: self.issuer.seal_for("journal", self.tenant, &purpose, &secret),
            commitment: entry.commitment,
            head: self.head,
        });
    }

    /// Appends what was written; stale when the journal went on since the person was read.
    pub async fn put(self, tx: &mut Transaction) -> Result<(), FundError> {
        let last = (self.last_entry, self.last_seq);
        Ok(tx.append_fund_journal(self.tenant, &self.person, last, &self.entries).await?)
    }
}

impl Issuer {
    pub(super) fn open_entry(
        &self,
        tenant: &str,
        person: &str,
        row: &JournalRow,
    ) -> Result<Secret, FundError> {
        self.open_for("journal", tenant, &format!("{person}/{}", row.entry), &row.sealed)
    }

    /// The events of a person after one, in their order.
    pub(super) async fn events_after(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
        after: u64,
    ) -> Result<Vec<Event>, FundError> {
        let rows = tx.list_fund_events(tenant, person, after, MOST_EVENTS).await?;
        let event = |row: &JournalRow| match self.open_entry(tenant, person, row)? {
            Secret::Event(event) => Ok(*event),
            Secret::Night { .. } => Err(FundError::Damaged),
        };
        rows.iter().map(event).collect()
    }

    /// Who did it and why, for the person's page.
    pub(super) fn event_detail(
        &self,
        tenant: &str,
        person: &str,
        row: &JournalRow,
    ) -> Result<Option<String>, FundError> {
        let Secret::Event(event) = self.open_entry(tenant, person, row)? else { return Ok(None) };
        Ok(match event.what {
            What::ProofReceived { evidence } => {
                let helper = evidence.helper.as_ref();
                let helped = helper.map(|it| format!("; {}, {}", it.id, super::helpers::role_words(it.role)));
                let channel = super::proofs::channel_name(evidence.channel).replace('-', " ");
                Some(format!("{channel}{}", helped.unwrap_or_default()))
            }
            What::ProofAccepted { by, evidence } => match evidence.helper {
                Some(it) => Some(format!("{by}; {}, {}", it.id, super::helpers::role_words(it.role))),
                None => Some(by),
            },
            What::CaseClosed { by, .. }
            | What::HoldLifted { by, .. }
            | What::DeathWithdrawn { by }
            | What::EndWithdrawn { by } => Some(by),
            What::ProofRefused { by, reason, .. } => Some(format!("{by}: {reason}")),
            What::HoldPlaced { by, reason, until, .. } => {
                let until = until.map_or(String::new(), |day| format!(" until {day}"));
                Some(format!("{by}: {reason}{until}"))
            }
            What::DeathConfirmed { on, by } => Some(format!("{on}, {by}")),
            What::BenefitEnded { on, .. } | What::Converted { on, .. } | What::PaymentResumed { on } => {
                Some(on.to_string())
            }
            What::SuspensionApproved { approval } => Some(format!("list {}", approval.list)),
            What::CertificatesRevoked { copies } => Some(copies.to_string()),
            What::MessageSent { effect, code, .. } => Some(format!("{effect}, answer {code}")),
            What::LetterPosted { effect, mailing, part, on, .. } => {
                Some(format!("{effect}, mailing {mailing}, part {part}, {on}"))
            }
            What::ResidenceChecked { .. }
            | What::CaseOpened { .. }
            | What::AccountChanged
            | What::AccountChecked { .. }
            | What::AccountRefused { .. } => None,
        })
    }
}
