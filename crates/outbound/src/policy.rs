use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What requests may reach. The default is what a service on the public internet needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundPolicy {
    /// 127.0.0.0/8, `::1`, `localhost` and `*.localhost`: services of one machine that talk to each other.
    pub allow_loopback: bool,
    /// RFC 1918, RFC 4193 and RFC 6598: services inside one organisation's network.
    pub allow_private: bool,
    /// Plain `http`, for trying out on one machine.
    pub allow_http: bool,
    pub max_body_bytes: usize,
    pub timeout_seconds: u64,
    /// PEM files with certificates to trust beside the system's.
    pub root_certificates: Vec<PathBuf>,
}

impl Default for OutboundPolicy {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            allow_private: false,
            allow_http: false,
            max_body_bytes: 1024 * 1024,
            timeout_seconds: 10,
            root_certificates: Vec::new(),
        }
    }
}
