//! Configuration that the template passes to this function.

use habitsync_domain::results::retry_ladder::RetryLadder;
use habitsync_lambda_support::{Environment, EnvironmentError};
use habitsync_vendor_http::{PrivateVendors, VendorHosts};

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Part of the secrets' names.
    pub(crate) stage: String,
    /// The table's name.
    pub(crate) table: String,
    /// Hosts at which vendors may be called.
    pub(crate) vendor_hosts: VendorHosts,
    /// The waits between attempts to record a result.
    pub(crate) retry_ladder: RetryLadder,
}

impl Settings {
    /// Reads all of them, or names every one that is wrong.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, EnvironmentError> {
        let stage = environment.text("HABITSYNC_STAGE");
        let table = environment.text("HABITSYNC_TABLE");
        let private = environment.parsed_or("HABITSYNC_PRIVATE_VENDORS", PrivateVendors::Deny, str::parse);
        let vendor_hosts = environment.parsed("HABITSYNC_VENDOR_HOSTS", |hosts| {
            VendorHosts::new(hosts, private.unwrap_or_default())
        });
        let retry_ladder = environment.parsed("HABITSYNC_RETRY_LADDER", str::parse);
        environment.finish(|| {
            Some(Self {
                stage: stage?,
                table: table?,
                vendor_hosts: vendor_hosts?,
                retry_ladder: retry_ladder?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &str); 4] = [
        ("HABITSYNC_STAGE", "test"),
        ("HABITSYNC_TABLE", "habitsync-test"),
        ("HABITSYNC_VENDOR_HOSTS", "tribalhabits.com,employeeconnect.com"),
        ("HABITSYNC_RETRY_LADDER", "1m,5m,30m,2h,5h,10h,10h"),
    ];

    #[test]
    fn vendors_are_public_unless_the_template_says_otherwise() {
        let private = |variables: Vec<(&str, &str)>| {
            Settings::read(Environment::from_pairs(variables))
                .expect("complete")
                .vendor_hosts
                .private()
        };
        assert_eq!(private(ALL.to_vec()), PrivateVendors::Deny);
        assert_eq!(
            private([ALL.as_slice(), &[("HABITSYNC_PRIVATE_VENDORS", "allow")]].concat()),
            PrivateVendors::Allow
        );
    }

    #[test]
    fn every_setting_that_is_missing_is_named() {
        let error = Settings::read(Environment::from_pairs::<&str, &str>([]))
            .expect_err("nothing is set")
            .to_string();
        for (name, _) in ALL {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_ladder_that_cannot_be_read_is_named_with_what_it_should_be() {
        let wrong = ALL.map(|(name, value)| {
            if name == "HABITSYNC_RETRY_LADDER" {
                (name, "soon")
            } else {
                (name, value)
            }
        });
        let error = Settings::read(Environment::from_pairs(wrong))
            .expect_err("no ladder")
            .to_string();
        assert!(
            error.contains("HABITSYNC_RETRY_LADDER") && error.contains("1m,5m"),
            "{error}"
        );
    }
}
