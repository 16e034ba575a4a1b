//! The agent's desk: notes, the identity document, the picture, a proposal, and the second officer's decision.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Timestamp;
use entitlement::enrolment::{IdentityDocument, Refusal, Stage};
use issuance::audit::Act;
use issuance::{Actor, Subject};
use presence::{LookFault, Quality};
use store_issuer::{AppointmentRow, BoundKey, EnrolmentNote, EnrolmentRow, Transaction};

use super::super::picture_keys::Whose;
use super::{EnrolmentError, Issuer, SeenAtStation, SeparationSeen};

const LONGEST_NOTE: usize = 2000;
const LISTED: u32 = 200;

/// Words about an enrolment.
#[derive(Clone, Debug)]
pub struct DeskNote {
    /// `note`, `proposal`, `approval` or `refusal`.
    pub kind: String,
    pub words: String,
    /// An officer's id.
    pub by: String,
    pub at: Timestamp,
}

/// Everything about one enrolment, for the two officers.
#[derive(Clone, Debug)]
pub struct DeskPage {
    pub row: EnrolmentRow,
    pub subject: Subject,
    pub document: Option<IdentityDocument>,
    /// What stands in the place of a document.
    pub separation: Option<SeparationSeen>,
    /// What stands in the place of an appointment.
    pub station: Option<SeenAtStation>,
    /// A data URL (RFC 2397).
    pub picture: Option<String>,
    pub notes: Vec<DeskNote>,
    /// The latest first.
    pub appointments: Vec<AppointmentRow>,
    pub bound: Option<BoundKey>,
}

/// A second officer's word.
#[derive(Clone, Debug)]
pub enum Decision {
    Approve,
    Refuse(Refusal),
}

