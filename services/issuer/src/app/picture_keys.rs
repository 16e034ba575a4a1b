//! Pictures of people are sealed under a random key of the person, and that key under the service's.
//!
//! While the key lives the service opens what officers have to compare. When it is destroyed, nothing of what was sealed under it
//! opens any more: also not from a backup of the rows, and not with the service's key. One person has at most two keys: one for
//! the directory (the Fund's picture, pictures of proofs and of enrolments) and one for the register (pages that came back).

mod reseal;

use ::keys::{SealError, SealingKey, Zeroizing};
use store_issuer::{Error, Transaction};

use super::Issuer;

/// Before the id of the key; what is sealed under the service's key itself begins with 1.
const UNDER_A_KEY: u8 = 2;
const ID: usize = 16;

/// Whose picture.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whose<'a> {
    /// A person of the directory, by id.
    Subject(&'a str),
    /// A person of the Fund's register, by pseudonymous number.
    Register(&'a str),
}

impl Whose<'_> {
    fn name(self) -> String {
        match self {
            Self::Subject(id) => format!("subject/{id}"),
            Self::Register(id) => format!("register/{id}"),
        }
    }
}

impl Issuer {
    /// Seals a picture under the key of whose it is, which is made with the first. `purpose` is bound into the seal.
    pub(super) async fn seal_picture(
        &self,
        tx: &mut Transaction,
        (tenant, whose): (&str, Whose<'_>),
        purpose: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let (id, key) = self.picture_key(tx, tenant, whose).await?;
        let sealed = key.seal(purpose, plain, self.entropy.as_ref());
        Ok([&[UNDER_A_KEY], &id[..], &sealed].concat())
    }

    /// Opens a picture, also one from before there were keys of people. Nothing when it does not open any more: its key was
    /// destroyed, or the service's key was lost.
    pub(super) async fn open_picture(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        purpose: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let Some((id, rest)) = under(sealed) else { return Ok(self.sealing.open(purpose, sealed).ok()) };
        let id = hex::encode(id);
        let Some((owner, key)) = tx.find_picture_key(tenant, &id).await? else { return Ok(None) };
        let opened = self.sealing.open_under(&key_purpose(tenant, &owner, &id), &key);
        Ok(opened.and_then(|key| key.open(purpose, rest)).ok())
    }

    /// Destroys the key once nothing is left that it opens, so that copies of what was erased open no longer.
    pub(super) async fn end_spare_key(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        whose: Whose<'_>,
    ) -> Result<(), Error> {
        let left = match whose {
            Whose::Subject(id) => tx.count_pictures_of_subject(tenant, id).await?,
            Whose::Register(id) => tx.count_pictures_of_register(tenant, id).await?,
        };
        if left == 0 {
            self.end_picture_key(tx, tenant, whose).await?;
        }
        Ok(())
    }

    /// Destroys the key. A picture that comes later gets another one.
    pub(super) async fn end_picture_key(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        whose: Whose<'_>,
    ) -> Result<(), Error> {
        tx.end_picture_key(tenant, &whose.name(), self.now()).await?;
        Ok(())
    }

    /// One that does not open any more, after the service's key was lost, makes room for another.
    async fn picture_key(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        whose: Whose<'_>,
    ) -> Result<([u8; ID], SealingKey), Error> {
        let owner = whose.name();
        if let Some((id, sealed)) = tx.find_picture_key_of(tenant, &owner).await? {
            match self.opened(tenant, (&owner, &id), &sealed) {
                Ok(key) => return Ok(key),
                Err(_) => tx.end_picture_key(tenant, &owner, self.now()).await?,
            };
        }
        let mut id = [0u8; ID];
        self.entropy.fill(&mut id);
        let name = hex::encode(id);
        let aad = key_purpose(tenant, &owner, &name);
        let (key, sealed) = self.sealing.generate_under(&aad, self.entropy.as_ref());
        match tx.insert_picture_key(tenant, (&name, &owner), &sealed, self.now()).await {
            Ok(()) => Ok((id, key)),
            // Somebody made one a moment ago; the next try finds it.
            Err(error) if error.is_conflict() => Err(Error::stale()),
            Err(error) => Err(error),
        }
    }

    fn opened(
        &self,
        tenant: &str,
        (owner, id): (&str, &str),
        sealed: &[u8],
    ) -> Result<([u8; ID], SealingKey), SealError> {
        let mut bytes = [0u8; ID];
        hex::decode_to_slice(id, &mut bytes).map_err(|_| SealError::Damaged)?;
        Ok((bytes, self.sealing.open_under(&key_purpose(tenant, owner, id), sealed)?))
    }
}

/// The id of the key and what is sealed under it; nothing for what is from before.
fn under(sealed: &[u8]) -> Option<([u8; ID], &[u8])> {
    let (first, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk::<ID>()?;
    (*first == UNDER_A_KEY).then_some((*id, rest))
}

/// Bound into the seal of a key, so that one person's cannot be put in the place of another's.
fn key_purpose(tenant: &str, owner: &str, id: &str) -> Vec<u8> {
    format!("picture key {tenant}/{owner}/{id}").into_bytes()
}
