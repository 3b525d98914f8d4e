//! A customer's configuration: one TOML file, parsed once into types that prove themselves.
//!
//! Unknown keys are refused, and every error names its line and what is allowed there. Secrets are never in
//! it.

mod parse;
mod users;
mod values;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

pub use parse::InvalidConfiguration;
pub use users::{
    EmptyMode, FieldMapping, FieldType, MatchKey, OnUserNameChange, OutOfScope, UsersConfiguration, WriteMode,
};
pub use values::{ScheduleExpression, ZoneName};

use crate::identity::EmailAddress;
use crate::job::Job;
use crate::tenant::TenantId;

/// Everything that is configured for one customer.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantConfiguration {
    /// The key of everything: a-z, 0-9 and '-', at most 32 characters.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9-]{1,32}$"))]
    pub tenant: TenantId,
    /// The customer's name, as people write it.
    pub name: String,
    /// IANA time zone; every date of this customer is read in it.
    #[schemars(with = "String")]
    pub time_zone: ZoneName,
    /// Whether runs write.
    pub status: Status,
    /// The LMS.
    pub tribal_habits: TribalHabitsConfiguration,
    /// The HRIS.
    pub employee_connect: EmployeeConnectConfiguration,
    /// When the jobs run.
    pub schedules: Schedules,
    /// Who has an account, under which name, with which data.
    pub users: UsersConfiguration,
    /// Which topics become courses.
    #[serde(default)]
    pub courses: CoursesConfiguration,
    /// How completions are accepted.
    #[serde(default)]
    pub results: ResultsConfiguration,
    /// What may be removed without being asked.
    #[serde(default)]
    pub limits: Limits,
    /// Who is told when something needs doing.
    #[serde(default)]
    pub alerts: Alerts,
}

/// Whether runs write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Plans only: nothing is written to either vendor.
    Draft,
    /// Everything runs.
    Live,
    /// Nothing runs; results wait.
    Paused,
}

/// The customer's Tribal Habits portal.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TribalHabitsConfiguration {
    /// The portal's address, without `/papi`.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// Shared by every job of this customer; the vendor refuses everything for a minute past 300.
    #[serde(default = "default_portal_rate")]
    pub requests_per_minute: u32,
}

/// The customer's EmployeeConnect.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmployeeConnectConfiguration {
    /// The API's address, version included.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// How requests are authorised.
    #[serde(default)]
    pub auth: EmployeeConnectAuth,
    /// Shared by every job of this customer.
    #[serde(default = "default_hris_rate")]
    pub requests_per_minute: u32,
    /// Employees per page, at most 200 (assumed).
    #[serde(default = "default_page_size")]
    pub page_size: u32,
}

/// How requests to EmployeeConnect are authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmployeeConnectAuth {
    /// A token made from the integration codes.
    #[default]
    ClientCredentials,
    /// A key in a header.
    StaticKey,
}

/// When the jobs run: EventBridge Scheduler expressions, read in the customer's time zone. A job without one does not run.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedules {
    /// User sync.
    #[schemars(with = "Option<String>")]
    pub users: Option<ScheduleExpression>,
    /// Course sync.
    #[schemars(with = "Option<String>")]
    pub courses: Option<ScheduleExpression>,
    /// The sweep for completions whose webhook was lost.
    #[schemars(with = "Option<String>")]
    pub results_sweep: Option<ScheduleExpression>,
    /// Spreads hundreds of customers over this many minutes.
    #[serde(default = "default_jitter")]
    pub jitter_minutes: u32,
}

/// Which topics become courses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CoursesConfiguration {
    /// Whether topics become courses.
    pub enabled: bool,
    /// The auto-enrol link's reference, matched exactly.
    pub reference: String,
    /// What happens to a course whose topic stops qualifying.
    pub on_withdrawn: OnWithdrawn,
}

/// What happens to a course whose topic stops qualifying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnWithdrawn {
    /// It stays as it is.
    Keep,
    /// It is made inactive.
    Deactivate,
}

/// How completions are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResultsConfiguration {
    /// Whether completions are recorded.
    pub enabled: bool,
    /// How the webhook proves itself.
    pub authenticity: Authenticity,
    /// Confirm the enrolment with Tribal Habits before recording it.
    pub read_back: bool,
}

/// How the webhook proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Authenticity {
    /// Standard Webhooks signature.
    Signature,
    /// A bearer token; then the enrolment is always read back.
    Token,
}

/// What may be removed without being asked.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// People whose employment ended.
    pub terminated: RemovalLimit,
    /// People who are no longer in the read.
    pub vanished: RemovalLimit,
    /// People whom the filter no longer admits.
    pub out_of_scope: RemovalLimit,
    /// A field that this share of people lose in one run is held.
    pub field_loss_percent: f64,
    /// A read that shrinks by more than this holds every removal.
    pub shrink_percent: f64,
}

/// Removals beyond the larger of the two are held.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovalLimit {
    /// This many people.
    pub count: u32,
    /// This share of the managed active people, in percent.
    pub percent: f64,
}

/// Who is told when something needs doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    /// The customer's own addresses; empty: only the operator hears.
    #[schemars(with = "Vec<String>")]
    pub to: Vec<EmailAddress>,
    /// The name that mails come from.
    pub from_name: Option<String>,
}

impl TenantConfiguration {
    /// The schedule of a job; none where it does not run.
    #[must_use]
    pub fn schedule(&self, job: Job) -> Option<&ScheduleExpression> {
        match job {
            Job::Users => self.schedules.users.as_ref(),
            Job::Courses => self.schedules.courses.as_ref().filter(|_| self.courses.enabled),
            Job::ResultsSweep => self.schedules.results_sweep.as_ref().filter(|_| self.results.enabled),
        }
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

impl RemovalLimit {
    /// How many removals go through when `managed` active people are managed.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count of people"
    )]
    pub fn allows(&self, managed: usize) -> usize {
        let managed = u32::try_from(managed).unwrap_or(u32::MAX);
        let share = (f64::from(managed) * self.percent / 100.0).floor() as usize;
        share.max(self.count as usize)
    }
}

impl Default for CoursesConfiguration {
    fn default() -> Self {
        Self {
            enabled: true,
            reference: "EC".to_owned(),
            on_withdrawn: OnWithdrawn::Keep,
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

impl Default for Limits {
    fn default() -> Self {
        Self {
            terminated: RemovalLimit {
                count: 5,
                percent: 20.0,
            },
            vanished: RemovalLimit { count: 2, percent: 0.5 },
            out_of_scope: RemovalLimit { count: 5, percent: 5.0 },
            field_loss_percent: 10.0,
            shrink_percent: 20.0,
        }
    }
}

const fn default_portal_rate() -> u32 {
    240
}

const fn default_hris_rate() -> u32 {
    300
}

const fn default_page_size() -> u32 {
    100
}

const fn default_jitter() -> u32 {
    10
}
