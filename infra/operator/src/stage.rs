//! The stage that commands work on: its table, its secrets, its schedules, its customers, found by their names.

use habitsync_aws_adapters::{Aws, Schedules, Secrets, SystemClock, Table};
use habitsync_domain::configuration::{ConfigurationFinding, TenantConfiguration, unusable_base_url};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_vendor_http::{PrivateVendors, VendorHosts};
use habitsync_vendors::{OpenTenant, OpenTenants};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{LoadConfiguration, StoredConfiguration};
use jiff::SignedDuration;
use url::Url;

use crate::error::CommandError;
use crate::terminal::out;
use crate::terminal::{Answer, Output, answer};

/// How long reading a customer's vendors may take: a big customer's portal takes a few minutes, years of completions longer.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);

/// Where the commands work.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct StageOptions {
    /// The stage, as its stacks are named.
    #[arg(long, global = true, env = "HABITSYNC_STAGE", default_value = "prod")]
    pub(crate) stage: String,
    /// The AWS region; otherwise where the profile or the environment says.
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// The AWS profile; otherwise the environment's, or the default one.
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    /// Comma-separated suffixes, one of which the host of a vendor's base URL must end with.
    #[arg(
        long,
        global = true,
        env = "HABITSYNC_VENDOR_HOSTS",
        default_value = "tribalhabits.com,employeeconnect.com"
    )]
    pub(crate) vendor_hosts: String,
    /// Whether vendors may be called over http and at private addresses (deny or allow). For simulators only.
    #[arg(long, global = true, env = "HABITSYNC_PRIVATE_VENDORS", default_value = "deny")]
    pub(crate) private_vendors: PrivateVendors,
    /// The format of the answer.
    #[arg(long, global = true, value_enum, default_value = "table", help_heading = "Answers")]
    pub(crate) output: Output,
}

/// One deployed stage.
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) aws: Aws,
    /// Where vendors may be called from here.
    vendor_hosts: VendorHosts,
    /// How answers are written.
    pub(crate) output: Output,
}

impl Stage {
    /// Connects to the stage; nothing is called yet.
    pub(crate) async fn connect(options: StageOptions) -> Result<Self, CommandError> {
        Ok(Self {
            vendor_hosts: VendorHosts::new(&options.vendor_hosts, options.private_vendors)?,
            name: options.stage,
            aws: Aws::connect_as(options.profile, options.region).await?,
            output: options.output,
        })
    }

    pub(crate) fn table(&self) -> Table {
        self.aws
            .table_that_corrects_the_clock(&format!("habitsync-{}", self.name))
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.aws.secrets(&self.name)
    }

    pub(crate) async fn schedules(&self) -> Result<Schedules, ServiceFailure> {
        let targets = self.aws.find_job_targets(&self.name).await?;
        Ok(self.aws.schedules(&self.name, targets))
    }

    /// The configuration in force.
    pub(crate) async fn in_force(&self, tenant: &TenantId) -> Result<StoredConfiguration, CommandError> {
        let stored = self.table().load_configuration(tenant).await?;
        stored.ok_or_else(|| CommandError::NoSuchTenant(tenant.clone()))
    }

    /// The customer as a configuration describes them, in force or not, with both vendors ready to be called. One that the
    /// configuration or the secret does not allow to be called says so when it is.
    pub(crate) async fn open(&self, stored: StoredConfiguration) -> Result<OpenTenant, CommandError> {
        self.correct_clock().await?;
        let tenants = OpenTenants::new(&self.aws, &self.table(), &self.name, self.vendor_hosts.clone())?;
        Ok(tenants.open_as(stored, SystemClock.now() + PATIENCE).await?)
    }

    /// Returns the errors in the base URLs of a configuration that would be applied here: hosts that may not be called.
    pub(crate) fn unusable_base_urls(
        &self,
        source: &str,
        configuration: &TenantConfiguration,
    ) -> Vec<ConfigurationFinding> {
        let vendors = [
            (Vendor::TribalHabits, &configuration.tribal_habits.base_url),
            (Vendor::EmployeeConnect, &configuration.employee_connect.base_url),
        ];
        let finding = |(vendor, url): (Vendor, &Url)| {
            let refused = self.vendor_hosts.base_url(url.as_str()).err()?;
            let (problem, allowed) = (refused.to_string(), self.vendor_hosts.names());
            Some(unusable_base_url(source, configuration, vendor, &problem, allowed))
        };
        vendors.into_iter().filter_map(finding).collect()
    }

    /// Puts this process's clock right by AWS's, before it takes a lease or a part of a request budget: a clock that is minutes
    /// ahead would keep the customer's runs waiting for as long.
    pub(crate) async fn correct_clock(&self) -> Result<(), CommandError> {
        let correction = self.table().clock_correction(&SystemClock).await?;
        if !correction.is_zero() {
            let seconds = correction.as_secs().abs();
            out::print_error(format!(
                "habitsync: the clock of this machine is {seconds} s off AWS's; corrected for this command"
            ));
            SystemClock::add(correction);
        }
        Ok(())
    }

    /// Prints an answer as was asked for.
    pub(crate) fn print(&self, answer: &impl Answer) -> Result<(), CommandError> {
        answer::print(answer, self.output)
    }
}
