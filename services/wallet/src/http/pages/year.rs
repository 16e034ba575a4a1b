//! The card of the year on the first page: where the yearly proof stands, and what to do.

use chrono::NaiveDate;
use clock::Timestamp;
use wire::yearly::{YearStage, YearStanding};

use super::receipt::channel;
use super::residence::Residence;
use super::shown::Unfinished;
use crate::app::enrolment::EnrolmentError;
use crate::app::year::KnownYear;
use crate::app::{Person, Wallet};
use crate::words::{Sentence, Words};

/// One yearly proof, in the person's words.
pub struct YearCard {
    /// The enrolment in this wallet.
    pub id: String,
    pub fund: String,
    /// What the Fund calls itself in the reader's language.
    pub own_name: Option<String>,
    pub title: Sentence,
    pub tone: &'static str,
    /// The name of the sentence on the badge.
    pub badge: &'static str,
    pub lines: Vec<Sentence>,
    pub act: Option<YearButton>,
    /// The Fund looks at where the person lives, or did so lately.
    pub residence: Option<Residence>,
    /// The Fund should be asked before this is relied on.
    pub stale: bool,
    /// When the Fund said it.
    pub said: Option<Timestamp>,
}

/// What the button of the card does.
pub enum YearButton {
    /// Begins, with the device key.
    Begin,
    /// Leads to the question of this year.
    Open { href: String, label: &'static str },
}

/// The cards of a wallet, from what is kept; the page asks the Fund anew.
pub async fn cards(wallet: &Wallet, person: &Person, words: Words) -> Result<Vec<YearCard>, EnrolmentError> {
    let now = wallet.now();
    let years = wallet.years(person).await?;
    Ok(years.iter().map(|year| YearCard::new(year, words, now)).collect())
}

/// The enrolment by which somebody may begin again, for the page of a question of this organisation.
pub async fn enrolled_with(
    wallet: &Wallet,
    person: &Person,
    did: Option<&str>,
) -> Result<Option<String>, EnrolmentError> {
    let years = wallet.years(person).await?;
    let same = years.into_iter().find(|it| did.is_some() && it.enrolment.fund.did.as_deref() == did);
    Ok(same.map(|it| it.record.id))
}

/// That a proof made now counts for more than one year. `years` are in their order.
pub fn counts_for(words: Words, years: &[i32]) -> Option<Sentence> {
    let (last, before) = years.split_last()?;
    let (first, more) = before.split_first()?;
    let first = more.iter().fold(first.to_string(), |before, next| {
        words.say("list-next").with("before", before).with("next", next.to_string()).plain()
    });
    Some(words.say("year-both").with("first", first).with("second", last.to_string()))
}

/// What is on a card is not told a second time.
pub fn without_told(unfinished: Vec<Unfinished>, cards: &[YearCard]) -> Vec<Unfinished> {
    let told = |one: &Unfinished| {
        cards.iter().any(|card| matches!(&card.act, Some(YearButton::Open { href, .. }) if *href == one.href))
    };
    unfinished.into_iter().filter(|one| !told(one)).collect()
}

impl YearCard {
    fn new(known: &KnownYear, words: Words, now: Timestamp) -> Self {
        let year = &known.enrolment.year;
        let today = now.date_naive();
        let look = Look { words, today, existence: year.existence.as_deref(), answered: known.is_answered() };
        let said = year.said.as_ref();
        let told = match said {
            Some((standing, _)) => look.of(standing),
            None => look.unknown(),
        };
        let asked = said.map_or_else(|| chrono::Datelike::year(&today), |(standing, _)| look.year(standing));
        Self {
            id: known.record.id.clone(),
            fund: known.enrolment.fund.name().to_owned(),
            own_name: known.enrolment.fund.own_name(words.language().code()).map(str::to_owned),
            title: words.say("year-title").with("year", asked.to_string()),
            tone: told.tone,
            badge: told.badge,
            lines: told.lines,
            act: told.act,
            residence: said
                .and_then(|(standing, _)| standing.residence.as_ref())
                .map(|note| Residence::new(words, note)),
            stale: known.is_stale(now),
            said: said.map(|(_, at)| *at),
        }
    }
}

struct Told {
    tone: &'static str,
    badge: &'static str,
    lines: Vec<Sentence>,
    act: Option<YearButton>,
}

struct Look<'a> {
    words: Words,
    today: NaiveDate,
    existence: Option<&'a str>,
    /// This year's question was answered here.
    answered: bool,
}

