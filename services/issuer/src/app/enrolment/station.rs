//! Enrolment at a station of the Fund: somebody without a phone, the station's camera, and the word of its operator.
//!
//! The word stands in the place of the appointment, not of the officers: an agent of the Fund looks at picture and word and
//! proposes, a second officer decides, and the key that a wallet service keeps is bound like a phone's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use entitlement::desk::{Helper, RecognisedBy};
use entitlement::enrolment::station::{Subject, is_of_now};
use entitlement::enrolment::{DocumentKind, IdentityDocument};
use issuance::audit::Act;
use issuance::{Actor, fingerprint};
use serde::{Deserialize, Serialize};
use store_issuer::{EnrolmentRow, StationWordRow, Transaction};
use wire::enrolment::{EnrolmentStatus, StationDocument, StationWord};

use super::super::faces::Seen;
use super::desk::{look_words, quality_words};
use super::{EnrolmentError, Issuer, Tenant};

/// Of a picture as it is sent.
const MOST_PICTURE_BYTES: usize = 256 * 1024;

/// What officers see of a station's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAtStation {
    /// With the place, and with who helped.
    pub operator: String,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// `document` or `acquaintance`.
    pub recognised_by: String,
    pub captured_at: Timestamp,
}

/// A word that holds, with what it is about.
struct Heard {
    jpeg: Vec<u8>,
    document: Option<IdentityDocument>,
    row: StationWordRow,
}

impl Issuer {
    /// Takes the word of a station about the person, for the wallet with this secret. The same again changes nothing; another
    /// one takes its place until an agent has proposed.
    pub async fn enrol_at_station(
        &self,
        tenant: &str,
        secret: Option<&str>,
        word: &StationWord,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let row = self.spoken_for(&mut tx, tenant, secret).await?;
        let digest = fingerprint(&word.desk.signature);
        let known = tx.find_station_word(&tenant.id, &row.id).await?;
        if known.is_some_and(|known| known.digest == digest) {
            drop(tx);
            return self.enrolment_status(tenant, &row).await;
        }
        let separated = tx.find_separation_of(&tenant.id, &row.id).await?.is_some();
        drop(tx);
        if word.document.is_none() && !separated {
            return Err(EnrolmentError::Form("record the identity document that you saw"));
        }
        let heard = self.heard(tenant, &row, word).await?;
        let row = sql::retry(|| self.keep_word(tenant, secret, &heard)).await?;
        self.enrolment_status(tenant, &row).await
    }

    /// Everything about a word that can be checked, the picture last: it costs most.
    async fn heard(
        &self,
        tenant: &Tenant,
        row: &EnrolmentRow,
        word: &StationWord,
    ) -> Result<Heard, EnrolmentError> {
        let now = self.now();
        let captured_at = word.captured_at.parse::<Timestamp>().ok();
        let captured_at = captured_at.filter(|at| is_of_now(*at, now)).ok_or(EnrolmentError::Form(
            "capturedAt is a time of the last hour; set the clock of the station and take the picture again",
        ))?;
        let picture = URL_SAFE_NO_PAD.decode(&word.picture).ok().filter(|it| it.len() <= MOST_PICTURE_BYTES);
        let picture =
            picture.ok_or(EnrolmentError::Form("picture is a JPEG of at most 256 kB in base64url"))?;
        let document = word.document.as_ref().map(|seen| read_document(seen, now)).transpose()?;
        let key = row.enrolment.device_key.clone().unwrap_or_default();
        row.enrolment.takes_station_word(&key)?;
        let subject = Subject::new((&tenant.did, &row.id), &picture, document.as_ref());
        let desk = &word.desk;
        let recognised_by: RecognisedBy = desk
            .recognised_by
            .parse()
            .map_err(|()| EnrolmentError::Form("recognisedBy is document or acquaintance"))?;
        let helper = match &desk.helper {
            None => None,
            Some(helper) => Some(Helper {
                name: helper.name.clone(),
                kind: helper
                    .kind
                    .parse()
                    .map_err(|()| EnrolmentError::Form("kind is guardian or attorney"))?,
            }),
        };
        let signature = URL_SAFE_NO_PAD.decode(&desk.signature).map_err(|_| EnrolmentError::NotVouched)?;
        let said = (desk.station.as_str(), desk.operator.as_str(), recognised_by, helper);
        let vouched = self.vouched(&tenant.id, said, signature).await?.ok_or(EnrolmentError::NoStation)?;
        if !vouched.holds(&subject.about(&key, captured_at)) {
            return Err(EnrolmentError::NotVouched);
        }
        let jpeg = self.good_picture(picture).await?;
        let mut tx = self.store.read().await?;
        let (operator, country) = self.operator_of(&mut tx, &tenant.id, &vouched.statement).await?;
        let seen = SeenAtStation {
            operator,
            country: country.map(|it| it.to_string()),
            recognised_by: recognised_by.as_str().to_owned(),
            captured_at,
        };
        let row = StationWordRow {
            station: vouched.statement.station,
            device_key: key,
            captured_at,
            received_at: now,
            digest: fingerprint(&desk.signature),
            sealed: self.seal_for("enrolment station", &tenant.id, &row.id, &seen),
        };
        Ok(Heard { jpeg, document, row })
    }

