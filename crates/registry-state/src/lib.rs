//! Which transactions are allowed and what they change: the same answer on every node, at every time.
//!
//! A transaction passes three steps. [`check_stateless`] looks at form and signature and needs nothing else;
//! [`check_against`] asks a snapshot only what stays true while other transactions run; [`Execution::apply`]
//! decides, in the order of the block. A refused transaction leaves no trace. Beneath lies a versioned
//! authenticated map ([`map`]) whose root stands in every header.
//!
//! The crate has no clock (time is block time), no I/O beyond [`View`], and nothing whose order is random.

mod against;
mod carry;
mod error;
mod execution;
mod genesis;
pub mod map;
pub mod memory;
mod rules;
mod stateless;
mod view;

pub use against::check_against;
pub use carry::{Carry, CarryError};
pub use error::TransactionError;
pub use execution::{BlockContext, Execution, Refusal};
pub use genesis::genesis_writes;
pub use rules::restart::RestartRefusal;
pub use stateless::{Checked, check_stateless};
pub use view::{View, ViewError, Writes};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
