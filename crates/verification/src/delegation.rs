//! Whether the accreditations above an issuer's own hold: each link is read from the chain with its proof.

use registry_types::{
    Accreditation, AccreditationLink, Ask, DidRecord, NotAccredited, Organisation, accredited,
};

use crate::finding::Finding;
use crate::ports::{Chain, ChainError};

struct Records {
    accreditation: Option<Accreditation>,
    did: Option<DidRecord>,
    organisation: Option<Organisation>,
}

/// The issuers through which the accreditation was handed down, or the reason why it did not hold.
pub(crate) async fn follow(
    chain: &dyn Chain,
    issuer: &str,
    type_iri: &str,
    time_ms: u64,
) -> Result<Result<Vec<String>, NotAccredited>, ChainError> {
    let mut records = Vec::new();
    let mut next = issuer.to_owned();
    // `accredited` asks for a bounded number of parents.
    loop {
        records.push(read(chain, &next, type_iri).await?);
        let links: Vec<_> = records
            .iter()
            .map(|link: &Records| AccreditationLink {
                accreditation: link.accreditation.as_ref(),
                did: link.did.as_ref(),
                organisation: link.organisation.as_ref(),
            })
            .collect();
        match accredited(&links, issuer, type_iri, time_ms) {
            Ask::Answer(Ok(found)) => {
                return Ok(Ok(found.through.iter().map(|&did| did.to_owned()).collect()));
            }
            Ask::Answer(Err(why)) => return Ok(Err(why)),
            Ask::Parent(parent) => next = parent.to_owned(),
        }
    }
}

async fn read(chain: &dyn Chain, issuer: &str, type_iri: &str) -> Result<Records, ChainError> {
    let accreditation = chain.accreditation(issuer, type_iri).await?.value;
    let did = chain.did(issuer).await?.value;
    let organisation = match &did {
        Some(did) => chain.organisation(&did.organisation).await?.value,
        None => None,
    };
    Ok(Records { accreditation, did, organisation })
}

/// What a desk officer reads when a link did not hold.
pub(crate) fn broken(why: &NotAccredited) -> Finding {
    let (code, sentence) = match why {
        NotAccredited::Suspended { .. } => (
            "accreditationSuspended",
            "The issuer's accreditation for this kind of credential was suspended at the time that counts.",
        ),
        NotAccredited::Stopped { .. } => {
            ("issuerStopped", "The registry's members had stopped the issuer in an emergency.")
        }
        NotAccredited::NotMember { .. } => {
            ("notMember", "The organisation behind the issuer was not an active member of the registry.")
        }
        NotAccredited::Deactivated { .. } => {
            ("issuerDeactivated", "An identifier that the accreditation rests on was not in use.")
        }
        NotAccredited::Never { .. }
        | NotAccredited::NotThen { .. }
        | NotAccredited::NoDelegation { .. }
        | NotAccredited::SpeaksForMore { .. }
        | NotAccredited::NoChain => (
            "delegationBroken",
            "The issuer was accredited by another organisation that was not entitled to do so.",
        ),
    };
    Finding::fail(code, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_link_fails_the_check() {
        let issuer = || "did:passerelle:x".to_owned();
        let all = [
            (NotAccredited::Never { issuer: issuer() }, "delegationBroken"),
            (NotAccredited::NotThen { issuer: issuer() }, "delegationBroken"),
            (NotAccredited::Suspended { issuer: issuer() }, "accreditationSuspended"),
            (NotAccredited::Stopped { issuer: issuer() }, "issuerStopped"),
            (NotAccredited::NotMember { issuer: issuer() }, "notMember"),
            (NotAccredited::Deactivated { issuer: issuer() }, "issuerDeactivated"),
        ];
        for (why, code) in all {
            assert_eq!(broken(&why).code, code);
        }
    }
}
