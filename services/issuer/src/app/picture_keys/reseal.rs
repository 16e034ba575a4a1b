//! What was sealed under the service's key itself, before there were keys of people, is sealed anew once, in the background.

use store_issuer::{EnrolmentRow, Error, PictureKind, Transaction};

use super::super::{Issuer, Tenant, captures, enrolment, portraits};
use super::{Whose, under};

/// In one transaction: pictures of proofs are half a megabyte each.
const BATCH: u32 = 25;
const KINDS: [PictureKind; 4] =
    [PictureKind::Portrait, PictureKind::Frames, PictureKind::Enrolment, PictureKind::Scan];

impl Issuer {
    /// Once for each organisation; cut off, it begins again and passes what is done. Tells of how many it was. What does not open
    /// stays as it is.
    pub async fn reseal_pictures(&self, tenant: &Tenant) -> Result<u64, Error> {
        if self.store.read().await?.are_pictures_resealed(&tenant.id).await? {
            return Ok(0);
        }
        let mut done = 0;
        for kind in KINDS {
            let mut after = String::new();
            loop {
                let ids =
                    self.store.read().await?.list_with_pictures(&tenant.id, kind, &after, BATCH).await?;
                let Some(last) = ids.last() else { break };
                after.clone_from(last);
                done += self.reseal_batch(&tenant.id, kind, &ids).await?;
            }
        }
        let mut tx = self.store.write("note_pictures_resealed").await?;
        tx.note_pictures_resealed(&tenant.id, self.now()).await?;
        tx.commit().await?;
        if done > 0 {
            tracing::info!(tenant = tenant.id, done, "pictures are sealed under keys of their people");
        }
        Ok(done)
    }

    async fn reseal_batch(&self, tenant: &str, kind: PictureKind, ids: &[String]) -> Result<u64, Error> {
        sql::retry(|| async {
            let mut tx = self.store.write("reseal_pictures").await?;
            let mut done = 0;
            for id in ids {
                done += match kind {
                    PictureKind::Portrait => self.reseal_portrait(&mut tx, tenant, id).await?,
                    PictureKind::Frames => self.reseal_frames(&mut tx, tenant, id).await?,
                    PictureKind::Enrolment => self.reseal_enrolment(&mut tx, tenant, id).await?,
                    PictureKind::Scan => self.reseal_scan(&mut tx, tenant, id).await?,
                };
            }
            tx.commit().await?;
            Ok(done)
        })
        .await
    }
}

/// What is sealed as it was before.
fn is_from_before(sealed: &[u8]) -> bool {
    under(sealed).is_none()
}

impl Issuer {
    async fn reseal_portrait(&self, tx: &mut Transaction, tenant: &str, subject: &str) -> Result<u64, Error> {
        let sealed = tx.find_portrait(tenant, subject).await?;
        let whose = (tenant, Whose::Subject(subject));
        let Some(sealed) = self.anew(tx, whose, &portraits::purpose(tenant, subject), sealed).await? else {
            return Ok(0);
        };
        tx.reseal_portrait(tenant, subject, &sealed).await?;
        Ok(1)
    }

    async fn reseal_enrolment(&self, tx: &mut Transaction, tenant: &str, id: &str) -> Result<u64, Error> {
        let Some(row) = tx.find_enrolment(tenant, id).await? else { return Ok(0) };
        let whose = (tenant, Whose::Subject(&row.subject_id));
        let purpose = enrolment::picture_purpose(tenant, id);
        let Some(sealed) = self.anew(tx, whose, &purpose, row.picture.clone()).await? else { return Ok(0) };
        tx.replace_enrolment(tenant, &EnrolmentRow { picture: Some(sealed), ..row }).await?;
        Ok(1)
    }

    async fn reseal_frames(&self, tx: &mut Transaction, tenant: &str, request: &str) -> Result<u64, Error> {
        let Some(found) = tx.find_existence(tenant, request).await? else { return Ok(0) };
        let mut done = 0;
        for row in tx.list_captures(tenant, request).await? {
            let sealed = tx.find_capture_frames(tenant, request, &row.digest).await?;
            let whose = (tenant, Whose::Subject(&found.beneficiary));
            let purpose = captures::purpose(tenant, request, &row.digest);
            if let Some(sealed) = self.anew(tx, whose, &purpose, sealed).await? {
                tx.reseal_frames(tenant, (request, &row.digest), &sealed).await?;
                done += 1;
            }
        }
        Ok(done)
    }

    async fn reseal_scan(&self, tx: &mut Transaction, tenant: &str, id: &str) -> Result<u64, Error> {
        let Some(scan) = tx.find_fund_scan(tenant, id).await? else { return Ok(0) };
        let (Some(sealed), Some(person)) = (scan.picture.filter(|it| is_from_before(it)), &scan.person)
        else {
            return Ok(0);
        };
        let Some(picture) = self.open_scan(tx, tenant, id, &sealed).await? else { return Ok(0) };
        let sealed = self.seal_scan(tx, (tenant, Some(person)), id, &picture).await?;
        tx.reseal_scan(tenant, id, &sealed).await?;
        Ok(1)
    }

    /// Nothing where there is no picture, where it has a key already, and where it does not open.
    async fn anew(
        &self,
        tx: &mut Transaction,
        whose: (&str, Whose<'_>),
        purpose: &[u8],
        sealed: Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(sealed) = sealed.filter(|sealed| is_from_before(sealed)) else { return Ok(None) };
        let Some(plain) = self.open_picture(tx, whose.0, purpose, &sealed).await? else { return Ok(None) };
        self.seal_picture(tx, whose, purpose, &plain).await.map(Some)
    }
}
