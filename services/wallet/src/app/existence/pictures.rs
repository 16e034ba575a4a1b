//! Pictures and the place that come with an answer.

use super::{ExistenceError, Place};
use crate::app::{Person, Wallet};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::bundle::SALT_BYTES;
use holding::existence::{Existence, StepFault};
use store_wallet::records::Table;
use wire::existence::CapturedPlace;

impl Wallet {
    /// Takes one picture from the page. The same again changes nothing, so a cut line is no loss. One that was taken without a
    /// network comes with the salt under which the phone signed it.
    pub async fn keep_frame(
        &self,
        person: &Person,
        id: &str,
        (place, millis): (u8, u32),
        (jpeg, salt): (&str, Option<&str>),
    ) -> Result<Existence, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        let jpeg = URL_SAFE_NO_PAD.decode(jpeg).map_err(|_| StepFault::Picture)?;
        match salt {
            None => {
                existence.may_answer(self.now())?;
                let mut salt = [0; SALT_BYTES];
                self.entropy.fill(&mut salt);
                existence.keep_frame(place, millis, &jpeg, salt)?;
            }
            Some(salt) => {
                existence.may_answer_ahead(self.now())?;
                let salt = URL_SAFE_NO_PAD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
                existence.keep_frame_ahead(place, millis, &jpeg, salt.ok_or(StepFault::Picture)?)?;
            }
        }
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("keep_frame", Table::Existences, moved).await?;
        Ok(existence)
    }

    pub(super) fn salted(&self, place: Place) -> CapturedPlace {
        let mut salt = [0; SALT_BYTES];
        self.entropy.fill(&mut salt);
        CapturedPlace {
            salt: URL_SAFE_NO_PAD.encode(salt),
            latitude_tenths: place.latitude_tenths,
            longitude_tenths: place.longitude_tenths,
            accuracy_metres: place.accuracy_metres,
        }
    }
}
