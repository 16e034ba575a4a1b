//! Pages for people: who the members are, what each may issue, and what was decided last.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_state::View as _;
use registry_types::operation::{DelegationChange, StopTarget};
use registry_types::{
    Accreditation, DidRecord, KeyRole, MemberStatus, Operation, Organisation, ProposalKind, SchemaRecord,
    SignedTransaction, state_key,
};
use url::form_urlencoded::byte_serialize;
use web::page::Shell;
use web::{Problem, page};

use super::views::time;
use crate::node::Node;
use crate::store::Snapshot;

const MEMBERS: usize = 500;
const ACCREDITATIONS: usize = 2_000;
const SCHEMAS: usize = 500;
const BLOCKS: u64 = 12;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    chain_name: String,
    chain_id: String,
    height: u64,
    block_time: String,
    validators: usize,
    members: Vec<Member>,
    schemas: Vec<Schema>,
    blocks: Vec<BlockLine>,
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    shell: Shell,
    member: Member,
    keys: Vec<Key>,
    documents: Vec<DidLine>,
}

#[derive(Template)]
#[template(path = "block.html")]
struct BlockPage {
    shell: Shell,
    height: u64,
    newest: u64,
    hash: String,
    block_time: String,
    proposer: String,
    signatures: usize,
    state_root: String,
    transactions: Vec<TransactionLine>,
}

struct Member {
    id: String,
    name: String,
    status: &'static str,
    active: bool,
    seats: Vec<&'static str>,
    did: Option<String>,
    admitted: String,
    proof: String,
    accreditations: Vec<Entitlement>,
}

/// One interval of an accreditation, as a line to read.
struct Entitlement {
    type_name: String,
    type_iri: String,
    speaks_for: Vec<String>,
    from: String,
    until: Option<String>,
    current: bool,
    granted_by: String,
    proof: String,
}

struct Schema {
    id: String,
    digest: String,
    owner: String,
    registered: String,
    proof: String,
}

struct BlockLine {
    height: u64,
    block_time: String,
    transactions: Vec<&'static str>,
}

struct TransactionLine {
    id: String,
    operation: &'static str,
    signed_by: String,
    what: String,
}

struct Key {
    role: String,
    public_key: String,
    from: String,
    until: Option<String>,
}

struct DidLine {
    did: String,
    role: &'static str,
    versions: usize,
    deactivated: bool,
    proof: String,
}

#[get("/")]
pub async fn show_home(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let tip = snapshot.tip();
    page::html(&Home {
        shell: shell(&node, true),
        chain_name: node.genesis().name.clone(),
        chain_id: hex::encode(node.chain()),
        height: tip.height,
        block_time: time(tip.time_ms),
        validators: tip.validators.validators().len(),
        members: members(&snapshot)?,
        schemas: schemas(&snapshot)?,
        blocks: latest_blocks(&snapshot)?,
    })
}

#[get("/members/{id}")]
pub async fn show_member(id: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let organisation: Organisation =
        find(&snapshot, &state_key::organisation(&id))?.ok_or_else(Problem::not_found)?;
    let keys = organisation.keys.iter().map(|key| Key {
        role: key.role.to_string(),
        public_key: hex::encode(key.public_key),
        from: time(key.from_ms),
        until: key.until_ms.map(time),
    });
    let keys = keys.collect();
    let documents = documents(&snapshot, &organisation.id)?;
    let names = names(&snapshot)?;
    let member = describe(&snapshot, organisation, &names, true)?;
    page::html(&MemberPage { shell: shell(&node, false), member, keys, documents })
}

#[get("/blocks/{height}")]
pub async fn show_block(height: Path<u64>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let block = snapshot.block(*height)?.ok_or_else(Problem::not_found)?;
    let certificate = snapshot.certificate(*height)?.ok_or_else(Problem::not_found)?;
    let lines = block.transactions.iter().map(|signed| transaction_line(&snapshot, signed));
    page::html(&BlockPage {
        shell: shell(&node, false),
        height: *height,
        newest: snapshot.tip().height,
        hash: hex::encode(block.header.hash()),
        block_time: time(block.header.time_ms),
        proposer: hex::encode(block.header.proposer),
        signatures: certificate.signatures.len(),
        state_root: hex::encode(block.header.state_root),
        transactions: lines.collect::<Result<_, Problem>>()?,
    })
}

fn shell(node: &Node, home: bool) -> Shell {
    Shell::new("Registry").place(node.genesis().name.clone()).link("/", "The chain", home)
}

