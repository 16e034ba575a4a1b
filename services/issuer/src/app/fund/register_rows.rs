//! The rows of a confirmed file, worked off in steps that survive a crash: each becomes or changes a person.

use clock::Timestamp;
use entitlement::cycle::What;
use entitlement::enrolment::Separation;
use entitlement::journal::beginning;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::Registered;
use store_issuer::Transaction;
use store_issuer::fund::{PersonRow, RegisterRow};

use super::journal::Pen;
use super::people::{birth_year, facts_of};
use super::records::Told;
use super::register::Content;
use super::{FundError, Issuer};

/// Rows in one transaction.
const STEP: u32 = 200;

impl Issuer {
    /// Takes every confirmed file to its end, in steps of one transaction each; before, whoever has no record for a wallet gets
    /// one.
    pub async fn work_off_registers(&self) -> Result<(), FundError> {
        const AT_ONCE: u32 = 20;
        self.fill_records().await?;
        loop {
            let running = self.store.read().await?.running_fund_imports(AT_ONCE).await?;
            if running.is_empty() {
                return Ok(());
            }
            for (tenant, id) in running {
                while self.work_off_register_step(&tenant, &id).await? {}
            }
        }
    }

    async fn work_off_register_step(&self, tenant: &str, id: &str) -> Result<bool, FundError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("work_off_register").await?;
            let import = tx.find_fund_import(tenant, id).await?.ok_or(FundError::Unknown)?;
            if import.state != "confirmed" {
                return Ok(false);
            }
            let by = import.confirmed_by.unwrap_or(import.created_by);
            let by = Actor { tenant: tenant.to_owned(), officer: by };
            let rows = tx.list_fund_import_rows(tenant, id, "good", 0, STEP).await?;
            let mut told = Told::new();
            for row in &rows {
                self.work_off_person(&mut tx, &by, (id, row), &mut told).await?;
            }
            self.tell_records(&mut tx, tenant, &told).await?;
            let more = rows.len() == STEP as usize;
            if !more && tx.finish_fund_import(tenant, id, now).await? {
                tx.audit(&by, Act { action: "fund.register.finish", target: id, detail: "" }, now).await?;
            }
            tx.commit().await?;
            Ok(more)
        })
        .await
    }

    /// Row, person and journal change together or not at all.
    async fn work_off_person(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (import, row): (&str, &RegisterRow),
        told: &mut Told,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let purpose = format!("{import}/{}", row.line);
        let (new, _): Content = self.open_for("row", tenant, &purpose, &row.sealed)?;
        let mark = self.secrets.register_mark(tenant, "number", &new.uid);
        let known = tx.find_fund_person_by_mark(tenant, &mark).await?;
        let content_mark = self.content_mark(tenant, &new);
        let id = match &known {
            None => {
                let subject_id = self.keep_record(tx, by, (None, &new), told).await?;
                self.put_new_person(tx, by, (&new, subject_id), (mark, content_mark), now).await?
            }
            Some(known) if known.content_mark == content_mark => known.id.clone(),
            Some(known) => {
                let before = known.subject_id.as_ref();
                let before = before.map(|_| self.open_fund_person(tenant, known)).transpose()?;
                let before = before.as_ref().map(|it| &it.registered);
                let subject_id = self.keep_record(tx, by, (before, &new), told).await?;
                self.put_changed_person(tx, by, known, (&new, subject_id), content_mark).await?
            }
        };
        Ok(tx.fund_import_row_done(tenant, import, row.line, &id).await?)
    }

    async fn put_new_person(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (new, subject_id): (&Registered, Option<String>),
        (number_mark, content_mark): (String, String),
        now: Timestamp,
    ) -> Result<String, FundError> {
        let id = self.new_pseudonym();
        let person = PersonRow {
            head: beginning(&id),
            last_seq: 0,
            last_entry: 0,
            number_mark,
            end_told: false,
            created_at: now,
            subject_id,
            ..self.person_row(&by.tenant, &id, new, content_mark)?
        };
        tx.insert_fund_person(&by.tenant, &person).await?;
        if let Some(on) = new.died_on {
            let mut pen = Pen::new(self, &by.tenant, &person);
            pen.event(What::DeathConfirmed { on, by: by.officer.clone() }, now)?;
            pen.put(tx).await?;
        }
        Ok(id)
    }

    async fn put_changed_person(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        known: &PersonRow,
        (new, subject_id): (&Registered, Option<String>),
        content_mark: String,
    ) -> Result<String, FundError> {
        let now = self.now();
        let end_back = known.end_told && known.benefit_until != new.benefit_until;
        let person = PersonRow {
            head: known.head,
            last_seq: known.last_seq,
            last_entry: known.last_entry,
            number_mark: known.number_mark.clone(),
            // An end on another day is told by the night, as any.
            end_told: known.end_told && !end_back,
            created_at: known.created_at,
            subject_id: subject_id.or_else(|| known.subject_id.clone()),
            ..self.person_row(&by.tenant, &known.id, new, content_mark)?
        };
        tx.replace_fund_person(&by.tenant, &person).await?;
        let life = match (known.died_on, new.died_on) {
            (None, Some(on)) => Some(What::DeathConfirmed { on, by: by.officer.clone() }),
            (Some(_), None) => Some(What::DeathWithdrawn { by: by.officer.clone() }),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let end = end_back.then(|| What::EndWithdrawn { by: by.officer.clone() });
        let mut pen = Pen::new(self, &by.tenant, &person);
        for what in end.into_iter().chain(life) {
            pen.event(what, now)?;
        }
        pen.put(tx).await?;
        Ok(person.id)
    }

    /// The columns that follow from what the register says; the others are the caller's.
    fn person_row(
        &self,
        tenant: &str,
        id: &str,
        new: &Registered,
        content_mark: String,
    ) -> Result<PersonRow, FundError> {
        let now = self.now();
        Ok(PersonRow {
            id: id.to_owned(),
            number_mark: String::new(),
            staff_mark: self.staff_mark(tenant, new),
            country: new.country.clone(),
            language: new.language.clone(),
            track: if new.two_track { "two" } else { "one" }.to_owned(),
            birth_year: birth_year(new),
            benefit_until: new.benefit_until,
            died_on: new.died_on,
            end_told: false,
            content_mark,
            sealed: self.seal_for("person", tenant, id, new),
            facts: self.seal_for("facts", tenant, id, &facts_of(id, new)?),
            last_seq: 0,
            last_entry: 0,
            head: [0; 32],
            created_at: now,
            updated_at: now,
            subject_id: None,
            medium: Some(new.medium.clone()),
        })
    }

    /// By what a Separation credential finds the person.
    fn staff_mark(&self, tenant: &str, registered: &Registered) -> Option<String> {
        let (employer, number) = (registered.employer.as_deref()?, registered.staff_number.as_deref()?);
        let key = Separation::register_key(employer, number);
        Some(self.secrets.register_mark(tenant, "staff number", &key))
    }

    /// Ten letters and digits that are not mistaken for one another; 50 random bits.
    fn new_pseudonym(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let letter =
            |byte: &u8| ALPHABET.get(usize::from(byte & 0x1f)).map_or('0', |letter| char::from(*letter));
        let text: String = random.iter().map(letter).collect();
        let (first, second) = text.split_at(5);
        format!("{first}-{second}")
    }
}
