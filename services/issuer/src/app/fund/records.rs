//! The record by which somebody of the register enrols, is asked for a proof, and holds a certificate.
//!
//! The register is the authority for name, country, language and address: the record follows it. Somebody whom an officer put on
//! the list by hand is linked by the number and keeps the record. A death ends it: what is open for an enrolment is
//! taken back and nothing is offered any more; a death that was none gives it back.

use chrono::NaiveDate;
use issuance::import::{Registered, Retiree, RowContent};
use issuance::webhook::{EventKind, Happened};
use issuance::{Actor, ServiceEnd, Subject};
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;

use super::super::Contact;
use super::super::import::contact_of;
use super::{FundError, Issuer};

/// Rows in one transaction.
const STEP: u32 = 200;

/// What became of a record, for those who listen.
pub(super) type Told = Vec<(EventKind, String)>;

impl Issuer {
    /// Makes, links or changes the record of somebody; `before` is what the register said last. Nothing for somebody who can take part
    /// no more and has none.
    pub(super) async fn keep_record(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (before, new): (Option<&Registered>, &Registered),
        told: &mut Told,
    ) -> Result<Option<String>, FundError> {
        let tenant = by.tenant.as_str();
        let content = content_of(new);
        let mut said = self.subject_of(by, &content);
        // What the register does not say is no claim, and takes nothing from a record made by hand.
        said.claims.retain(|_, value| value.as_str() != Some(""));
        // Most are new: one statement says whether somebody has the number.
        let is_new = can_take_part(new, self.today()) && tx.insert_new_subject(tenant, &said).await?;
        let id = match is_new {
            true => {
                told.push((EventKind::RecordCreated, said.id.clone()));
                said.id
            }
            false => {
                let known = tx.find_subject_by_number(tenant, &new.uid).await?;
                let Some(known) = known else { return Ok(None) };
                let id = known.id.clone();
                if let Some(changed) = followed(known, said) {
                    tx.replace_subject(tenant, &changed).await?;
                    told.push((EventKind::RecordChanged, id.clone()));
                }
                id
            }
        };
        let is_known = !is_new;
        self.keep_contact(tx, (tenant, &id), (before, &content), is_known).await?;
        match (before.and_then(|it| it.died_on), new.died_on) {
            (_, Some(_)) => self.end_record(tx, by, &id, told).await?,
            (Some(_), None) => self.revive_record(tx, by, &id, told).await?,
            (None, None) => {}
        }
        Ok(Some(id))
    }

    /// The register's address takes the place of the one it gave before. One that an officer entered stays as long as the
    /// register says nothing new.
    async fn keep_contact(
        &self,
        tx: &mut Transaction,
        (tenant, subject): (&str, &str),
        (before, new): (Option<&Registered>, &RowContent),
        is_known: bool,
    ) -> Result<(), FundError> {
        let was = before.map(|it| contact_of(&content_of(it)));
        let is = contact_of(new);
        if was.as_ref().is_some_and(|was| same_contact(was.as_ref(), is.as_ref())) {
            return Ok(());
        }
        match is {
            Some(contact) => {
                let by_hand = is_known && was.is_none() && tx.find_contact(tenant, subject).await?.is_some();
                if !by_hand {
                    self.put_contact(tx, tenant, subject, &contact).await?;
                }
            }
            None if was.flatten().is_some() => {
                tx.delete_contact(tenant, subject).await?;
            }
            None => {}
        }
        Ok(())
    }

    /// Nobody enrols the dead, and nothing is offered to them. Again it changes nothing.
    pub(super) async fn end_record(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject: &str,
        told: &mut Told,
    ) -> Result<(), FundError> {
        let tenant = by.tenant.as_str();
        self.withdraw_enrolments(tx, by, subject).await?;
        if tx.find_service_end(tenant, subject).await?.is_none() {
            tx.put_service_end(by, subject, ServiceEnd::Deceased, None, self.now()).await?;
            told.push((EventKind::ServiceEnded, subject.to_owned()));
        }
        Ok(())
    }

    /// A death was none.
    pub(super) async fn revive_record(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject: &str,
        told: &mut Told,
    ) -> Result<(), FundError> {
        let ended = tx.find_service_end(&by.tenant, subject).await?;
        if ended.is_some_and(|ended| ended.how == ServiceEnd::Deceased) {
            tx.delete_service_end(&by.tenant, subject).await?;
            told.push((EventKind::ServiceResumed, subject.to_owned()));
        }
        Ok(())
    }