/// Organisations by DID, to write names where records hold DIDs.
fn names(snapshot: &Snapshot) -> Result<Vec<(String, String)>, Problem> {
    let mut names = Vec::new();
    for key in snapshot.listed("org/", None, MEMBERS)? {
        if let Some(Organisation { did: Some(did), name, .. }) = find(snapshot, &key)? {
            names.push((did, name));
        }
    }
    Ok(names)
}

fn members(snapshot: &Snapshot) -> Result<Vec<Member>, Problem> {
    let names = names(snapshot)?;
    let mut members = Vec::new();
    for key in snapshot.listed("org/", None, MEMBERS)? {
        if let Some(organisation) = find(snapshot, &key)? {
            members.push(describe(snapshot, organisation, &names, false)?);
        }
    }
    Ok(members)
}

fn describe(
    snapshot: &Snapshot,
    organisation: Organisation,
    names: &[(String, String)],
    past: bool,
) -> Result<Member, Problem> {
    let accreditations = match &organisation.did {
        Some(did) => entitlements(snapshot, did, names, past)?,
        None => Vec::new(),
    };
    let seats = [
        (organisation.seats.governor, "Governor"),
        (organisation.seats.validator, "Validator"),
        (organisation.seats.issuer, "Issuer"),
    ];
    Ok(Member {
        status: match organisation.status {
            MemberStatus::Active => "Active",
            MemberStatus::Suspended => "Suspended",
            MemberStatus::Removed => "Removed",
        },
        active: organisation.status == MemberStatus::Active,
        seats: seats.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect(),
        admitted: time(organisation.admitted_ms),
        proof: proof_link("org", &organisation.id),
        accreditations,
        id: organisation.id,
        name: organisation.name,
        did: organisation.did,
    })
}

fn entitlements(
    snapshot: &Snapshot,
    issuer: &str,
    names: &[(String, String)],
    past: bool,
) -> Result<Vec<Entitlement>, Problem> {
    let now = snapshot.tip().time_ms;
    let name_of = |did: &String| {
        names.iter().find(|(known, _)| known == did).map_or_else(|| did.clone(), |(_, name)| name.clone())
    };
    let mut lines = Vec::new();
    for key in snapshot.listed(&format!("accreditation/{issuer}/"), None, ACCREDITATIONS)? {
        let Some(Accreditation { type_iri, intervals, .. }) = find(snapshot, &key)? else { continue };
        for interval in intervals.iter().rev() {
            let ended = interval.until_ms.is_some_and(|until| until <= now);
            if ended && !past {
                continue;
            }
            lines.push(Entitlement {
                type_name: short_name(&type_iri),
                type_iri: type_iri.clone(),
                speaks_for: interval.speaks_for.iter().map(name_of).collect(),
                from: time(interval.from_ms),
                until: interval.until_ms.map(time),
                current: !ended,
                granted_by: interval.granted_by.clone(),
                proof: proof_link("accreditation", &format!("{issuer}/{type_iri}")),
            });
        }
    }
    Ok(lines)
}

fn schemas(snapshot: &Snapshot) -> Result<Vec<Schema>, Problem> {
    let mut lines = Vec::new();
    for key in snapshot.listed("schema/", None, SCHEMAS)? {
        let Some(record) = find::<SchemaRecord>(snapshot, &key)? else { continue };
        let id = key.strip_prefix("schema/").unwrap_or(&key).to_owned();
        lines.push(Schema {
            digest: hex::encode(record.digest),
            owner: record.owner,
            registered: time(record.registered_ms),
            proof: proof_link("schema", &id),
            id,
        });
    }
    Ok(lines)
}

fn latest_blocks(snapshot: &Snapshot) -> Result<Vec<BlockLine>, Problem> {
    let newest = snapshot.tip().height;
    let mut lines = Vec::new();
    for height in (newest.saturating_sub(BLOCKS - 1).max(1)..=newest).rev() {
        let Some(block) = snapshot.block(height)? else { continue };
        lines.push(BlockLine {
            height,
            block_time: time(block.header.time_ms),
            transactions: block
                .transactions
                .iter()
                .map(|signed| sentence(&signed.transaction.operation))
                .collect(),
        });
    }
    Ok(lines)
}

