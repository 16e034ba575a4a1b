//! Requests for a verification, policies and reports of the verifier.
