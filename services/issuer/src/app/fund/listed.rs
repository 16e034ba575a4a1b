//! Who stands on a list, with what an officer needs to look at them, and the whole of it as a file.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entitlement::cycle::{CountryCode, SuspensionList};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;

use super::{FundError, Issuer};

const PAGE: u32 = 5000;

/// One person on a list.
#[derive(Clone, Debug)]
pub struct ListedPerson {
    /// The pseudonymous number.
    pub person: String,
    /// The nine-digit number.
    pub uid: String,
    /// As the register has it.
    pub name: String,
    /// The declared country.
    pub country: String,
    /// In whole years.
    pub age: u32,
    /// The day of the notice, or why the person is spared.
    pub said: String,
}

impl Issuer {
    /// People of a list with what the register says.
    pub async fn listed_people(
        &self,
        tenant: &str,
        people: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<ListedPerson>, FundError> {
        self.pension_fund(tenant)?;
        let today: NaiveDate = self.today();
        let mut tx = self.store.read().await?;
        let mut listed = Vec::new();
        for (person, said) in people {
            let row = tx.find_fund_person(tenant, &person).await?.ok_or(FundError::Damaged)?;
            let it = self.open_fund_person(tenant, &row)?.registered;
            listed.push(ListedPerson {
                person,
                uid: it.uid,
                name: format!("{} {}", it.given_name, it.family_name),
                country: it.country,
                age: today.years_since(it.birth_date).unwrap_or_default(),
                said,
            });
        }
        Ok(listed)
    }

    /// The part of a list that is about one country.
    pub async fn list_of_country(
        &self,
        tenant: &str,
        mut list: SuspensionList,
        country: CountryCode,
    ) -> Result<SuspensionList, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let (mut people, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = tx.list_fund_people_in(tenant, &country.to_string(), &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            people.extend(page);
        }
        list.entries.retain(|it| people.contains(&it.person));
        list.held_out.retain(|it| people.contains(&it.person));
        Ok(list)
    }

    /// Everybody whom a list names or spares, for whoever looks at them before it is approved. Reading it is written down.
    pub async fn list_file(&self, by: &Actor, id: &str) -> Result<Vec<u8>, FundError> {
        let view = self.fund_list(&by.tenant, id).await?;
        let named = view.list.entries.into_iter().map(|it| (it.person, it.notice_on.to_string()));
        let named = self.listed_people(&by.tenant, named).await?;
        let spared = view.list.held_out.into_iter().map(|it| (it.person, it.why));
        let spared = self.listed_people(&by.tenant, spared).await?;
        let mut tx = self.store.write("export_fund_dry_run").await?;
        tx.audit(by, Act { action: "fund.list.look", target: id, detail: &view.row.digest }, self.now())
            .await?;
        tx.commit().await?;
        let line = |state: &'static str| {
            move |it: &ListedPerson| {
                let age = it.age.to_string();
                [&it.uid, &it.person, &it.name, &it.country, &age, &state.to_owned(), &it.said]
                    .map(Clone::clone)
            }
        };
        let lines: Vec<[String; 7]> =
            named.iter().map(line("would be held")).chain(spared.iter().map(line("spared"))).collect();
        let headings = ["uid", "person", "name", "country", "age", "state", "notice_or_reason"];
        Ok(csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str))))
    }
}
