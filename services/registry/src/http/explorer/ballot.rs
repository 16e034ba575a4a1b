//! Where a proposal stands: the votes against what they need, and what happens when.

use registry_types::{GovernanceParams, Proposal, ProposalState};
use web::Problem;

use super::words::Named;
use crate::http::views::time;

/// The votes, counted as the rules count them.
pub struct Ballot {
    pub approve: usize,
    pub refuse: usize,
    /// How many are entitled to vote; nothing when it is closed and the chain does not keep who was.
    pub governors: Option<usize>,
    /// Votes for it that suffice.
    pub needed: Option<usize>,
    pub voters: Vec<Voter>,
}

pub struct Voter {
    pub organisation: Named,
    pub vote: Cast,
}

pub enum Cast {
    For {
        at: String,
    },
    Against {
        at: String,
    },
    /// Entitled, and silent.
    Not,
}

impl Ballot {
    /// Of an open proposal the governors of today vote, of an executed one those that its record names.
    pub fn new(
        record: &Proposal,
        today: &[String],
        params: &GovernanceParams,
        name: impl Fn(&str) -> Result<Named, Problem>,
    ) -> Result<Self, Problem> {
        let entitled = match &record.state {
            ProposalState::Open => Some(today),
            ProposalState::Executed { governors, .. } | ProposalState::Failed { governors, .. } => {
                Some(governors.as_slice())
            }
            ProposalState::Rejected { .. }
            | ProposalState::Withdrawn { .. }
            | ProposalState::Expired { .. } => None,
        };
        let counts = |id: &String| entitled.is_none_or(|governors| governors.contains(id));
        let mut voters = Vec::new();
        let (mut approve, mut refuse) = (0, 0);
        for vote in record.votes.iter().filter(|vote| counts(&vote.organisation)) {
            let at = time(vote.at_ms);
            *(if vote.approve { &mut approve } else { &mut refuse }) += 1;
            let vote_cast = if vote.approve { Cast::For { at } } else { Cast::Against { at } };
            voters.push(Voter { organisation: name(&vote.organisation)?, vote: vote_cast });
        }
        let voted = |id: &String| record.votes.iter().any(|vote| vote.organisation == *id);
        for id in entitled.unwrap_or_default().iter().filter(|id| !voted(id)) {
            voters.push(Voter { organisation: name(id)?, vote: Cast::Not });
        }
        let governors = entitled.map(<[String]>::len);
        let needed = governors.map(|count| {
            if record.kind.is_emergency() {
                needed_in_emergency(count, params.emergency_numerator, params.emergency_denominator)
            } else {
                needed(count)
            }
        });
        Ok(Self { approve, refuse, governors, needed, voters })
    }

    pub fn carried(&self) -> bool {
        self.needed.is_some_and(|needed| self.approve >= needed)
    }

    pub fn missing(&self) -> usize {
        self.needed.map_or(0, |needed| needed.saturating_sub(self.approve))
    }
}

/// The fewest votes that are more than two thirds of so many governors ([`registry_types::record::Count::passes`]).
pub fn needed(governors: usize) -> usize {
    governors * 2 / 3 + 1
}

/// The fewest that reach the share, rounded up ([`registry_types::record::Count::passes_emergency`]).
fn needed_in_emergency(governors: usize, numerator: u32, denominator: u32) -> usize {
    let governors = u64::try_from(governors).unwrap_or(u64::MAX);
    let share = governors.saturating_mul(numerator.into()).div_ceil(u64::from(denominator.max(1)));
    usize::try_from(share).unwrap_or(usize::MAX).max(1)
}

#[derive(Clone, Copy)]
pub struct Clock {
    pub now_ms: u64,
    pub height: u64,
}

/// What is to come, or what came of it.
pub enum State {
    /// Votes are still missing; it expires at the deadline.
    Voting {
        deadline: Option<Countdown>,
    },
    /// It has its votes and waits for the end of its notice, or for its height.
    Carried {
        from: Option<Countdown>,
        from_height: Option<u64>,
    },
    Executed {
        height: u64,
        at: String,
    },
    Failed {
        height: u64,
        at: String,
        code: String,
    },
    Rejected {
        at: String,
    },
    Withdrawn {
        at: String,
    },
    Expired {
        at: String,
    },
}

pub struct Countdown {
    /// RFC 3339.
    pub at: String,
    /// How long from now, in words.
    pub left: String,
}

impl Countdown {
    /// Nothing when the instant is further than a calendar reaches, which means never.
    fn to(at_ms: u64, now_ms: u64) -> Option<Self> {
        let at = time(at_ms);
        (!at.is_empty()).then(|| Self { at, left: left(at_ms.saturating_sub(now_ms)) })
    }
}

