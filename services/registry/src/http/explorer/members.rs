use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{
    Accreditation, AccreditationInterval, DidRecord, DidRole, KeyRecord, MemberStatus, Organisation,
    OrganisationKey, state_key,
};
use web::page::Shell;
use web::{Problem, page};

use super::words::{Named, controller, organisation, role, short_name};
use super::{Cursor, Listed, Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::Snapshot;

/// An organisation's DIDs and accreditations on its page; there are a handful.
const RECORDS: usize = 500;

pub struct Member {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub active: bool,
    pub seats: Vec<&'static str>,
    pub did: Option<String>,
    pub admitted: String,
    pub admitted_by: Named,
    /// The version of the charter that it accepted.
    pub charter: u32,
    /// Every status it had, oldest first, when there was more than one.
    pub standings: Vec<(&'static str, String)>,
    pub proof: String,
    pub accreditations: Vec<Entitlement>,
}

/// One interval of an accreditation, as a line to read.
pub struct Entitlement {
    pub type_name: String,
    pub type_iri: String,
    pub speaks_for: Vec<Named>,
    pub from: String,
    pub until: Option<String>,
    pub state: EntitlementState,
    pub granted_by: Named,
    /// The issuer whose own accreditation this one hangs on.
    pub through: Option<Named>,
    pub proof: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EntitlementState {
    Holds,
    Suspended,
    NotYet,
    Ended,
}

impl EntitlementState {
    fn of(record: &Accreditation, interval: &AccreditationInterval, now_ms: u64) -> Self {
        if interval.until_ms.is_some_and(|until| until <= now_ms) {
            Self::Ended
        } else if interval.from_ms > now_ms {
            Self::NotYet
        } else if record.is_suspended_at(now_ms) {
            Self::Suspended
        } else {
            Self::Holds
        }
    }

    pub fn holds(self) -> bool {
        self == Self::Holds
    }

    /// The badge's class and its word.
    pub fn badge(self) -> (&'static str, &'static str) {
        match self {
            Self::Holds => ("success", "Holds"),
            Self::Suspended => ("warning", "Suspended"),
            Self::NotYet => ("plain", "Not yet"),
            Self::Ended => ("plain", "Ended"),
        }
    }
}

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    shell: Shell,
    members: Vec<Member>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    shell: Shell,
    member: Member,
    keys: Vec<Key>,
    documents: Vec<DidLine>,
}

struct Key {
    role: &'static str,
    public_key: String,
    from: String,
    until: Option<String>,
    /// Stopped in an emergency.
    stopped: bool,
    proof: String,
}

pub struct DidLine {
    pub did: String,
    pub role: &'static str,
    pub versions: usize,
    pub deactivated: bool,
    pub organisation: Named,
}

#[get("/members")]
pub async fn list_members(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (members, next) = summaries(&node.snapshot(), &cursor)?;
    page::html(&MembersPage { shell: shell(&node, Place::Members), members, next })
}

#[get("/members/{id}")]
pub async fn show_member(id: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let record: Organisation =
        find(&snapshot, &state_key::organisation(&id))?.ok_or_else(Problem::not_found)?;
    let keys = record.keys.iter().map(|it| key(&snapshot, it)).collect::<Result<_, _>>()?;
    let documents = documents(&snapshot, &record.id)?;
    let mut member = describe(&snapshot, record)?;
    let services = documents.iter().filter(|line| Some(&line.did) != member.did.as_ref());
    for line in services {
        member.accreditations.extend(entitlements(&snapshot, &line.did, true)?);
    }
    page::html(&MemberPage { shell: shell(&node, Place::Elsewhere), member, keys, documents })
}

fn key(snapshot: &Snapshot, key: &OrganisationKey) -> Result<Key, Problem> {
    let record: Option<KeyRecord> = find(snapshot, &state_key::key(&key.public_key))?;
    let now = snapshot.tip().time_ms;
    Ok(Key {
        role: role(key.role),
        public_key: hex::encode(key.public_key),
        from: time(key.from_ms),
        until: key.until_ms.map(time),
        stopped: record.is_some_and(|record| record.stops.iter().any(|stop| stop.holds_at(now))),
        proof: proof_link("key", &hex::encode(key.public_key)),
    })
}

/// One page of members with what each may issue now, and the query of the next page.
pub fn summaries(snapshot: &Snapshot, cursor: &Cursor) -> Result<(Vec<Member>, Option<String>), Problem> {
    let listed = Listed::load(snapshot, "org/", cursor)?;
    let mut members = Vec::new();
    for id in &listed.keys {
        if let Some(record) = find(snapshot, &state_key::organisation(id))? {
            let mut member = describe(snapshot, record)?;
            member.accreditations.retain(|line| line.state != EntitlementState::Ended);
            members.push(member);
        }
    }
    Ok((members, listed.next))
}

fn describe(snapshot: &Snapshot, record: Organisation) -> Result<Member, Problem> {
    let accreditations = match &record.did {
        Some(did) => entitlements(snapshot, did, true)?,
        None => Vec::new(),
    };
    let seats = [
        (record.seats.governor, "Governor"),
        (record.seats.validator, "Validator"),
        (record.seats.issuer, "Issuer"),
    ];
    Ok(Member {
        status: status(record.status),
        charter: record.charter,
        standings: match record.standings.as_slice() {
            [] | [_] => Vec::new(),
            many => many.iter().map(|one| (status(one.status), time(one.from_ms))).collect(),
        },
        active: record.status == MemberStatus::Active,
        seats: seats.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect(),
        admitted: time(record.admitted_ms),
        admitted_by: organisation(snapshot, &record.admitted_by)?,
        proof: proof_link("org", &record.id),
        accreditations,
        id: record.id,
        name: record.name,
        did: record.did,
    })
}

fn status(status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Active => "Active",
        MemberStatus::Suspended => "Suspended",
        MemberStatus::Removed => "Removed",
    }
}

/// What an issuer may issue, and, when `past` is asked for, might issue before; newest first.
pub fn entitlements(snapshot: &Snapshot, issuer: &str, past: bool) -> Result<Vec<Entitlement>, Problem> {
    let now = snapshot.tip().time_ms;
    let mut lines = Vec::new();
    for key in snapshot.listed(&format!("accreditation/{issuer}/"), None, RECORDS)? {
        let Some(record) = find::<Accreditation>(snapshot, &key)? else { continue };
        let type_iri = &record.type_iri;
        for interval in record.intervals.iter().rev() {
            let state = EntitlementState::of(&record, interval, now);
            if state == EntitlementState::Ended && !past {
                continue;
            }
            let speaks_for = interval.speaks_for.iter().map(|did| controller(snapshot, did));
            lines.push(Entitlement {
                type_name: short_name(type_iri),
                type_iri: type_iri.clone(),
                speaks_for: speaks_for.collect::<Result<_, _>>()?,
                from: time(interval.from_ms),
                until: interval.until_ms.map(time),
                state,
                granted_by: organisation(snapshot, &interval.granted_by)?,
                through: interval.parent.as_deref().map(|did| controller(snapshot, did)).transpose()?,
                proof: proof_link("accreditation", &format!("{issuer}/{type_iri}")),
            });
        }
    }
    Ok(lines)
}

fn documents(snapshot: &Snapshot, organisation: &str) -> Result<Vec<DidLine>, Problem> {
    let mut lines = Vec::new();
    for key in snapshot.listed("did/", None, RECORDS)? {
        let did = key.strip_prefix("did/").unwrap_or(&key);
        let Some(record) = find::<DidRecord>(snapshot, &key)? else { continue };
        if record.organisation == organisation {
            lines.push(did_line(snapshot, did, &record)?);
        }
    }
    Ok(lines)
}

pub fn did_line(snapshot: &Snapshot, did: &str, record: &DidRecord) -> Result<DidLine, Problem> {
    Ok(DidLine {
        did: did.to_owned(),
        role: match record.role {
            DidRole::Organisation => "The organisation",
            DidRole::Service => "A service",
        },
        versions: record.versions.len(),
        deactivated: record.deactivated(),
        organisation: organisation(snapshot, &record.organisation)?,
    })
}