fn documents(snapshot: &Snapshot, organisation: &str) -> Result<Vec<DidLine>, Problem> {
    let mut lines = Vec::new();
    for key in snapshot.listed("did/", None, MEMBERS)? {
        let Some(record) = find::<DidRecord>(snapshot, &key)? else { continue };
        if record.organisation != organisation {
            continue;
        }
        let did = key.strip_prefix("did/").unwrap_or(&key).to_owned();
        lines.push(DidLine {
            role: match record.role {
                registry_types::DidRole::Organisation => "the organisation",
                registry_types::DidRole::Service => "a service",
            },
            versions: record.versions.len(),
            deactivated: record.deactivated(),
            proof: proof_link("did", &did),
            did,
        });
    }
    Ok(lines)
}

fn transaction_line(snapshot: &Snapshot, signed: &SignedTransaction) -> Result<TransactionLine, Problem> {
    let key: Option<registry_types::KeyRecord> = find(snapshot, &state_key::key(&signed.public_key))?;
    let signed_by = key.map_or_else(String::new, |key| match key.role {
        KeyRole::Govern => format!("{}, govern key", key.organisation),
        KeyRole::Did => format!("{}, did key", key.organisation),
        KeyRole::Operate => format!("{}, operate key", key.organisation),
    });
    let operation = &signed.transaction.operation;
    let what = match operation {
        Operation::Propose(propose) => proposed(&propose.kind),
        Operation::Vote(vote) => hex::encode(vote.proposal),
        Operation::WithdrawProposal(end) => hex::encode(end.proposal),
        Operation::AddKey(add) => hex::encode(add.key.public_key),
        Operation::RevokeKey(end) => hex::encode(end.public_key),
        Operation::RevokeValidator(end) => hex::encode(end.public_key),
        Operation::DescribeValidator(change) => change.host.clone(),
        Operation::DelegateAccreditation(delegate) => {
            format!("{} for {}", short_name(&delegate.grant.type_iri), delegate.grant.issuer)
        }
        Operation::ChangeDelegation(change) => {
            format!("{} of {}", short_name(&change.type_iri), change.issuer)
        }
        Operation::RecoverDid(recover) => recover.did.clone(),
        Operation::CreateDid(create) => registry_types::did_from_inception(&create.inception),
        Operation::UpdateDid(update) => update.did.clone(),
        Operation::PublishStatus(status) => format!("{}, version {}", status.list, status.version),
        Operation::Anchor(anchor) => format!("number {} of {}", anchor.sequence, anchor.issuer),
        Operation::PublishDocuments(publish) => format!("{} by {}", publish.digests.len(), publish.issuer),
    };
    Ok(TransactionLine { id: signed.id().to_string(), operation: sentence(operation), signed_by, what })
}

fn sentence(operation: &Operation) -> &'static str {
    match operation {
        Operation::Propose(propose) => proposal_sentence(&propose.kind),
        Operation::Vote(vote) if vote.approve => "Vote for a proposal",
        Operation::Vote(_) => "Vote against a proposal",
        Operation::WithdrawProposal(_) => "Proposal withdrawn",
        Operation::AddKey(_) => "Key added",
        Operation::RevokeKey(_) => "Key revoked",
        Operation::RevokeValidator(_) => "Validator revoked by its owner",
        Operation::DescribeValidator(_) => "Validator described",
        Operation::DelegateAccreditation(_) => "Accreditation delegated",
        Operation::ChangeDelegation(change) => match change.change {
            DelegationChange::Suspend => "Delegated accreditation suspended",
            DelegationChange::Reinstate => "Delegated accreditation reinstated",
            DelegationChange::Withdraw => "Delegated accreditation withdrawn",
        },
        Operation::RecoverDid(_) => "DID recovered",
        Operation::CreateDid(_) => "DID created",
        Operation::UpdateDid(_) => "DID changed",
        Operation::PublishStatus(_) => "Status list published",
        Operation::Anchor(_) => "Batch anchored",
        Operation::PublishDocuments(_) => "Documents published",
    }
}

