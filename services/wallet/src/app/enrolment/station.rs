//! Enrolment of somebody without a phone, at a station: the kept key is named to the Fund, and the operator's word goes there with
//! the picture of the station's camera.
//!
//! One act with one PIN. Nothing of it is kept here: cut on the way it is done again, and the Fund knows the same word again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{SecondsFormat, SubsecRound as _};
use entitlement::desk::RecognisedBy;
use entitlement::enrolment::IdentityDocument;
use entitlement::enrolment::station::Subject;
use holding::activity::Activity;
use holding::custody::Custody;
use holding::mandate::{Act, Representative};
use holding::station::Station;
use store_wallet::records::Record;
use wire::enrolment::{EnrolmentKey, EnrolmentStatus, StationDocument, StationWord, device_key_input};
use wire::existence::{DeskHelper, DeskStatement};

use super::{Enrolment, EnrolmentError, Person, Wallet};
use crate::app::custody::CustodyError;
use crate::app::desk_keys::{KeyUse, Presence};
use crate::app::fault::Fault;

/// Of a picture as it is sent.
const MOST_PICTURE_BYTES: usize = 256 * 1024;

/// What the operator saw.
pub struct SeenHere<'a> {
    /// JPEG in base64url.
    pub picture: &'a str,
    pub document: Option<IdentityDocument>,
    pub recognised_by: RecognisedBy,
}

impl Wallet {
    /// Names the kept key and sends picture, document and word. The officers of the Fund decide.
    pub async fn enrol_at_station(
        &self,
        person: &Person,
        id: &str,
        presence: Presence<'_>,
        seen: SeenHere<'_>,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let desk = person.desk.as_ref().ok_or(EnrolmentError::NoStation)?;
        let station = desk.station.as_ref().ok_or(EnrolmentError::NoStation)?;
        person.may_act(Act::Prove).map_err(CustodyError::from)?;
        let picture = URL_SAFE_NO_PAD.decode(seen.picture).ok().filter(|it| is_jpeg(it));
        let picture = picture.ok_or(EnrolmentError::Picture)?;
        let document = seen.document.map(|document| document.checked(self.now().date_naive())).transpose();
        let document = document.map_err(|fault| EnrolmentError::Document(fault.to_string()))?;
        let (record, enrolment) = self.known_enrolment(person, id).await?;
        self.prove_at_desk(person, KeyUse::Enrolment(id), presence).await?;
        let custody = self.store.read().await?.find_custody(&person.account).await?;
        let custody = custody.ok_or(EnrolmentError::DeviceKey)?;
        let (record, mut enrolment) = self.name_kept_key(person, &custody, (record, enrolment)).await?;
        let word = self.station_word(
            (station, &custody),
            (&desk.name, person.representative(), seen.recognised_by),
            (&enrolment, &picture, document.as_ref()),
        )?;
        let word = StationWord { picture: seen.picture.to_owned(), document: document.map(sent), ..word };
        let said: EnrolmentStatus =
            self.tell_fund(&enrolment, "/station", &serde_json::to_value(word)?).await?;
        let to = enrolment.fund.name().to_owned();
        let entry = self.entry_by(person, &Activity::EnrolledAtStation { to })?;
        let record = self.keep_status(person, record, &mut enrolment, said).await?;
        let mut tx = self.store.write("enrol_at_station").await?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok((record, enrolment))
    }

    /// The Fund knows the kept key of this enrolment, once it is named.
    async fn name_kept_key(
        &self,
        person: &Person,
        custody: &Custody,
        (record, mut enrolment): (Record, Enrolment),
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let status = enrolment.status.as_ref().ok_or(EnrolmentError::Unknown)?;
        if status.device_key.as_deref() == Some(&custody.thumbprint) {
            return Ok((record, enrolment));
        }
        let key = self.kept_key(custody).await?;
        let input = device_key_input(&status.organisation.did, &status.id);
        let signature = self.sign_kept(key.as_ref(), &input).await?;
        let named = EnrolmentKey {
            holder_key: key.public_key().to_jwk(),
            signature: URL_SAFE_NO_PAD.encode(signature),
        };
        let said = self.tell_fund(&enrolment, "/device-key", &serde_json::to_value(named)?).await?;
        let record = self.keep_status(person, record, &mut enrolment, said).await?;
        Ok((record, enrolment))
    }

    /// What the station signs; picture and document are put beside it.
    fn station_word(
        &self,
        (station, custody): (&Station, &Custody),
        (operator, helper, recognised_by): (&str, Option<&Representative>, RecognisedBy),
        (enrolment, picture, document): (&Enrolment, &[u8], Option<&IdentityDocument>),
    ) -> Result<StationWord, EnrolmentError> {
        let status = enrolment.status.as_ref().ok_or(EnrolmentError::Unknown)?;
        let subject = Subject::new((&status.organisation.did, &status.id), picture, document);
        let captured_at = self.now().trunc_subsecs(0);
        let about = subject.about(&custody.thumbprint, captured_at);
        let vouched = station.vouch(&self.sealing_key, (operator, helper), recognised_by, &about);
        let (statement, signature) = vouched.map_err(|error| Fault::Vault(error.into()))?;
        Ok(StationWord {
            picture: String::new(),
            document: None,
            captured_at: captured_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            desk: DeskStatement {
                station: statement.station,
                operator: statement.operator,
                recognised_by: statement.recognised_by.as_str().to_owned(),
                helper: statement
                    .helper
                    .map(|one| DeskHelper { name: one.name, kind: one.kind.as_str().to_owned() }),
                signature: URL_SAFE_NO_PAD.encode(signature),
            },
        })
    }
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xd8, 0xff]) && bytes.len() <= MOST_PICTURE_BYTES
}

fn sent(document: IdentityDocument) -> StationDocument {
    let IdentityDocument { kind, number, state, expires_on } = document;
    StationDocument { kind: kind.as_str().to_owned(), number, state, expires_on }
}
