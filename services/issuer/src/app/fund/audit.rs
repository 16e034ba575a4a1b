//! A person's journal for somebody who does not trust us.

use std::collections::BTreeSet;

use entitlement::journal::{Entry, Export, Exported, Public, VERSION, hex};
use issuance::Actor;
use issuance::audit::Act;

use super::{FundError, Issuer};

const PAGE: u32 = 1000;

impl Issuer {
    /// Everything of one person by pseudonymous number: names stay where they are, events, facts of the cycle and calendars
    /// are in it. `passerelle audit verify` checks it without us. Reading it is written down.
    pub async fn export_journal(&self, by: &Actor, person: &str) -> Result<Export, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let mut export = sql::retry(|| async {
            let mut tx = self.store.write("export_fund_journal").await?;
            let Some(row) = tx.find_fund_person(tenant, person).await? else {
                let left = tx.find_erased_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
                let (on, head) = (left.erased_at.date_naive(), hex(&left.head));
                return Err(FundError::Erased { on, entries: left.entries, head });
            };
            let (mut entries, mut named, mut after) = (Vec::new(), BTreeSet::new(), 0);
            loop {
                let rows = tx.list_fund_journal(tenant, person, after, PAGE).await?;
                let Some(last) = rows.last() else { break };
                after = last.entry;
                for row in &rows {
                    let public: Public = serde_json::from_str(&row.public).map_err(|_| FundError::Damaged)?;
                    if let Public::Night { calendar, .. } = &public {
                        named.insert(calendar.clone());
                    }
                    entries.push(Exported {
                        secret: self.open_entry(tenant, person, row)?,
                        salt: hex(&row.salt),
                        entry: Entry { n: row.entry, at: row.at, public, commitment: row.commitment.clone() },
                    });
                }
            }
            let versions = tx.list_fund_calendar_versions(tenant).await?;
            let anchors = self.anchored_links(&mut tx, (tenant, &fund.did), person).await?;
            tx.audit(by, Act { action: "fund.journal.export", target: person, detail: "" }, now).await?;
            tx.commit().await?;
            Ok::<Export, FundError>(Export {
                version: VERSION,
                organisation: fund.did.clone(),
                person: person.to_owned(),
                made_at: now,
                entries,
                calendars: versions
                    .into_iter()
                    .filter(|it| named.contains(&it.digest))
                    .map(|it| it.content)
                    .collect(),
                head: hex(&row.head),
                anchors,
            })
        })
        .await?;
        self.prove_anchors(&fund.did, &mut export.anchors).await;
        Ok(export)
    }
}
