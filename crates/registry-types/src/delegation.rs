use crate::{Accreditation, AccreditationInterval, DidRecord, MemberStatus, Organisation, limits};

/// The records of one issuer in a chain of accreditations. A reader proves the presence or absence of each.
#[derive(Clone, Copy, Debug)]
pub struct AccreditationLink<'a> {
    /// Under `accreditation/{issuer}/{type}`.
    pub accreditation: Option<&'a Accreditation>,
    /// Under `did/{issuer}`.
    pub did: Option<&'a DidRecord>,
    /// Under `org/{organisation}`, with the organisation of the DID record.
    pub organisation: Option<&'a Organisation>,
}

/// The answer, or what must be read before there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    Answer(Result<Accredited<'a>, NotAccredited>),
    /// The records of this issuer, for the same type, are the next link.
    Parent(&'a str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accredited<'a> {
    /// The issuer's own interval.
    pub interval: &'a AccreditationInterval,
    /// The issuers through which it was handed down, nearest first; empty when the governors granted it.
    pub through: Vec<&'a str>,
}

/// Why an issuer was not accredited at a time. `issuer` names the link that did not hold: the issuer itself or
/// one above it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccredited {
    #[error("{issuer} held no accreditation for the type")]
    Never { issuer: String },
    #[error("the accreditation of {issuer} did not hold at that time")]
    NotThen { issuer: String },
    #[error("the accreditation of {issuer} was suspended at that time")]
    Suspended { issuer: String },
    #[error("an emergency stop of {issuer} held at that time")]
    Stopped { issuer: String },
    #[error("the identifier {issuer} was not in use at that time")]
    Deactivated { issuer: String },
    #[error("the organisation of {issuer} was no active member at that time")]
    NotMember { issuer: String },
    #[error("{issuer} had no right to hand the accreditation on")]
    NoDelegation { issuer: String },
    #[error("{issuer} could not speak for as many organisations as it handed on")]
    SpeaksForMore { issuer: String },
    #[error("the accreditations form no chain from the governors")]
    NoChain,
}

/// Whether `issuer` was accredited for `type_iri` at a block time, decided from proven records alone.
///
/// Begin with the link of the issuer. While the answer is [`Ask::Parent`], read the three records of that DID,
/// append the link and ask again: at most [`limits::DELEGATION`] times, since each level must allow fewer than
/// the one above it. Every link must hold at that time: the interval running and not suspended, no stop of the
/// issuer, the DID in use, its organisation an active member. A stop of one document key is not asked here; see
/// [`DidRecord::stopped_at`].
#[must_use]
pub fn accredited<'a>(
    links: &[AccreditationLink<'a>],
    issuer: &'a str,
    type_iri: &str,
    time_ms: u64,
) -> Ask<'a> {
    let mut expected = issuer;
    let mut below: Option<&AccreditationInterval> = None;
    let mut own = None;
    let mut through = Vec::new();
    for link in links.iter().take(usize::from(limits::DELEGATION) + 1) {
        let interval = match holds(link, expected, type_iri, time_ms) {
            Ok(interval) => interval,
            Err(why) => return Ask::Answer(Err(why)),
        };
        if let Some(below) = below {
            if interval.delegation <= below.delegation {
                return Ask::Answer(Err(NotAccredited::NoDelegation { issuer: expected.to_owned() }));
            }
            if !below.speaks_for.iter().all(|one| interval.speaks_for.contains(one)) {
                return Ask::Answer(Err(NotAccredited::SpeaksForMore { issuer: expected.to_owned() }));
            }
            through.push(expected);
        }
        let own = *own.get_or_insert(interval);
        let Some(parent) = interval.parent.as_deref() else {
            return Ask::Answer(Ok(Accredited { interval: own, through }));
        };
        below = Some(interval);
        expected = parent;
    }
    if links.len() > usize::from(limits::DELEGATION) {
        return Ask::Answer(Err(NotAccredited::NoChain));
    }
    Ask::Parent(expected)
}

fn holds<'a>(
    link: &AccreditationLink<'a>,
    issuer: &str,
    type_iri: &str,
    time_ms: u64,
) -> Result<&'a AccreditationInterval, NotAccredited> {
    let issuer_text = || issuer.to_owned();
    let record = link.accreditation.ok_or_else(|| NotAccredited::Never { issuer: issuer_text() })?;
    if record.issuer != issuer || record.type_iri != type_iri {
        return Err(NotAccredited::NoChain);
    }
    let interval =
        record.interval_at(time_ms).ok_or_else(|| NotAccredited::NotThen { issuer: issuer_text() })?;
    if record.is_suspended_at(time_ms) {
        return Err(NotAccredited::Suspended { issuer: issuer_text() });
    }
    let did = link
        .did
        .filter(|did| did.at(time_ms).is_some())
        .ok_or_else(|| NotAccredited::Deactivated { issuer: issuer_text() })?;
    if did.stopped_at(None, time_ms).is_some() {
        return Err(NotAccredited::Stopped { issuer: issuer_text() });
    }
    let member = link.organisation.filter(|organisation| organisation.id == did.organisation);
    if member.and_then(|member| member.status_at(time_ms)) != Some(MemberStatus::Active) {
        return Err(NotAccredited::NotMember { issuer: issuer_text() });
    }
    Ok(interval)
}