impl Issuer {
    /// One enrolment; picture, document and words for those alone who decide. Who looked at a picture is in the audit trail.
    pub async fn desk_page(&self, by: &Actor, id: &str, decides: bool) -> Result<DeskPage, EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        let mut tx = self.store.write("desk_page").await?;
        let (row, subject) = self.enrolment_and_person(&mut tx, &tenant.id, id).await?;
        let mut notes = Vec::new();
        let kept = match decides {
            true => tx.list_enrolment_notes(&tenant.id, id).await?,
            false => Vec::new(),
        };
        for note in kept {
            let words: Option<String> =
                self.open_for("enrolment note", &tenant.id, &note.id, &note.sealed).ok();
            let words = words.unwrap_or_default();
            notes.push(DeskNote { kind: note.kind, words, by: note.written_by, at: note.written_at });
        }
        let picture = self.enrolment_picture(&mut tx, &tenant.id, &row).await?.filter(|_| decides);
        let separation = self.separation_of(&mut tx, &tenant.id, id).await?.filter(|_| decides);
        let station = self.seen_at_station(&mut tx, &tenant.id, id).await?.filter(|_| decides);
        let page = DeskPage {
            document: row
                .document
                .as_ref()
                .filter(|_| decides)
                .and_then(|sealed| self.open_for("enrolment document", &tenant.id, id, sealed).ok()),
            separation,
            station,
            picture: picture.map(|jpeg| format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))),
            appointments: tx.list_appointments_of(&tenant.id, id).await?,
            bound: tx.find_bound_key(&tenant.id, &subject.id).await?,
            notes,
            row,
            subject,
        };
        if page.picture.is_some() {
            tx.audit(by, Act { action: "enrolment.look", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
        }
        Ok(page)
    }

    /// Enrolments of one person, newest first.
    pub async fn enrolments_of(
        &self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<EnrolmentRow>, EnrolmentError> {
        self.enrolling(tenant)?;
        Ok(self.store.read().await?.list_enrolments_of(tenant, subject_id).await?)
    }

    /// Those that wait for a second officer, with names.
    pub async fn proposed_enrolments(
        &self,
        tenant: &str,
    ) -> Result<Vec<(EnrolmentRow, String)>, EnrolmentError> {
        self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let proposed = tx.list_enrolments_in(tenant, Stage::Proposed, LISTED).await?;
        named(&mut tx, tenant, proposed).await
    }

    /// Keeps words about an enrolment, sealed.
    pub async fn note_enrolment(&self, by: &Actor, id: &str, words: &str) -> Result<(), EnrolmentError> {
        self.enrolling(&by.tenant)?;
        let words = note(words)?;
        if words.is_empty() {
            return Err(EnrolmentError::Form("write something first"));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("note_enrolment").await?;
            tx.find_enrolment(&by.tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
            self.put_note(&mut tx, by, (id, "note"), &words).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Records what the agent saw of the identity document.
    pub async fn record_document(
        &self,
        by: &Actor,
        id: &str,
        document: IdentityDocument,
    ) -> Result<(), EnrolmentError> {
        self.enrolling(&by.tenant)?;
        let document = document.checked(self.today())?;
        sql::retry(|| async {
            let mut tx = self.store.write("record_document").await?;
            let mut row = tx.find_enrolment(&by.tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
            open_to_the_agent(&row)?;
            row.document = Some(self.seal_for("enrolment document", &by.tenant, id, &document));
            tx.replace_enrolment(&by.tenant, &row).await?;
            tx.audit(by, Act { action: "enrolment.document", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Takes the picture that is to become the reference: one good face, as the face engine sees it.
    pub async fn take_picture(&self, by: &Actor, id: &str, file: Vec<u8>) -> Result<(), EnrolmentError> {
        self.enrolling(&by.tenant)?;
        let jpeg = self.good_picture(file).await?;
        sql::retry(|| async {
            let mut tx = self.store.write("take_picture").await?;
            let mut row = tx.find_enrolment(&by.tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
            open_to_the_agent(&row)?;
            row.picture = Some(self.seal_enrolment_picture(&mut tx, &by.tenant, &row, &jpeg).await?);
            tx.replace_enrolment(&by.tenant, &row).await?;
            tx.audit(by, Act { action: "enrolment.picture", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The agent proposes to enrol the person, with a reason. Nothing is bound yet.
    pub async fn propose_enrolment(&self, by: &Actor, id: &str, reason: &str) -> Result<(), EnrolmentError> {
        self.enrolling(&by.tenant)?;
        let reason = reasoned(reason)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("propose_enrolment").await?;
            let mut row = tx.find_enrolment(&by.tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
            // A verified Separation credential stands in the place of the document.
            let known =
                row.document.is_some() || self.separation_of(&mut tx, &by.tenant, id).await?.is_some();
            row.enrolment = row.enrolment.proposed(&by.officer, known, row.picture.is_some())?;
            row.proposed_at = Some(now);
            self.close_appointment(&mut tx, &by.tenant, id).await?;
            self.put_note(&mut tx, by, (id, "proposal"), &reason).await?;
            tx.replace_enrolment(&by.tenant, &row).await?;
            tx.audit(by, Act { action: "enrolment.propose", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The agent refuses, before anything is proposed.
    pub async fn refuse_enrolment(
        &self,
        by: &Actor,
        id: &str,
        why: Refusal,
        reason: &str,
    ) -> Result<(), EnrolmentError> {
        self.end_enrolment(by, (id, Stage::Claimed), &Decision::Refuse(why), reason).await
    }

    /// The second officer decides. Approved: the picture becomes the Fund's reference and the device key is
    /// bound. In either case the picture leaves the enrolment.
    pub async fn decide_enrolment(
        &self,
        by: &Actor,
        id: &str,
        decision: &Decision,
        reason: &str,
    ) -> Result<(), EnrolmentError> {
        self.end_enrolment(by, (id, Stage::Proposed), decision, reason).await
    }

    async fn end_enrolment(
        &self,
        by: &Actor,
        (id, from): (&str, Stage),
        decision: &Decision,
        reason: &str,
    ) -> Result<(), EnrolmentError> {
        use entitlement::enrolment::EnrolmentFault;
        self.enrolling(&by.tenant)?;
        let reason = reasoned(reason)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("decide_enrolment").await?;
            let mut row = tx.find_enrolment(&by.tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
            match row.enrolment.stage {
                Stage::Claimed if from == Stage::Proposed => return Err(EnrolmentFault::NotProposed.into()),
                Stage::Proposed if from == Stage::Claimed => return Err(EnrolmentFault::Proposed.into()),
                _ => {}
            }
            let (kind, action) = match decision {
                Decision::Approve => {
                    row.enrolment = row.enrolment.approved(&by.officer)?;
                    row.place_kept_at = None;
                    self.enrol(&mut tx, by, &row).await?;
                    ("approval", "enrolment.approve")
                }
                Decision::Refuse(why) => {
                    row.enrolment = row.enrolment.refused(&by.officer, *why)?;
                    ("refusal", "enrolment.refuse")
                }
            };
            row.decided_at = Some(now);
            row.picture = None;
            self.close_appointment(&mut tx, &by.tenant, id).await?;
            self.put_note(&mut tx, by, (id, kind), &reason).await?;
            tx.replace_enrolment(&by.tenant, &row).await?;
            self.end_spare_key(&mut tx, &by.tenant, Whose::Subject(&row.subject_id)).await?;
            tx.audit(by, Act { action, target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn enrol(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        row: &EnrolmentRow,
    ) -> Result<(), EnrolmentError> {
        let jpeg = self.enrolment_picture(tx, &by.tenant, row).await?.ok_or(EnrolmentError::Damaged)?;
        let key = row.enrolment.device_key.as_deref().ok_or(EnrolmentError::Damaged)?;
        self.keep_portrait(tx, by, &row.subject_id, &jpeg).await?;
        let station = tx.find_station_word(&by.tenant, &row.id).await?;
        let how = if station.is_some_and(|word| word.device_key == key) { "station" } else { "enrolment" };
        self.bind_enrolled_key(tx, by, (&row.subject_id, key), how).await
    }

    async fn put_note(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (enrolment, kind): (&str, &str),
        words: &str,
    ) -> Result<(), EnrolmentError> {
        let id = self.new_id();
        let note = EnrolmentNote {
            sealed: self.seal_for("enrolment note", &by.tenant, &id, &words),
            id,
            kind: kind.to_owned(),
            written_by: by.officer.clone(),
            written_at: self.now(),
        };
        Ok(tx.insert_enrolment_note(&by.tenant, enrolment, &note).await?)
    }
}

pub(super) async fn named(
    tx: &mut Transaction,
    tenant: &str,
    rows: Vec<EnrolmentRow>,
) -> Result<Vec<(EnrolmentRow, String)>, EnrolmentError> {
    let mut named = Vec::with_capacity(rows.len());
    for row in rows {
        let subject = tx.find_subject(tenant, &row.subject_id).await?;
        named.push((row, subject.map(|it| it.name).unwrap_or_default()));
    }
    Ok(named)
}

/// What two officers look at does not change between them.
fn open_to_the_agent(row: &EnrolmentRow) -> Result<(), EnrolmentError> {
    use entitlement::enrolment::EnrolmentFault;
    match row.enrolment.stage {
        Stage::Claimed => Ok(()),
        Stage::Invited => Err(EnrolmentFault::NotClaimed.into()),
        Stage::Proposed => Err(EnrolmentFault::Proposed.into()),
        Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over.into()),
    }
}

fn note(words: &str) -> Result<String, EnrolmentError> {
    let words = words.trim();
    match words.chars().count() <= LONGEST_NOTE {
        true => Ok(words.to_owned()),
        false => Err(EnrolmentError::Form("a note has at most 2000 characters")),
    }
}

fn reasoned(words: &str) -> Result<String, EnrolmentError> {
    match note(words)? {
        words if words.is_empty() => Err(EnrolmentError::Form("say why in a few words")),
        words => Ok(words),
    }
}

pub(super) const fn look_words(fault: LookFault) -> &'static str {
    match fault {
        LookFault::NoFace => "there is no face in the picture; take another one",
        LookFault::SeveralFaces => "there is more than one face in the picture; only the person may be in it",
        LookFault::Engine => "the face engine failed; take another picture",
    }
}

pub(super) const fn quality_words(fault: Quality) -> &'static str {
    match fault {
        Quality::TooSmall => "the face is too small; ask the person to come closer",
        Quality::TooDark => "the picture is too dark; ask the person to turn to the light",
        Quality::TooBright => "the picture is too bright; ask the person to turn away from the light",
        Quality::Blurred => "the picture is blurred; ask the person to hold still",
        Quality::TurnedAway => "the face is turned away; ask the person to look into the camera",
    }
}
