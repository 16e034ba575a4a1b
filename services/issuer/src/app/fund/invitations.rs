//! Inviting many people to enrol at once: a selection is looked at, confirmed, and worked off in steps that survive a crash.
//!
//! A run only asks for letters. The code of an invitation is made when a mailing gathers the letter (`invitation_letters`), so that
//! nobody has a code that waits for paper.

use chrono::Datelike as _;
use clock::Timestamp;
use entitlement::enrolment::Forecast;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::LANGUAGES;
use serde::{Deserialize, Serialize};
use store_issuer::Transaction;
use store_issuer::fund::{
    EffectRow, InvitationRun, InvitationSelection, InvitationStanding, PersonRow, RunProgress,
};

use super::super::EnrolmentError;
use super::mailings::INVITE;
use super::{FundError, Issuer, Tenant};

const BATCH: u32 = 500;
const RUNS: u32 = 50;
/// Twice the Fund.
const MOST_LISTED: usize = 150_000;
const MOST_LIST_BYTES: usize = 8 * 1024 * 1024;
const MOST_COUNTRIES: usize = 250;
const LONGEST_HOURS: usize = 40;
const MEDIA: [&str; 4] = ["app", "mail", "text", "post"];
const OLDEST: u32 = 130;

/// Who is to be invited. What is empty does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewInvitations {
    /// ISO 3166-1 alpha-3.
    pub countries: Vec<String>,
    /// Of the six.
    pub languages: Vec<String>,
    /// How reminders come: of `app`, `mail`, `text` and `post`.
    pub media: Vec<String>,
    /// Age in this year, from and to.
    pub ages: Option<(u32, u32)>,
    /// Also whoever has an invitation that lives; its code dies with the new one.
    pub again: bool,
    /// When somebody answers the telephone, on working days: digits, such as `9:00–17:00 UTC-5`.
    pub hours: String,
    /// Nine-digit numbers of a file, one a line, first column; only they are meant.
    #[serde(skip)]
    pub list: Option<Vec<u8>>,
}

/// People of one language who would be invited, against the appointments there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenPeople {
    /// One of the six.
    pub language: String,
    /// Who would be invited.
    pub people: u64,
    /// Free appointments in the language until the due date.
    pub free: u64,
    /// People who are invited already and have none.
    pub needing: u64,
}

/// A run, for people.
#[derive(Clone, Debug)]
pub struct InvitationView {
    pub run: InvitationRun,
    pub selection: NewInvitations,
    /// Who is invited by it, by language; of a run that is over, what there still would be.
    pub chosen: Vec<ChosenPeople>,
    /// Of the selection, without those who are chosen: enrolled, under way with a wallet, with a letter that did not leave, with an
    /// invitation that lives.
    pub apart: [u64; 4],
    /// Appointments for everybody, with those who are not invited yet.
    pub forecast: Forecast,
}

impl InvitationView {
    /// How many are invited.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.chosen.iter().map(|it| it.people).sum()
    }

    /// How many of them would find no appointment until the due date, language by language.
    #[must_use]
    pub fn without_appointment(&self) -> u64 {
        let short = |it: &ChosenPeople| it.people.min((it.people + it.needing).saturating_sub(it.free));
        self.chosen.iter().map(short).sum()
    }
}

