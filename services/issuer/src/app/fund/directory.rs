//! The people of the register by name. Names are sealed in the database, so their order and the search live in memory: about 150
//! bytes a person, read again only as far as the register changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Duration;
use clock::Timestamp;
use entitlement::cycle::{Channel, StageName};
use issuance::Actor;
use issuance::import::Registered;
use issuance::message::Language;
use store_issuer::fund::{PersonRow, RegisterMark, YearPart};

use super::fold::{folded, words};
use super::people::{AGE_BANDS, AgeBand};
use super::proofs::channel_name;
use super::{FundError, FundPerson, Issuer};

/// People read at once; between, others have the thread.
const PIECE: u32 = 1000;
/// A read of the whole, whatever the marks say.
const OLDEST_HOURS: i64 = 1;
/// How far back changes are read again, for those that were committed late.
const OVERLAP_MINUTES: i64 = 10;
const LONGEST_SEARCH: usize = 80;
const SEARCH_HOURS: i64 = 1;

/// Which people are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeoplePart {
    /// Those who take part in it.
    pub year: Option<i32>,
    /// Needs a year.
    pub stage: Option<StageName>,
    /// The way a proof of the year came; needs a year.
    pub channel: Option<&'static str>,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// What they speak.
    pub language: Option<Language>,
    /// By age in the year that is shown.
    pub age: Option<AgeBand>,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct ListedFundPerson {
    /// With what the register says; nothing where it cannot be opened any more.
    pub person: Option<FundPerson>,
    /// The pseudonymous number.
    pub id: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// One of the six official languages.
    pub language: String,
    /// In the year that is shown.
    pub age: i32,
    /// Where they stand in the year that is shown.
    pub stage: Option<StageName>,
    /// The way the proof of that year came.
    pub channel: Option<String>,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct PeoplePage {
    /// How many there are.
    pub total: usize,
    /// Which page this is, from 1 on.
    pub number: usize,
    /// How many pages there are.
    pub pages: usize,
    /// In the order of their names.
    pub rows: Vec<ListedFundPerson>,
}

/// The register in the order of names.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    people: Vec<Entry>,
    mark: RegisterMark,
    /// The latest change that is in it.
    changed: Timestamp,
    read_at: Timestamp,
}

#[derive(Clone, Debug)]
struct Entry {
    /// The family name and the others, folded, words apart by blanks.
    name: Box<str>,
    id: Box<str>,
    uid: Box<str>,
    country: Box<str>,
    language: Box<str>,
    birth_year: i32,
    updated_at: Timestamp,
}

/// What is known of the people of each organisation; locked while somebody reads, so that two do not.
pub(crate) type Directories = tokio::sync::Mutex<BTreeMap<String, Arc<Directory>>>;

impl PeoplePart {
    /// From what an address says; what is not known narrows nothing.
    #[must_use]
    pub fn of(year: Option<i32>, named: [Option<&str>; 5]) -> Self {
        let [stage, channel, country, language, age] = named.map(Option::unwrap_or_default);
        let is_country = country.len() == 3 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        Self {
            year,
            stage: StageName::ALL.into_iter().find(|known| year.is_some() && known.as_str() == stage),
            channel: channel_names().find(|known| year.is_some() && *known == channel),
            country: is_country.then(|| country.to_owned()),
            language: Language::parse(language),
            age: AGE_BANDS.into_iter().find(|known| known.code == age),
        }
    }
}

