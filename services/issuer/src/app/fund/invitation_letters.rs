//! Letters that invite to enrol: the code is made when the letter is gathered, stands sealed until it is printed, and is erased
//! when the post has it.
//!
//! An invitation before it that nobody has used dies with it, in the same transaction. Whoever began meanwhile gets no letter.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use issuance::message::Language;
use issuance::{Actor, Subject};
use serde::Deserialize;
use serde_json::Value;
use store_issuer::Transaction;
use store_issuer::fund::{AskedRow, LetterRow, MailingRow};

use super::super::{EnrolmentError, InvitationCode};
use super::gathering::{SUPERSEDED, addressed, blank, full_name, gathered};
use super::mailings::{BATCH, INVITE};
use super::many_cores::on_all_cores;
use super::words::{Invitation, Said, Written, slip_labels};
use super::{FundError, Issuer};

/// An invitation for one person, as an officer prints it, in the person's language. It says the same as the letter.
#[derive(Clone, Debug)]
pub struct PaperInvitation {
    /// ISO 639-1.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    pub title: String,
    pub paragraphs: Vec<String>,
    /// Above number, code and address.
    pub labels: [&'static str; 3],
}

/// What asks for one names the run that did.
#[derive(Deserialize)]
struct Asked {
    run: String,
}

/// A letter and the code in it; without a code it was left out.
struct Made {
    letter: LetterRow,
    code: Option<(String, String)>,
}

impl Issuer {
    /// One batch of a mailing that is at these letters.
    pub(super) async fn gather_invitations(
        &self,
        tenant: &str,
        before: &MailingRow,
    ) -> Result<bool, FundError> {
        let mut tx = self.store.read().await?;
        let asked = tx.list_asked_fund_letters(tenant, INVITE, &before.after_key, BATCH).await?;
        let hours = hours_of(&mut tx, tenant, &asked).await?;
        drop(tx);
        let broken = |it: &AskedRow| Made { letter: blank(before, it, "damaged"), code: None };
        let made = on_all_cores(&asked, |it| self.write_invitation(tenant, before, it, &hours), broken);
        let by = Actor { tenant: tenant.to_owned(), officer: before.made_by.clone() };
        let mut tx = self.store.write("gather_fund_invitations").await?;
        // What was cut off may have come to its end, or somebody else gathered the same: look again.
        if tx.find_gathering_fund_mailing(tenant).await?.as_ref() != Some(before) {
            return Ok(true);
        }
        let (mut letters, mut left_out) = (0, 0);
        for one in &made {
            if let Some((subject, code)) = &one.code {
                let about = (subject.as_str(), one.letter.effect.as_str());
                if !self.invite_by_letter(&mut tx, &by, about, code).await.map_err(stored)? {
                    tx.finish_fund_effect(tenant, &one.letter.effect, SUPERSEDED, self.now()).await?;
                    continue;
                }
            }
            letters += u64::from(one.letter.fault.is_none());
            left_out += u64::from(one.letter.fault.is_some());
            tx.insert_fund_letter(tenant, &one.letter).await?;
        }
        let last = asked.last().map(|last| last.effect.as_str());
        let (after, is_last) = gathered(before, (last, asked.len()), (letters, left_out));
        tx.move_fund_mailing(tenant, before, &after).await?;
        if is_last {
            tx.ready_fund_mailing(tenant, &before.id, self.now()).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The words for an invitation that an officer prints.
    #[must_use]
    pub fn paper_invitation(&self, subject: &Subject, code: &InvitationCode) -> PaperInvitation {
        let language = subject.claims.get("language").and_then(Value::as_str).and_then(Language::parse);
        let language = language.unwrap_or_default();
        let until = code.expires_at.date_naive();
        let written = Written {
            part: "invitation".to_owned(),
            name: subject.name.clone(),
            to: Vec::new(),
            year: until.year(),
            due: until,
            over: false,
            back: None,
            suspends: None,
            about: None,
            first: None,
            closes: Vec::new(),
            proof: None,
            invitation: Some(Invitation {
                uid: subject.number.clone(),
                code: code.code.clone(),
                link: code.link.clone(),
                until,
                telephone: String::new(),
                hours: String::new(),
            }),
        };
        let Said { title, paragraphs } = written.letter(language);
        let (language, direction) = (language.code(), language.direction());
        let labels = slip_labels(Language::parse(language).unwrap_or_default());
        PaperInvitation { language, direction, title, paragraphs, labels }
    }

    fn write_invitation(
        &self,
        tenant: &str,
        mailing: &MailingRow,
        asked: &AskedRow,
        hours: &BTreeMap<String, String>,
    ) -> Made {
        let left_out = |fault| Made { letter: blank(mailing, asked, fault), code: None };
        let Some(subject) = asked.person.subject_id.clone() else { return left_out("no-record") };
        let opened = self.open_fund_person(tenant, &asked.person);
        let Ok(registered) = opened.map(|opened| opened.registered) else { return left_out("damaged") };
        let to = match addressed(&registered) {
            Ok(to) => to,
            Err(fault) => return left_out(fault),
        };
        let (code, until) = self.letter_code();
        let link = self.tenant(tenant).map(|tenant| self.enrolment_link_on_paper(tenant)).unwrap_or_default();
        let hours = run_of(asked).and_then(|run| hours.get(&run)).cloned().unwrap_or_default();
        let invitation = Invitation {
            uid: registered.uid.clone(),
            code: code.clone(),
            link,
            until: until.date_naive(),
            telephone: mailing.telephone.clone(),
            hours,
        };
        let written = Written {
            part: "invitation".to_owned(),
            name: full_name(&registered),
            to,
            year: asked.year,
            due: invitation.until,
            over: false,
            back: None,
            suspends: None,
            about: None,
            first: None,
            closes: Vec::new(),
            proof: None,
            invitation: Some(invitation),
        };
        let purpose = format!("{}/{}", mailing.id, asked.effect);
        let letter = LetterRow {
            fault: None,
            sealed: Some(self.seal_for("letter", tenant, &purpose, &written)),
            ..blank(mailing, asked, "")
        };
        Made { letter, code: Some((subject, code)) }
    }
}

fn run_of(asked: &AskedRow) -> Option<String> {
    serde_json::from_str::<Asked>(&asked.content).ok().map(|asked| asked.run)
}

/// When somebody answers the telephone, by the runs that asked.
async fn hours_of(
    tx: &mut Transaction,
    tenant: &str,
    asked: &[AskedRow],
) -> Result<BTreeMap<String, String>, FundError> {
    let mut hours = BTreeMap::new();
    for run in asked.iter().filter_map(run_of) {
        if !hours.contains_key(&run)
            && let Some(found) = tx.find_invitation_run(tenant, &run).await?
        {
            hours.insert(run, found.hours);
        }
    }
    Ok(hours)
}

fn stored(error: EnrolmentError) -> FundError {
    match error {
        EnrolmentError::Store(error) => FundError::Store(error),
        _ => FundError::Damaged,
    }
}
