//! Who is where in the cycle.

use std::collections::BTreeMap;

use entitlement::cycle::StageName;
use store_issuer::fund::GroupCount;

use super::people::age_band;
use super::{FundError, Issuer};

/// How many of a group stand in each stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// By the name of the stage.
    pub stages: BTreeMap<String, u64>,
}

/// One year in numbers.
#[derive(Clone, Debug)]
pub struct YearCounts {
    /// The year.
    pub year: i32,
    /// Of everybody, in the order of the cycle; stages nobody is in are there too.
    pub stages: Vec<(StageName, u64)>,
    /// By declared country.
    pub countries: BTreeMap<String, Group>,
    /// By language.
    pub languages: BTreeMap<String, Group>,
    /// By age in that year.
    pub ages: BTreeMap<String, Group>,
    /// Of those with a proof: by its channel.
    pub channels: BTreeMap<String, u64>,
    /// What is still to be done, by kind.
    pub open_effects: Vec<(String, u64)>,
}

impl Group {
    /// Everybody in the group.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.stages.values().sum()
    }

    /// Those in one stage.
    #[must_use]
    pub fn in_stage(&self, stage: StageName) -> u64 {
        self.stages.get(stage.as_str()).copied().unwrap_or_default()
    }
}

impl YearCounts {
    /// Everybody of the year.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.stages.iter().map(|(_, many)| many).sum()
    }
}

impl Issuer {
    /// One year in numbers; all groups are of one moment.
    pub async fn fund_counts(&self, tenant: &str, year: i32) -> Result<YearCounts, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let countries = tx.count_fund_by_country(tenant, year).await?;
        let languages = tx.count_fund_by_language(tenant, year).await?;
        let births = tx.count_fund_by_birth_year(tenant, year).await?;
        let channels = tx.count_fund_by_channel(tenant, year).await?;
        let mut by_channel = BTreeMap::new();
        for count in channels.iter().filter(|count| !count.group.is_empty()) {
            *by_channel.entry(count.group.clone()).or_default() += count.many;
        }
        let in_stage = |stage: StageName| {
            countries.iter().filter(|it| it.stage == stage.as_str()).map(|it| it.many).sum::<u64>()
        };
        let band = |it: &GroupCount| age_band(it.group.parse().unwrap_or(year), year).to_owned();
        Ok(YearCounts {
            year,
            stages: StageName::ALL.into_iter().map(|stage| (stage, in_stage(stage))).collect(),
            languages: grouped(&languages, |it| it.group.clone()),
            ages: grouped(&births, band),
            countries: grouped(&countries, |it| it.group.clone()),
            channels: by_channel,
            open_effects: tx.count_open_fund_effects(tenant).await?,
        })
    }
}

fn grouped(counts: &[GroupCount], name: impl Fn(&GroupCount) -> String) -> BTreeMap<String, Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for count in counts {
        let group = groups.entry(name(count)).or_default();
        *group.stages.entry(count.stage.clone()).or_default() += count.many;
    }
    groups
}

impl Issuer {
    /// The year that officers have to look at: the oldest of these in which somebody is late, else the newest.
    pub async fn fund_year_in_work(&self, tenant: &str, years: &[i32]) -> Result<Option<i32>, FundError> {
        const LATE: [StageName; 4] =
            [StageName::Overdue, StageName::FollowUp, StageName::Grace, StageName::SuspensionProposed];
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        for year in years {
            for stage in LATE {
                if !tx.list_fund_cycles_in(tenant, (*year, stage.as_str()), "", 1).await?.is_empty() {
                    return Ok(Some(*year));
                }
            }
        }
        Ok(years.last().copied())
    }
}
