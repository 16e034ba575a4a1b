use registry_types::record::Term;
use registry_types::{
    GovernorSignature, Header, RestartCertificate, RestartError, RestartPlan, Validator, ValidatorRecord,
    ValidatorSet,
};

use ed25519_dalek::Signer as _;
use registry_types::{Canonical, state_key};

use super::{BOARD, Chain, UNDP, WFP, genesis, key, public};
use crate::RestartRefusal;
use crate::{Execution, TransactionError as E};

const GOVERNORS: [(&str, u8); 3] = [("board", BOARD), ("undp", UNDP), ("wfp", WFP)];
/// The validator's key at the genesis, and one that nobody has used.
const OLD: u8 = 1;
const FRESH: u8 = 90;

fn last(chain: &Chain) -> Header {
    Header {
        chain: chain.id,
        height: chain.block.height - 1,
        time_ms: chain.block.time_ms - 1_000,
        proposer: [0; 20],
        previous: [0; 32],
        data_hash: [0; 32],
        state_root: chain.state.root(),
        validators_hash: [0; 32],
        next_validators_hash: [0; 32],
        last_commit_hash: [0; 32],
        last_commit_round: 0,
    }
}

fn restart(last: &Header, seed: u8, owner: &str, signers: &[(&str, u8)]) -> RestartCertificate {
    let validator =
        Validator { public_key: public(seed), power: 1, owner: owner.to_owned(), host: "host".to_owned() };
    let plan = RestartPlan {
        chain: last.chain,
        height: last.height,
        header_hash: last.hash(),
        state_root: last.state_root,
        validators: ValidatorSet::new(vec![validator]).unwrap(),
    };
    let bytes = plan.signing_bytes();
    let sign = |&(id, seed): &(&str, u8)| GovernorSignature {
        organisation: id.to_owned(),
        public_key: public(seed),
        signature: key(seed).sign(&bytes).to_bytes(),
    };
    RestartCertificate { signatures: signers.iter().map(sign).collect(), plan }
}

#[test]
fn a_restart_replaces_every_validator_from_the_next_height_on() {
    let mut chain = Chain::of(&genesis(&GOVERNORS));
    chain.idle();
    let (height, last) = (chain.block.height, last(&chain));
    let certificate = restart(&last, FRESH, "wfp", &GOVERNORS);
    let begun = Execution::begin_restarted(&chain.state, chain.block, &last, &certificate).unwrap();
    let writes = begun.into_writes();
    let find =
        |seed: u8| ValidatorRecord::from_bytes(&writes[&state_key::validator(&public(seed))]).unwrap().terms;
    let of_genesis: ValidatorRecord = chain.find(&state_key::validator(&public(OLD)));
    let ended = Term { until_height: Some(height - 1), ..of_genesis.terms[0] };
    assert_eq!(find(OLD), [ended]);
    assert_eq!(find(FRESH), [Term { from_height: height, until_height: None }]);
    let set = ValidatorSet::from_bytes(&writes[&state_key::validators()]).unwrap();
    assert_eq!(set, certificate.plan.validators);
}

#[test]
fn a_restart_that_breaks_a_rule_changes_nothing() {
    let mut chain = Chain::of(&genesis(&GOVERNORS));
    chain.idle();
    let last = last(&chain);
    let refused = |certificate: &RestartCertificate| {
        Execution::begin_restarted(&chain.state, chain.block, &last, certificate).err().unwrap()
    };
    let two = restart(&last, FRESH, "wfp", &GOVERNORS[..2]);
    let no_quorum = RestartError::NoQuorum { signed: 2, governors: 3 };
    assert!(matches!(refused(&two), RestartRefusal::Certificate(error) if error == no_quorum));
    // A key that has voted at this height for the old set could sign twice.
    let again = restart(&last, OLD, "board", &GOVERNORS);
    assert!(matches!(refused(&again), RestartRefusal::Validators(E::ValidatorExists)));
    let stranger = restart(&last, FRESH, "nobody", &GOVERNORS);
    assert!(matches!(refused(&stranger), RestartRefusal::Validators(_)));
}
