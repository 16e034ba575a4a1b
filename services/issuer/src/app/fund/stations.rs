//! Stations: desks and tablets of the Fund at a fixed place, whose operators vouch for people without a phone.

use entitlement::cycle::CountryCode;
use entitlement::desk::{Helper, RecognisedBy, Statement, Vouched};
use issuance::Actor;
use issuance::audit::Act;
use keys::PublicKey;
use store_issuer::{StationRow, Transaction};

use super::{FundError, Issuer};

const LONGEST_NAME: usize = 100;
/// More than there are country offices.
const MOST_STATIONS: u32 = 1000;

/// What an administrator says of a station.
#[derive(Clone, Debug)]
pub struct NewStation {
    /// `did:key` of its key, as the station shows it.
    pub key: String,
    /// For people, such as the office it stands in.
    pub name: String,
    /// Where it stands: ISO 3166-1 alpha-3.
    pub country: String,
}

impl Issuer {
    /// Lets a station vouch from now on; answers with its thumbprint. The same again changes nothing.
    pub async fn register_station(&self, by: &Actor, new: &NewStation) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(FundError::Form("the name of a station has 1 to 100 characters"));
        }
        let country: CountryCode = new
            .country
            .trim()
            .parse()
            .map_err(|_| FundError::Form("the country is three letters of ISO 3166-1"))?;
        let key = p256(new.key.trim())?;
        let row = StationRow {
            thumbprint: key.jwk_thumbprint(),
            public_key: key.to_multikey(),
            name: name.to_owned(),
            country: country.to_string(),
            registered_by: by.officer.clone(),
            registered_at: self.now(),
            closed: None,
        };
        sql::retry(|| async {
            let mut tx = self.store.write("register_station").await?;
            if let Some(known) = tx.find_station(&by.tenant, &row.thumbprint).await? {
                return match known.closed.is_none() && known.name == row.name && known.country == row.country {
                    true => Ok(known.thumbprint),
                    // Proofs name the station by its key; its place must not change under them.
                    false => Err(FundError::Form(
                        "a station has this key already, closed or at another place; open a new one in the wallet",
                    )),
                };
            }
            tx.insert_station(&by.tenant, &row).await?;
            let act = Act { action: "station.register", target: &row.thumbprint, detail: &row.country };
            tx.audit(by, act, row.registered_at).await?;
            tx.commit().await?;
            Ok(row.thumbprint.clone())
        })
        .await
    }

    /// The station's word counts no more. What it vouched for before stands.
    pub async fn close_station(&self, by: &Actor, thumbprint: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("close_station").await?;
            let known = tx.find_station(&by.tenant, thumbprint).await?.ok_or(FundError::Unknown)?;
            if tx.close_station(&by.tenant, thumbprint, &by.officer, now).await? {
                let act = Act { action: "station.close", target: thumbprint, detail: &known.country };
                tx.audit(by, act, now).await?;
                tx.commit().await?;
            }
            Ok(())
        })
        .await
    }

    /// Open ones first.
    pub async fn stations(&self, tenant: &str) -> Result<Vec<StationRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_stations(tenant, MOST_STATIONS).await?)
    }

    /// The word of an operator with the key of its station; none where the Fund has no such station, or closed it.
    pub(in crate::app) async fn vouched(
        &self,
        tenant: &str,
        said: (&str, &str, RecognisedBy, Option<Helper>),
        signature: Vec<u8>,
    ) -> Result<Option<Vouched>, store_issuer::Error> {
        let (station, operator, recognised_by, helper) = said;
        let row = self.store.read().await?.find_station(tenant, station).await?;
        let Some(row) = row.filter(|row| row.closed.is_none()) else { return Ok(None) };
        let statement = Statement {
            station: row.thumbprint,
            operator: operator.trim().to_owned(),
            recognised_by,
            helper,
        };
        let key = PublicKey::from_multikey(&row.public_key).ok();
        Ok(key.map(|station_key| Vouched { statement, station_key, signature }))
    }

    /// How evidence names an operator: with the place.
    pub(in crate::app) async fn operator_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        statement: &Statement,
    ) -> Result<(String, Option<CountryCode>), store_issuer::Error> {
        let row = tx.find_station(tenant, &statement.station).await?;
        let operator = &statement.operator;
        let named = row.as_ref().map_or_else(
            || operator.clone(),
            |row| {
                let place: String = row.name.chars().take(60).collect();
                format!("{operator} ({place})")
            },
        );
        let named = match &statement.helper {
            None => named,
            // The helper is named in the evidence.
            Some(helper) => format!("{named}; {} ({})", helper.name, helper.kind.as_str()),
        };
        // A name in a script of three bytes a letter must not lose the proof.
        let mut end = named.len().min(entitlement::cycle::LONGEST_ID);
        while !named.is_char_boundary(end) {
            end -= 1;
        }
        let named = named.get(..end).unwrap_or_default().to_owned();
        Ok((named, row.and_then(|row| row.country.parse().ok())))
    }
}

fn p256(text: &str) -> Result<PublicKey, FundError> {
    let multikey = text.strip_prefix("did:key:").unwrap_or(text);
    match PublicKey::from_multikey(multikey) {
        Ok(key @ PublicKey::P256(_)) => Ok(key),
        _ => Err(FundError::Form(
            "the key of a station begins with did:key:zDn; copy it from the station's page",
        )),
    }
}
