//! Invented beneficiaries: who they are, and when they tend to answer.

use chrono::NaiveDate;
use entitlement::cycle::{CountryCode, Medium, Person, Track};

use crate::dice::{Dice, later};

/// In this country nothing works from spring 2027 to the end of the summer.
pub const CRISIS: &str = "SDN";

/// Share in ten thousand, country, minutes from UTC.
const COUNTRIES: [(u64, (&str, i32)); 12] = [
    (2600, ("USA", -300)),
    (1100, ("FRA", 60)),
    (1000, ("CHE", 60)),
    (900, ("ITA", 60)),
    (800, ("GBR", 0)),
    (700, ("IND", 330)),
    (700, ("KEN", 180)),
    (600, ("ETH", 180)),
    (500, ("CHL", -240)),
    (500, ("THA", 420)),
    (450, ("LBN", 120)),
    (150, (CRISIS, 120)),
];

/// A person and the inclinations the Fund does not know.
#[derive(Clone, Debug)]
pub struct Citizen {
    pub person: Person,
    pub digital: bool,
    pub answers: Answers,
    pub moved: bool,
    pub died_on: Option<NaiveDate>,
    /// Somebody goes on signing after the death.
    pub heirs_sign: bool,
    /// The register hears of the person this late: a row that was mended, or a slow office.
    pub known_from: Option<NaiveDate>,
}

/// What makes a person answer in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answers {
    By(u64),
    FirstMailing,
    SecondMailing,
    FollowUp,
    Notice,
    /// Only a payment that stays away is noticed.
    Hold,
    Never,
}

impl Citizen {
    pub fn draw(number: usize, dice: &Dice) -> Self {
        let digital = dice.of_ten_thousand(6000);
        let (country, utc_offset_minutes) = dice.weighted(&COUNTRIES, ("USA", -300));
        let born = later(date(1930, 1, 1), dice.between(0, 365 * 38));
        let retired = match dice.of_ten_thousand(200) {
            true => later(date(2026, 1, 1), dice.between(0, 364)),
            false => later(date(1995, 1, 1), dice.between(0, 365 * 30)),
        };
        let died_on = dies(born, dice).then(|| later(date(2026, 1, 1), dice.between(0, 630)));
        Self {
            person: Person {
                id: format!("{number:09}"),
                born,
                country: code(country),
                track: if dice.of_ten_thousand(1500) { Track::Two } else { Track::One },
                in_payment_since: Some(retired),
                on_hold_since: None,
                medium: if digital { Medium::App } else { Medium::Post },
                utc_offset_minutes,
            },
            digital,
            answers: answers(digital, dice),
            moved: dice.of_ten_thousand(400),
            died_on,
            heirs_sign: dice.of_ten_thousand(150),
            known_from: dice.of_ten_thousand(100).then(|| later(date(2026, 1, 2), dice.between(0, 540))),
        }
    }

    /// The survivor of somebody: younger, on paper, willing.
    pub fn survivor(number: usize, of: &Self, paid_from: NaiveDate, dice: &Dice) -> Self {
        Self {
            person: Person {
                id: format!("{number:09}"),
                born: later(of.person.born, dice.between(0, 3650)),
                in_payment_since: Some(paid_from),
                medium: Medium::Post,
                ..of.person.clone()
            },
            digital: false,
            answers: Answers::FirstMailing,
            moved: false,
            died_on: None,
            heirs_sign: false,
            known_from: None,
        }
    }

    pub fn is_alive(&self, day: NaiveDate) -> bool {
        self.died_on.is_none_or(|died| day < died)
    }

    pub fn is_in_crisis(&self, day: NaiveDate) -> bool {
        self.person.country.as_str() == CRISIS && (date(2026, 3, 1)..date(2027, 8, 1)).contains(&day)
    }
}

/// Half of the certificates of a year are made in its first weeks; one person in fifty waits for the last letter.
fn answers(digital: bool, dice: &Dice) -> Answers {
    use Answers::{By, FirstMailing, FollowUp, Hold, Never, Notice, SecondMailing};
    let early = By(dice.between(1, 40));
    let spring = By(dice.between(41, 175));
    let choices = match digital {
        true => [(5400, early), (2300, spring), (1200, FirstMailing), (700, SecondMailing)],
        false => [(300, early), (400, spring), (6200, FirstMailing), (2000, SecondMailing)],
    };
    let late = match digital {
        true => [(200, FollowUp), (120, Notice), (70, Hold), (10, Never)],
        false => [(600, FollowUp), (300, Notice), (150, Hold), (50, Never)],
    };
    dice.weighted(&[choices, late].concat(), FirstMailing)
}

/// Of those over 80 one in eleven dies within the simulated time, of the others one in fifty.
fn dies(born: NaiveDate, dice: &Dice) -> bool {
    dice.of_ten_thousand(if born < date(1946, 1, 1) { 900 } else { 200 })
}

pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn code(text: &str) -> CountryCode {
    #[expect(clippy::expect_used, reason = "the countries are a constant of this file")]
    text.parse().expect("a constant country code parses")
}