impl Issuer {
    /// Keeps a selection to be looked at. Nobody is invited before it is confirmed.
    pub async fn select_invitations(&self, by: &Actor, new: &NewInvitations) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let checked = checked(new)?;
        let marks = match &checked.list {
            Some(list) => {
                let mark = |uid: &String| self.secrets.register_mark(&by.tenant, "number", uid);
                Some(numbers(list)?.iter().map(mark).collect::<Vec<_>>())
            }
            None => None,
        };
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("select_fund_invitations").await?;
            let id = self.new_id();
            let mut unknown = 0;
            for mark in marks.iter().flatten() {
                tx.insert_invitation_number(tenant, &id, mark).await?;
                unknown += u64::from(tx.find_fund_person_by_mark(tenant, mark).await?.is_none());
            }
            let run = InvitationRun {
                id: id.clone(),
                state: "preview".to_owned(),
                selection: serde_json::to_string(&checked).unwrap_or_default(),
                listed: marks.as_ref().map(|marks| (marks.len() as u64, unknown)),
                hours: checked.hours.clone(),
                progress: RunProgress::default(),
                made_by: by.officer.clone(),
                made_at: now,
                confirmed_by: None,
                finished_at: None,
            };
            tx.insert_invitation_run(tenant, &run).await?;
            tx.audit(by, Act { action: "fund.invitations.select", target: &id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// One run: whom it means, and the appointments they would need.
    pub async fn invitation_run(&self, tenant: &str, id: &str) -> Result<InvitationView, FundError> {
        self.pension_fund(tenant)?;
        let supply = self.appointment_supply(tenant).await.map_err(|error| match error {
            EnrolmentError::Store(error) => FundError::Store(error),
            _ => FundError::Damaged,
        })?;
        let mut tx = self.store.read().await?;
        let run = tx.find_invitation_run(tenant, id).await?.ok_or(FundError::Unknown)?;
        let selection = selection_of(&run)?;
        let narrowed = self.narrowed(&run, &selection);
        let standings = tx.count_invitable(tenant, (self.today(), self.now()), &narrowed).await?;
        let of = |language: &str| supply.by_language.iter().find(|(known, _)| known == language);
        let chosen = LANGUAGES
            .into_iter()
            .map(|language| ChosenPeople {
                language: language.to_owned(),
                people: standings
                    .iter()
                    .filter(|it| it.language == language && is_chosen(it, &selection))
                    .map(|it| it.people)
                    .sum(),
                free: of(language).map_or(0, |(_, forecast)| forecast.free),
                needing: of(language).map_or(0, |(_, forecast)| forecast.needing),
            })
            .filter(|it| it.people > 0)
            .collect();
        let apart: [&[&str]; 4] =
            [&["enrolled"], &["under-way"], &["letter-waits", "letter-made"], &["invited"]];
        let apart = apart.map(|of| {
            let apart =
                |it: &&InvitationStanding| of.contains(&it.standing.as_str()) && !is_chosen(it, &selection);
            standings.iter().filter(apart).map(|it| it.people).sum()
        });
        Ok(InvitationView { run, selection, chosen, apart, forecast: supply.forecast })
    }

    /// Newest first.
    pub async fn list_invitation_runs(&self, tenant: &str) -> Result<Vec<InvitationRun>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_invitation_runs(tenant, RUNS).await?)
    }