    /// One good face, as the engine sees it where there is one.
    pub(super) async fn good_picture(&self, file: Vec<u8>) -> Result<Vec<u8>, EnrolmentError> {
        let jpeg = super::super::portraits::made(file).await?;
        let Some(faces) = &self.faces else { return Ok(jpeg) };
        match faces.see(jpeg.clone()).await? {
            Seen::Good => Ok(jpeg),
            Seen::Look(fault) => Err(EnrolmentError::Face(look_words(fault))),
            Seen::Poor(fault) => Err(EnrolmentError::Face(quality_words(fault))),
        }
    }

    async fn keep_word(
        &self,
        tenant: &Tenant,
        secret: Option<&str>,
        heard: &Heard,
    ) -> Result<EnrolmentRow, EnrolmentError> {
        let mut tx = self.store.write("enrol_at_station").await?;
        let mut row = self.spoken_for(&mut tx, tenant, secret).await?;
        // The picture was looked at meanwhile; what it is about must be the same.
        row.enrolment.takes_station_word(&heard.row.device_key)?;
        row.picture = Some(self.seal_enrolment_picture(&mut tx, &tenant.id, &row, &heard.jpeg).await?);
        if let Some(document) = &heard.document {
            row.document = Some(self.seal_for("enrolment document", &tenant.id, &row.id, document));
        }
        tx.replace_enrolment(&tenant.id, &row).await?;
        tx.put_station_word(&tenant.id, &row.id, &heard.row).await?;
        // Nobody has to call somebody who was seen.
        self.close_appointment(&mut tx, &tenant.id, &row.id).await?;
        let act = Act { action: "enrolment.station", target: &row.id, detail: &heard.row.station };
        tx.audit(&Actor::system(&tenant.id), act, self.now()).await?;
        tx.commit().await?;
        Ok(EnrolmentRow { revision: row.revision + 1, ..row })
    }

    /// The word of a station about an enrolment, for officers.
    pub(super) async fn seen_at_station(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Option<SeenAtStation>, EnrolmentError> {
        let Some(row) = tx.find_station_word(tenant, enrolment).await? else { return Ok(None) };
        let seen = self.open_for("enrolment station", tenant, enrolment, &row.sealed);
        seen.map(Some).map_err(|_| EnrolmentError::Damaged)
    }

    /// Another key is named: what a station said was about the one before.
    pub(super) async fn forget_station_word(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &mut EnrolmentRow,
    ) -> Result<(), EnrolmentError> {
        if tx.delete_station_word(tenant, &row.id).await? {
            (row.picture, row.document) = (None, None);
        }
        Ok(())
    }

    /// People whom a station saw and about whom no agent has proposed anything, with their names.
    pub async fn seen_at_stations(
        &self,
        tenant: &str,
    ) -> Result<Vec<(EnrolmentRow, String)>, EnrolmentError> {
        const LISTED: u32 = 200;
        self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let mut seen = Vec::new();
        for id in tx.list_seen_at_stations(tenant, LISTED).await? {
            let (row, subject) = self.enrolment_and_person(&mut tx, tenant, &id).await?;
            seen.push((row, subject.name));
        }
        Ok(seen)
    }
}

fn read_document(seen: &StationDocument, now: Timestamp) -> Result<IdentityDocument, EnrolmentError> {
    let kind = DocumentKind::parse(&seen.kind);
    let kind = kind.ok_or(EnrolmentError::Form("kind is passport, card, permit or laissez"))?;
    let StationDocument { number, state, expires_on, .. } = seen.clone();
    let document = IdentityDocument { kind, number, state, expires_on };
    let checked = document.clone().checked(now.date_naive())?;
    // The word is about what was sent, so that must be in its form already.
    match checked == document {
        true => Ok(checked),
        false => {
            Err(EnrolmentError::Form("write the number of the document in capital letters, without spaces"))
        }
    }
}
