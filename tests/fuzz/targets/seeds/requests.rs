//! What verifiers send a wallet.

use std::io;

use crate::{Write, of_kind};

pub fn write(write: &Write<'_>) -> io::Result<()> {
    let query = r#"{"credentials":[{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["v"]},"claims":[{"id":"x","path":["a",null,"b"],"values":[1,true]},{"id":"y","path":["g",0,1]}],"claim_sets":[["x","y"],["y"]],"trusted_authorities":[{"type":"aki","values":["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]},{"id":"b","format":"ldp_vc","meta":{"type_values":[["t"]]}}],"credential_sets":[{"options":[["a"],["b"]]},{"options":[["b"]],"required":false}]}"#;
    let link = format!(
        "client_id=redirect_uri%3Ahttps%3A%2F%2Fv.example%2Fr&response_type=vp_token&response_mode=direct_post&nonce=n-0S6_WzA2Mj-0123456789&state=s&client_metadata=%7B%22vp_formats_supported%22%3A%7B%7D%7D&dcql_query={query}"
    );
    write("requests", "link", &of_kind(0, link.as_bytes()))?;
    write("requests", "did", &of_kind(1, b"decentralized_identifier:did:example:123"))?;
    let hash = b"x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk";
    write("requests", "hash", &of_kind(1, hash))?;
    write("requests", "query", &of_kind(2, query.as_bytes()))?;
    let approval = wire::vp::transaction::ApprovalText {
        title: "Travel claim".to_owned(),
        text: "120 dollars.".to_owned(),
        reference: None,
    };
    write("requests", "approval", &of_kind(3, approval.encode(vec!["a".to_owned()]).as_bytes()))?;
    write("requests", "token", &of_kind(4, br#"{"a":["x",{"type":"y"}]}"#))
}
