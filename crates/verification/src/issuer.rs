//! Whether the issuer's key and accreditation held when the credential was issued.
//!
//! The time of issue is the block time of an anchoring receipt. `validFrom` and `iat` are never asked: a thief with a
//! rotated-out key, or a former issuer, could write any date. Without a receipt, both must hold now.

use registry_types::{Accreditation, DidKey, DidRecord, Relationship};

use crate::finding::{Finding, instant, plainly};

/// At which block time a record is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// A receipt proves the time of issue.
    Issue(u64),
    /// Nothing proves it, so the present counts.
    Now(u64),
}

impl AsOf {
    pub(crate) fn milliseconds(self) -> u64 {
        match self {
            Self::Issue(at) | Self::Now(at) => at,
        }
    }
}

/// Whether the key that signed was one of the issuer's assertion keys at that time, and not compromised before it.
#[must_use]
pub fn key(record: Option<&DidRecord>, multikey: &str, when: AsOf) -> Finding {
    let Some(record) = record else {
        return Finding::fail("issuerUnknown", "The issuer is not known to the registry.");
    };
    let holders: Vec<_> = record
        .versions
        .iter()
        .filter(|version| version.keys.iter().any(|key| asserts(key, multikey)))
        .collect();
    let (Some(first), Some(last)) = (holders.first(), holders.last()) else {
        return Finding::fail(
            "keyNotIssuers",
            "The signature was made with a key that never belonged to the issuer.",
        );
    };
    let compromised = record
        .versions
        .iter()
        .flat_map(|version| &version.keys)
        .filter(|key| key.multikey == multikey)
        .filter_map(|key| key.compromised_at)
        .min();
    if let Some(at) = compromised {
        let since = plainly(instant(at));
        match when {
            AsOf::Issue(issued) if issued < at => {}
            AsOf::Issue(_) => {
                return Finding::fail(
                    "keyCompromised",
                    format!(
                        "The key that signed this credential was reported stolen on {since}, before the credential was recorded."
                    ),
                )
                .with_time("compromisedAt", instant(at));
            }
            AsOf::Now(_) => {
                return Finding::fail(
                    "keyCompromised",
                    format!(
                        "The key that signed this credential was reported stolen on {since}, and nothing proves that it was signed before that."
                    ),
                )
                .with_time("compromisedAt", instant(at));
            }
        }
    }
    if let Some(stop) = record.stopped_at(Some(multikey), when.milliseconds()) {
        let since = plainly(instant(stop.from_ms));
        return if stop.multikey.is_some() {
            Finding::fail(
                "keyStopped",
                format!("The registry's members stopped the key that signed this credential on {since}."),
            )
        } else {
            Finding::fail("issuerStopped", format!("The registry's members stopped the issuer on {since}."))
        }
        .with_time("stoppedAt", instant(stop.from_ms));
    }
    if let Some(ended) = record.deactivated_ms.filter(|ended| *ended <= when.milliseconds()) {
        return Finding::fail(
            "issuerDeactivated",
            format!("The issuer gave up its identifier on {}.", plainly(instant(ended))),
        )
        .with_time("deactivatedAt", instant(ended));
    }
    let held = holders.iter().any(|version| {
        version.from_ms <= when.milliseconds()
            && version.until_ms.is_none_or(|until| when.milliseconds() < until)
    });
    let retired = last.until_ms.map(|until| plainly(instant(until)));
    let finding = match (when, held) {
        (AsOf::Now(_), true) => {
            Finding::pass("keyHoldsNow", "The signature is by a key that belongs to the issuer today.")
        }
        (AsOf::Issue(issued), true) => Finding::pass(
            "keyHeldAtIssue",
            format!(
                "The key belonged to the issuer when the credential was recorded on {}.",
                plainly(instant(issued))
            ),
        ),
        (AsOf::Now(_), false) => Finding::fail(
            "keyRetired",
            format!(
                "The key that signed this credential was retired on {}, and nothing proves that the credential is older than that.",
                retired.unwrap_or_default()
            ),
        ),
        (AsOf::Issue(issued), false) if issued < first.from_ms => Finding::fail(
            "keyNotYetHeld",
            format!(
                "The credential was recorded on {}, before the issuer had the key that signed it.",
                plainly(instant(issued))
            ),
        ),
        (AsOf::Issue(issued), false) => Finding::fail(
            "keyRetiredBeforeIssue",
            format!(
                "The key that signed this credential was retired on {}, but the credential was first recorded on {}.",
                retired.unwrap_or_default(),
                plainly(instant(issued))
            ),
        ),
    };
    match last.until_ms {
        Some(until) => finding.with_time("retiredAt", instant(until)),
        None => finding,
    }
}