    /// From here on letters are asked for, whatever happens to this program. Confirming again changes nothing.
    pub async fn confirm_invitations(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("confirm_fund_invitations").await?;
            let run = tx.find_invitation_run(tenant, id).await?.ok_or(FundError::Unknown)?;
            match run.state.as_str() {
                "preview" => {}
                "running" | "finished" => return Ok(()),
                _ => return Err(FundError::Closed),
            }
            if !tx.confirm_invitation_run(tenant, id, &by.officer).await? {
                return Err(FundError::Closed);
            }
            tx.audit(by, Act { action: "fund.invitations.confirm", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Goes no further. Letters that were asked for stay asked for; a mailing of them can be cancelled.
    pub async fn stop_invitations(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("stop_fund_invitations").await?;
            let run = tx.find_invitation_run(tenant, id).await?.ok_or(FundError::Unknown)?;
            if run.state == "discarded" {
                return Ok(());
            }
            if !tx.stop_invitation_run(tenant, id, now).await? {
                return Err(FundError::Closed);
            }
            tx.audit(by, Act { action: "fund.invitations.stop", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Takes every confirmed run to its end. True when something was done.
    pub async fn work_off_invitations(&self, tenant: &Tenant) -> Result<bool, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(false);
        }
        let mut did = false;
        while self.invitation_step(&tenant.id).await? {
            did = true;
        }
        Ok(did)
    }

    /// One batch with its place in one transaction.
    async fn invitation_step(&self, tenant: &str) -> Result<bool, FundError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("work_off_fund_invitations").await?;
            let Some(run) = tx.find_running_invitation_run(tenant).await? else { return Ok(false) };
            let selection = selection_of(&run)?;
            let narrowed = (&self.narrowed(&run, &selection), selection.again);
            let (when, place) = ((self.today(), now), run.progress.after_person.clone());
            let people = tx.list_to_invite(tenant, when, narrowed, &place, BATCH).await?;
            let after = RunProgress {
                after_person: people.last().map_or(place, |last| last.id.clone()),
                asked: run.progress.asked + people.len() as u64,
            };
            for person in &people {
                tx.ask_fund_effect(tenant, &asked(&run, person, now)).await?;
            }
            if let Some(last) = people.last() {
                debug_assert_eq!(last.id, after.after_person);
                tx.move_invitation_run(tenant, &run.id, (&run.progress, &after)).await?;
            }
            if people.len() < BATCH as usize {
                tx.finish_invitation_run(tenant, &run.id, now).await?;
                let detail = after.asked.to_string();
                let act = Act { action: "fund.invitations.finish", target: &run.id, detail: &detail };
                tx.audit(&Actor::system(tenant), act, now).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// How many people of the register can take part, are not enrolled and have no invitation that lives, by language.
    pub(in crate::app) async fn uninvited(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Vec<(String, u64)>, store_issuer::Error> {
        let everybody = InvitationSelection { born: (i32::MIN, i32::MAX), ..InvitationSelection::default() };
        let standings = tx.count_invitable(tenant, (self.today(), self.now()), &everybody).await?;
        let waits = |it: &InvitationStanding| matches!(it.standing.as_str(), "free" | "letter-waits");
        Ok(standings.into_iter().filter(waits).map(|it| (it.language, it.people)).collect())
    }

    fn narrowed(&self, run: &InvitationRun, selection: &NewInvitations) -> InvitationSelection {
        let year = self.today().year();
        let born = |age: u32| year - i32::try_from(age).unwrap_or_default();
        InvitationSelection {
            countries: selection.countries.clone(),
            languages: selection.languages.clone(),
            media: selection.media.clone(),
            born: selection.ages.map_or((i32::MIN, i32::MAX), |(from, to)| (born(to), born(from))),
            list_of: run.listed.map(|_| run.id.clone()),
        }
    }
}

/// What asks for the letter of one person.
fn asked(run: &InvitationRun, person: &PersonRow, now: Timestamp) -> EffectRow {
    EffectRow {
        key: format!("{}/invitation/{}", person.id, run.id),
        person: person.id.clone(),
        year: now.year(),
        rule: "invited-to-enrol".to_owned(),
        kind: INVITE.to_owned(),
        content: serde_json::json!({ "run": run.id }).to_string(),
        asked_at: now,
        done_at: None,
        done_by: None,
    }
}

fn is_chosen(it: &InvitationStanding, selection: &NewInvitations) -> bool {
    it.standing == "free" || (selection.again && it.standing == "invited")
}

fn selection_of(run: &InvitationRun) -> Result<NewInvitations, FundError> {
    serde_json::from_str(&run.selection).map_err(|_| FundError::Damaged)
}

fn checked(new: &NewInvitations) -> Result<NewInvitations, FundError> {
    let form = |wrong: bool, said: &'static str| match wrong {
        true => Err(FundError::Form(said)),
        false => Ok(()),
    };
    let upper = |text: &String| text.trim().to_uppercase();
    let countries: Vec<String> = new.countries.iter().map(upper).filter(|it| !it.is_empty()).collect();
    let is_code = |it: &String| it.len() == 3 && it.bytes().all(|byte| byte.is_ascii_uppercase());
    form(
        !countries.iter().all(is_code),
        "a country is three letters, such as SEN; several are parted by commas",
    )?;
    form(countries.len() > MOST_COUNTRIES, "there are not so many countries")?;
    let known = |words: &[String], of: &[&str]| words.iter().all(|it| of.contains(&it.as_str()));
    form(!known(&new.languages, &LANGUAGES), "choose among the six languages")?;
    form(!known(&new.media, &MEDIA), "choose among app, mail, text and post")?;
    let wrong_ages = new.ages.is_some_and(|(from, to)| from > to || to > OLDEST);
    form(wrong_ages, "an age goes from a smaller number to a greater one, at most 130")?;
    // The fonts have no minus of their own.
    let hours = new.hours.trim().replace('−', "-");
    let is_hour = |letter: char| letter.is_ascii_digit() || " :.,–-+UTC".contains(letter);
    form(
        hours.chars().count() > LONGEST_HOURS || !hours.chars().all(is_hour),
        "write the hours in digits, such as 9:00–17:00 UTC-5: the letter puts the words around them in six languages",
    )?;
    Ok(NewInvitations { countries, hours, ..new.clone() })
}

/// The nine-digit numbers of a file, each once. A line without one is a heading or a mistake; too many of them is no list.
fn numbers(list: &[u8]) -> Result<Vec<String>, FundError> {
    if list.len() > MOST_LIST_BYTES {
        return Err(FundError::Form(
            "a list of numbers has at most 8 MB; a text file with one number a line",
        ));
    }
    let text = std::str::from_utf8(list).map_err(|_| {
        FundError::Form("this is no text file: save the list as CSV or text, one number a line")
    })?;
    let mut found = std::collections::BTreeSet::new();
    for (at, line) in text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let cell = line.split([',', ';', '\t']).next().unwrap_or_default();
        let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
        let is_number =
            digits.len() == 9 && cell.chars().all(|it| it.is_ascii_digit() || " \"'-\u{feff}".contains(it));
        match is_number {
            true => found.insert(digits),
            // The heading.
            false if at == 0 => continue,
            false => {
                return Err(FundError::Form(
                    "a line of the list has no nine-digit number in its first column; correct it and send the list again",
                ));
            }
        };
        if found.len() > MOST_LISTED {
            return Err(FundError::Form("a list has at most 150,000 numbers"));
        }
    }
    match found.is_empty() {
        true => Err(FundError::Form("the list has no number")),
        false => Ok(found.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn list_is_numbers_with_or_without_a_heading() {
        for text in ["uid\n100000001\n100000002\n", "100000001;x\r\n\"100-000-002\",y\n\n100000001\n"] {
            assert_eq!(numbers(text.as_bytes()).unwrap(), ["100000001", "100000002"], "{text}");
        }
        for text in ["", "uid\n", "100000001\nAmina\n", "uid\nname\n100000001\n", "PK\u{3}\u{4}zip"] {
            assert!(matches!(numbers(text.as_bytes()), Err(FundError::Form(_))), "{text}");
        }
        assert!(matches!(numbers(&[0xff, 0xfe]), Err(FundError::Form(_))));
    }

    #[test]
    fn selection_is_checked_word_by_word() {
        let good = NewInvitations {
            countries: vec![" sen".into(), "FRA".into()],
            hours: " 9:00–17:00 UTC−5 ".into(),
            ages: Some((60, 79)),
            ..NewInvitations::default()
        };
        let checked_good = checked(&good).unwrap();
        assert_eq!(checked_good.countries, ["SEN", "FRA"]);
        assert_eq!(checked_good.hours, "9:00–17:00 UTC-5");
        for bad in [
            NewInvitations { countries: vec!["Senegal".into()], ..good.clone() },
            NewInvitations { languages: vec!["de".into()], ..good.clone() },
            NewInvitations { media: vec!["fax".into()], ..good.clone() },
            NewInvitations { ages: Some((80, 60)), ..good.clone() },
            NewInvitations { ages: Some((80, 600)), ..good.clone() },
            NewInvitations { hours: "nine to five".into(), ..good.clone() },
            NewInvitations { hours: "9".repeat(41), ..good },
        ] {
            assert!(matches!(checked(&bad), Err(FundError::Form(_))), "{bad:?}");
        }
    }
}
