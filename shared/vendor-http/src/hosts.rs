//! Which base URLs may be called: https, on an allow-list of hosts, at public addresses.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::address::{PrivateVendors, is_public};
use crate::error::BuildError;

/// Everything but RFC 3986's unreserved characters is encoded: a user name may hold `@`, `/`, `?` or a blank.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The hosts that base URLs may name: each entry allows itself and its subdomains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorHosts {
    suffixes: Vec<String>,
    private: PrivateVendors,
}

/// An entry of the list of hosts that is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entry:?} is not a host: vendor hosts are separated by commas, without scheme, port or path")]
pub struct InvalidVendorHosts {
    /// Entry of the list that is not valid.
    pub entry: String,
}

/// Why a base URL may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It cannot be read as an absolute http or https URL.
    #[error("the base URL is not an https URL")]
    NotHttps,
    /// It carries a user, password, query or fragment.
    #[error("the base URL has parts beyond scheme, host, port and path")]
    ExtraParts,
    /// Its host is neither a vendor's nor the customer's own.
    #[error("the base URL's host is not on the list of allowed hosts")]
    HostNotAllowed,
    /// Its host is an address that is not public.
    #[error("the base URL's host is an address that is not public")]
    PrivateAddress,
}

/// Where a vendor's API is for one customer; checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl VendorHosts {
    /// Reads a comma-separated list such as `tribalhabits.com,employeeconnect.com`. An empty list allows no host.
    ///
    /// # Errors
    ///
    /// An entry of the list is no host name.
    pub fn new(list: &str, private: PrivateVendors) -> Result<Self, InvalidVendorHosts> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        Ok(Self {
            suffixes: entries.map(host_name).collect::<Result<_, _>>()?,
            private,
        })
    }

    /// Returns the same list with a host of the customer's own on it.
    ///
    /// # Errors
    ///
    /// `host` is no host name.
    pub fn with_own(mut self, host: &str) -> Result<Self, InvalidVendorHosts> {
        self.suffixes.push(host_name(host)?);
        Ok(self)
    }

    /// The hosts on the list.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.suffixes
    }

    /// Whether http and private addresses are allowed.
    #[must_use]
    pub fn private(&self) -> PrivateVendors {
        self.private
    }

    /// Checks a customer's base URL. Each connection checks the addresses that its host resolves to.
    ///
    /// # Errors
    ///
    /// The URL is not https, has parts beyond scheme, host, port and path, or its host is not on the list or not
    /// public.
    pub fn base_url(&self, url: &str) -> Result<BaseUrl, BaseUrlError> {
        let url: Url = url.trim().parse().map_err(|_| BaseUrlError::NotHttps)?;
        let allows_private = self.private == PrivateVendors::Allow;
        if url.scheme() != "https" && !(allows_private && url.scheme() == "http") {
            return Err(BaseUrlError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::ExtraParts);
        }
        if !url.host_str().is_some_and(|host| self.allows(host)) {
            return Err(BaseUrlError::HostNotAllowed);
        }
        if !allows_private && literal_address(&url).is_some_and(|address| !is_public(address)) {
            return Err(BaseUrlError::PrivateAddress);
        }
        Ok(BaseUrl(url))
    }

    fn allows(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.suffixes.iter().any(|suffix| {
            host.strip_suffix(suffix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

impl BaseUrl {
    /// The address of a resource: this path, the encoded segments, and the query.
    pub(crate) fn join(&self, segments: &[String], query: &[(&'static str, String)]) -> Result<Url, BuildError> {
        // The URL standard resolves `.` and `..` even when encoded: the request would reach another resource.
        if segments
            .iter()
            .any(|segment| matches!(segment.as_str(), "" | "." | ".."))
        {
            return Err(BuildError::PathSegment);
        }
        let encoded = segments
            .iter()
            .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
        let base = self.0.path().trim_end_matches('/').to_owned();
        let mut url = self.0.clone();
        url.set_path(&[base].into_iter().chain(encoded).collect::<Vec<_>>().join("/"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

/// A host as the URL standard writes it: lower case, international names in ASCII.
fn host_name(entry: &str) -> Result<String, InvalidVendorHosts> {
    let invalid = || InvalidVendorHosts {
        entry: entry.to_owned(),
    };
    let host = Host::parse(entry.trim_start_matches('.')).map_err(|_| invalid())?;
    Ok(host.to_string().trim_end_matches('.').to_owned())
}

fn literal_address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(private: PrivateVendors) -> VendorHosts {
        VendorHosts::new(
            "tribalhabits.com, employeeconnect.com,8.8.8.8,10.0.0.1,127.0.0.1",
            private,
        )
        .expect("hosts")
    }

    fn joined(segments: &[&str]) -> Result<String, BuildError> {
        let base = hosts(PrivateVendors::Deny)
            .base_url("https://acme.tribalhabits.com/papi/")
            .expect("allowed");
        let segments: Vec<_> = segments.iter().map(ToString::to_string).collect();
        base.join(&segments, &[]).map(String::from)
    }

    #[test]
    fn a_vendors_host_and_its_subdomains_are_allowed_over_https() {
        for good in [
            "https://acme.tribalhabits.com/papi",
            "https://TribalHabits.com.:8443",
            "https://8.8.8.8/api",
        ] {
            assert!(hosts(PrivateVendors::Deny).base_url(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_host_that_only_looks_like_a_vendors_is_refused() {
        for bad in [
            "https://eviltribalhabits.com",
            "https://tribalhabits.com.evil.example",
            "https://18.8.8.8",
        ] {
            let refused = hosts(PrivateVendors::Deny).base_url(bad);
            assert_eq!(refused, Err(BaseUrlError::HostNotAllowed), "{bad}");
        }
    }

    #[test]
    fn http_private_addresses_and_extra_parts_are_refused_with_their_reason() {
        let refusal = |url| hosts(PrivateVendors::Deny).base_url(url).expect_err("refused");
        assert_eq!(refusal("http://acme.tribalhabits.com"), BaseUrlError::NotHttps);
        assert_eq!(refusal("acme.tribalhabits.com"), BaseUrlError::NotHttps);
        assert_eq!(refusal("https://10.0.0.1"), BaseUrlError::PrivateAddress);
        assert_eq!(
            refusal("https://jo:secret@acme.tribalhabits.com"),
            BaseUrlError::ExtraParts
        );
        assert_eq!(refusal("https://acme.tribalhabits.com?key=1"), BaseUrlError::ExtraParts);
    }

    #[test]
    fn a_laptop_may_call_http_and_loopback_but_no_unlisted_host() {
        let hosts = hosts(PrivateVendors::Allow);
        assert!(hosts.base_url("http://127.0.0.1:4000/papi").is_ok());
        assert_eq!(hosts.base_url("http://127.0.0.2"), Err(BaseUrlError::HostNotAllowed));
        assert_eq!(hosts.base_url("ftp://127.0.0.1"), Err(BaseUrlError::NotHttps));
    }

    #[test]
    fn the_customers_own_host_can_be_added_for_that_customer() {
        let url = "https://hr.acme.example/api/v1";
        assert_eq!(
            hosts(PrivateVendors::Deny).base_url(url),
            Err(BaseUrlError::HostNotAllowed)
        );
        assert!(
            hosts(PrivateVendors::Deny)
                .with_own("HR.acme.example")
                .expect("a host")
                .base_url(url)
                .is_ok()
        );
    }

    #[test]
    fn a_list_entry_that_is_no_host_is_named() {
        let refused = VendorHosts::new("tribalhabits.com,https://x/", PrivateVendors::Deny).expect_err("refused");
        assert_eq!(refused.entry, "https://x/");
    }

    #[test]
    fn a_path_segment_is_encoded_whole() {
        let url = joined(&["users", "jo o'neil/x?@acme.com.au"]).expect("a URL");
        assert_eq!(
            url,
            "https://acme.tribalhabits.com/papi/users/jo%20o%27neil%2Fx%3F%40acme.com.au"
        );
    }

    #[test]
    fn a_path_segment_that_would_name_another_resource_is_refused() {
        for bad in ["", ".", ".."] {
            assert_eq!(joined(&["users", bad]), Err(BuildError::PathSegment), "{bad:?}");
        }
    }
}
