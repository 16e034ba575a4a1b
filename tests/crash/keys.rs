//! Kill -9 of the issuer, and sometimes of the registry, while signing keys change: whatever was ordered at the console is
//! finished after the restart, once, and nothing that was acknowledged before is worth less for it.

use std::collections::BTreeSet;
use std::time::Duration;

use actors::{Agency, Chain, Issued, Officer, Peer, text, until};
use anyhow::{Context as _, Result, bail, ensure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use registry_types::{DidKey, DidRecord};
use testkit::{Service, Stack, unb64};

const STAFF: &str = include_str!("../../services/issuer/samples/staff-undp.csv");
/// Ordered one after the other, each with the key it is about; then again from the beginning.
const CHANGES: [(&str, &str, Which); 5] = [
    ("rotate-key", "key-ed25519-", Which::Newest),
    ("mark-key-compromised", "key-ed25519-", Which::Newest),
    ("rotate-key", "key-p256-", Which::Newest),
    ("retire-key", "key-p256-", Which::Oldest),
    ("mark-key-compromised", "key-p256-", Which::Newest),
];

#[derive(Clone, Copy)]
enum Which {
    Newest,
    Oldest,
}

struct Office<'a> {
    stack: &'a Stack,
    hr: Officer,
    chain: Chain,
    agency: Agency,
    did: String,
    /// Staff numbers with an offer that nobody has taken.
    waiting: Vec<String>,
}

/// Each kill cuts one change off.
pub async fn changes_under_fire(stack: &Stack, kills: usize, seed: u64) -> Result<()> {
    let mut office = Office::open(stack, kills).await?;
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    for kill in 0..kills {
        let (change, stem, which) = CHANGES[kill % CHANGES.len()];
        let before = office.record().await?;
        let key = listed(&before, stem, which).context("no such key is listed")?;
        let victims =
            if kill % 4 == 3 { &[Service::Issuer, Service::Registry][..] } else { &[Service::Issuer] };
        let delay = Duration::from_millis(u64::from(random.next_u32() % 1_500));
        let cut = office.cut_off(change, &key, victims, delay).await;
        let done = async {
            cut?;
            let after = office.settled(change, &key, &before).await?;
            office.made_once(change, &before, &after)?;
            office.next_is_signed_by_the_newest(&after).await
        };
        done.await.with_context(|| format!("kill {kill}, {delay:?} after {change} {}", key.fragment))?;
    }
    println!("{kills} key changes cut off by kill -9, each finished once");
    Ok(())
}

impl<'a> Office<'a> {
    async fn open(stack: &'a Stack, people: usize) -> Result<Self> {
        let hr = Officer::register(stack, "undp").await?;
        let mut lines = STAFF.lines();
        let mut list = lines.next().context("an empty sample")?.to_owned();
        let rows: Vec<&str> = lines.filter_map(|line| line.split_once(',')).map(|(_, rest)| rest).collect();
        let mut waiting = Vec::new();
        for made in 0..people {
            let number = format!("{}", 500_000 + made);
            list.push_str(&format!("\n{number},{}", rows[made % rows.len()]));
            waiting.push(number);
        }
        hr.upload("staff-keys.csv", list.as_bytes()).await?;
        let did = text(&stack.welcome()?, "/dids/undp")?;
        let (chain, agency) = (Chain::connect(stack).await?, Agency::connect(stack).await?);
        Ok(Self { stack, hr, chain, agency, did, waiting })
    }

    async fn record(&self) -> Result<DidRecord> {
        self.chain.registry.did(&self.did).await?.value.context("the organisation has no DID document")
    }

    /// Orders a change, kills while it is carried out, starts again, and orders once more where no answer came.
    async fn cut_off(&self, change: &str, key: &DidKey, victims: &[Service], delay: Duration) -> Result<()> {
        let (ordered, killed) = tokio::join!(self.order(change, key), async {
            tokio::time::sleep(delay).await;
            victims.iter().try_for_each(|victim| self.stack.kill(*victim))
        });
        killed?;
        // The registry first: nobody else starts without it.
        for victim in victims.iter().rev() {
            self.stack.restart(*victim).await?;
        }
        if ordered.is_ok() {
            return Ok(());
        }
        until("an answer to the order", Duration::from_secs(60), async || {
            self.order(change, key).await.map(Some)
        })
        .await
    }

    /// Taken, or there already: an officer who got no answer does not know which.
    async fn order(&self, change: &str, key: &DidKey) -> Result<()> {
        let url = format!("{}/console/keys/{}/changes", self.stack.url(Service::Issuer), key.fragment);
        let form = [("change", change), ("multikey", key.multikey.as_str()), ("sure", "yes")];
        let answer = self.hr.agent.post_form(url, &form).await?;
        ensure!(answer.redirect().is_some() || answer.status == 409, "the order was refused: {answer}");
        Ok(())
    }