impl Look<'_> {
    fn of(&self, said: &YearStanding) -> Told {
        match said.stage {
            // What was true then: the window has opened since.
            _ if self.has_opened(said) => self.opened(),
            // The Fund was asked before that.
            YearStage::Open | YearStage::Late | YearStage::OnHold if self.answered => self.with_fund(said),
            YearStage::NotYet => self.quiet("year-not-yet", self.next(said)),
            YearStage::Open => self.asks("waiting", "year-open", self.open(said), said),
            YearStage::Late => self.asks("warning", "year-late", self.late(said), said),
            YearStage::OnHold => self.asks("error", "year-on-hold", self.held(said), said),
            YearStage::WithFund => self.with_fund(said),
            YearStage::Done => self.done(said),
            // Nothing is known of this year yet: nobody reads that nothing is asked.
            YearStage::NotConcerned if said.dates_missing => {
                let mut lines = self.resumes(said);
                lines.push(self.words.say("year-dates-missing"));
                self.quiet("year-not-yet", lines)
            }
            YearStage::NotConcerned => {
                let mut lines = vec![self.words.say("year-not-concerned-what")];
                lines.extend(self.next(said));
                self.quiet("year-not-concerned", lines)
            }
            YearStage::Ended => self.quiet("year-ended", vec![self.words.say("year-ended-what")]),
        }
    }

    /// The year that the title names: of a window that has opened since, the year of today.
    fn year(&self, said: &YearStanding) -> i32 {
        if self.has_opened(said) { chrono::Datelike::year(&self.today) } else { said.year }
    }

    fn has_opened(&self, said: &YearStanding) -> bool {
        matches!(said.stage, YearStage::NotYet | YearStage::Done | YearStage::NotConcerned)
            && !said.dates_missing
            && said.next_opens.is_some_and(|opens| opens <= self.today)
    }

    /// The Fund was never asked: it is, when the page has its key.
    fn unknown(&self) -> Told {
        let lines = vec![self.words.say("year-unknown-what")];
        Told { tone: "plain", badge: "year-unknown", lines, act: Some(YearButton::Begin) }
    }

    fn opened(&self) -> Told {
        let lines = vec![self.words.say("year-opened-what")];
        Told { tone: "waiting", badge: "year-open", lines, act: Some(YearButton::Begin) }
    }

    fn open(&self, said: &YearStanding) -> Vec<Sentence> {
        let due = said.due.map(|due| self.words.say("year-open-what").with("date", self.words.date(due)));
        due.into_iter().chain(self.both(said)).collect()
    }

    fn late(&self, said: &YearStanding) -> Vec<Sentence> {
        let mut lines = Vec::new();
        if let Some(due) = said.due {
            lines.push(self.words.say("year-late-what").with("date", self.words.date(due)));
        }
        // Whoever was spared is not told of a payroll that is past.
        if let Some(from) = said.held_from.filter(|from| *from > self.today) {
            lines.push(self.words.say("year-late-hold").with("date", self.words.date(from)));
        }
        lines.extend(self.both(said));
        lines
    }

    fn held(&self, said: &YearStanding) -> Vec<Sentence> {
        let mut lines = vec![self.words.say("year-on-hold-what")];
        lines.extend(self.both(said));
        lines
    }

    fn both(&self, said: &YearStanding) -> Option<Sentence> {
        match said.closes.is_empty() && said.proof_year > said.year {
            // A Fund that does not name each.
            true => counts_for(self.words, &[said.year, said.proof_year]),
            false => counts_for(self.words, &said.closes),
        }
    }

    fn with_fund(&self, said: &YearStanding) -> Told {
        let mut lines = vec![match said.usual_days {
            Some(days) => self.words.say("year-with-fund-days").count("days", usize::from(days)),
            None => self.words.say("year-with-fund-what"),
        }];
        if said.payment_on_hold {
            lines.insert(0, self.words.say("year-held-until-decided"));
        }
        let tone = if said.payment_on_hold { "error" } else { "waiting" };
        let badge = if said.payment_on_hold { "year-on-hold" } else { "year-with-fund" };
        Told { tone, badge, lines, act: self.existence("year-see") }
    }

    /// Payment was on hold, and begins again.
    fn resumes(&self, said: &YearStanding) -> Vec<Sentence> {
        said.payment_resumes.then(|| self.words.say("year-resumes")).into_iter().collect()
    }

    fn done(&self, said: &YearStanding) -> Told {
        let mut lines = self.resumes(said);
        if let Some(receipt) = &said.receipt {
            let how = self.words.say("year-done-what").at("date", &receipt.received_at);
            lines.push(how.with("channel", self.words.say(channel(&receipt.channel)).plain()));
            let quote = self.words.say("existence-confirmed-reference");
            lines.push(quote.with("reference", &receipt.reference));
            if let Some(until) = receipt.valid_until {
                lines.push(self.words.say("year-covered").with("date", self.words.date(until)));
            }
        }
        lines.extend(self.next(said));
        Told { tone: "success", badge: "year-done", lines, act: self.existence("year-receipt") }
    }

    fn next(&self, said: &YearStanding) -> Vec<Sentence> {
        let next = said.next_opens.map(|day| self.words.say("year-next").with("date", self.words.date(day)));
        next.into_iter().collect()
    }

    fn quiet(&self, badge: &'static str, lines: Vec<Sentence>) -> Told {
        Told { tone: "plain", badge, lines, act: None }
    }

    fn asks(
        &self,
        tone: &'static str,
        badge: &'static str,
        lines: Vec<Sentence>,
        said: &YearStanding,
    ) -> Told {
        let go_on = self.existence("year-go-on").filter(|_| said.request_uri.is_some());
        let act = go_on.or_else(|| said.may_begin.then_some(YearButton::Begin));
        Told { tone, badge, lines, act }
    }

    fn existence(&self, label: &'static str) -> Option<YearButton> {
        self.existence.map(|id| YearButton::Open { href: format!("/existence/{id}"), label })
    }
}
