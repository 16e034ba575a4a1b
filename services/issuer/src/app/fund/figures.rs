//! A year in figures, and the lists by which focal points find people.

use chrono::{Datelike as _, Duration, NaiveDate};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;
use store_issuer::fund::{DueRow, EffectCount, ServiceTime, WaitingProofs};

use super::{FundError, FundPerson, Issuer, YearCounts};

const PAGE: u32 = 1000;
/// More people than that are in no one focal point's country.
const MOST_PEOPLE: usize = 50_000;

/// One year for the page of figures; all of one moment but the counts of stages.
#[derive(Clone, Debug)]
pub struct YearFigures {
    /// Who is where.
    pub counts: YearCounts,
    /// Proofs by the Monday of the week in which they came.
    pub weeks: Vec<(NaiveDate, u64)>,
    /// What was asked for, by kind.
    pub effects: Vec<EffectCount>,
    /// People whom somebody has to find, by country.
    pub follow_up: Vec<(String, u64)>,
    /// How long decided proofs waited, by channel.
    pub service: Vec<ServiceTime>,
    /// What waits now, of whatever year.
    pub waiting: Vec<WaitingProofs>,
}

/// Somebody whom a focal point looks for.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Who it is.
    pub person: FundPerson,
    /// The stage by its name.
    pub stage: String,
    /// The age in this year.
    pub age: i32,
}

impl Issuer {
    /// One year in figures.
    pub async fn fund_figures(&self, tenant: &str, year: i32) -> Result<YearFigures, FundError> {
        let counts = self.fund_counts(tenant, year).await?;
        let mut tx = self.store.read().await?;
        let weeks = tx.count_fund_proofs_by_week(tenant, year).await?;
        Ok(YearFigures {
            counts,
            weeks: weeks.into_iter().map(|(week, many)| (monday(week), many)).collect(),
            effects: tx.count_fund_effects(tenant, year).await?,
            follow_up: tx.count_fund_follow_up(tenant, year).await?,
            service: tx.fund_service_times(tenant, year).await?,
            waiting: tx.fund_waiting_proofs(tenant).await?,
        })
    }

    /// People whom somebody has to find, of one country or of all (an empty one).
    pub async fn list_follow_up(
        &self,
        tenant: &str,
        (year, country): (i32, &str),
        after: &str,
        limit: u32,
    ) -> Result<Vec<Missing>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let rows = tx.list_fund_follow_up(tenant, (year, country), after, limit).await?;
        rows.iter().map(|row| self.missing(tenant, row)).collect()
    }

    fn missing(&self, tenant: &str, row: &DueRow) -> Result<Missing, FundError> {
        let (stage, age) = (row.cycle.stage.clone(), row.cycle.year - row.person.birth_year);
        Ok(Missing { person: self.open_fund_person(tenant, &row.person)?, stage, age })
    }

    /// The same as a file for a focal point. It names people, so reading it is written down.
    pub async fn follow_up_file(&self, by: &Actor, year: i32, country: &str) -> Result<Vec<u8>, FundError> {
        let is_country = country.len() == 3 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_country {
            return Err(FundError::Form("a country is three letters, such as SDN"));
        }
        let (mut lines, mut after) = (Vec::new(), String::new());
        while lines.len() < MOST_PEOPLE {
            let page = self.list_follow_up(&by.tenant, (year, country), &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.person.id);
            lines.extend(page.iter().map(line));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("export_fund_follow_up").await?;
            let act = Act { action: "fund.follow-up.export", target: country, detail: &year.to_string() };
            tx.audit(by, act, self.now()).await?;
            // Somebody has the list now: what asked for it is done.
            tx.hand_out_follow_up(&by.tenant, (year, country), "follow-up list", self.now()).await?;
            tx.commit().await?;
            Ok::<(), FundError>(())
        })
        .await?;
        let headings = ["uid", "name", "language", "age", "stage", "two_track", "address", "email"];
        Ok(csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str))))
    }
}

fn line(missing: &Missing) -> [String; 8] {
    let registered = &missing.person.registered;
    [
        registered.uid.clone(),
        format!("{} {}", registered.given_name, registered.family_name),
        registered.language.clone(),
        missing.age.to_string(),
        missing.stage.clone(),
        if registered.two_track { "yes" } else { "no" }.to_owned(),
        registered.address.clone().unwrap_or_default(),
        registered.email.clone().unwrap_or_default(),
    ]
}

/// The first of January 1970 was a Thursday, so a week that is counted from it begins on one; its Monday is three days before.
fn monday(week: i64) -> NaiveDate {
    let thursday = NaiveDate::default() + Duration::days(week.clamp(0, 100_000) * 7);
    thursday - Duration::days(i64::from(thursday.weekday().num_days_from_monday()))
}
