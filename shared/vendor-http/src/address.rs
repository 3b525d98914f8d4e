//! Network addresses that a vendor may have, and the resolver that connects to checked addresses only.
//!
//! A host name is resolved once per connection and the connection goes to the very addresses that were checked, so a name
//! that changes its answer between check and use gains nothing. A literal address never reaches a resolver: it is checked
//! where the base URL is read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether plain http and addresses that are not public may be called. The list of hosts holds either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrivateVendors {
    /// https and public addresses only.
    #[default]
    Deny,
    /// Also http and private addresses: vendors simulated on a laptop.
    Allow,
}

/// Neither `deny` nor `allow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("whether private vendors may be called is said by `deny` or `allow`")]
pub struct InvalidPrivateVendors;

impl FromStr for PrivateVendors {
    type Err = InvalidPrivateVendors;

    fn from_str(text: &str) -> Result<Self, InvalidPrivateVendors> {
        match text {
            "deny" => Ok(Self::Deny),
            "allow" => Ok(Self::Allow),
            _ => Err(InvalidPrivateVendors),
        }
    }
}

/// The host leads to an address that is not public: this system must not be made to call inside its own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has an address that is not public")]
pub(crate) struct PrivateAddress;

/// Resolves host names, and refuses one of whose addresses any is not public.
#[derive(Debug)]
pub(crate) struct CheckedResolver {
    pub(crate) private: PrivateVendors,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            check(&addresses, private)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Refuses a host that has one private address among public ones, because the resolver's caller cannot choose which of
/// them is used.
fn check(addresses: &[SocketAddr], private: PrivateVendors) -> Result<(), PrivateAddress> {
    let allowed = private == PrivateVendors::Allow || addresses.iter().all(|address| is_public(address.ip()));
    if allowed { Ok(()) } else { Err(PrivateAddress) }
}

/// Whether an address can belong to a server on the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Everything that IANA's registry of special-purpose addresses does not reserve.
#[expect(clippy::match_same_arms, reason = "one line per reserved block")]
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match (a, b, c) {
        (0 | 127, ..) => true,                                // "this network", loopback
        (100, 64..=127, _) => true,                           // carrier-grade NAT
        (192, 0, 0 | 2) | (192, 88, 99) => true,              // protocol assignments, documentation, 6to4 relays
        (198, 18..=19, _) | (198, 51, 100) => true,           // benchmarks, documentation
        (203, 0, 113) => true,                                // documentation
        (224.., ..) => true,                                  // multicast, future use, broadcast
        _ => address.is_private() || address.is_link_local(), // link-local holds the metadata service
    };
    !reserved
}

/// Global unicast (`2000::/3`) without its special blocks; an address that carries an IPv4 address is judged by that one.
#[expect(clippy::match_same_arms, reason = "one line per reserved block")]
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(joined(high, low)), // NAT64
        [0x2002, high, low, ..] => is_public_v4(joined(high, low)),               // 6to4
        [0x2001, (0..=0x1ff), ..] => false,                                       // protocol assignments, Teredo
        [0x2001, 0x0db8, ..] | [0x3fff, (..=0x0fff), ..] => false,                // documentation
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for public in [
            "1.1.1.1",
            "52.95.110.1",
            "172.32.0.1",
            "2606:4700:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn addresses_of_private_networks_are_not_public() {
        let private = [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in private {
            assert!(!is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn one_private_address_among_public_ones_refuses_the_host() {
        let addresses = ["1.1.1.1:443", "10.0.0.1:443"].map(|text| text.parse().expect("an address"));
        assert_eq!(check(&addresses, PrivateVendors::Deny), Err(PrivateAddress));
        assert_eq!(check(&addresses, PrivateVendors::Allow), Ok(()));
        assert_eq!(check(&addresses[..1], PrivateVendors::Deny), Ok(()));
    }

    #[tokio::test]
    async fn a_name_that_leads_inwards_is_refused_when_it_is_resolved() {
        let resolver = CheckedResolver {
            private: PrivateVendors::Deny,
        };
        let refused = resolver
            .resolve("localhost".parse().expect("a name"))
            .await
            .err()
            .expect("refused");
        assert!(refused.is::<PrivateAddress>(), "{refused}");
    }
}
