use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::OutboundPolicy;
use crate::address::allowed;

/// Resolves names and drops every address the policy forbids. The connection uses what is returned here, so a
/// name that changes its answer between check and use gains nothing.
pub(crate) struct GuardedResolver(pub(crate) Arc<OutboundPolicy>);

/// The name resolves only to addresses the policy forbids.
#[derive(Debug, thiserror::Error)]
#[error("the policy for outbound requests forbids this address")]
pub(crate) struct Forbidden;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str().trim_end_matches('.');
            let found: Vec<IpAddr> = if is_localhost(name) {
                // RFC 6761, 6.3: these names are loopback by definition; getaddrinfo knows the first only.
                vec![Ipv4Addr::LOCALHOST.into()]
            } else {
                tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()
            };
            let kept: Vec<_> = found
                .into_iter()
                .filter(|ip| allowed(&policy, *ip))
                .map(|ip| SocketAddr::new(ip, 0))
                .collect();
            if kept.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

pub(crate) fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.len() > 10
            && name.get(name.len() - 10..).is_some_and(|end| end.eq_ignore_ascii_case(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_names_are_recognised() {
        assert!(is_localhost("localhost") && is_localhost("wallet.localhost") && is_localhost("A.LocalHost"));
        assert!(
            !is_localhost("notlocalhost") && !is_localhost("localhost.example") && !is_localhost(".localhos")
        );
    }
}