    /// The same for somebody of the register, told at once.
    pub(super) async fn revive_record_of(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &PersonRow,
    ) -> Result<(), FundError> {
        let Some(subject) = &person.subject_id else { return Ok(()) };
        let mut told = Told::new();
        self.revive_record(tx, by, subject, &mut told).await?;
        self.tell_records(tx, &by.tenant, &told).await
    }

    pub(super) async fn tell_records(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        told: &Told,
    ) -> Result<(), FundError> {
        let reason = |kind: EventKind| match kind {
            EventKind::ServiceEnded => Some(ServiceEnd::Deceased.as_str()),
            _ => None,
        };
        let happened: Vec<Happened<'_>> = told
            .iter()
            .map(|(kind, id)| Happened { reason: reason(*kind), ..Happened::to_person(*kind, id) })
            .collect();
        if !happened.is_empty() {
            self.announce(tx, tenant, &happened).await?;
        }
        Ok(())
    }

    /// Makes or links the records of people who came onto the register before it made any. How many.
    pub async fn fill_records(&self) -> Result<u64, FundError> {
        let mut filled = 0;
        for tenant in self.tenants() {
            if self.pension_fund(&tenant.id).is_err() {
                continue;
            }
            let mut after = Some(String::new());
            while let Some(place) = after {
                let (many, next) = self.fill_step(&tenant.id, &place).await?;
                filled += many;
                after = next;
            }
        }
        Ok(filled)
    }

    /// One batch, and the place behind it.
    async fn fill_step(&self, tenant: &str, after: &str) -> Result<(u64, Option<String>), FundError> {
        let today = self.today();
        let looked =
            self.store.read().await?.list_fund_people_without_record(tenant, today, after, 1).await?;
        if looked.is_empty() {
            return Ok((0, None));
        }
        sql::retry(|| async {
            let by = Actor::system(tenant);
            let mut tx = self.store.write("fill_fund_records").await?;
            let people = tx.list_fund_people_without_record(tenant, today, after, STEP).await?;
            let (mut told, mut filled) = (Told::new(), 0);
            for person in &people {
                // Whoever cannot be opened holds nobody up; the night says so of them.
                let Ok(opened) = self.open_fund_person(tenant, person) else { continue };
                let kept = self.keep_record(&mut tx, &by, (None, &opened.registered), &mut told).await?;
                if let Some(subject) = kept {
                    let record = (subject.as_str(), opened.registered.medium.as_str());
                    tx.link_fund_person(tenant, &person.id, record).await?;
                    filled += 1;
                }
            }
            self.tell_records(&mut tx, tenant, &told).await?;
            tx.commit().await?;
            Ok((filled, people.last().map(|last| last.id.clone())))
        })
        .await
    }
}

/// What somebody entered by hand about whom the register put on the list, where the record says nothing of it; nothing when it does.
pub(in crate::app) fn completed(known: &Subject, by_hand: &Subject) -> Option<Subject> {
    let mut claims = known.claims.clone();
    for (claim, value) in by_hand.claims.iter().filter(|(_, value)| value.as_str() != Some("")) {
        claims.entry(claim).or_insert_with(|| value.clone());
    }
    (claims != known.claims).then(|| Subject { claims, updated_at: by_hand.updated_at, ..known.clone() })
}

/// Alive, and in benefit still.
pub(super) fn can_take_part(registered: &Registered, today: NaiveDate) -> bool {
    registered.died_on.is_none() && registered.benefit_until.is_none_or(|day| day >= today)
}

/// The same as a line of a list of beneficiaries. Whoever wants letters has no address for messages.
fn content_of(registered: &Registered) -> RowContent {
    RowContent::Retiree(Retiree {
        uid: registered.uid.clone(),
        given_name: registered.given_name.clone(),
        family_name: registered.family_name.clone(),
        country: Some(registered.country.clone()),
        language: Some(registered.language.clone()),
        email: registered.email.clone().filter(|_| registered.medium != "post"),
    })
}

/// The record as the register says it, with whatever else it has; nothing where it says so already.
fn followed(known: Subject, said: Subject) -> Option<Subject> {
    let mut claims = known.claims.clone();
    claims.extend(said.claims);
    (claims != known.claims || known.name != said.name).then_some(Subject {
        claims,
        name: said.name,
        updated_at: said.updated_at,
        ..known
    })
}

fn same_contact(one: Option<&Contact>, other: Option<&Contact>) -> bool {
    let of = |contact: Option<&Contact>| contact.map(|it| (it.email.clone(), it.language));
    of(one) == of(other)
}
