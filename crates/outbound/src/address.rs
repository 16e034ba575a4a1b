use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::OutboundPolicy;

/// Whether the policy lets a request connect to this address.
pub(crate) fn allowed(policy: &OutboundPolicy, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => allowed_v4(policy, address),
        IpAddr::V6(address) => match embedded_v4(address) {
            // The network delivers these to the IPv4 address inside, so that one decides.
            Some(inner) => allowed_v4(policy, inner),
            None => allowed_v6(policy, address),
        },
    }
}

/// IANA IPv4 Special-Purpose Address Registry; what is not globally reachable is refused.
fn allowed_v4(policy: &OutboundPolicy, address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    if address.is_loopback() {
        return policy.allow_loopback;
    }
    let shared = a == 100 && (64..128).contains(&b);
    if address.is_private() || shared {
        return policy.allow_private;
    }
    let never = a == 0
        || address.is_link_local() // Clouds serve credentials at 169.254.169.254.
        || address.is_multicast()
        || address.is_documentation()
        || a >= 240
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !never
}

/// IANA IPv6 Special-Purpose Address Registry; only 2000::/3 is global unicast.
fn allowed_v6(policy: &OutboundPolicy, address: Ipv6Addr) -> bool {
    if address.is_loopback() {
        return policy.allow_loopback;
    }
    if address.is_unique_local() {
        return policy.allow_private;
    }
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    // 2001::/23 holds Teredo, ORCHID and benchmarking; 2001:db8::/32 and 3fff::/20 are for documentation.
    let special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || (first == 0x3fff && second & 0xf000 == 0);
    global && !special
}

/// IPv4-mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056) addresses carry an IPv4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [s0, s1, s2, s3, s4, s5] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(join(s6, s7)),
        [0x2002, ..] => Some(join(s1, s2)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn strict(address: &str) -> bool {
        allowed(&OutboundPolicy::default(), address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_allowed() {
        for address in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(strict(address), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_inside_are_refused() {
        let inside = [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "192.0.0.170",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
            "::127.0.0.1",
        ];
        for address in inside {
            assert!(!strict(address), "{address}");
        }
    }

    #[test]
    fn each_permission_opens_only_its_own_range() {
        let loopback = OutboundPolicy { allow_loopback: true, ..OutboundPolicy::default() };
        let private = OutboundPolicy { allow_private: true, ..OutboundPolicy::default() };
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(allowed(&loopback, parse("127.0.0.1")) && allowed(&loopback, parse("::1")));
        assert!(!allowed(&loopback, parse("10.0.0.1")) && !allowed(&loopback, parse("169.254.169.254")));
        assert!(allowed(&private, parse("10.0.0.1")) && allowed(&private, parse("fd00::1")));
        assert!(!allowed(&private, parse("127.0.0.1")) && !allowed(&private, parse("169.254.169.254")));
    }
}
