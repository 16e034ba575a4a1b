//! A restart of the chain, believed on the governors' signatures.

use registry_types::{
    Canonical, Governors, Header, Organisation, ProvenValue, RestartProof, ValidatorSet, state_key,
};

use crate::LightError;
use crate::certificate::verify_map_proof;

/// Whether the governors of the state under `last` restart the chain after it, and with whom. `last` itself must be
/// proven before.
pub fn verify_restart<'a>(last: &Header, restart: &'a RestartProof) -> Result<&'a ValidatorSet, LightError> {
    let height = last.height;
    let governors: Governors = read(last, &state_key::governors(), &restart.governors)?;
    let mut organisations = Vec::new();
    // One record for each signature at most, so strangers cannot make this long.
    for (proven, signature) in restart.organisations.iter().zip(&restart.certificate.signatures) {
        let key = state_key::organisation(&signature.organisation);
        organisations.push(read::<Organisation>(last, &key, proven)?);
    }
    restart
        .certificate
        .verify(last, &governors, &organisations)
        .map_err(|source| LightError::BadRestart { height, source })?;
    Ok(&restart.certificate.plan.validators)
}

fn read<T: Canonical>(last: &Header, key: &str, proven: &ProvenValue) -> Result<T, LightError> {
    verify_map_proof(&last.state_root, key, Some(&proven.value), &proven.map_proof)?;
    T::from_bytes(&proven.value).map_err(|_| LightError::UnreadableRestart { height: last.height })
}
