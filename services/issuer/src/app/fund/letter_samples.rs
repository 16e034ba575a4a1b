//! A letter to nobody in each language, to be looked at before a mailing is gathered.

use chrono::Datelike as _;
use issuance::Actor;
use issuance::message::Language;

use super::printing::{LetterPage, Sheet};
use super::words::{Proof, Written, sample_word};
use super::{FundError, Issuer, LetterSettings};

/// Letters that can be looked at: the part of the words, and its name for officers.
pub const SAMPLES: [(&str, &str); 9] = [
    ("first", "Form, first mailing"),
    ("second", "Form, second mailing"),
    ("notice", "Notice before suspension"),
    ("hold", "Payment is on hold"),
    ("resumed", "Payment begins again"),
    ("survivor", "To a survivor"),
    ("another-way", "Another way after a refused proof"),
    ("reminder", "Reminder"),
    ("receipt", "Receipt"),
];
/// No number of ours: whoever sends it back has sent no form.
const NUMBER: &str = "0000-0000-0000";

impl Issuer {
    /// One letter in each of the six languages as a PDF, with a word across it that says that it is none. Nobody is named.
    pub async fn letter_samples(
        &self,
        by: &Actor,
        part: &str,
        settings: Option<LetterSettings>,
    ) -> Result<Vec<u8>, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let Some((part, title)) = SAMPLES.into_iter().find(|(known, _)| *known == part) else {
            return Err(FundError::Form("there is no such kind of letter"));
        };
        let settings = match settings {
            Some(settings) => settings.checked()?,
            None => self.settings_of(&by.tenant).await?,
        };
        let written = self.sample(&by.tenant, part, &settings).await?;
        let code = written
            .has_form()
            .then(|| (format!("{}000000000000:0000000000000000", paper::FORM_PREFIX), NUMBER.to_owned()));
        let pages: Vec<LetterPage> = (1..)
            .zip(Language::ALL)
            .map(|(place, language)| LetterPage {
                written: written.clone(),
                language,
                country: String::new(),
                place,
                code: code.clone(),
            })
            .collect();
        let now = self.now();
        let sheet = Sheet::new(fund, &settings, now.date_naive(), format!("Sample: {title}"), now);
        let made = tokio::task::spawn_blocking(move || {
            let words: Vec<&str> = pages.iter().map(|page| sample_word(page.language)).collect();
            sheet.print(&pages, Some(&words))
        });
        made.await.map_err(|_| FundError::Damaged)?.map_err(|_| FundError::Damaged)
    }

    /// What was set, or what to do about it.
    pub(super) async fn settings_of(&self, tenant: &str) -> Result<LetterSettings, FundError> {
        let known = self.letter_settings(tenant).await?;
        let known = known
            .ok_or(FundError::Form("say first which telephone number and return address stand on letters"))?;
        Ok(LetterSettings { telephone: known.telephone, return_address: known.return_address })
    }

    async fn sample(
        &self,
        tenant: &str,
        part: &str,
        settings: &LetterSettings,
    ) -> Result<Written, FundError> {
        let (today, year) = (self.today(), self.today().year());
        let mut tx = self.store.read().await?;
        let known = self.calendars_or_usual(&mut tx, tenant).await?;
        let known = known.iter().find(|it| it.year() == year).ok_or(FundError::NoCalendar(year))?;
        let dates = known.dates();
        let name = "N. N.".to_owned();
        let mut to = vec![name.clone()];
        to.extend(settings.return_address.split(',').map(|line| line.trim().to_owned()).take(3));
        let back = today + chrono::Duration::days(i64::from(dates.return_days));
        let proof = Proof {
            reference: "0000-0000".to_owned(),
            years: year.to_string(),
            valid_until: Some(dates.due),
        };
        Ok(Written {
            part: part.to_owned(),
            name: name.clone(),
            to,
            year,
            due: dates.due,
            over: false,
            back: Some(back),
            suspends: Some(dates.payroll),
            about: Some(name),
            first: Some(dates.first_mailing),
            proof: Some(proof),
            closes: Vec::new(),
            invitation: None,
        })
    }
}
