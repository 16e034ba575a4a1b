//! Whether the checks treat people alike: how often pictures fail or need an officer, and proofs are refused, by age, region,
//! channel and kind of device. Groups in which somebody could be recognised are not shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use clock::Timestamp;
use store_issuer::Transaction;
use store_issuer::fund::{AppealTimes, KindCount, PictureMark};

use super::people::{age_band, age_order};
use super::region::region;
use super::{FundError, Issuer};

/// A group with fewer cases is not shown: its rates would say something about persons.
pub const SMALLEST_GROUP: u64 = 10;

/// How one group fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRates {
    /// Such as `70 to 79`.
    pub name: String,
    /// Answers with pictures, or proofs.
    pub cases: u64,
    /// Pictures that were not good enough, or refused proofs.
    pub failed: u64,
    /// Pictures that an officer looks at, or proofs that wait.
    pub reviewed: u64,
}

/// Groups of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTable {
    /// Those that are large enough, by name.
    pub groups: Vec<GroupRates>,
    /// How many are not shown.
    pub suppressed: usize,
}

/// What became of appeals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppealFigures {
    /// Opened in the year.
    pub opened: u64,
    /// Not decided yet.
    pub open: u64,
    /// Decided or still open after their time.
    pub late: u64,
    /// The refusal was wrong.
    pub upheld: u64,
    /// The median of the days to a decision; nothing before the first.
    pub median_days: Option<i64>,
}

/// One year's report.
#[derive(Clone, Debug)]
pub struct Fairness {
    /// The year of the proofs.
    pub year: i32,
    /// Answers with pictures by age.
    pub pictures_by_age: GroupTable,
    /// Answers with pictures by region.
    pub pictures_by_region: GroupTable,
    /// Answers with pictures by kind of device.
    pub pictures_by_device: GroupTable,
    /// What officers said of pictures, by kind of device.
    pub decisions_by_device: GroupTable,
    /// Proofs by channel.
    pub proofs_by_channel: GroupTable,
    /// Proofs by age.
    pub proofs_by_age: GroupTable,
    /// Proofs by region.
    pub proofs_by_region: GroupTable,
    /// Appeals that were opened in this year.
    pub appeals: AppealFigures,
}

impl Issuer {
    /// The report of a year.
    pub async fn fairness(&self, tenant: &str, year: i32) -> Result<Fairness, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let pictures = tx.count_picture_marks(tenant, year).await?;
        let decisions = tx.count_picture_decisions(tenant, year).await?;
        let proofs = tx.count_proof_kinds(tenant, year).await?;
        let begins = |year: i32| {
            let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX);
            day.and_time(chrono::NaiveTime::MIN).and_utc()
        };
        let appeals = tx.list_appeal_times(tenant, (begins(year), begins(year.saturating_add(1)))).await?;
        let age = |it: &KindCount| age_band(it.birth_year, year).to_owned();
        let area = |it: &KindCount| region(&it.country).to_owned();
        Ok(Fairness {
            year,
            pictures_by_age: table(&pictures, age),
            pictures_by_region: table(&pictures, area),
            pictures_by_device: table(&pictures, device),
            decisions_by_device: table(&decisions, device),
            proofs_by_channel: table(&proofs, |it| it.channel.replace('-', " ")),
            proofs_by_age: table(&proofs, age),
            proofs_by_region: table(&proofs, area),
            appeals: appeal_figures(&appeals, self.now()),
        })
    }

    /// Notes the kind of person whose pictures were judged; nothing for somebody who is not on the register.
    pub(crate) async fn mark_pictures(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        uid: &str,
        mark: PictureMark,
    ) -> Result<(), FundError> {
        let number = self.secrets.register_mark(tenant, "number", uid);
        let Some(person) = tx.find_fund_person_by_mark(tenant, &number).await? else { return Ok(()) };
        let mark = PictureMark { country: person.country, birth_year: person.birth_year, ..mark };
        Ok(tx.insert_picture_mark(tenant, &mark).await?)
    }
}

/// What the page calls a kind of device.
fn device(count: &KindCount) -> String {
    match count.device.as_str() {
        "android" => "Android",
        "ios" => "iPhone or iPad",
        "desktop" => "Computer",
        "kiosk" => "Station of the Fund",
        _ => "Not told",
    }
    .to_owned()
}

fn table(counts: &[KindCount], name: impl Fn(&KindCount) -> String) -> GroupTable {
    let mut groups: BTreeMap<String, GroupRates> = BTreeMap::new();
    for count in counts {
        let name = name(count);
        let empty = || GroupRates { name: name.clone(), cases: 0, failed: 0, reviewed: 0 };
        let group = groups.entry(name.clone()).or_insert_with(empty);
        group.cases += count.many;
        match count.end.as_str() {
            "tryAgain" | "refused" => group.failed += count.many,
            "personLooks" | "waiting" => group.reviewed += count.many,
            _ => {}
        }
    }
    let all = groups.len();
    let mut groups: Vec<GroupRates> = groups.into_values().filter(|it| it.cases >= SMALLEST_GROUP).collect();
    groups.sort_by_key(|it| age_order(&it.name));
    GroupTable { suppressed: all - groups.len(), groups }
}

fn appeal_figures(appeals: &[AppealTimes], now: Timestamp) -> AppealFigures {
    let mut days: Vec<i64> = appeals
        .iter()
        .filter_map(|it| it.closed_at.map(|closed| (closed - it.opened_at).num_days()))
        .collect();
    days.sort_unstable();
    let count = |what: fn(&AppealTimes) -> bool| appeals.iter().filter(|it| what(it)).count() as u64;
    AppealFigures {
        opened: appeals.len() as u64,
        open: count(|it| it.closed_at.is_none()),
        late: appeals.iter().filter(|it| it.closed_at.unwrap_or(now) > it.due_at).count() as u64,
        upheld: count(|it| it.outcome.as_deref() == Some("upheld")),
        median_days: days.get(days.len() / 2).copied(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn count(country: &str, end: &str, many: u64) -> KindCount {
        KindCount {
            country: country.into(),
            birth_year: 1950,
            channel: "own-device".into(),
            device: String::new(),
            end: end.into(),
            many,
        }
    }

    #[test]
    fn the_youngest_come_first() {
        let counts: Vec<KindCount> = [1980, 1950, 1960]
            .into_iter()
            .map(|birth_year| KindCount { birth_year, ..count("KEN", "accepted", 10) })
            .collect();
        let made = table(&counts, |it| age_band(it.birth_year, 2026).to_owned());
        let names: Vec<&str> = made.groups.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["under 50", "60 to 69", "70 to 79"]);
    }

    #[test]
    fn small_groups_are_not_shown_and_rates_are_by_group() {
        let counts = [
            count("SEN", "tryAgain", 3),
            count("KEN", "accepted", 7),
            count("FRA", "refused", 9),
            count("CHL", "personLooks", 10),
        ];
        let made = table(&counts, |it| region(&it.country).to_owned());
        assert_eq!(made.suppressed, 1, "Europe has nine");
        let africa = &made.groups[0];
        assert_eq!(
            (africa.name.as_str(), africa.cases, africa.failed, africa.reviewed),
            ("Africa", 10, 3, 0)
        );
        assert_eq!((made.groups[1].name.as_str(), made.groups[1].reviewed), ("Americas", 10));
    }
}
