//! Who may do what at an organisation's console. A person holds a set of roles; permissions follow from them.

/// What a person at the console is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Prepares: uploads lists, makes offers, suspends, proposes what needs a second person.
    Officer,
    /// The second person: approves or refuses what somebody else proposed.
    Approver,
    /// Reads everything, also the audit trail, and changes nothing.
    Auditor,
    /// Invites people and gives roles; sees nobody's record by that alone.
    Administrator,
}

/// One thing a page or a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    SeePeople,
    /// What waits for a second person; without [`Permission::SeePeople`] only what concerns colleagues.
    SeeProposals,
    Issue,
    Approve,
    Audit,
    Administer,
}

/// A set of roles; empty for somebody who no longer works here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Role {
    pub const ALL: [Self; 4] = [Self::Officer, Self::Approver, Self::Auditor, Self::Administrator];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Officer => "Officer",
            Self::Approver => "Approver",
            Self::Auditor => "Auditor",
            Self::Administrator => "Administrator",
        }
    }

    /// What the role is for, in the words of an office.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Officer => {
                "Uploads lists, makes offers, suspends, and proposes what a second person approves"
            }
            Self::Approver => "Approves or refuses what a colleague proposed, never their own proposal",
            Self::Auditor => "Reads everything and searches the audit trail; changes nothing",
            Self::Administrator => "Invites colleagues and gives roles; sees no personal data by that alone",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whoever holds such a role could undo the control by a second person, so giving it needs one.
    #[must_use]
    pub const fn is_guarded(self) -> bool {
        matches!(self, Self::Approver | Self::Administrator)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Officer => 1,
            Self::Approver => 2,
            Self::Auditor => 4,
            Self::Administrator => 8,
        }
    }

    const fn may(self, what: Permission) -> bool {
        match self {
            Self::Officer => {
                matches!(what, Permission::SeePeople | Permission::SeeProposals | Permission::Issue)
            }
            Self::Approver => {
                matches!(what, Permission::SeePeople | Permission::SeeProposals | Permission::Approve)
            }
            Self::Auditor => {
                matches!(what, Permission::SeePeople | Permission::SeeProposals | Permission::Audit)
            }
            Self::Administrator => {
                matches!(what, Permission::Administer | Permission::SeeProposals | Permission::Audit)
            }
        }
    }
}

impl Roles {
    /// The first person of an organisation, until there are others.
    pub const ALL: Self = Self(0b1111);
    pub const NONE: Self = Self(0);

    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | role.bit()))
    }

    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn may(self, what: Permission) -> bool {
        self.iter().any(|role| role.may(what))
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// Whether this set holds a guarded role that the other one lacks.
    #[must_use]
    pub fn gains_guarded(self, before: Self) -> bool {
        self.iter().any(|role| role.is_guarded() && !before.has(role))
    }

    /// Names separated by blanks, in a fixed order; anything else is no set of roles.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let roles: Option<Vec<Role>> = text.split_whitespace().map(Role::parse).collect();
        roles.map(|roles| Self::of(&roles))
    }
}

impl std::fmt::Display for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.iter().map(Role::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_more_than_the_role_says() {
        use Permission::{Administer, Approve, Audit, Issue, SeePeople, SeeProposals};
        let table = [
            (Role::Officer, [true, true, false, false, false]),
            (Role::Approver, [true, false, true, false, false]),
            (Role::Auditor, [true, false, false, true, false]),
            (Role::Administrator, [false, false, false, true, true]),
        ];
        for (role, expected) in table {
            let may = [SeePeople, Issue, Approve, Audit, Administer].map(|what| Roles::of(&[role]).may(what));
            assert_eq!(may, expected, "{role:?}");
            assert!(Roles::of(&[role]).may(SeeProposals), "{role:?}");
        }
        assert!(!Roles::NONE.may(SeePeople));
        assert!(Roles::ALL.may(Approve) && Roles::ALL.may(Administer));
    }

    #[test]
    fn names_round_trip_and_strangers_are_refused() {
        let roles = Roles::of(&[Role::Administrator, Role::Officer]);
        assert_eq!(roles.to_string(), "officer administrator");
        assert_eq!(Roles::parse("administrator officer"), Some(roles));
        assert_eq!(Roles::parse(""), Some(Roles::NONE));
        assert_eq!(Roles::parse("officer root"), None);
    }

    #[test]
    fn only_new_guarded_roles_count() {
        let officer = Roles::of(&[Role::Officer]);
        let both = Roles::of(&[Role::Officer, Role::Approver]);
        assert!(both.gains_guarded(officer));
        assert!(!officer.gains_guarded(both), "taking a role away");
        assert!(!both.gains_guarded(both));
        assert!(!Roles::of(&[Role::Officer, Role::Auditor]).gains_guarded(officer));
    }
}
