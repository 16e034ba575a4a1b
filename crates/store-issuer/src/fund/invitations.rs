//! Many people who are invited to enrol at once: whom a selection means, how each of them stands, and how far a run is.
//!
//! Whoever is asked for has an open effect of the kind [`INVITE`]; a mailing makes the code and the letter.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use super::people::{PersonRow, person};
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// The kind of what asks for a letter with a code.
const INVITE: &str = "invite-to-enrol";

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRun {
    pub id: String,
    /// `preview`, `running`, `finished` or `discarded`.
    pub state: String,
    /// Who is meant, as JSON; it names nobody.
    pub selection: String,
    /// How many numbers a list had, and how many of them are not on the register.
    pub listed: Option<(u64, u64)>,
    /// When somebody answers the telephone, as it stands on the letters.
    pub hours: String,
    /// How far it is.
    pub progress: RunProgress,
    pub made_by: String,
    pub made_at: Timestamp,
    pub confirmed_by: Option<String>,
    pub finished_at: Option<Timestamp>,
}

/// The place of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// The last person that is behind it.
    pub after_person: String,
    /// How many letters it asked for.
    pub asked: u64,
}

/// Whom a selection means. What is empty does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvitationSelection {
    /// ISO 3166-1 alpha-3.
    pub countries: Vec<String>,
    /// Of the six.
    pub languages: Vec<String>,
    /// Of `app`, `mail`, `text` and `post`.
    pub media: Vec<String>,
    /// First and last year of birth.
    pub born: (i32, i32),
    /// A run whose list of numbers is meant.
    pub list_of: Option<String>,
}

/// How many of a selection have which language and stand where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// One of the six.
    pub language: String,
    /// `enrolled`, `under-way`, `letter-waits`, `letter-made` (with a code that did not leave yet), `invited` or `free`.
    pub standing: String,
    pub people: u64,
}

/// Who is alive, in benefit, and whom a selection means: $1 the tenant, $2 today, $3 countries, $4 languages, $5 channels, $6 and $7
/// years of birth, $8 a list.
macro_rules! chosen {
    () => {
        "p.tenant = $1 AND p.subject_id IS NOT NULL AND p.died_on IS NULL
        AND (p.benefit_until IS NULL OR p.benefit_until >= $2)
        AND ($3 = '' OR $3 LIKE '%,' || p.country || ',%') AND ($4 = '' OR $4 LIKE '%,' || p.language || ',%')
        AND ($5 = '' OR $5 LIKE '%,' || COALESCE(p.medium, '') || ',%')
        AND p.birth_year >= $6 AND p.birth_year <= $7
        AND ($8 = '' OR EXISTS (SELECT 1 FROM fund_invitation_numbers n
            WHERE n.tenant = p.tenant AND n.run = $8 AND n.number_mark = p.number_mark))
        AND NOT EXISTS (SELECT 1 FROM fund_cycles c WHERE c.tenant = p.tenant AND c.person = p.id
            AND c.closed_how IN ('deceased', 'benefit-ended', 'converted'))
        AND NOT EXISTS (SELECT 1 FROM service_ends d WHERE d.tenant = p.tenant AND d.subject_id = p.subject_id)"
    };
}
/// Where somebody stands with the enrolment; $9 is now. An invitation after ten wrong codes is dead.
macro_rules! standing {
    () => {
        "CASE WHEN EXISTS (SELECT 1 FROM bound_keys k WHERE k.tenant = p.tenant AND k.subject_id = p.subject_id
                AND k.ended_at IS NULL) THEN 'enrolled'
            WHEN EXISTS (SELECT 1 FROM enrolments e WHERE e.tenant = p.tenant AND e.subject_id = p.subject_id
                AND e.stage IN ('claimed', 'proposed')) THEN 'under-way'
            WHEN EXISTS (SELECT 1 FROM fund_effects f WHERE f.tenant = p.tenant AND f.person = p.id
                AND f.kind = 'invite-to-enrol' AND f.done_at IS NULL)
                THEN CASE WHEN EXISTS (SELECT 1 FROM enrolments e WHERE e.tenant = p.tenant
                    AND e.subject_id = p.subject_id AND e.stage = 'invited' AND e.letter IS NOT NULL)
                    THEN 'letter-made' ELSE 'letter-waits' END
            WHEN EXISTS (SELECT 1 FROM enrolments e WHERE e.tenant = p.tenant AND e.subject_id = p.subject_id
                AND e.stage = 'invited' AND e.expires_at > $9 AND e.wrong_codes < 10) THEN 'invited'
            ELSE 'free' END"
    };
}
const COUNT: &str = concat!(
    "SELECT q.language AS language, q.standing AS standing, COUNT(*) AS many FROM (SELECT p.language AS language, ",
    standing!(),
    " AS standing FROM fund_people p WHERE ",
    chosen!(),
    ") q GROUP BY q.language, q.standing ORDER BY q.language, q.standing"
);
/// $10 the last person behind it, $11 whether those with a live invitation get another one, $12 how many.
const TO_INVITE: &str = concat!(
    "SELECT q.* FROM (SELECT p.*, ",
    standing!(),
    " AS standing FROM fund_people p WHERE ",
    chosen!(),
    " AND p.id > $10) q WHERE q.standing = 'free' OR ($11 = 'again' AND q.standing = 'invited') ORDER BY q.id LIMIT $12"
);
const INSERT: &str =
    "INSERT INTO fund_invitations (tenant, id, state, selection, listed, unknown, hours, after_person, asked,
        made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8, $9)";
