//! Devices of officers at a fixed place, at which people without a phone prove to the Fund that they are there.

use holding::station::{Station, StationFault};

use super::accounts::AccountError;
use super::custody::away_from_desk;
use super::fault::Fault;
use super::officers::Officer;
use super::{Person, Wallet, hash};

/// More than there are country offices.
const MOST_STATIONS: u32 = 1000;

/// Why a device does not become a station.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Station(#[from] StationFault),
    #[error("there is no such station")]
    Unknown,
}

impl From<Fault> for StationError {
    fn from(fault: Fault) -> Self {
        AccountError::from(fault).into()
    }
}

impl From<sql::Error> for StationError {
    fn from(error: sql::Error) -> Self {
        Fault::from(error).into()
    }
}

/// A station with what the Fund needs to register it.
pub struct Registered {
    pub station: Station,
    /// `did:key` of its key.
    pub did: String,
}

impl Wallet {
    /// Makes the officer's device a station at this place; the token beside it is for a cookie of the device.
    pub async fn open_station(
        &self,
        person: &Person,
        name: &str,
        country: &str,
    ) -> Result<(Registered, String), StationError> {
        away_from_desk(person)?;
        let Officer { account, .. } = self.officer(person).await?;
        let (entropy, now) = (self.entropy.as_ref(), self.now());
        let station = Station::open(name, country, &account, &self.sealing_key, entropy, now)?;
        let token = clock::token(entropy);
        let mut tx = self.store.write("open_station").await?;
        tx.insert_station(&station, &hash(&token)).await?;
        tx.commit().await?;
        Ok((self.registered_station(station)?, token))
    }

    /// All stations of this service, for an officer.
    pub async fn stations(&self, person: &Person) -> Result<Vec<Registered>, StationError> {
        self.officer(person).await?;
        let known = self.store.read().await?.list_stations(MOST_STATIONS).await?;
        known.into_iter().map(|station| Ok(self.registered_station(station)?)).collect()
    }

    /// Ends a station: its key is destroyed.
    pub async fn close_station(&self, person: &Person, thumbprint: &str) -> Result<(), StationError> {
        away_from_desk(person)?;
        self.officer(person).await?;
        let mut tx = self.store.write("close_station").await?;
        if !tx.end_station(thumbprint).await? {
            return Err(StationError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    /// The station that a device is, by its cookie.
    pub async fn station_of(&self, token: &str) -> Result<Option<Station>, Fault> {
        Ok(self.store.read().await?.find_station(&hash(token)).await?)
    }

    fn registered_station(&self, station: Station) -> Result<Registered, Fault> {
        let did = station.did(&self.sealing_key).map_err(|error| Fault::Vault(error.into()))?;
        Ok(Registered { station, did })
    }
}
