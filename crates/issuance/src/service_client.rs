//! What a machine may do for an organisation.

use crate::Actor;

/// One thing a service client is allowed to do; its token carries no other right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Pushes hires, changes and separations over SCIM 2.0.
    Scim,
    /// Hands in staff lists.
    StaffLists,
    /// Offers credentials and changes their status.
    Credentials,
    /// Reads status lists as they were, as an auditor does.
    StatusHistory,
    /// Hands in files of the Fund's register.
    FundRegister,
    /// Runs nights, enters proofs and fetches lists for payroll.
    FundCycle,
    /// Reads journals and counts, as an auditor does.
    FundAudit,
}

impl Scope {
    pub const ALL: [Self; 7] = [
        Self::Scim,
        Self::StaffLists,
        Self::Credentials,
        Self::StatusHistory,
        Self::FundRegister,
        Self::FundCycle,
        Self::FundAudit,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::StaffLists => "staff-lists",
            Self::Credentials => "credentials",
            Self::StatusHistory => "status-history",
            Self::FundRegister => "fund-register",
            Self::FundCycle => "fund-cycle",
            Self::FundAudit => "fund-audit",
        }
    }

    /// For people.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Scim => "Pushes hires, changes and separations (SCIM 2.0), and reads what it pushed",
            Self::StaffLists => "Hands in staff lists (CSV, XLSX); a second person approves what they offer",
            Self::Credentials => {
                "Offers credentials to people on the list and gets the links and codes, suspends and reinstates, \
                    proposes to revoke"
            }
            Self::StatusHistory => "Reads status lists as they were at an earlier time, for auditors",
            Self::FundRegister => "Hands in the pension system's file of the Fund's register",
            Self::FundCycle => {
                "Runs the Fund's nightly job, enters proofs of life and fetches lists for payroll"
            }
            Self::FundAudit => "Reads the Fund's journals and counts by pseudonymous number, for auditors",
        }
    }

    /// Whether an organisation with staff, or the Fund, has anything that it opens.
    #[must_use]
    pub const fn suits(self, has_staff: bool, is_fund: bool) -> bool {
        match self {
            Self::Scim | Self::StaffLists | Self::Credentials => has_staff,
            Self::FundRegister | Self::FundCycle | Self::FundAudit => is_fund,
            Self::StatusHistory => true,
        }
    }

    /// Whether most programs need it; the others are for few.
    #[must_use]
    pub const fn is_usual(self) -> bool {
        matches!(self, Self::Scim)
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// How a client is named where an officer could be: in the audit trail, in proposals, beside a change of status.
const PREFIX: &str = "client:";

impl Actor {
    /// A machine of an organisation.
    #[must_use]
    pub fn client(tenant: &str, client: &str) -> Self {
        Self { tenant: tenant.to_owned(), officer: format!("{PREFIX}{client}") }
    }
}

/// The identifier of the client that acts under this name; none for a person.
#[must_use]
pub fn client_of(officer: &str) -> Option<&str> {
    officer.strip_prefix(PREFIX)
}
