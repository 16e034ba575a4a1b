//! The real wallet over HTTP, with an issuer, a verifier and the Fund beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod accounts;
mod appeals;
mod approving;
mod assisted;
mod assisted_pages;
mod browser;
mod cards;
mod claim_sets;
mod copies;
mod custody;
mod deferred;
mod desk_keys;
mod desk_queue;
mod enrolling;
mod enrolment;
mod existence;
mod exporting;
mod hostile;
mod kept_keys;
mod mandates;
mod offline;
mod offline_proof;
mod pages;
mod presenting;
mod receiving;
mod recovery;
mod renewals;
mod returning;
mod sharings;
mod stations;
mod stub;
mod vc_api;
mod verifiers;
mod ways_in;
mod world;
