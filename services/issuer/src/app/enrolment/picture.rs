//! The picture of an enrolment that is to become the reference, under the key of its person.

use store_issuer::{EnrolmentRow, Error, Transaction};

use super::super::picture_keys::Whose;
use super::Issuer;

impl Issuer {
    pub(super) async fn seal_enrolment_picture(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &EnrolmentRow,
        jpeg: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let whose = (tenant, Whose::Subject(&row.subject_id));
        self.seal_picture(tx, whose, &picture_purpose(tenant, &row.id), jpeg).await
    }

    pub(super) async fn enrolment_picture(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &EnrolmentRow,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(sealed) = &row.picture else { return Ok(None) };
        let opened = self.open_picture(tx, tenant, &picture_purpose(tenant, &row.id), sealed).await?;
        Ok(opened.map(|jpeg| jpeg.to_vec()))
    }
}

pub(in crate::app) fn picture_purpose(tenant: &str, id: &str) -> Vec<u8> {
    format!("enrolment picture of {tenant}/{id}").into_bytes()
}
