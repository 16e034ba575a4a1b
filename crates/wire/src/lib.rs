//! Messages that cross a network between services: OID4VCI, OID4VP, the VC API and our own JSON.
//!
//! Only shapes live here, no logic: serde types that follow their specification's member names exactly and ignore
//! unknown members where the specification demands it. No floating point numbers, because `serde_json` carries
//! arbitrary precision in this workspace and such numbers would not round-trip through untagged types.
//! Read [`vci::CredentialOffer`], [`vp`] and [`anchors::Receipt`] first.

pub mod amr;
pub mod anchors;
pub mod enrolment;
pub mod existence;
pub mod fund;
pub mod fund_follow_up;
pub mod fund_invitations;
pub mod fund_mail;
pub mod hr;
pub mod oidc;
pub mod policies;
pub mod representative;
pub mod residence;
pub mod sandbox;
pub mod vc_api;
pub mod vci;
pub mod verifications;
pub mod vp;
pub mod webhooks;
pub mod yearly;
