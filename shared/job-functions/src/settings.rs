//! The environment variables of a job's function.

use habitsync_lambda_support::{Environment, EnvironmentError};
use habitsync_vendor_http::{PrivateVendors, VendorHosts};
use habitsync_workflows::notifications::MailSettings;

/// The settings that every job's function has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    pub(crate) stage: String,
    pub(crate) table: String,
    pub(crate) mail: MailSettings,
    /// Name of the SES configuration set.
    pub(crate) mail_configuration: String,
    /// The hosts at which vendors may be called.
    pub(crate) vendor_hosts: VendorHosts,
}

impl JobSettings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// Names every variable that is missing or invalid.
    pub fn of_process() -> Result<Self, EnvironmentError> {
        let mut environment = Environment::process();
        let settings = Self::read(&mut environment);
        environment.finish(|| settings)
    }

    /// Reads the settings from `environment`, which notes every variable that is missing or invalid: for functions that read more
    /// than these.
    pub fn read(environment: &mut Environment) -> Option<Self> {
        let stage = environment.text("HABITSYNC_STAGE");
        let table = environment.text("HABITSYNC_TABLE");
        let mail = environment.mail_settings();
        let mail_configuration = environment.text("HABITSYNC_MAIL_CONFIGURATION");
        let private = environment.parsed_or("HABITSYNC_PRIVATE_VENDORS", PrivateVendors::Deny, str::parse);
        let vendor_hosts = environment.parsed("HABITSYNC_VENDOR_HOSTS", |hosts| {
            VendorHosts::new(hosts, private.unwrap_or_default())
        });
        Some(Self {
            stage: stage?,
            table: table?,
            mail: mail?,
            mail_configuration: mail_configuration?,
            vendor_hosts: vendor_hosts?,
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

    fn read(variables: impl IntoIterator<Item = (&'static str, &'static str)>) -> Result<JobSettings, String> {
        let mut environment = Environment::from_pairs(variables);
        let settings = JobSettings::read(&mut environment);
        environment.finish(|| settings).map_err(|error| error.to_string())
    }

    #[test]
    fn vendors_are_public_unless_the_template_says_otherwise() {
        let hosts = read(ALL).expect("complete").vendor_hosts;
        assert_eq!(hosts.private(), PrivateVendors::Deny);
        let allowed = ALL.into_iter().chain([("HABITSYNC_PRIVATE_VENDORS", "allow")]);
        assert_eq!(
            read(allowed).expect("complete").vendor_hosts.private(),
            PrivateVendors::Allow
        );
    }

    #[test]
    fn every_setting_that_is_missing_is_named() {
        let error = read([]).expect_err("nothing is set");
        for (name, _) in ALL {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_setting_that_is_neither_allow_nor_deny_is_refused() {
        let wrong = ALL.into_iter().chain([("HABITSYNC_PRIVATE_VENDORS", "yes")]);
        let error = read(wrong).expect_err("neither");
        assert!(error.contains("HABITSYNC_PRIVATE_VENDORS"), "{error}");
    }
}