const INSERT_NUMBER: &str =
    "INSERT INTO fund_invitation_numbers (tenant, run, number_mark) VALUES ($1, $2, $3)
    ON CONFLICT (tenant, run, number_mark) DO NOTHING";
const FIND: &str = "SELECT * FROM fund_invitations WHERE tenant = $1 AND id = $2";
const LIST: &str = "SELECT * FROM fund_invitations WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const RUNNING: &str =
    "SELECT * FROM fund_invitations WHERE tenant = $1 AND state = 'running' ORDER BY id LIMIT 1";
const CONFIRM: &str = "UPDATE fund_invitations SET state = 'running', confirmed_by = $3
    WHERE tenant = $1 AND id = $2 AND state = 'preview'";
const STOP: &str = "UPDATE fund_invitations SET state = 'discarded', finished_at = $3
    WHERE tenant = $1 AND id = $2 AND state IN ('preview', 'running')";
/// Guarded by the place it was at.
const MOVE: &str = "UPDATE fund_invitations SET after_person = $3, asked = $4
    WHERE tenant = $1 AND id = $2 AND state = 'running' AND after_person = $5";
const FINISH: &str = "UPDATE fund_invitations SET state = 'finished', finished_at = $3
    WHERE tenant = $1 AND id = $2 AND state = 'running'";
const FORGET: &str = "DELETE FROM fund_invitation_numbers WHERE tenant = $1 AND run = $2";
/// A code that is dead is not printed: what asked for its letter is taken back, unless the post has it.
const WITHDRAW: &str = "UPDATE fund_effects SET done_at = $4, done_by = 'withdrawn'
    WHERE tenant = $1 AND person = $2 AND kind = $3 AND done_at IS NULL";
/// Codes in letters that will not be printed.
const WITHDRAW_CODES: &str =
    "UPDATE enrolments SET stage = 'withdrawn', decided_by = $3, decided_at = $4, revision = revision + 1
    WHERE tenant = $1 AND stage = 'invited' AND letter IN (SELECT l.effect FROM fund_letters l
        WHERE l.tenant = $1 AND l.mailing = $2 AND NOT EXISTS (SELECT 1 FROM fund_mailing_pieces q
            WHERE q.tenant = l.tenant AND q.mailing = l.mailing AND q.posted_on IS NOT NULL
                AND q.piece = (l.place - 1) / $5 + 1))";
/// A code stands on paper alone once the post has it.
const ERASE: &str = "UPDATE fund_letters SET sealed = NULL WHERE tenant = $1 AND mailing = $2 AND kind = $3";
const SET_LETTER: &str = "UPDATE enrolments SET letter = $3 WHERE tenant = $1 AND id = $2";

