//! The picture of a page that came back: under the key of whose form it is, or under the service's while nobody knows.

use store_issuer::Transaction;
use store_issuer::fund::ScanRow;

use super::super::picture_keys::Whose;
use super::{FundError, Issuer};

const KIND: &str = "scan";
/// How a picture begins that has the page behind the place of the signature. No JPEG or PNG begins so.
const WITH_PAGE: &[u8] = b"passerelle scan 1\n";

/// The place of the signature and the whole page as one, so that they live and go together.
pub(super) fn with_page(place: &[u8], page: &[u8]) -> Vec<u8> {
    let length = u32::try_from(place.len()).unwrap_or(u32::MAX).to_be_bytes();
    [WITH_PAGE, &length, place, page].concat()
}

/// The picture that is shown first, and the whole page where it is another one.
pub(super) fn parts(picture: &[u8]) -> (&[u8], Option<&[u8]>) {
    let two = || {
        let (length, rest) = picture.strip_prefix(WITH_PAGE)?.split_first_chunk::<4>()?;
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
    };
    two().map_or((picture, None), |(place, page)| (place, Some(page)))
}

impl Issuer {
    /// Seals what an officer is shown of a page.
    pub(in crate::app) async fn seal_scan(
        &self,
        tx: &mut Transaction,
        (tenant, person): (&str, Option<&str>),
        id: &str,
        picture: &[u8],
    ) -> Result<Vec<u8>, store_issuer::Error> {
        match person {
            Some(person) => {
                self.seal_picture(tx, (tenant, Whose::Register(person)), &purpose(tenant, id), picture).await
            }
            None => Ok(self.seal_for(KIND, tenant, id, &hex::encode(picture))),
        }
    }

    /// Nothing when it does not open any more.
    pub(in crate::app) async fn open_scan(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, store_issuer::Error> {
        // Of nobody known, or from before there were keys of people.
        if let Ok(picture) = self.open_for::<String>(KIND, tenant, id, sealed) {
            return Ok(hex::decode(picture).ok());
        }
        let opened = self.open_picture(tx, tenant, &purpose(tenant, id), sealed).await?;
        Ok(opened.map(|picture| picture.to_vec()))
    }

    /// The picture of a page is gone: copies of it open no longer once none of this person is left.
    pub(super) async fn end_spare_scan_key(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        scan: &ScanRow,
    ) -> Result<(), FundError> {
        let Some(person) = scan.person.as_deref() else { return Ok(()) };
        Ok(self.end_spare_key(tx, tenant, Whose::Register(person)).await?)
    }

    /// Puts the picture of a page that was nobody's under the key of whose form it turned out to be.
    pub(super) async fn own_scan(
        &self,
        tx: &mut Transaction,
        (tenant, person): (&str, &str),
        (id, sealed): (&str, Option<&[u8]>),
    ) -> Result<(), FundError> {
        let Some(sealed) = sealed else { return Ok(()) };
        let Some(picture) = self.open_scan(tx, tenant, id, sealed).await? else { return Ok(()) };
        let sealed = self.seal_scan(tx, (tenant, Some(person)), id, &picture).await?;
        Ok(tx.reseal_scan(tenant, id, &sealed).await?)
    }
}

fn purpose(tenant: &str, id: &str) -> Vec<u8> {
    format!("fund scan/{tenant}/{id}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_and_page_come_apart_as_they_were_put_together() {
        let both = with_page(b"place", b"page");
        assert_eq!(parts(&both), (&b"place"[..], Some(&b"page"[..])));
        assert_eq!(parts(b"\x89PNG alone"), (&b"\x89PNG alone"[..], None), "from before");
        assert_eq!(parts(&both[..20]), (&both[..20], None), "cut off");
        assert_eq!(parts(b""), (&b""[..], None));
    }
}
