//! How the yearly proof stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::yearly::{YearAct, YearStanding};

use crate::app::enrolment::EnrolmentError;
use crate::app::year::YearNews;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct YearQuestion {
    pub device_key: String,
    pub act: YearAct,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearView {
    /// The enrolment in this wallet.
    pub id: String,
    pub standing: YearStanding,
    /// The record of this year's question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existence: Option<String>,
    /// Something is another than what the wallet showed before.
    pub changed: bool,
}

impl YearView {
    pub fn new(id: &str, news: &YearNews) -> Result<Self, EnrolmentError> {
        let year = &news.enrolment.year;
        let (standing, _) = year.said.clone().ok_or(EnrolmentError::Unknown)?;
        Ok(Self { id: id.to_owned(), standing, existence: year.existence.clone(), changed: news.changed })
    }
}