impl Issuer {
    /// People by their names, as they stand in `shown`: one page of so many, the last one where there are fewer. Words are looked for
    /// at the beginnings of names and of the nine-digit number.
    pub async fn people_by_name(
        &self,
        tenant: &str,
        (part, search): (&PeoplePart, Option<&str>),
        shown: i32,
        (page, size): (usize, usize),
    ) -> Result<PeoplePage, FundError> {
        self.pension_fund(tenant)?;
        let directory = self.directory(tenant).await?;
        let of_year = self.people_of_year(tenant, part).await?;
        let search = words(&search.unwrap_or_default().chars().take(LONGEST_SEARCH).collect::<String>());
        let wanted: Vec<&Entry> = directory
            .people
            .iter()
            .filter(|entry| entry.is_in(part, shown))
            .filter(|entry| of_year.as_ref().is_none_or(|ids| ids.contains(&*entry.id)))
            .filter(|entry| entry.is_found(&search))
            .collect();
        let pages = wanted.len().div_ceil(size.max(1)).max(1);
        let number = page.clamp(1, pages);
        let mut page = PeoplePage { total: wanted.len(), number, pages, rows: Vec::new() };
        let mut tx = self.store.read().await?;
        for entry in wanted.into_iter().skip((number - 1) * size).take(size) {
            // Gone since the directory was read.
            let Some(row) = tx.find_fund_person(tenant, &entry.id).await? else { continue };
            let standing = tx.find_fund_standing(tenant, (shown, &entry.id)).await?;
            let stage = standing.as_ref().map(|standing| standing.stage.as_str());
            page.rows.push(ListedFundPerson {
                person: self.open_fund_person(tenant, &row).ok(),
                age: shown - row.birth_year,
                stage: StageName::ALL.into_iter().find(|known| Some(known.as_str()) == stage),
                channel: standing.and_then(|standing| standing.channel),
                id: row.id,
                country: row.country,
                language: row.language,
            });
        }
        Ok(page)
    }

    /// Countries in which people of the register live.
    pub async fn people_countries(&self, tenant: &str) -> Result<BTreeSet<String>, FundError> {
        self.pension_fund(tenant)?;
        let directory = self.directory(tenant).await?;
        Ok(directory.people.iter().map(|entry| String::from(&*entry.country)).collect())
    }