fn asserts(key: &DidKey, multikey: &str) -> bool {
    key.multikey == multikey && key.relationships.contains(&Relationship::AssertionMethod)
}

/// Whether the issuer was accredited for the type at that time, and for the organisation it speaks for.
#[must_use]
pub fn accreditation(record: Option<&Accreditation>, organisation: Option<&str>, when: AsOf) -> Finding {
    let Some(record) = record else {
        return Finding::fail(
            "notAccredited",
            "The issuer is not accredited to issue this kind of credential.",
        );
    };
    if record.interval_at(when.milliseconds()).is_some() && record.is_suspended_at(when.milliseconds()) {
        return Finding::fail(
            "accreditationSuspended",
            "The issuer's accreditation for this kind of credential was suspended at the time that counts.",
        );
    }
    let Some(interval) = record.at(when.milliseconds()) else {
        let ended = record.intervals.iter().rev().find_map(|interval| interval.until_ms);
        return match (when, ended) {
            (AsOf::Now(_), Some(ended)) => Finding::fail(
                "accreditationWithdrawn",
                format!(
                    "The issuer's accreditation for this kind of credential ended on {}, and nothing proves that the credential is older than that.",
                    plainly(instant(ended))
                ),
            )
            .with_time("endedAt", instant(ended)),
            (AsOf::Now(_), None) => Finding::fail(
                "notAccredited",
                "The issuer is not accredited to issue this kind of credential.",
            ),
            (AsOf::Issue(issued), _) => Finding::fail(
                "notAccreditedAtIssue",
                format!(
                    "The issuer was not accredited for this kind of credential when it was recorded on {}.",
                    plainly(instant(issued))
                ),
            )
            .with_time("issuedAt", instant(issued)),
        };
    };
    let Some(organisation) = organisation else {
        return Finding::fail(
            "organisationMissing",
            "The credential does not say for which organisation the issuer speaks.",
        );
    };
    if !interval.speaks_for.iter().any(|one| one == organisation) {
        return Finding::fail(
            "otherOrganisation",
            "The issuer may issue this kind of credential, but not for the organisation that this one names.",
        );
    }
    let sentence = match when {
        AsOf::Now(_) => {
            "The issuer is accredited to issue this kind of credential for this organisation.".to_owned()
        }
        AsOf::Issue(issued) => format!(
            "The issuer was accredited to issue this kind of credential for this organisation on {}.",
            plainly(instant(issued))
        ),
    };
    let finding = Finding::pass("accredited", sentence)
        .with("grantedBy", interval.granted_by.clone())
        .with_time("accreditedSince", instant(interval.from_ms));
    match when {
        AsOf::Now(_) => finding,
        AsOf::Issue(issued) => finding.with_time("issuedAt", instant(issued)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use registry_types::record::{Stop, Suspension};
    use registry_types::{AccreditationInterval, DidRole, DidVersion};

    use super::*;

    const OLD: &str = "zOld";
    const NEW: &str = "zNew";

    fn assertion_key(multikey: &str, compromised_at: Option<u64>) -> DidKey {
        DidKey {
            fragment: "key-ed25519-1".into(),
            multikey: multikey.into(),
            relationships: vec![Relationship::AssertionMethod],
            compromised_at,
        }
    }

    fn version(from_ms: u64, until_ms: Option<u64>, key: DidKey) -> DidVersion {
        DidVersion { from_ms, until_ms, keys: vec![key], services: Vec::new() }
    }

    /// The old key from 100 to 200, the new one since.
    fn rotated(compromised_at: Option<u64>) -> DidRecord {
        DidRecord {
            organisation: "undp".into(),
            role: DidRole::Organisation,
            versions: vec![
                version(100, Some(200), assertion_key(OLD, compromised_at)),
                version(200, None, assertion_key(NEW, None)),
            ],
            deactivated_ms: None,
            stops: Vec::new(),
            recovered: Vec::new(),
        }
    }

    fn code(finding: &Finding) -> &'static str {
        finding.code
    }

    #[test]
    fn retired_key_needs_a_receipt_from_its_own_time() {
        let record = rotated(None);
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Now(300))), "keyRetired");
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Issue(150))), "keyHeldAtIssue");
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Issue(200))), "keyRetiredBeforeIssue");
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Issue(50))), "keyNotYetHeld");
        assert_eq!(code(&key(Some(&record), NEW, AsOf::Issue(199))), "keyNotYetHeld");
        assert_eq!(code(&key(Some(&record), NEW, AsOf::Now(300))), "keyHoldsNow");
    }

    #[test]
    fn compromised_key_counts_only_with_an_earlier_receipt() {
        let record = rotated(Some(170));
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Issue(169))), "keyHeldAtIssue");
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Issue(170))), "keyCompromised");
        assert_eq!(code(&key(Some(&record), OLD, AsOf::Now(300))), "keyCompromised");
    }

    #[test]
    fn stopped_key_or_issuer_fails_while_the_stop_holds() {
        let mut record = rotated(None);
        let stop = |multikey: Option<&str>| Stop {
            multikey: multikey.map(str::to_owned),
            from_ms: 250,
            until_ms: Some(300),
            confirmed_ms: None,
        };
        record.stops = vec![stop(Some(NEW))];
        let ask = |record: &DidRecord, when| code(&key(Some(record), NEW, when));
        assert_eq!(ask(&record, AsOf::Issue(249)), "keyHeldAtIssue");
        assert_eq!(ask(&record, AsOf::Issue(250)), "keyStopped");
        assert_eq!(ask(&record, AsOf::Now(299)), "keyStopped");
        assert_eq!(ask(&record, AsOf::Now(300)), "keyHoldsNow");
        record.stops = vec![stop(Some(OLD))];
        assert_eq!(ask(&record, AsOf::Now(299)), "keyHoldsNow");
        record.stops = vec![stop(None)];
        assert_eq!(ask(&record, AsOf::Now(299)), "issuerStopped");
    }

    #[test]
    fn strangers_and_deactivated_issuers_fail() {
        assert_eq!(code(&key(None, OLD, AsOf::Now(1))), "issuerUnknown");
        assert_eq!(code(&key(Some(&rotated(None)), "zOther", AsOf::Now(1))), "keyNotIssuers");
        let mut record = rotated(None);
        record.deactivated_ms = Some(400);
        assert_eq!(code(&key(Some(&record), NEW, AsOf::Now(400))), "issuerDeactivated");
        assert_eq!(code(&key(Some(&record), NEW, AsOf::Issue(399))), "keyHeldAtIssue");
    }

    #[test]
    fn key_listed_for_something_else_does_not_count() {
        let mut record = rotated(None);
        record.versions.last_mut().unwrap().keys.last_mut().unwrap().relationships =
            vec![Relationship::Authentication];
        assert_eq!(code(&key(Some(&record), NEW, AsOf::Now(300))), "keyNotIssuers");
    }

    #[test]
    fn accreditation_names_the_time_and_the_organisation() {
        let mut record = Accreditation {
            issuer: "did:passerelle:a".into(),
            type_iri: "t".into(),
            intervals: vec![AccreditationInterval {
                from_ms: 100,
                until_ms: Some(200),
                speaks_for: vec!["did:passerelle:undp".into()],
                granted_by: "unsscb".into(),
                parent: None,
                delegation: 0,
            }],
            suspensions: Vec::new(),
        };
        let undp = Some("did:passerelle:undp");
        record.suspensions = vec![Suspension { from_ms: 160, until_ms: Some(170), by_governors: true }];
        let ask = |organisation, when| code(&accreditation(Some(&record), organisation, when));
        assert_eq!(ask(undp, AsOf::Issue(160)), "accreditationSuspended");
        assert_eq!(ask(undp, AsOf::Issue(170)), "accredited");
        assert_eq!(ask(undp, AsOf::Issue(150)), "accredited");
        assert_eq!(ask(undp, AsOf::Issue(200)), "notAccreditedAtIssue");
        assert_eq!(ask(undp, AsOf::Now(300)), "accreditationWithdrawn");
        assert_eq!(ask(Some("did:passerelle:wfp"), AsOf::Issue(150)), "otherOrganisation");
        assert_eq!(ask(None, AsOf::Issue(150)), "organisationMissing");
        assert_eq!(code(&accreditation(None, undp, AsOf::Now(1))), "notAccredited");
    }
}