impl State {
    pub fn new(record: &Proposal, ballot: &Ballot, clock: Clock) -> Self {
        match &record.state {
            ProposalState::Open if ballot.carried() => {
                let height = record.kind.earliest_height();
                Self::Carried {
                    from: Countdown::to(record.earliest_ms, clock.now_ms),
                    from_height: (height > clock.height).then_some(height),
                }
            }
            ProposalState::Open => Self::Voting { deadline: Countdown::to(record.deadline_ms, clock.now_ms) },
            ProposalState::Executed { height, at_ms, .. } => {
                Self::Executed { height: *height, at: time(*at_ms) }
            }
            ProposalState::Failed { height, at_ms, code, .. } => {
                Self::Failed { height: *height, at: time(*at_ms), code: code.clone() }
            }
            ProposalState::Rejected { at_ms } => Self::Rejected { at: time(*at_ms) },
            ProposalState::Withdrawn { at_ms } => Self::Withdrawn { at: time(*at_ms) },
            ProposalState::Expired { at_ms } => Self::Expired { at: time(*at_ms) },
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Voting { .. } | Self::Carried { .. })
    }

    /// When it expires, or takes effect.
    pub fn next(&self) -> Option<&Countdown> {
        match self {
            Self::Voting { deadline: next } | Self::Carried { from: next, .. } => next.as_ref(),
            Self::Executed { .. }
            | Self::Failed { .. }
            | Self::Rejected { .. }
            | Self::Withdrawn { .. }
            | Self::Expired { .. } => None,
        }
    }

    /// RFC 3339.
    pub fn closed_at(&self) -> Option<&str> {
        match self {
            Self::Voting { .. } | Self::Carried { .. } => None,
            Self::Executed { at, .. }
            | Self::Failed { at, .. }
            | Self::Rejected { at }
            | Self::Withdrawn { at }
            | Self::Expired { at } => Some(at),
        }
    }

    /// The badge's class and its word.
    pub fn badge(&self) -> (&'static str, &'static str) {
        match self {
            Self::Voting { .. } => ("plain", "Open"),
            Self::Carried { .. } => ("success", "Carried"),
            Self::Executed { .. } => ("success", "In effect"),
            Self::Failed { .. } => ("error", "Could not take effect"),
            Self::Rejected { .. } => ("error", "Rejected"),
            Self::Withdrawn { .. } => ("plain", "Withdrawn"),
            Self::Expired { .. } => ("warning", "Expired"),
        }
    }
}

/// The two largest units, as the page's script writes them.
fn left(ms: u64) -> String {
    let mut seconds = ms / 1_000;
    if seconds == 0 {
        return "with the next block".to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for (name, length) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] {
        let count = seconds / length;
        seconds %= length;
        if (count > 0 || !parts.is_empty()) && parts.len() < 2 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use registry_types::operation::Member;
    use registry_types::record::{CastVote, Count};
    use registry_types::{ProposalKind, Reason, ReasonCode};

    use super::*;

    #[test]
    fn what_is_needed_is_what_the_rules_count() {
        for governors in 1..200 {
            let with = |approve| Count { approve, refuse: 0, governors };
            assert!(with(needed(governors)).passes() && !with(needed(governors) - 1).passes());
            for (numerator, denominator) in [(1, 3), (1, 2), (2, 3), (1, 1), (1, 1_000)] {
                let least = needed_in_emergency(governors, numerator, denominator);
                assert!(with(least).passes_emergency(numerator, denominator));
                assert!(!with(least - 1).passes_emergency(numerator, denominator));
            }
        }
    }

    fn proposal(votes: &[(&str, bool)]) -> Proposal {
        let vote = |(organisation, approve): &(&str, bool)| CastVote {
            organisation: (*organisation).to_owned(),
            approve: *approve,
            at_ms: 1,
        };
        Proposal {
            number: 1,
            kind: ProposalKind::SuspendMember(Member { organisation: "wfp".to_owned() }),
            reason: Reason::without_text(ReasonCode::Routine),
            proposer: "a".to_owned(),
            proposed_ms: 0,
            earliest_ms: 60_000,
            deadline_ms: 90_061_000,
            votes: votes.iter().map(vote).collect(),
            state: ProposalState::Open,
        }
    }

    fn ballot(record: &Proposal) -> Ballot {
        let governors = ["a", "b", "c", "d"].map(str::to_owned);
        Ballot::new(record, &governors, &GovernanceParams::default(), |id| Ok(Named::plain(id))).unwrap()
    }

    #[test]
    fn only_governors_count_and_the_silent_are_named() {
        // `x` voted while it governed.
        let record = proposal(&[("a", true), ("x", true), ("b", false)]);
        let ballot = ballot(&record);
        assert_eq!((ballot.approve, ballot.refuse, ballot.missing()), (1, 1, 2));
        let silent = ballot.voters.iter().filter(|voter| matches!(voter.vote, Cast::Not));
        assert_eq!(silent.map(|voter| voter.organisation.name.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    }

    #[test]
    fn an_open_proposal_counts_down_to_its_deadline_and_a_carried_one_to_its_effect() {
        let clock = Clock { now_ms: 0, height: 9 };
        let record = proposal(&[("a", true)]);
        let State::Voting { deadline: Some(deadline) } = State::new(&record, &ballot(&record), clock) else {
            panic!("not open");
        };
        assert_eq!(deadline.left, "1 day 1 hour");
        let record = proposal(&[("a", true), ("b", true), ("c", true)]);
        let State::Carried { from: Some(from), from_height: None } =
            State::new(&record, &ballot(&record), clock)
        else {
            panic!("not carried");
        };
        assert_eq!(from.left, "1 minute 0 seconds");
        assert_eq!(left(999), "with the next block");
        assert!(Countdown::to(u64::MAX, 0).is_none());
    }
}
