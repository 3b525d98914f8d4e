//! The domain at which a customer calls a vendor. Customers who share one may share its outage; others never do.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::configuration::TenantConfiguration;
use crate::vendors::vendor::Vendor;

/// Second-level labels below which a country's registry gives domains away: `acme.com.au` is one, `com.au` is none.
const SHARED_LABELS: [&str; 12] = [
    "ac", "asn", "co", "com", "edu", "go", "gov", "id", "ne", "net", "or", "org",
];

/// A registrable domain, or an address, e.g. `employeeconnect.com` for `https://acme.employeeconnect.com/api/v1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VendorDomain(String);

impl VendorDomain {
    /// The domain of a base URL. The port does not count: it does not distinguish customers.
    #[must_use]
    pub fn from_base_url(base_url: &Url) -> Self {
        Self(match base_url.host() {
            Some(Host::Domain(name)) => registrable(&name.trim_end_matches('.').to_ascii_lowercase()),
            Some(address) => address.to_string(),
            None => String::new(),
        })
    }

    /// Whether none is on record.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// The domain's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VendorDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TenantConfiguration {
    /// The domains at which this customer's jobs call the vendors.
    #[must_use]
    pub fn vendor_domains(&self) -> BTreeMap<Vendor, VendorDomain> {
        let base_urls = [
            (Vendor::TribalHabits, &self.tribal_habits.base_url),
            (Vendor::EmployeeConnect, &self.employee_connect.base_url),
        ];
        base_urls
            .map(|(vendor, url)| (vendor, VendorDomain::from_base_url(url)))
            .into()
    }
}

/// The last two labels of a host's name, or the last three where the last two are a registry's.
fn registrable(name: &str) -> String {
    let labels: Vec<_> = name.split('.').collect();
    let is_registry =
        matches!(labels.as_slice(), [.., second, top] if top.len() == 2 && SHARED_LABELS.contains(second));
    let kept = if is_registry { 3 } else { 2 };
    labels[labels.len().saturating_sub(kept)..].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(url: &str) -> String {
        VendorDomain::from_base_url(&url.parse().expect("a URL")).to_string()
    }

    #[test]
    fn customers_of_one_domain_share_it_and_hosts_of_their_own_stay_apart() {
        for (url, expected) in [
            ("https://acme.employeeconnect.com/api/v1", "employeeconnect.com"),
            ("https://ACME.TribalHabits.com", "tribalhabits.com"),
            ("https://hr.acme.com.au/ec/", "acme.com.au"),
            ("https://acme.example.", "acme.example"),
            ("https://co.uk.example", "uk.example"),
            ("http://127.0.0.1:4711/acme", "127.0.0.1"),
            ("http://[::1]:4711", "[::1]"),
            ("https://localhost:1", "localhost"),
        ] {
            assert_eq!(domain(url), expected, "{url}");
        }
        assert_ne!(domain("https://hr.one.com.au"), domain("https://hr.two.com.au"));
    }
}
