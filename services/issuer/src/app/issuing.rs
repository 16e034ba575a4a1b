//! From a wish whose form was checked to stored copies: one for each key, each with places of its own in the status lists
//! and an anchor of its own, so that nothing but what they say connects them.

use clock::Timestamp;
use issuance::anchoring::WaitingLeaf;
use issuance::build::{self, Material};
use issuance::{
    CheckedNonce, CredentialCopy, Delivery, Format, HolderKey, ListKind, Offer, Status, StatusIndex, Subject,
};
use store_issuer::Transaction;

use super::credentials::{Answer, CredentialError, Wanted};
use super::{Issuer, Tenant, TenantKeys};

/// Draws for a free place. Lists are closed at half full, so each draw fails at most every second time.
const DRAWS: usize = 64;

/// What signing needs, read in one view of the database.
pub(super) struct Prepared {
    offer: Offer,
    subject: Subject,
    /// The portrait, where the credential may have one.
    picture: Option<String>,
    /// Places in the lists, for each key in order.
    indexes: Vec<Vec<StatusIndex>>,
}

/// What one copy of a batch is made of beside what all share.
struct Place<'a> {
    holder: &'a HolderKey,
    indexes: &'a [StatusIndex],
    batch_position: u32,
    notification_id: &'a str,
    said_at: Timestamp,
    keys: &'a TenantKeys,
}

impl Issuer {
    pub(super) async fn find_or_issue(&self, wanted: &Wanted<'_>) -> Result<Answer, CredentialError> {
        let Wanted { tenant, offer_id, configuration, .. } = wanted;
        let mut tx = self.store.read().await?;
        let stored = tx.list_copies_of_offer(&tenant.id, offer_id, *configuration).await?;
        if !stored.is_empty() {
            drop(tx);
            return Ok(Answer::Issued(self.repeat(wanted, stored).await?));
        }
        let prepared = self.prepare(&mut tx, wanted).await?;
        drop(tx);
        if (wanted.doubt.is_some() || tenant.approves(configuration.credential_type))
            && let Some(deferral) = self.defer(wanted, &prepared.offer).await?
        {
            return Ok(Answer::Waits(deferral));
        }
        Ok(Answer::Issued(self.issue(wanted, &prepared).await?))
    }

    /// Signs for every key and stores all copies or none.
    pub(super) async fn issue(
        &self,
        wanted: &Wanted<'_>,
        prepared: &Prepared,
    ) -> Result<Vec<CredentialCopy>, CredentialError> {
        let tenant = wanted.tenant;
        let made = self.sign_all(wanted, prepared).await?;
        let first = wanted.holders.first().ok_or(CredentialError::Denied)?;

        let mut tx = self.store.write("issue_credential").await?;
        self.spend(&mut tx, wanted).await?;
        // The first key to come is the holder's; of two that race, the database picks one.
        if !tx.accept_offer(&tenant.id, wanted.offer_id, &first.thumbprint()).await? {
            return Err(CredentialError::Denied);
        }
        for ((copy, leaf), indexes) in made.iter().zip(&prepared.indexes) {
            match tx.insert_copy(&tenant.id, copy, indexes, leaf).await {
                Ok(()) => {}
                // The same wallet asked twice at once, or another copy took the place in the list: look again.
                Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
                Err(error) => return Err(error.into()),
            }
        }
        let kind = wanted.configuration.credential_type;
        self.replace_earlier(&mut tx, &tenant.id, &prepared.offer, kind).await?;
        if let Some((copy, _)) = made.first() {
            self.tell_issued(&mut tx, &tenant.id, &prepared.offer, (kind, copy.valid_until)).await?;
        }
        let copies = made.iter().map(|(copy, _)| copy);
        self.announce_issued(&mut tx, &tenant.id, &prepared.offer, copies).await?;
        tx.end_deferral(&tenant.id, wanted.offer_id, wanted.configuration).await?;
        tx.commit().await?;
        Ok(made.into_iter().map(|(copy, _)| copy).collect())
    }

    async fn sign_all(
        &self,
        wanted: &Wanted<'_>,
        prepared: &Prepared,
    ) -> Result<Vec<(CredentialCopy, WaitingLeaf)>, CredentialError> {
        let keys = wanted.tenant.keys().ok_or(CredentialError::NoKeys)?;
        let notification_id = self.new_token();
        let said_at = self.said_at(wanted.holders.len());
        let mut made = Vec::with_capacity(wanted.holders.len());
        for ((holder, indexes), batch_position) in wanted.holders.iter().zip(&prepared.indexes).zip(0u32..) {
            let place = Place {
                holder,
                indexes,
                batch_position,
                notification_id: &notification_id,
                said_at,
                keys: &keys,
            };
            made.push(self.sign(wanted, prepared, &place).await?);
        }
        Ok(made)
    }

    /// Every key must be one that got a copy before; others of the batch need not be named again.
    async fn repeat(
        &self,
        wanted: &Wanted<'_>,
        stored: Vec<CredentialCopy>,
    ) -> Result<Vec<CredentialCopy>, CredentialError> {
        let of_key = |holder: &HolderKey| {
            let thumbprint = holder.thumbprint();
            stored.iter().find(|copy| copy.holder_key == thumbprint).cloned()
        };
        let copies: Option<Vec<_>> = wanted.holders.iter().map(of_key).collect();
        let copies = copies.ok_or(CredentialError::Denied)?;
        let mut tx = self.store.write("repeat_credential").await?;
        self.spend(&mut tx, wanted).await?;
        tx.commit().await?;
        Ok(copies)
    }

