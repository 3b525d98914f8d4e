//! What the template tells this function.

use habitsync_lambda_support::{Environment, EnvironmentError};
use habitsync_vendor_http::{PrivateVendors, VendorHosts};
use habitsync_workflows::mail::MailSettings;

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Part of the secrets' names.
    pub(crate) stage: String,
    /// The table's name.
    pub(crate) table: String,
    /// From and to whom mails go.
    pub(crate) mail: MailSettings,
    /// Under which SES configuration set.
    pub(crate) mail_configuration: String,
    /// Where vendors may be called.
    pub(crate) vendor_hosts: VendorHosts,
}

impl Settings {
    /// Reads all of them, or names every one that is wrong.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, EnvironmentError> {
        let stage = environment.text("HABITSYNC_STAGE");
        let table = environment.text("HABITSYNC_TABLE");
        let mail = environment.mail_settings();
        let mail_configuration = environment.text("HABITSYNC_MAIL_CONFIGURATION");
        let private = environment.parsed_or("HABITSYNC_PRIVATE_VENDORS", PrivateVendors::Deny, str::parse);
        let vendor_hosts = environment.parsed("HABITSYNC_VENDOR_HOSTS", |hosts| {
            VendorHosts::new(hosts, private.unwrap_or_default())
        });
        environment.finish(|| {
            Some(Self {
                stage: stage?,
                table: table?,
                mail: mail?,
                mail_configuration: mail_configuration?,
                vendor_hosts: vendor_hosts?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &str); 5] = [
        ("HABITSYNC_STAGE", "test"),
        ("HABITSYNC_TABLE", "habitsync-test"),
        ("HABITSYNC_MAIL_SENDER", "sync@habitsync.example"),
        ("HABITSYNC_MAIL_CONFIGURATION", "habitsync-test"),
        ("HABITSYNC_VENDOR_HOSTS", "tribalhabits.com,employeeconnect.com"),
    ];

    #[test]
    fn vendors_are_public_unless_the_template_says_otherwise() {
        let private = |variables: Vec<(&str, &str)>| {
            Settings::read(Environment::of(variables))
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
        let error = Settings::read(Environment::of::<&str, &str>([]))
            .expect_err("nothing is set")
            .to_string();
        for (name, _) in ALL {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_setting_that_is_neither_allow_nor_deny_is_refused() {
        let wrong = [ALL.as_slice(), &[("HABITSYNC_PRIVATE_VENDORS", "yes")]].concat();
        let error = Settings::read(Environment::of(wrong)).expect_err("neither").to_string();
        assert!(error.contains("HABITSYNC_PRIVATE_VENDORS"), "{error}");
    }
}
