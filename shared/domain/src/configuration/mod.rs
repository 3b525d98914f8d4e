//! A customer's configuration: one TOML file, parsed once into validated types.
//!
//! Unknown keys are refused, and every error names its line and the values that are allowed there. Secrets are never in
//! it.

mod checks;
mod document;
mod field_checks;
mod finding;
mod limits;
mod mail_checks;
mod mend;
mod parse;
mod portal_checks;
mod schema;
#[cfg(test)]
mod tests;
mod unknown_fields;
mod users;
mod values;
mod vendors;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

pub use finding::{ConfigurationFinding, InvalidConfiguration};
pub use limits::{ChangeLimit, Limits};
pub use portal_checks::{unknown_portal_fields, unusable_base_url};
pub use schema::schema;
pub use unknown_fields::unknown_custom_fields;
pub use users::{
    EmptyMode, FieldMapping, FieldType, ManagerOutOfScope, MatchKey, OnContradiction, OnUserNameChange, OutOfScope,
    UsersConfiguration, WriteMode,
};
pub use values::ZoneName;
pub use vendors::{EmployeeConnectAuth, EmployeeConnectConfiguration, TribalHabitsConfiguration};

use crate::expressions::evaluator::Evaluator;
use crate::identity::{EmailAddress, TopicCode};
use crate::jobs::job::Job;
use crate::people::dates::DateRules;
use crate::schedule::Schedule;
use crate::tenant::TenantId;

/// Everything that is configured for one customer.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "HabitSync: a customer's configuration")]
pub struct TenantConfiguration {
    /// The key of everything: a-z, 0-9 and '-', at most 32 characters.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9-]{1,32}$"))]
    pub tenant: TenantId,
    /// The customer's name, as people write it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// IANA time zone; every date of this customer is read in it.
    #[schemars(
        with = "String",
        regex(pattern = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"),
        example = "Australia/Sydney"
    )]
    pub time_zone: ZoneName,
    /// Whether runs write.
    pub status: Status,
    /// The LMS.
    pub tribal_habits: TribalHabitsConfiguration,
    /// The HRIS.
    pub employee_connect: EmployeeConnectConfiguration,
    /// When the jobs run.
    pub schedules: Schedules,
    /// Which employees have an account, under which name, with which data.
    pub users: UsersConfiguration,
    /// Which topics become courses.
    #[serde(default)]
    pub courses: CoursesConfiguration,
    /// How completions are accepted.
    #[serde(default)]
    pub results: ResultsConfiguration,
    /// The changes that a run may make without an operator's approval.
    #[serde(default)]
    pub limits: Limits,
    /// The addresses that are mailed when something needs attention.
    #[serde(default)]
    pub alerts: Alerts,
}

/// Whether runs write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "Status")]
pub enum Status {
    /// Plans only: nothing is written to either vendor.
    Draft,
    /// Everything runs.
    Live,
    /// Nothing runs; results wait.
    Paused,
}

/// When the jobs run: EventBridge Scheduler expressions, read in the customer's time zone. A job without one does not run.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "[schedules]")]
pub struct Schedules {
    /// User sync.
    #[schemars(schema_with = "schema::schedule")]
    #[serde(default, alias = "users")]
    pub user_sync: Option<Schedule>,
    /// Course sync.
    #[schemars(schema_with = "schema::schedule")]
    #[serde(default, alias = "courses")]
    pub course_sync: Option<Schedule>,
    /// The sweep for completions whose webhook was lost.
    #[schemars(schema_with = "schema::schedule")]
    #[serde(default, alias = "results_sweep")]
    pub result_sweep: Option<Schedule>,
    /// Spreads hundreds of customers over this many minutes.
    #[serde(default = "default_jitter")]
    #[schemars(range(max = 1440))]
    pub jitter_minutes: u32,
}

/// Which topics become courses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "[courses]")]
pub struct CoursesConfiguration {
    /// Whether topics become courses.
    pub enabled: bool,
    /// The auto-enrol link's reference, matched exactly.
    #[schemars(length(min = 1))]
    pub reference: String,
    /// The treatment of a course whose topic stops qualifying.
    pub on_withdrawn: OnWithdrawn,
    /// Topic code = launch URL, for topics whose auto-enrol link the portal does not list.
    #[schemars(schema_with = "schema::launch_urls")]
    pub launch_urls: BTreeMap<TopicCode, Url>,
}

/// The treatment of a course whose topic stops qualifying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "When a topic stops qualifying")]
pub enum OnWithdrawn {
    /// It stays as it is.
    Keep,
    /// It is made inactive.
    Deactivate,
}

/// How completions are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "[results]")]
pub struct ResultsConfiguration {
    /// Whether completions are recorded.
    pub enabled: bool,
    /// How the webhook proves itself.
    pub authenticity: Authenticity,
    /// Confirm the enrolment with Tribal Habits before recording it.
    pub read_back: bool,
}

/// How the webhook proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "Authenticity")]
pub enum Authenticity {
    /// Standard Webhooks signature.
    Signature,
    /// A bearer token; then the enrolment is always read back.
    Token,
}

/// The most addresses that one mail goes to.
pub const MOST_RECIPIENTS: usize = 50;

/// The addresses that are mailed when something needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "[alerts]")]
pub struct Alerts {
    /// The customer's own addresses; empty: only the operators are mailed.
    #[schemars(schema_with = "schema::addresses")]
    pub to: Vec<EmailAddress>,
    /// The name that mails come from.
    pub from_name: Option<String>,
}

impl TenantConfiguration {
    /// The schedule of a job; none where it does not run.
    #[must_use]
    pub fn schedule(&self, job: Job) -> Option<&Schedule> {
        match job {
            Job::UserSync => self.schedules.user_sync.as_ref(),
            Job::CourseSync => self.schedules.course_sync.as_ref().filter(|_| self.courses.enabled),
            Job::ResultSweep => self.schedules.result_sweep.as_ref().filter(|_| self.results.enabled),
        }
    }

    /// An evaluator of this customer's expressions and dates, for employees who have these custom fields among them.
    #[must_use]
    pub fn evaluator<'a>(&'a self, custom_fields: impl IntoIterator<Item = &'a str>) -> Evaluator {
        Evaluator::new(custom_fields, self.users.expressions()).with_dates(DateRules::from(self))
    }

    /// Whether every completion is confirmed with Tribal Habits before it is recorded: a sender that cannot sign is not
    /// believed.
    #[must_use]
    pub fn reads_back(&self) -> bool {
        self.results.read_back || self.results.authenticity == Authenticity::Token
    }

    /// The user names that are never touched, as compared.
    #[must_use]
    pub fn protected(&self) -> BTreeSet<String> {
        self.users.protect.iter().map(crate::identity::UserName::key).collect()
    }
}

impl From<&TenantConfiguration> for DateRules {
    fn from(configuration: &TenantConfiguration) -> Self {
        let zone = configuration.time_zone.zone().clone();
        Self::new(zone, configuration.users.no_date_values.clone())
    }
}

impl Default for CoursesConfiguration {
    fn default() -> Self {
        Self {
            enabled: true,
            reference: "EC".to_owned(),
            on_withdrawn: OnWithdrawn::Keep,
            launch_urls: BTreeMap::new(),
        }
    }
}

impl Default for ResultsConfiguration {
    fn default() -> Self {
        Self {
            enabled: true,
            authenticity: Authenticity::Signature,
            read_back: false,
        }
    }
}

const fn default_jitter() -> u32 {
    10
}
