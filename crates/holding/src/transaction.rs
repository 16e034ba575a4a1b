//! Transactions that a request wants authorised: read, matched with what answers it, and hashed for the key binding.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use wire::vp::dcql::Query;
use wire::vp::transaction::{Approval, HASH_ALGORITHM, MAX_TRANSACTIONS, TransactionFault};

use crate::dcql::{Evaluation, Selection};
use crate::encoding::base64url;

/// One transaction, as it came and as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The text that is hashed.
    pub encoded: String,
    pub approval: Approval,
}

/// Reads `transaction_data`; one that is not understood makes the whole request unusable (OpenID4VP 1.0, 5.1).
pub fn read(data: &[Value], query: &Query) -> Result<Vec<Transaction>, TransactionFault> {
    if !(1..=MAX_TRANSACTIONS).contains(&data.len()) {
        return Err(TransactionFault::Count);
    }
    data.iter()
        .map(|one| {
            let encoded = one.as_str().ok_or(TransactionFault::Encoding)?;
            let approval = Approval::read(encoded, query)?;
            Ok(Transaction { encoded: encoded.to_owned(), approval })
        })
        .collect()
}

/// Leaves only what authorises every transaction: of each part of the request that could, the alternatives that do.
#[must_use]
pub fn authorising(evaluation: Evaluation, transactions: &[Transaction]) -> Evaluation {
    let Evaluation { queries, mut choices } = evaluation;
    for transaction in transactions {
        let does = |ids: &Vec<String>| ids.iter().any(|id| transaction.approval.credential_ids.contains(id));
        match choices.iter_mut().find(|choice| choice.alternatives.iter().any(does)) {
            Some(choice) => {
                choice.alternatives.retain(does);
                choice.required = true;
            }
            // Nothing here can authorise it, so nothing answers the request.
            None => choices.clear(),
        }
    }
    Evaluation { queries, choices }
}

/// Which transactions each credential of a selection authorises: one credential for each transaction, whatever else could
/// (5.1). Gives positions of transactions by credential query; the first credential of the query is meant.
#[must_use]
pub fn assign(transactions: &[Transaction], selection: &Selection) -> Vec<(String, usize)> {
    let assigned = transactions.iter().enumerate().filter_map(|(position, transaction)| {
        let chosen = transaction.approval.credential_ids.iter().find(|id| selection.contains_key(*id))?;
        Some((chosen.clone(), position))
    });
    assigned.collect()
}

/// What the key binding says of them (B.3.3.1): hashes over the texts as they came, and the algorithm where a request named one.
#[must_use]
pub fn key_binding_claims(transactions: &[&Transaction]) -> Map<String, Value> {
    let mut claims = Map::new();
    if transactions.is_empty() {
        return claims;
    }
    let hash = |one: &&Transaction| base64url(&Sha256::digest(one.encoded.as_bytes()));
    let hashes: Vec<String> = transactions.iter().map(hash).collect();
    claims.insert("transaction_data_hashes".to_owned(), json!(hashes));
    if transactions.iter().any(|one| one.approval.transaction_data_hashes_alg.is_some()) {
        claims.insert("transaction_data_hashes_alg".to_owned(), json!(HASH_ALGORITHM));
    }
    claims
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use wire::vp::transaction::ApprovalText;

    use super::*;
    use crate::dcql::{Choice, QueryMatches};

    fn query() -> Query {
        serde_json::from_value(json!({"credentials": [
            {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}},
            {"id": "other", "format": "dc+sd-jwt", "meta": {"vct_values": ["w"]}},
            {"id": "w3c", "format": "ldp_vc", "meta": {"type_values": [["t"]]}}
        ]}))
        .unwrap()
    }

    fn transaction(ids: &[&str]) -> Transaction {
        let text = ApprovalText { title: "A".into(), text: "B".into(), reference: None };
        let encoded = text.encode(ids.iter().map(|id| (*id).to_owned()).collect());
        read(&[json!(encoded)], &query()).unwrap().remove(0)
    }

    fn evaluation(choices: &[(bool, &[&str])]) -> Evaluation {
        let queries = ["sd", "other", "w3c"].map(|id| QueryMatches {
            id: id.to_owned(),
            format: String::new(),
            multiple: false,
            holder_binding: true,
            matches: Vec::new(),
        });
        let choices = choices.iter().map(|(required, alternatives)| Choice {
            required: *required,
            alternatives: alternatives.iter().map(|id| vec![(*id).to_owned()]).collect(),
        });
        Evaluation { queries: queries.into(), choices: choices.collect() }
    }

    #[test]
    fn only_what_authorises_is_left_to_choose() {
        let left = authorising(evaluation(&[(true, &["w3c", "sd"])]), &[transaction(&["sd"])]);
        assert_eq!(left.choices[0].alternatives, vec![vec!["sd".to_owned()]]);
    }

    #[test]
    fn optional_part_that_authorises_becomes_required() {
        let left =
            authorising(evaluation(&[(true, &["w3c"]), (false, &["sd"])]), &[transaction(&["sd", "other"])]);
        assert!(left.choices.iter().all(|choice| choice.required));
    }

    #[test]
    fn request_whose_transaction_nothing_authorises_is_not_answered() {
        assert!(!authorising(evaluation(&[(true, &["w3c"])]), &[transaction(&["sd"])]).is_satisfiable());
    }

    #[test]
    fn one_credential_authorises_even_where_several_could() {
        let selection = Selection::from([
            ("other".to_owned(), vec!["c".to_owned()]),
            ("sd".to_owned(), vec!["d".to_owned()]),
        ]);
        let transactions = [transaction(&["other", "sd"]), transaction(&["sd"])];
        assert_eq!(assign(&transactions, &selection), [("other".to_owned(), 0), ("sd".to_owned(), 1)]);
    }

    /// B.3.3.1: over the string as it came, not over what it decodes to.
    #[test]
    fn hash_is_over_the_text_of_the_request() {
        let one = transaction(&["sd"]);
        let claims = key_binding_claims(&[&one]);
        assert_eq!(claims["transaction_data_hashes"], json!([base64url(&Sha256::digest(&one.encoded))]));
        assert_eq!(claims["transaction_data_hashes_alg"], "sha-256");
        let silent = Approval { transaction_data_hashes_alg: None, ..one.approval.clone() };
        let silent = Transaction { approval: silent, ..one };
        assert!(!key_binding_claims(&[&silent]).contains_key("transaction_data_hashes_alg"));
        assert!(key_binding_claims(&[]).is_empty());
    }

    #[test]
    fn data_that_is_no_list_of_texts_is_refused() {
        for (data, fault) in [
            (vec![], TransactionFault::Count),
            (vec![json!("e30"); MAX_TRANSACTIONS + 1], TransactionFault::Count),
            (vec![json!({})], TransactionFault::Encoding),
            (vec![json!("e30")], TransactionFault::Members),
        ] {
            assert_eq!(read(&data, &query()).err(), Some(fault));
        }
    }
}
