//! Guardians and attorneys of people whose wallet is kept here: two officers record and confirm, the representative comes to a desk
//! with a PIN of their own, the person or an officer ends it.

use chrono::Duration;
use holding::activity::Activity;
use holding::assisted::{read_wallet_number, wallet_number};
use holding::assurance::Assurance;
use holding::custody::DEVICE;
use holding::mandate::{
    Act, CONFIRM_DAYS, EndedBy, MOST_OPEN, Mandate, MandateFault, Representative, Standing, Terms, Word,
};
use holding::pin::Pin;
use holding::vault::{DataKey, Purpose};
use store_wallet::Tx;
use store_wallet::mandates::MandateRow;

use super::accounts::AccountError;
use super::custody::{Entered, away_from_desk};
use super::fault::Fault;
use super::officers::Officer;
use super::pins::{PinError, turn};
use super::sessions::NewSession;
use super::{Acting, Person, Wallet};

/// Why a mandate is not recorded, or not used.
#[derive(Debug, thiserror::Error)]
pub enum MandateError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Pin(#[from] PinError),
    #[error(transparent)]
    Mandate(#[from] MandateFault),
    /// Also where the wallet is not kept here: officers learn nothing of others.
    #[error("there is no such wallet or mandate at this desk")]
    Unknown,
}

impl From<Fault> for MandateError {
    fn from(fault: Fault) -> Self {
        AccountError::from(fault).into()
    }
}

/// What somebody may not do for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mandate does not hold this")]
pub struct OutsideMandate;

/// The other side takes it from the person alone, whatever the mandate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other side takes this from the person alone, not from whoever acts for them")]
pub struct InPerson;

/// A mandate with what is in it.
pub struct KeptMandate {
    pub row: MandateRow,
    pub mandate: Mandate,
    pub standing: Standing,
}

impl Person {
    /// Whether what is done here may be done: by the person always, by somebody else as far as their mandate goes.
    pub fn may_act(&self, act: Act) -> Result<(), OutsideMandate> {
        match self.acting() {
            Some(acting) if !acting.acts.contains(&act) => Err(OutsideMandate),
            _ => Ok(()),
        }
    }

    /// Who acts for the person, where somebody does.
    #[must_use]
    pub fn acting(&self) -> Option<&Acting> {
        self.desk.as_ref().and_then(|desk| desk.acting.as_ref())
    }

    /// The same, as records name them.
    #[must_use]
    pub fn representative(&self) -> Option<&Representative> {
        self.acting().map(|acting| &acting.representative)
    }
}

impl Wallet {
    /// An officer saw a document and records what its bearer may do; the representative typed the PIN. It counts when a second
    /// officer confirms it, and whoever has the wallet reads of it at once.
    pub async fn record_mandate(
        &self,
        officer: &Person,
        wallet: &str,
        terms: Terms,
        (seen, pin): (&str, &str),
    ) -> Result<KeptMandate, MandateError> {
        away_from_desk(officer)?;
        let Officer { account: by, name } = self.officer(officer).await?;
        let pin = Pin::choose(pin).map_err(PinError::from)?;
        let account = self.kept_account(wallet).await?;
        let now = self.now();
        let mandate = Mandate::record(&account, terms, Word::given(&by, &name, seen, now)?)?;
        // Random and not by its time: its beginning is the number that the representative keeps.
        let id = self.new_account_id();
        let access = self.make_pin(&account, &id, pin, turn().await?).await?;
        let key = self.data_key(&account).await?.ok_or(MandateError::Unknown)?;
        let row = MandateRow {
            sealed: self.seal(&key, Purpose::Mandate, &id, &mandate)?,
            id,
            account,
            state: mandate.state().to_owned(),
            revision: 0,
            created_at: now,
        };
        let activity = Activity::MandateRecorded { officer: name, name: mandate.representative.name.clone() };
        let entry = self.entry(&key, &activity)?;
        let mut tx = self.store.write("record_mandate").await?;
        let known = tx.list_mandates(&row.account).await?;
        let open = self.opened(&key, known)?.into_iter().filter(|one| one.mandate.is_open(now));
        if open.count() >= MOST_OPEN {
            return Err(MandateFault::TooMany.into());
        }
        tx.insert_mandate(&row).await?;
        tx.insert_mandate_pin(&access).await?;
        tx.insert_entry(&row.account, &entry).await?;
        tx.commit().await?;
        Ok(KeptMandate { standing: mandate.standing(now), row, mandate })
    }

    /// A second officer saw document and representative too.
    pub async fn confirm_mandate(
        &self,
        officer: &Person,
        id: &str,
        seen: &str,
    ) -> Result<KeptMandate, MandateError> {
        away_from_desk(officer)?;
        let Officer { account: by, name } = self.officer(officer).await?;
        let word = Word::given(&by, &name, seen, self.now())?;
        self.move_mandate(id, |mandate, account| {
            let activity =
                Activity::MandateConfirmed { officer: name, name: mandate.representative.name.clone() };
            Ok((mandate.confirmed(account, word)?, activity))
        })
        .await
    }

    /// An officer ends a mandate, or does not confirm it, and says why. Visits under it end at once.
    pub async fn end_mandate_by_officer(
        &self,
        officer: &Person,
        id: &str,
        why: &str,
    ) -> Result<KeptMandate, MandateError> {
        away_from_desk(officer)?;
        let Officer { name, .. } = self.officer(officer).await?;
        let now = self.now();
        self.move_mandate(id, |mandate, _| {
            let activity =
                Activity::MandateEnded { by: Some(name.clone()), name: mandate.representative.name.clone() };
            Ok((mandate.ended(EndedBy::Officer { name, why: why.to_owned() }, now)?, activity))
        })
        .await
    }

    /// The person ends it. It needs no fresh proof: it only takes away, and it may be urgent.
    pub async fn end_mandate(&self, person: &Person, id: &str) -> Result<(), MandateError> {
        let now = self.now();
        let row = self.store.read().await.map_err(Fault::from)?.find_mandate(id).await?;
        if row.is_none_or(|row| row.account != person.account) {
            return Err(MandateError::Unknown);
        }
        self.move_mandate(id, |mandate, _| {
            let activity = Activity::MandateEnded { by: None, name: mandate.representative.name.clone() };
            Ok((mandate.ended(EndedBy::Owner, now)?, activity))
        })
        .await
        .map(drop)
    }

    /// The person's own list, the latest first.
    pub async fn mandates(&self, person: &Person) -> Result<Vec<KeptMandate>, Fault> {
        let rows = self.store.read().await?.list_mandates(&person.account).await?;
        self.opened(&person.data_key, rows)
    }

    /// Those that can still be used, now or later, so that the person sees them first of all.
    pub async fn open_mandates(&self, person: &Person) -> Result<Vec<KeptMandate>, Fault> {
        let (mut all, now) = (self.mandates(person).await?, self.now());
        all.retain(|one| one.mandate.is_open(now));
        Ok(all)
    }

    /// What a second officer has to look at.
    pub async fn recorded_mandates(&self, officer: &Person) -> Result<Vec<KeptMandate>, MandateError> {
        self.officer(officer).await?;
        let since = self.now() - Duration::days(CONFIRM_DAYS);
        let rows = self.store.read().await?.list_recorded_mandates(since).await?;
        let mut found = Vec::new();
        for row in rows {
            found.push(self.open_mandate(row).await?.1);
        }
        found.retain(|one| one.standing == Standing::Waiting);
        Ok(found)
    }

    /// All mandates of a wallet, for an officer who knows its number.
    pub async fn find_mandates(
        &self,
        officer: &Person,
        wallet: &str,
    ) -> Result<Vec<KeptMandate>, MandateError> {
        self.officer(officer).await?;
        let account = self.kept_account(wallet).await?;
        let key = self.data_key(&account).await?.ok_or(MandateError::Unknown)?;
        let rows = self.store.read().await?.list_mandates(&account).await?;
        Ok(self.opened(&key, rows)?)
    }

    /// One mandate, for an officer.
    pub async fn mandate_for_officer(&self, officer: &Person, id: &str) -> Result<KeptMandate, MandateError> {
        self.officer(officer).await?;
        let row = self.store.read().await?.find_mandate(id).await?;
        Ok(self.open_mandate(row.ok_or(MandateError::Unknown)?).await?.1)
    }

    /// A representative comes to a desk: the officer finds the mandate by its number, the representative types the PIN.
    pub async fn enter_by_mandate(
        &self,
        officer: &Person,
        number: &str,
        pin: &str,
    ) -> Result<Entered, MandateError> {
        let Officer { account: by, name: officer } = self.officer(officer).await?;
        let beginning = read_wallet_number(number).ok_or(MandateError::Unknown)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_mandate_by_beginning(&beginning).await?.ok_or(MandateError::Unknown)?;
        let access = tx.find_mandate_pin(&row.id).await?;
        drop(tx);
        let (key, kept) = self.open_mandate(row).await?;
        // One that is over, or waits, opens nothing; whoever has the number learns that before a try is counted.
        if kept.standing != Standing::InForce {
            return Err(MandateFault::Over.into());
        }
        let (tried, cleared) = self.tried_pin(access.ok_or(MandateError::Unknown)?, pin).await?;
        let MandateRow { id, account, .. } = kept.row;
        let activity = Activity::RepresentativeVisited { officer, name: kept.mandate.representative.name };
        let entry = self.entry(&key, &activity)?;
        let (mut session, token) = self.new_session(&account, DEVICE, Assurance::Pin);
        (session.officer, session.mandate) = (Some(by), Some(id.clone()));
        let mut tx = self.store.write("enter_by_mandate").await?;
        tx.replace_pin_tries(&tried, &cleared).await?;
        tx.insert_session(&session).await?;
        tx.insert_entry(&account, &entry).await?;
        tx.commit().await?;
        Ok(Entered { number: wallet_number(&id), session: NewSession { token, account } })
    }

    /// What stands behind a session under a mandate: nothing from the moment it is not in force, so that a visit ends with it.
    pub(super) async fn acting_under(&self, account: &str, mandate: &str) -> Result<Option<Acting>, Fault> {
        let row = self.store.read().await?.find_mandate(mandate).await?;
        let Some(row) = row.filter(|row| row.account == account) else { return Ok(None) };
        let Some(key) = self.data_key(account).await? else { return Ok(None) };
        let kept = self.read_mandate(&key, row)?;
        Ok((kept.standing == Standing::InForce).then_some(Acting {
            mandate: kept.row.id,
            representative: kept.mandate.representative,
            acts: kept.mandate.acts,
            ends_on: kept.mandate.ends_on,
        }))
    }

    /// The wallet goes to a device of its person's own: nobody comes to a desk for them any more.
    pub(super) async fn end_mandates(&self, tx: &mut Tx, account: &str, key: &DataKey) -> Result<(), Fault> {
        let now = self.now();
        for row in tx.list_mandates(account).await? {
            let kept = self.read_mandate(key, row)?;
            let name = kept.mandate.representative.name.clone();
            // Those that are over stay as they are.
            let Ok(ended) = kept.mandate.ended(EndedBy::CustodyEnd, now) else { continue };
            let moved = self.moved_mandate(key, &kept.row, &ended)?;
            tx.replace_mandate(&moved).await?;
            tx.delete_access_by_mandate(&moved.id).await?;
            let entry = self.entry(key, &Activity::MandateEnded { by: None, name })?;
            tx.insert_entry(account, &entry).await?;
        }
        Ok(())
    }

    /// The last try of a representative's PIN, in the record of the person for whom it is. False where it is no such PIN.
    pub(super) async fn note_representative_locked(&self, id: &str) -> Result<bool, Fault> {
        let Some(row) = self.store.read().await?.find_mandate(id).await? else { return Ok(false) };
        let Some(key) = self.data_key(&row.account).await? else { return Ok(false) };
        let KeptMandate { row, mandate, .. } = self.read_mandate(&key, row)?;
        let locked = Activity::RepresentativeLocked { name: mandate.representative.name };
        let entry = self.entry(&key, &locked)?;
        let mut tx = self.store.write("note_representative_locked").await?;
        tx.insert_entry(&row.account, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The account of a number, if its wallet is kept here.
    async fn kept_account(&self, number: &str) -> Result<String, MandateError> {
        let beginning = read_wallet_number(number).ok_or(MandateError::Unknown)?;
        let mut tx = self.store.read().await?;
        let account = tx.find_account_by_beginning(&beginning).await?.ok_or(MandateError::Unknown)?;
        tx.find_custody(&account).await?.ok_or(MandateError::Unknown)?;
        Ok(account)
    }

    async fn move_mandate(
        &self,
        id: &str,
        change: impl FnOnce(Mandate, &str) -> Result<(Mandate, Activity), MandateFault>,
    ) -> Result<KeptMandate, MandateError> {
        let row = self.store.read().await?.find_mandate(id).await?.ok_or(MandateError::Unknown)?;
        let (key, KeptMandate { row, mandate, .. }) = self.open_mandate(row).await?;
        let (mandate, activity) = change(mandate, &row.account)?;
        let moved = self.moved_mandate(&key, &row, &mandate)?;
        let entry = self.entry(&key, &activity)?;
        let standing = mandate.standing(self.now());
        let mut tx = self.store.write("move_mandate").await?;
        tx.replace_mandate(&moved).await?;
        if standing == Standing::Ended {
            tx.delete_access_by_mandate(&moved.id).await?;
        }
        tx.insert_entry(&moved.account, &entry).await?;
        tx.commit().await?;
        Ok(KeptMandate { row: MandateRow { revision: moved.revision + 1, ..moved }, mandate, standing })
    }

    fn moved_mandate(&self, key: &DataKey, row: &MandateRow, mandate: &Mandate) -> Result<MandateRow, Fault> {
        let sealed = self.seal(key, Purpose::Mandate, &row.id, mandate)?;
        Ok(MandateRow { state: mandate.state().to_owned(), sealed, ..row.clone() })
    }

    async fn open_mandate(&self, row: MandateRow) -> Result<(DataKey, KeptMandate), MandateError> {
        let key = self.data_key(&row.account).await?.ok_or(MandateError::Unknown)?;
        let kept = self.read_mandate(&key, row)?;
        Ok((key, kept))
    }

    fn opened(&self, key: &DataKey, rows: Vec<MandateRow>) -> Result<Vec<KeptMandate>, Fault> {
        rows.into_iter().map(|row| self.read_mandate(key, row)).collect()
    }

    fn read_mandate(&self, key: &DataKey, row: MandateRow) -> Result<KeptMandate, Fault> {
        let mandate: Mandate = key.unseal(Purpose::Mandate, &row.id, &row.sealed)?;
        Ok(KeptMandate { standing: mandate.standing(self.now()), row, mandate })
    }
}
