//! Overall counts that reconcile to zero: each line counts the same thing twice, from two places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clock::Timestamp;
use entitlement::cycle::{Flows, PersonYear, Stage, StageName};
use entitlement::journal::Public;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;

use super::{FundError, Issuer};

const PAGE: u32 = 5000;

/// One thing counted twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReckoningLine {
    /// What is counted, and from where.
    pub what: String,
    /// From the first place.
    pub left: u64,
    /// From the second.
    pub right: u64,
}

impl ReckoningLine {
    /// Nothing when both places say the same.
    #[must_use]
    pub fn difference(&self) -> i128 {
        i128::from(self.left) - i128::from(self.right)
    }
}

/// One year held against itself.
#[derive(Clone, Debug)]
pub struct Reckoning {
    /// The year of the proofs.
    pub year: i32,
    /// When it was counted.
    pub at: Timestamp,
    /// In a fixed order.
    pub lines: Vec<ReckoningLine>,
}

impl Reckoning {
    /// Whether every line comes out at zero.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.lines.iter().all(|line| line.difference() == 0)
    }
}

/// What the records of a year say when each is opened.
#[derive(Default)]
struct Opened {
    many: u64,
    counts: BTreeMap<StageName, u64>,
    other_stage: u64,
    proven: u64,
    proven_by_theirs: u64,
    proofs: HashMap<String, u32>,
    suspended: u64,
    suspended_by_approved: u64,
    suspended_with_proof: u64,
    suspended_without_case: u64,
}

impl Issuer {
    /// Counts a year from its records, its journals, its proofs and its lists, and holds each against the other. Everything is
    /// of one moment. Reading it is written down.
    pub async fn reckon_fund(&self, by: &Actor, year: i32) -> Result<Reckoning, FundError> {
        self.pension_fund(&by.tenant)?;
        let tenant = by.tenant.as_str();
        let mut tx = self.store.read().await?;
        let totals = tx.fund_totals(tenant, year).await?;
        let opened = self.open_year(&mut tx, tenant, year).await?;
        let flows = flows(&mut tx, tenant, year, opened.many).await?;
        let states: BTreeMap<String, u64> = tx.count_fund_proofs(tenant).await?.into_iter().collect();
        let received = tx.count_fund_events(tenant, "proof-received").await?;
        let accepted = tx.count_fund_events(tenant, "proof-accepted").await?;
        let refused = tx.count_fund_events(tenant, "proof-refused").await?;
        let told = tx.count_fund_events(tenant, "message-sent").await?;
        let posted = tx.count_fund_events(tenant, "letter-posted").await?;
        let (messages, letters) = tx.count_fund_sendings(tenant).await?;
        let upheld = tx.count_fund_outcomes(tenant, "appeal", "upheld").await?;
        let payments = tx.count_fund_payments(tenant, year).await?;
        drop(tx);
        let mut lines = vec![line(
            "people on the register = person-years + people without one",
            totals.people,
            opened.many + totals.without_year,
        )];
        for stage in StageName::ALL {
            let flow = flows.flows.entered(stage).saturating_sub(flows.flows.left(stage));
            let stands = opened.counts.get(&stage).copied().unwrap_or_default();
            lines.push(line(
                &format!("{}: came less went by the journals = stand there", stage.as_str()),
                flow,
                stands,
            ));
        }
        let state = |name: &str| states.get(name).copied().unwrap_or_default();
        let twice = opened.proofs.values().filter(|many| **many > 1).count() as u64;
        lines.extend([
            line("records whose list says another stage = none", opened.other_stage, 0),
            line(
                "person-years with a proof = those whose proof is accepted and their own",
                opened.proven,
                opened.proven_by_theirs,
            ),
            line("proofs that count for two people of this year = none", twice, 0),
            line(
                "suspended = suspended by a list that two approved",
                opened.suspended,
                opened.suspended_by_approved,
            ),
            line(
                "suspended with a proof on record, the account not in question = none",
                opened.suspended_with_proof,
                0,
            ),
            line("suspended with a proof and no open case = none", opened.suspended_without_case, 0),
            line(
                "proofs received by the journals = waiting + accepted + refused",
                received,
                states.values().sum(),
            ),
            line("proofs accepted by the journals = accepted", accepted, state("accepted")),
            line(
                "proofs refused by the journals = refused + accepted after an appeal",
                refused,
                state("refused") + upheld,
            ),
            line("messages sent by the journals = messages that the mail server took", told, messages),
            line("letters posted by the journals = letters that the post has", posted, letters),
            line(
                "holds, resumptions and ends of payment asked by the journals = told to payroll + taken back + waiting",
                flows.payments.len() as u64,
                payments.told + payments.withdrawn + payments.waiting,
            ),
            line("numbers of last entries together = entries stored", totals.last_entries, totals.entries),
            line("numbers of last events together = events stored", totals.last_events, totals.events),
        ]);
        let made = Reckoning { year, at: self.now(), lines };
        self.note_reckoning(by, &made).await?;
        Ok(made)
    }

