//! The rules of each operation. They read the state as it is at that place of the block and answer with
//! changes; nothing else is touched.

pub mod accreditation;
pub mod charter;
pub mod did;
pub mod documents;
pub mod effect;
pub mod issuing;
pub mod keys;
pub mod member;
pub mod proposal;
pub mod restart;
pub mod stop;
pub mod validator;

/// A version of the rules that this code knows. A block is judged by the version that is in force at its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    V1,
    /// For tests of an upgrade only: an anchor has at least two leaves.
    #[cfg(any(test, feature = "next-rules"))]
    V2,
}

impl Rules {
    pub fn find(version: u32) -> Option<Self> {
        match version {
            1 => Some(Self::V1),
            #[cfg(any(test, feature = "next-rules"))]
            2 => Some(Self::V2),
            _ => None,
        }
    }
}
