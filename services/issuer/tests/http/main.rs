//! The issuer through its routes: the real service on a temporary database, with a chosen clock and seeded randomness.
//! The chain is the one part that is played, because it has to fail at chosen moments.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

mod ahead;
mod anchoring;
mod approvals;
mod attested;
mod authorization;
mod batches;
mod captures;
mod cards;
mod certificates;
mod clients;
mod console;
mod credentials;
mod deferred;
mod documents;
mod dpop;
mod encryption;
mod existence;
mod fund;
mod grants;
mod holders;
mod imports;
mod key_changes;
mod key_ring;
mod keys;
mod ledger;
mod messages;
mod metadata;
mod offers;
mod pages;
mod passkeys;
mod persons;
mod portraits;
mod providers;
mod reissues;
mod roles;
mod scim;
mod service;
mod staff;
mod stations;
mod status;
mod status_cwt;
mod status_history;
mod support;
mod surface;
mod token;
mod tokens;
mod vc_api;
mod vc_api_envelopes;
mod vc_jwt;
mod webhooks;
