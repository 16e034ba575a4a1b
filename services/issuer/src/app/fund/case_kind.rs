//! Kinds of cases and what can come of each: who decides, and within which time.

use entitlement::cycle::CaseKind;

/// What is in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseType {
    /// The place of a proof is not in the declared country.
    Residence,
    /// A proof came without the place that the pension depends on. It touches neither the proof nor a payment.
    Place,
    /// Somebody says the person has died.
    Death,
    /// A proof bears a date after the death.
    ProofAfterDeath,
    /// Payment is to go to another account than before it was held.
    Account,
    /// The person does not agree with a refusal.
    Appeal,
    /// The benefit goes on to somebody else.
    Survivor,
    /// An accepted proof that was drawn for a check by a person.
    Sample,
}

/// One way in which a case can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseOutcome {
    /// As it is stored.
    pub name: &'static str,
    /// For officers.
    pub title: &'static str,
    /// Touches money or a life: one officer proposes it, another confirms.
    pub two: bool,
    /// Names a day.
    pub day: bool,
    /// Rests on a document, whose digest is kept.
    pub document: bool,
}

const fn one(name: &'static str, title: &'static str) -> CaseOutcome {
    CaseOutcome { name, title, two: false, day: false, document: false }
}

const fn two(name: &'static str, title: &'static str) -> CaseOutcome {
    CaseOutcome { name, title, two: true, day: false, document: false }
}

const RESIDENCE: [CaseOutcome; 2] = [
    one("temporary", "The person lives where they say: a journey, or the border"),
    two("moved", "The person has moved: the pension system is told"),
];
const PLACE: [CaseOutcome; 3] = [
    one("shown", "The person lives where they say: a paper of an authority, a visit or a call showed it"),
    two("moved", "The person has moved: the pension system is told"),
    one("not-shown", "Not shown in time: tell the pension system that the country is unproven"),
];
const DEATH: [CaseOutcome; 2] = [
    CaseOutcome { name: "confirmed", title: "The person has died", two: true, day: true, document: true },
    one("wrong", "The report was wrong: the person lives"),
];
const PROOF_AFTER_DEATH: [CaseOutcome; 2] = [
    one("alive", "The record of the death was wrong: the person lives"),
    two("not-theirs", "The proof was not the person’s"),
];
const ACCOUNT: [CaseOutcome; 2] = [
    two("checked", "The new account is the person’s: payment may go there"),
    two("not-confirmed", "Not confirmed: payment goes to the account of before, with a proof of life"),
];
const APPEAL: [CaseOutcome; 2] = [
    one("upheld", "The refusal was wrong: the proof counts"),
    one("not-upheld", "The refusal stands: another way is offered"),
];
const SURVIVOR: [CaseOutcome; 2] = [
    CaseOutcome {
        name: "converted",
        title: "The benefit goes on to a survivor",
        two: true,
        day: true,
        document: false,
    },
    one("no-survivor", "Nobody is entitled after the person"),
];
const SAMPLE: [CaseOutcome; 3] = [
    one("confirmed", "Seen or called: it was the person"),
    one("doubt", "A doubt stays: payment is not touched, a residence or death case follows"),
    one("not-reached", "Not reached in time"),
];

impl CaseType {
    /// In the order of the console.
    pub const ALL: [Self; 8] = [
        Self::Residence,
        Self::Place,
        Self::Death,
        Self::ProofAfterDeath,
        Self::Account,
        Self::Appeal,
        Self::Survivor,
        Self::Sample,
    ];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Residence => "residence",
            Self::Place => "place",
            Self::Death => "death",
            Self::ProofAfterDeath => "proof-after-death",
            Self::Account => "account",
            Self::Appeal => "appeal",
            Self::Survivor => "survivor",
            Self::Sample => "sample",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// For officers.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Residence => "Residence differs",
            Self::Place => "Place missing",
            Self::Death => "Death reported",
            Self::ProofAfterDeath => "Proof after death",
            Self::Account => "Changed account",
            Self::Appeal => "Appeal",
            Self::Survivor => "Survivor",
            Self::Sample => "Drawn for a check",
        }
    }

    /// The days within which somebody decides.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::ProofAfterDeath => 5,
            Self::Death | Self::Account | Self::Appeal => 10,
            Self::Survivor => 20,
            Self::Residence | Self::Place | Self::Sample => 30,
        }
    }

    /// What can come of it.
    #[must_use]
    pub const fn outcomes(self) -> &'static [CaseOutcome] {
        match self {
            Self::Residence => &RESIDENCE,
            Self::Place => &PLACE,
            Self::Death => &DEATH,
            Self::ProofAfterDeath => &PROOF_AFTER_DEATH,
            Self::Account => &ACCOUNT,
            Self::Appeal => &APPEAL,
            Self::Survivor => &SURVIVOR,
            Self::Sample => &SAMPLE,
        }
    }

    /// One outcome by its name.
    #[must_use]
    pub fn outcome(self, name: &str) -> Option<CaseOutcome> {
        self.outcomes().iter().copied().find(|outcome| outcome.name == name)
    }

    /// What the cycle calls it while it is open: a hold-out from suspension. A sample touches nothing, a survivor has a
    /// year of their own, and the cycle knows by itself about an account and a proof after a death.
    pub(super) const fn holds(self) -> Option<CaseKind> {
        match self {
            Self::Residence => Some(CaseKind::Residence),
            Self::Death => Some(CaseKind::DeathReported),
            Self::Appeal => Some(CaseKind::Appeal),
            Self::Place | Self::ProofAfterDeath | Self::Account | Self::Survivor | Self::Sample => None,
        }
    }

    pub(super) const fn of_rule(kind: CaseKind) -> Self {
        match kind {
            CaseKind::Residence => Self::Residence,
            CaseKind::DeathReported => Self::Death,
            CaseKind::ProofAfterDeath => Self::ProofAfterDeath,
            CaseKind::Account => Self::Account,
            CaseKind::Appeal => Self::Appeal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_money_or_a_life_takes_two() {
        let two: Vec<_> = CaseType::ALL
            .into_iter()
            .flat_map(|kind| kind.outcomes().iter().map(move |it| (kind.as_str(), it)))
            .filter(|(_, it)| it.two)
            .map(|(kind, it)| (kind, it.name))
            .collect();
        let expected = [
            ("residence", "moved"),
            ("place", "moved"),
            ("death", "confirmed"),
            ("proof-after-death", "not-theirs"),
            ("account", "checked"),
            ("account", "not-confirmed"),
            ("survivor", "converted"),
        ];
        assert_eq!(two, expected);
        assert!(CaseType::ALL.into_iter().all(|kind| CaseType::parse(kind.as_str()) == Some(kind)));
    }
}
