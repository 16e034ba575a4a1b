//! All journals of one moment, for an auditor who draws a sample.

use entitlement::journal::{Frame, FramePerson, MOST_PEOPLE, hex};
use issuance::Actor;
use issuance::audit::Act;

use super::{FundError, Issuer};

const PAGE: u32 = 5000;

impl Issuer {
    /// Every journal by pseudonymous number with its last link. Read in one snapshot; reading it is written down.
    pub async fn journal_frame(&self, by: &Actor) -> Result<Frame, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let tenant = by.tenant.as_str();
        let mut tx = self.store.read().await?;
        let (made_at, mut people, mut after) = (self.now(), Vec::new(), String::new());
        while people.len() < MOST_PEOPLE {
            let page = tx.list_fund_journal_heads(tenant, &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.person);
            people.extend(page.into_iter().map(|it| FramePerson {
                person: it.person,
                entries: it.entry,
                head: hex(&it.head),
            }));
        }
        drop(tx);
        // A database may order letters in its own way.
        people.sort_unstable_by(|one, next| one.person.cmp(&next.person));
        let detail = people.len().to_string();
        sql::retry(|| async {
            let mut tx = self.store.write("note_journal_frame").await?;
            tx.audit(by, Act { action: "fund.journals.list", target: tenant, detail: &detail }, made_at)
                .await?;
            tx.commit().await?;
            Ok::<(), FundError>(())
        })
        .await?;
        Ok(Frame { organisation: fund.did.clone(), made_at, people })
    }
}