impl Transaction {
    /// How many of a selection have which language and stand where.
    pub async fn count_invitable(
        &mut self,
        tenant: &str,
        (today, now): (NaiveDate, Timestamp),
        selection: &InvitationSelection,
    ) -> Result<Vec<Standing>, Error> {
        let mut values = narrowing(tenant, today, selection);
        values.push(now.into());
        let rows = self.tx.fetch_all(COUNT, values).await?;
        let one = |row: &Row| {
            Ok(Standing {
                language: row.text("language")?,
                standing: row.text("standing")?,
                people: Columns { table: "fund_people", row }.number("many")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// People of a selection who are to be invited, after a place; `again` takes in whoever has an invitation that lives.
    pub async fn list_to_invite(
        &mut self,
        tenant: &str,
        (today, now): (NaiveDate, Timestamp),
        (selection, again): (&InvitationSelection, bool),
        after: &str,
        limit: u32,
    ) -> Result<Vec<PersonRow>, Error> {
        let mut values = narrowing(tenant, today, selection);
        values.extend([now.into(), after.into(), if again { "again" } else { "" }.into(), limit.into()]);
        self.tx.fetch_all(TO_INVITE, values).await?.iter().map(person).collect()
    }

    /// A run that waits for its confirmation.
    pub async fn insert_invitation_run(&mut self, tenant: &str, run: &InvitationRun) -> Result<(), Error> {
        let values = args![
            tenant,
            &run.id,
            &run.state,
            &run.selection,
            run.listed.map(|(listed, _)| int(listed)),
            run.listed.map(|(_, unknown)| int(unknown)),
            &run.hours,
            &run.made_by,
            run.made_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// A number of the run's list, as its MAC; the same again changes nothing.
    pub async fn insert_invitation_number(
        &mut self,
        tenant: &str,
        run: &str,
        mark: &str,
    ) -> Result<(), Error> {
        self.tx.execute(INSERT_NUMBER, args![tenant, run, mark]).await?;
        Ok(())
    }

    pub async fn find_invitation_run(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<InvitationRun>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(run).transpose()
    }

    /// Newest first.
    pub async fn list_invitation_runs(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<InvitationRun>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(run).collect()
    }

    /// The oldest one that is running.
    pub async fn find_running_invitation_run(
        &mut self,
        tenant: &str,
    ) -> Result<Option<InvitationRun>, Error> {
        self.tx.fetch_optional(RUNNING, args![tenant]).await?.as_ref().map(run).transpose()
    }

    /// False when it did not wait for that.
    pub async fn confirm_invitation_run(&mut self, tenant: &str, id: &str, by: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(CONFIRM, args![tenant, id, by]).await? == 1)
    }

    /// Goes no further; what it asked for stays asked for. False when it was over.
    pub async fn stop_invitation_run(
        &mut self,
        tenant: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let stopped = self.tx.execute(STOP, args![tenant, id, at]).await? == 1;
        self.tx.execute(FORGET, args![tenant, id]).await?;
        Ok(stopped)
    }

    /// Moves the place on; stale when somebody else did.
    pub async fn move_invitation_run(
        &mut self,
        tenant: &str,
        id: &str,
        (before, after): (&RunProgress, &RunProgress),
    ) -> Result<(), Error> {
        let values = args![tenant, id, &after.after_person, int(after.asked), &before.after_person];
        Ok(self.tx.execute_one(MOVE, values).await?)
    }

    /// The run is over; its list is erased.
    pub async fn finish_invitation_run(
        &mut self,
        tenant: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute_one(FINISH, args![tenant, id, at]).await?;
        self.tx.execute(FORGET, args![tenant, id]).await?;
        Ok(())
    }

    /// Takes back the letter of an invitation that did not leave yet.
    pub async fn withdraw_invitation_letters(
        &mut self,
        tenant: &str,
        person: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(WITHDRAW, args![tenant, person, INVITE, at]).await?)
    }

    /// Withdraws the codes that stand in letters of a mailing that is given up.
    pub async fn withdraw_codes_of_mailing(
        &mut self,
        tenant: &str,
        mailing: &str,
        in_piece: u64,
        (by, at): (&str, Timestamp),
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(WITHDRAW_CODES, args![tenant, mailing, by, at, int(in_piece)]).await?)
    }

    /// Erases the codes of a mailing that left.
    pub async fn erase_codes_of_mailing(&mut self, tenant: &str, mailing: &str) -> Result<u64, Error> {
        Ok(self.tx.execute(ERASE, args![tenant, mailing, INVITE]).await?)
    }

    /// Notes what asked for the letter that holds the code of an enrolment.
    pub async fn set_enrolment_letter(
        &mut self,
        tenant: &str,
        enrolment: &str,
        effect: &str,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET_LETTER, args![tenant, enrolment, effect]).await?)
    }
}

fn narrowing(tenant: &str, today: NaiveDate, selection: &InvitationSelection) -> Vec<sql::Value> {
    let joined = |words: &[String]| match words {
        [] => String::new(),
        words => format!(",{},", words.join(",")),
    };
    args![
        tenant,
        today.to_string(),
        joined(&selection.countries),
        joined(&selection.languages),
        joined(&selection.media),
        selection.born.0,
        selection.born.1,
        selection.list_of.clone().unwrap_or_default()
    ]
}

fn run(row: &Row) -> Result<InvitationRun, Error> {
    let columns = Columns { table: "fund_invitations", row };
    let listed = columns.opt_number("listed")?;
    Ok(InvitationRun {
        id: row.text("id")?,
        state: row.text("state")?,
        selection: row.text("selection")?,
        listed: listed.zip(columns.opt_number("unknown")?),
        hours: row.text("hours")?,
        progress: RunProgress { after_person: row.text("after_person")?, asked: columns.number("asked")? },
        made_by: row.text("made_by")?,
        made_at: row.time("made_at")?,
        confirmed_by: row.opt_text("confirmed_by")?,
        finished_at: row.opt_time("finished_at")?,
    })
}
