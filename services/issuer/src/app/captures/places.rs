//! The place of an answer, compared in memory and forgotten: country and class of accuracy remain.

use entitlement::Request;
use entitlement::cycle::CountryCode;
use issuance::Subject;
use presence::{Accuracy, Finding, Point, PointFault};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_issuer::Transaction;

use super::{ExistenceError, Issuer};

/// What is kept of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "is")]
pub enum PlaceKept {
    Compared { finding: Finding, accuracy: Accuracy },
    Unusable { why: String },
}

impl Issuer {
    /// Compares in memory; of the coordinates nothing is kept.
    pub(super) fn place_kept(
        &self,
        declared: Option<&str>,
        (latitude, longitude, metres): (i16, i16, u32),
    ) -> PlaceKept {
        let unusable = |why: PointFault| PlaceKept::Unusable { why: why.to_string() };
        let degrees = |tenths: i16| f64::from(tenths) / 10.0;
        let accuracy = match Accuracy::of_metres(f64::from(metres)) {
            Ok(accuracy) => accuracy,
            Err(fault) => return unusable(fault),
        };
        let point = match Point::rounded(degrees(latitude), degrees(longitude)) {
            Ok(point) => point,
            Err(fault) => return unusable(fault),
        };
        match (declared, &self.faces) {
            (Some(declared), Some(faces)) => {
                PlaceKept::Compared { finding: faces.compare(point, declared), accuracy }
            }
            _ => PlaceKept::Unusable { why: "no country of residence is declared".to_owned() },
        }
    }

    /// The country of residence by the register of the Fund's year, else by the list of those who are asked.
    pub(super) async fn declared_country(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject: &Subject,
    ) -> Result<Option<String>, ExistenceError> {
        let registered = self.declared_residence(tx, tenant, &subject.number).await?;
        let listed = || subject.claims.get("country").and_then(Value::as_str).map(str::to_owned);
        Ok(registered.map(|registered| registered.country).or_else(listed))
    }

    /// The country that the pictures of an answer were taken in, as far as the device said so.
    pub(in crate::app) async fn seen_country(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &Request,
        subject: &Subject,
    ) -> Result<Option<CountryCode>, ExistenceError> {
        let Some(digest) = request.evidence().map(|evidence| evidence.digest) else { return Ok(None) };
        let rows = tx.list_captures(tenant, &request.id).await?;
        let place = rows.into_iter().find(|row| row.digest == digest).and_then(|row| row.place);
        let place = place.as_deref().and_then(|place| serde_json::from_str(place).ok());
        self.country_of(tx, tenant, subject, place).await
    }

    /// The country of a place, where it is known.
    pub(in crate::app) async fn country_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject: &Subject,
        place: Option<PlaceKept>,
    ) -> Result<Option<CountryCode>, ExistenceError> {
        let country = match place {
            Some(PlaceKept::Compared { finding: Finding::Inside | Finding::AtTheBorder, .. }) => {
                self.declared_country(tx, tenant, subject).await?
            }
            Some(PlaceKept::Compared { finding: Finding::Elsewhere { country }, .. }) => Some(country),
            Some(PlaceKept::Compared { finding: Finding::NoCountry, .. } | PlaceKept::Unusable { .. })
            | None => None,
        };
        Ok(country.and_then(|country| country.parse().ok()))
    }
}

pub(super) fn is_at_home(place: Option<&PlaceKept>) -> bool {
    matches!(place, Some(PlaceKept::Compared { finding: Finding::Inside | Finding::AtTheBorder, .. }))
}