    /// The document once the chain says all of the change and the console says that it is over.
    async fn settled(&self, change: &str, key: &DidKey, before: &DidRecord) -> Result<DidRecord> {
        until("the change", Duration::from_secs(120), async || {
            let page = self.hr.page("/console/keys").await?;
            let now = self.record().await?;
            let over = !page.contains("Being carried out") && is_done(change, key, before, &now);
            Ok(over.then_some(now))
        })
        .await
    }

    /// One version more, one key more where one is made, and a private half for each key that was ever listed, no other.
    fn made_once(&self, change: &str, before: &DidRecord, after: &DidRecord) -> Result<()> {
        ensure!(
            after.versions.len() == before.versions.len() + 1,
            "{} versions became {}",
            before.versions.len(),
            after.versions.len()
        );
        let (known, now) = (fragments(before), fragments(after));
        let fresh = usize::from(change != "retire-key");
        ensure!(now.len() == known.len() + fresh, "{known:?} became {now:?}");
        let files: BTreeSet<String> = self.chain.key_names()?.into_iter().collect();
        let wanted: BTreeSet<String> = now.iter().map(|fragment| format!("undp.{fragment}")).collect();
        let kept: BTreeSet<String> = files.into_iter().filter(|name| name.starts_with("undp.key-")).collect();
        ensure!(kept == wanted, "the key files are {kept:?}, the document lists {wanted:?}");
        Ok(())
    }

    /// Somebody gets both formats, signed by the newest keys, and an agency accepts them.
    async fn next_is_signed_by_the_newest(&mut self, record: &DidRecord) -> Result<()> {
        let number = self.waiting.pop().context("nobody waits for an offer")?;
        let offer = self.hr.offer(&number)?;
        let peer = Peer::new(&format!("keys {number}"));
        let received = until("two credentials", Duration::from_secs(60), async || {
            peer.receive(&offer.uri, offer.tx_code.as_deref()).await.map(Some)
        })
        .await?;
        for issued in &received {
            let stem = if issued.credential.is_string() { "key-p256-" } else { "key-ed25519-" };
            let newest = listed(record, stem, Which::Newest).context("no key is listed")?;
            ensure!(
                signed_by(issued)? == newest.fragment,
                "{} by {}",
                issued.configuration,
                signed_by(issued)?
            );
            until("a valid credential", Duration::from_secs(60), async || {
                let report = self.agency.verify("staff-identity", &issued.credential, None).await?;
                for check in ["proof", "issuerKey", "status"] {
                    let (result, code) = report.check(check)?;
                    if result != "pass" {
                        bail!("{check} is {code}: {}", report.summary());
                    }
                }
                Ok(Some(()))
            })
            .await?;
        }
        Ok(())
    }
}

fn fragments(record: &DidRecord) -> BTreeSet<&str> {
    let keys = record.versions.iter().flat_map(|version| &version.keys);
    keys.map(|key| key.fragment.as_str()).filter(|fragment| fragment.starts_with("key-")).collect()
}

fn listed(record: &DidRecord, stem: &str, which: Which) -> Option<DidKey> {
    let mut keys = record.current()?.keys.iter().filter(|key| key.fragment.starts_with(stem));
    match which {
        Which::Newest => keys.next_back().cloned(),
        Which::Oldest => keys.next().cloned(),
    }
}

fn is_done(change: &str, key: &DidKey, before: &DidRecord, now: &DidRecord) -> bool {
    let all = || now.versions.iter().flat_map(|version| &version.keys);
    let listed = now.current().is_some_and(|it| it.keys.iter().any(|one| one.multikey == key.multikey));
    let marked = all().any(|one| one.multikey == key.multikey && one.compromised_at.is_some());
    match change {
        "rotate-key" => listed && fragments(now).len() > fragments(before).len(),
        "retire-key" => !listed,
        _ => !listed && marked,
    }
}

/// The fragment of the key that a credential names.
fn signed_by(issued: &Issued) -> Result<String> {
    let method = match issued.credential.as_str() {
        Some(sd_jwt) => {
            let header = sd_jwt.split('.').next().unwrap_or_default();
            text(&serde_json::from_slice(&unb64(header)?)?, "/kid")?
        }
        None => text(&issued.credential, "/proof/verificationMethod")?,
    };
    Ok(method.rsplit('#').next().unwrap_or_default().to_owned())
}