    async fn note_reckoning(&self, by: &Actor, made: &Reckoning) -> Result<(), FundError> {
        let detail = if made.balances() { "comes out at zero" } else { "differences" };
        let year = made.year.to_string();
        sql::retry(|| async {
            let mut tx = self.store.write("note_fund_reckoning").await?;
            tx.audit(by, Act { action: "fund.reckoning", target: &year, detail }, made.at).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn open_year(&self, tx: &mut Transaction, tenant: &str, year: i32) -> Result<Opened, FundError> {
        let proofs = accepted(tx, tenant).await?;
        let accounts = open_accounts(tx, tenant).await?;
        let lists: BTreeSet<String> = tx.list_approved_fund_lists(tenant, year).await?.into_iter().collect();
        let (mut opened, mut after) = (Opened::default(), String::new());
        loop {
            let rows = tx.list_fund_year(tenant, year, &after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.person);
            for row in &rows {
                opened.take(&self.open_cycle(tenant, row)?, &row.stage, (&proofs, &lists, &accounts));
            }
        }
        Ok(opened)
    }
}

impl Opened {
    fn take(
        &mut self,
        record: &PersonYear,
        listed: &str,
        (proofs, lists, accounts): (&HashMap<String, String>, &BTreeSet<String>, &BTreeSet<String>),
    ) {
        self.many += 1;
        *self.counts.entry(record.stage.name()).or_default() += 1;
        self.other_stage += u64::from(record.stage.name().as_str() != listed);
        if let Some(proof) = &record.proof {
            self.proven += 1;
            let theirs = proofs.get(&proof.evidence).is_some_and(|person| *person == record.person);
            self.proven_by_theirs += u64::from(theirs);
            *self.proofs.entry(proof.evidence.clone()).or_default() += 1;
        }
        if let Stage::Suspended { list, .. } = &record.stage {
            self.suspended += 1;
            self.suspended_by_approved += u64::from(lists.contains(list));
            self.suspended_with_proof += u64::from(record.proof.is_some() && !record.account_changed);
            let unseen = record.proof.is_some() && !accounts.contains(&record.person);
            self.suspended_without_case += u64::from(unseen);
        }
    }
}

/// People about whose account somebody has to decide.
async fn open_accounts(tx: &mut Transaction, tenant: &str) -> Result<BTreeSet<String>, FundError> {
    let (mut people, mut after) = (BTreeSet::new(), (Timestamp::UNIX_EPOCH, String::new()));
    loop {
        let kind = super::CaseType::Account.as_str();
        let rows = tx.list_open_fund_cases(tenant, kind, (after.0, &after.1), PAGE).await?;
        let Some(last) = rows.last() else { return Ok(people) };
        after = (last.due_at, last.id.clone());
        people.extend(rows.into_iter().map(|row| row.person));
    }
}

async fn accepted(tx: &mut Transaction, tenant: &str) -> Result<HashMap<String, String>, FundError> {
    let (mut proofs, mut after) = (HashMap::new(), String::new());
    loop {
        let rows = tx.list_accepted_fund_proofs(tenant, &after, PAGE).await?;
        let Some((last, _)) = rows.last() else { return Ok(proofs) };
        after.clone_from(last);
        proofs.extend(rows);
    }
}

/// What the public parts of a year's journals say.
#[derive(Default)]
struct Told {
    /// How many came into each stage and went.
    flows: Flows,
    /// Keys of what payroll has to be told.
    payments: BTreeSet<String>,
}

/// By the public parts of the journals alone.
async fn flows(tx: &mut Transaction, tenant: &str, year: i32, begun: u64) -> Result<Told, FundError> {
    let mut told = Told::default();
    told.flows.begin(begun);
    let (mut person, mut entry) = (String::new(), 0);
    loop {
        let rows = tx.list_fund_year_nights(tenant, year, (&person, entry), PAGE).await?;
        let Some((last, at, _)) = rows.last() else {
            elsewhere(tx, tenant, year, &mut told.payments).await?;
            return Ok(told);
        };
        (person, entry) = (last.clone(), *at);
        for (_, _, public) in &rows {
            let public: Public = serde_json::from_str(public).map_err(|_| FundError::Damaged)?;
            if let Public::Night { transitions, asked, .. } = public {
                told.flows.record(&transitions);
                told.payments.extend(asked.into_iter().map(|it| it.key).filter(|key| is_of_payment(key)));
            }
        }
    }
}

/// Leaves out what another year asked for first: it is told once, and counted with that year.
async fn elsewhere(
    tx: &mut Transaction,
    tenant: &str,
    year: i32,
    payments: &mut BTreeSet<String>,
) -> Result<(), FundError> {
    let mut after = String::new();
    loop {
        let keys = tx.list_fund_payments_of_other_years(tenant, year, &after, PAGE).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        after.clone_from(last);
        for key in &keys {
            payments.remove(key);
        }
    }
}

/// Whether a key is that of something payroll has to be told: the part behind the person, and the year where it has one.
fn is_of_payment(key: &str) -> bool {
    key.split('/').skip(1).take(2).any(|it| ["hold-payment", "resume-payment", "stop-payment"].contains(&it))
}

fn line(what: &str, left: u64, right: u64) -> ReckoningLine {
    ReckoningLine { what: what.to_owned(), left, right }
}