    pub(super) async fn spend(
        &self,
        tx: &mut Transaction,
        wanted: &Wanted<'_>,
    ) -> Result<(), CredentialError> {
        for CheckedNonce { fingerprint, expires_at } in &wanted.nonces {
            if !tx.spend_nonce(&wanted.tenant.id, fingerprint, *expires_at).await? {
                return Err(CredentialError::Nonce);
            }
        }
        Ok(())
    }

    pub(super) async fn prepare(
        &self,
        tx: &mut Transaction,
        wanted: &Wanted<'_>,
    ) -> Result<Prepared, CredentialError> {
        let tenant = wanted.tenant;
        let offer = tx.find_offer(&tenant.id, wanted.offer_id).await?.ok_or(CredentialError::Denied)?;
        let withdrawn = offer.state == issuance::OfferState::Withdrawn;
        if withdrawn || !offer.allows_keys(&wanted.holders) {
            return Err(CredentialError::Denied);
        }
        let subject = tx.find_subject(&tenant.id, &offer.subject_id).await?.ok_or(CredentialError::Denied)?;
        let kind = wanted.configuration.credential_type;
        let picture = match wanted.configuration.format {
            Format::SdJwt if kind.has_portrait() => self.open_portrait(tx, &tenant.id, &subject.id).await?,
            Format::SdJwt | Format::LdpVc(_) | Format::VcJwt | Format::VcSdJwt | Format::VcCose => None,
        };
        let mut indexes: Vec<Vec<StatusIndex>> = Vec::with_capacity(wanted.holders.len());
        for _ in &wanted.holders {
            let mut places = Vec::new();
            for kind in ListKind::of_format(wanted.configuration.format, tenant.status_messages) {
                places.push(self.draw_index(tx, tenant, *kind, &indexes).await?);
            }
            indexes.push(places);
        }
        Ok(Prepared { offer, subject, picture, indexes })
    }

    async fn draw_index(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        kind: ListKind,
        drawn: &[Vec<StatusIndex>],
    ) -> Result<StatusIndex, CredentialError> {
        let list = tx.open_status_list(&tenant.id, kind).await?.ok_or(CredentialError::NoKeys)?;
        for _ in 0..DRAWS {
            let index = StatusIndex::draw(list.clone(), self.entropy.as_ref());
            let again = drawn.iter().flatten().any(|it| *it == index);
            if !again && !tx.is_place_taken(&tenant.id, &index).await? {
                return Ok(index);
            }
        }
        Err(store_issuer::Error::stale().into())
    }

    /// The copy of one key. `said_at` is the time the credential says it was issued at.
    async fn sign(
        &self,
        wanted: &Wanted<'_>,
        prepared: &Prepared,
        at: &Place<'_>,
    ) -> Result<(CredentialCopy, WaitingLeaf), CredentialError> {
        let Wanted { tenant, configuration, .. } = wanted;
        let Place { holder, indexes, batch_position, notification_id, said_at, keys } = at;
        let mut claims = prepared.subject.claims.clone();
        claims.extend(prepared.offer.extra_claims.clone());
        let usual = self.settings.credential_validity;
        let valid_until = build::valid_until(configuration.credential_type, &claims, *said_at, usual)
            .map_err(CredentialError::Claims)?;
        let status_base = tenant.status_base();
        let material = Material {
            credential_type: configuration.credential_type,
            issuer: tenant.as_build_issuer(&status_base),
            claims: &claims,
            picture: prepared.picture.as_deref(),
            holder,
            indexes,
            issued_at: *said_at,
            valid_until,
        };
        let document = self.secure_as(configuration.format, &material, keys).await?;
        let copy = CredentialCopy {
            id: self.new_id(),
            offer_id: prepared.offer.id.clone(),
            subject_id: prepared.subject.id.clone(),
            configuration: *configuration,
            holder_key: holder.thumbprint(),
            receipt_token: self.new_token(),
            notification_id: (*notification_id).to_owned(),
            status: Status::Valid,
            delivery: Delivery::Issued,
            issued_at: self.whole_second(),
            valid_until,
            batch_position: *batch_position,
            document,
        };
        let digest = build::digest(configuration.format, &copy.document).ok_or(CredentialError::Digest)?;
        let mut salt = [0u8; 32];
        self.entropy.fill(&mut salt);
        let leaf = WaitingLeaf { id: copy.id.clone(), salt, digest };
        Ok((copy, leaf))
    }

    /// The time the copies of one request say. Those of a batch say the beginning of the day, since the second would be the
    /// same in all of them and in no other (OID4VCI 1.0, 15.4.1); the anchor tells when they were issued.
    fn said_at(&self, copies: usize) -> Timestamp {
        let now = self.whole_second();
        if copies < 2 { now } else { now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc() }
    }

    /// Credentials say times to the second.
    fn whole_second(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_timestamp(now.timestamp(), 0).unwrap_or(now)
    }

    /// RFC 9562, 5.4: a random UUID.
    pub(super) fn new_urn(&self) -> String {
        let mut bytes = [0u8; 16];
        self.entropy.fill(&mut bytes);
        let random = u128::from_be_bytes(bytes);
        let marked = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{marked:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }
}