/// What a proposal is about, in a few words.
fn proposed(kind: &ProposalKind) -> String {
    match kind {
        ProposalKind::AdmitMember(signed) => signed.statement.name.clone(),
        ProposalKind::SuspendMember(member)
        | ProposalKind::ReinstateMember(member)
        | ProposalKind::RemoveMember(member) => member.organisation.clone(),
        ProposalKind::RecoverMember(recover) => recover.organisation.clone(),
        ProposalKind::ChangeSeats(change) => change.organisation.clone(),
        ProposalKind::AddValidator(add) => format!("{} at {}", add.validator.owner, add.validator.host),
        ProposalKind::RemoveValidator(remove) => hex::encode(remove.public_key),
        ProposalKind::RotateValidator(rotate) => hex::encode(rotate.from),
        ProposalKind::GrantAccreditation(grant) => {
            format!("{} for {}", short_name(&grant.type_iri), grant.issuer)
        }
        ProposalKind::SuspendAccreditation(name)
        | ProposalKind::ReinstateAccreditation(name)
        | ProposalKind::WithdrawAccreditation(name) => {
            format!("{} of {}", short_name(&name.type_iri), name.issuer)
        }
        ProposalKind::RegisterSchema(schema) => schema.id.clone(),
        ProposalKind::ChangeParams(_) => String::new(),
        ProposalKind::ScheduleUpgrade(upgrade) => {
            format!("rules {} at height {}", upgrade.rules, upgrade.at_height)
        }
        ProposalKind::AdoptCharter(adopt) => format!("version {}", adopt.version),
        ProposalKind::OpenDispute(open) => open.parties.join(", "),
        ProposalKind::AdvanceDispute(advance) => hex::encode(advance.dispute),
        ProposalKind::CloseDispute(close) => hex::encode(close.dispute),
        ProposalKind::EmergencyStop(target)
        | ProposalKind::ConfirmStop(target)
        | ProposalKind::LiftStop(target) => match target {
            StopTarget::Issuer { did } => did.clone(),
            StopTarget::DocumentKey { did, multikey } => format!("{multikey} of {did}"),
            StopTarget::RegistryKey { public_key } => hex::encode(public_key),
        },
    }
}

fn proposal_sentence(kind: &ProposalKind) -> &'static str {
    match kind {
        ProposalKind::AdmitMember(_) => "Proposal to admit a member",
        ProposalKind::SuspendMember(_) => "Proposal to suspend a member",
        ProposalKind::ReinstateMember(_) => "Proposal to reinstate a member",
        ProposalKind::RemoveMember(_) => "Proposal to remove a member",
        ProposalKind::RecoverMember(_) => "Proposal to give a member new keys",
        ProposalKind::ChangeSeats(_) => "Proposal to change a member's seats",
        ProposalKind::AddValidator(_) => "Proposal to add a validator",
        ProposalKind::RemoveValidator(_) => "Proposal to remove a validator",
        ProposalKind::RotateValidator(_) => "Proposal to change a validator's key",
        ProposalKind::GrantAccreditation(_) => "Proposal to accredit an issuer",
        ProposalKind::SuspendAccreditation(_) => "Proposal to suspend an accreditation",
        ProposalKind::ReinstateAccreditation(_) => "Proposal to reinstate an accreditation",
        ProposalKind::WithdrawAccreditation(_) => "Proposal to withdraw an accreditation",
        ProposalKind::RegisterSchema(_) => "Proposal to register a schema",
        ProposalKind::ChangeParams(_) => "Proposal to change the parameters",
        ProposalKind::ScheduleUpgrade(_) => "Proposal to upgrade",
        ProposalKind::AdoptCharter(_) => "Proposal to adopt a charter",
        ProposalKind::OpenDispute(_) => "Proposal to open a dispute",
        ProposalKind::AdvanceDispute(_) => "Proposal to move a dispute on",
        ProposalKind::CloseDispute(_) => "Proposal to close a dispute",
        ProposalKind::EmergencyStop(_) => "Emergency stop",
        ProposalKind::ConfirmStop(_) => "Proposal to confirm a stop",
        ProposalKind::LiftStop(_) => "Proposal to lift a stop",
    }
}

/// The last part of a type's IRI, in words: `…#StaffIdentity` is "Staff identity".
fn short_name(iri: &str) -> String {
    let last = iri.rsplit(['#', '/']).find(|part| !part.is_empty()).unwrap_or(iri);
    let mut words = String::new();
    for letter in last.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn proof_link(kind: &str, key: &str) -> String {
    let key: String = byte_serialize(key.as_bytes()).collect();
    format!("/v1/records/{kind}/{key}?proof=true")
}

fn find<T: registry_types::Canonical>(snapshot: &Snapshot, key: &str) -> Result<Option<T>, Problem> {
    snapshot.find(key).map_err(|error| Problem::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_in_words() {
        assert_eq!(short_name("https://schemas.passerelle.example/v1#StaffIdentity"), "Staff identity");
        assert_eq!(short_name("urn:x"), "urn:x");
    }

    #[test]
    fn a_proof_link_keeps_a_key_in_one_segment() {
        assert_eq!(
            proof_link("schema", "https://a/b#c"),
            "/v1/records/schema/https%3A%2F%2Fa%2Fb%23c?proof=true"
        );
    }
}