    /// Keeps what an officer looks for, sealed and for an hour: the address names it, and no name stands in an address.
    pub async fn keep_people_search(&self, by: &Actor, search: &str) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let search: String = search.trim().chars().take(LONGEST_SEARCH).collect();
        let id = self.new_token();
        let sealed = self.seal_for("search", &by.tenant, &id, &search);
        let now = self.now();
        sql::retry(|| async {
            let mut tx = self.store.write("keep_people_search").await?;
            let until = now + Duration::hours(SEARCH_HOURS);
            tx.put_fund_search(&by.tenant, (&id, &by.officer), &sealed, (now, until)).await?;
            tx.commit().await?;
            Ok(id.clone())
        })
        .await
    }

    /// What this officer looks for; nothing when it is too old, or somebody else's.
    pub async fn people_search(&self, by: &Actor, id: &str) -> Result<Option<String>, FundError> {
        self.pension_fund(&by.tenant)?;
        let mut tx = self.store.read().await?;
        let sealed = tx.find_fund_search(&by.tenant, (id, &by.officer), self.now()).await?;
        sealed.map(|sealed| self.open_for("search", &by.tenant, id, &sealed)).transpose()
    }

    /// Pseudonymous numbers of those who take part in the year and are in this part of it; nothing where no year is asked for.
    async fn people_of_year(
        &self,
        tenant: &str,
        part: &PeoplePart,
    ) -> Result<Option<BTreeSet<String>>, FundError> {
        const AT_ONCE: u32 = 20_000;
        let Some(year) = part.year else { return Ok(None) };
        let wanted = YearPart {
            stage: part.stage.map_or("", StageName::as_str),
            channel: part.channel.unwrap_or_default(),
            country: part.country.as_deref().unwrap_or_default(),
            language: part.language.map_or("", Language::code),
            born: part.age.map(|age| age.born(year)),
        };
        let (mut ids, mut after) = (BTreeSet::new(), String::new());
        let mut tx = self.store.read().await?;
        loop {
            let page = tx.list_fund_people_of_year(tenant, (year, &wanted), &after, AT_ONCE).await?;
            let Some(last) = page.last() else { return Ok(Some(ids)) };
            after.clone_from(last);
            ids.extend(page);
        }
    }

    /// The directory as the register stands.
    async fn directory(&self, tenant: &str) -> Result<Arc<Directory>, FundError> {
        let mut known = self.directories.lock().await;
        let now = self.now();
        let mark = self.store.read().await?.fund_register_mark(tenant).await?;
        let old = known.get(tenant).cloned().unwrap_or_default();
        let fresh = now - old.read_at < Duration::hours(OLDEST_HOURS) && old.read_at <= now;
        if fresh && old.mark == mark {
            return Ok(old);
        }
        let directory = match fresh {
            true => self.changed_directory(tenant, &old).await?,
            false => None,
        };
        let directory = match directory {
            Some(directory) => directory,
            None => self.read_directory(tenant, now).await?,
        };
        let directory = Arc::new(directory);
        known.insert(tenant.to_owned(), Arc::clone(&directory));
        Ok(directory)
    }

    /// What changed since; nothing where that does not explain the register as it stands.
    async fn changed_directory(&self, tenant: &str, old: &Directory) -> Result<Option<Directory>, FundError> {
        let since = old.changed - Duration::minutes(OVERLAP_MINUTES);
        let (changed, mark) = self.read_people(tenant, since).await?;
        let mut by_id: BTreeMap<Box<str>, Entry> =
            old.people.iter().map(|entry| (entry.id.clone(), entry.clone())).collect();
        by_id.extend(changed.into_iter().map(|entry| (entry.id.clone(), entry)));
        let directory = Directory::of(by_id.into_values().collect(), old.read_at);
        Ok((directory.mark == mark).then_some(directory))
    }

    async fn read_directory(&self, tenant: &str, now: Timestamp) -> Result<Directory, FundError> {
        let (people, _) = self.read_people(tenant, Timestamp::UNIX_EPOCH).await?;
        Ok(Directory::of(people, now))
    }

    /// Those who changed since a moment, and the mark of the register of which they are read: one view of it.
    async fn read_people(
        &self,
        tenant: &str,
        since: Timestamp,
    ) -> Result<(Vec<Entry>, RegisterMark), FundError> {
        let mut tx = self.store.read().await?;
        let mark = tx.fund_register_mark(tenant).await?;
        let (mut people, mut since, mut after) = (Vec::new(), since, String::new());
        loop {
            let page = tx.list_changed_fund_people(tenant, (since, &after), PIECE).await?;
            let Some(last) = page.last() else { return Ok((people, mark)) };
            (since, after) = (last.updated_at, last.id.clone());
            people.extend(page.iter().map(|row| self.entry(tenant, row)));
            tokio::task::yield_now().await;
        }
    }

    /// Whose name cannot be opened any more stands first, without one.
    fn entry(&self, tenant: &str, row: &PersonRow) -> Entry {
        let registered: Option<Registered> = self.open_for("person", tenant, &row.id, &row.sealed).ok();
        let (name, uid) = registered.map_or_else(Default::default, |it| {
            (folded(&format!("{} {}", it.family_name, it.given_name)), it.uid)
        });
        Entry {
            name: name.into(),
            id: row.id.as_str().into(),
            uid: uid.into(),
            country: row.country.as_str().into(),
            language: row.language.as_str().into(),
            birth_year: row.birth_year,
            updated_at: row.updated_at,
        }
    }
}

impl Directory {
    fn of(mut people: Vec<Entry>, read_at: Timestamp) -> Self {
        people.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let sum = people.iter().map(|entry| entry.updated_at.timestamp_millis()).sum();
        Self {
            mark: RegisterMark { people: people.len() as u64, sum },
            changed: people.iter().map(|entry| entry.updated_at).max().unwrap_or_default(),
            read_at,
            people,
        }
    }
}

impl Entry {
    fn is_in(&self, part: &PeoplePart, shown: i32) -> bool {
        let is = |wanted: Option<&str>, here: &str| wanted.is_none_or(|wanted| wanted == here);
        let (from, to) = part.age.map_or((i32::MIN, i32::MAX), |age| age.born(shown));
        is(part.country.as_deref(), &self.country)
            && is(part.language.map(Language::code), &self.language)
            && (from..=to).contains(&self.birth_year)
    }

    /// Each word begins one of the name, or the number.
    fn is_found(&self, search: &[String]) -> bool {
        search.iter().all(|word| {
            self.uid.starts_with(word.as_str())
                || self.name.split(' ').any(|part| part.starts_with(word.as_str()))
        })
    }
}

/// The ways a proof comes, as the database names them.
pub(crate) fn channel_names() -> impl Iterator<Item = &'static str> {
    Channel::ALL.into_iter().map(channel_name)
}
