//! The only place that builds HTTP clients: every request that leaves a service passes these guards.
//!
//! A stranger often chooses the address (a credential offer, a status list, a response URI), so a request may not
//! reach the operator's own network: names are resolved here and each address is judged before connecting. It
//! follows no redirect, keeps no cookie, and bounds time and size. It deliberately retries nothing: callers know
//! what may be repeated. [`webhook`] sends by Standard Webhooks. Read [`OutboundPolicy`], [`Outbound`] and [`Reply`] first.

mod address;
mod client;
mod policy;
mod reply;
mod resolve;
pub mod webhook;

pub use client::{Outbound, OutboundError};
pub use policy::OutboundPolicy;
pub use reply::{JsonError, Reply};
