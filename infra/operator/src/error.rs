//! The command's errors, with messages for the operator who ran it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use habitsync_aws_adapters::ConnectError;
use habitsync_domain::approvals::ChangeKind;
use habitsync_domain::configuration::InvalidConfiguration;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{HttpError, InvalidVendorHosts};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::onboarding::apply::{NewDeactivation, NotApplied};
use habitsync_workflows::one_employee::PersonFailure;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::results::backfill::BackfillFailure;
use habitsync_workflows::user_sync::approvals::NotDecided;
use habitsync_workflows::user_sync::link::NotLinked;

use crate::findings;
use crate::terminal::{counted, padded, printable};

/// What the parser of the arguments exits with, too.
const WRONG_USAGE: u8 = 2;

/// Reason for which a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The AWS client cannot be built.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The vendors' hosts are none.
    #[error(transparent)]
    VendorHosts(#[from] InvalidVendorHosts),
    /// An AWS service returned an error.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    /// A file cannot be read.
    #[error("{}", not_opened(path, "read", source))]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Cause of the failure.
        source: std::io::Error,
    },
    /// A configuration is wrong; nothing was changed.
    #[error("{} is wrong, and nothing was changed\n{}", path.display(), findings::mistakes(path, &invalid.findings))]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// Everything that is wrong with it.
        invalid: InvalidConfiguration,
    },
    /// A configuration was put in force in part, or not at all.
    #[error("{} was not applied whole; apply it again: {source}", path.display())]
    NotApplied {
        /// Path of the file.
        path: PathBuf,
        /// Cause of the failure.
        source: ServiceFailure,
    },
    /// A configuration would newly remove people; nothing was changed.
    #[error("{}", removals(path, people, *said))]
    Removes {
        /// Path of the file.
        path: PathBuf,
        /// The employees who would newly be deactivated.
        people: Vec<NewDeactivation>,
        /// The number that was said.
        said: Option<usize>,
    },
    /// The effect of a configuration on deactivations is unknown; nothing was changed.
    #[error(
        "{} was not applied: it changes who has an account, and whom it would remove cannot be told ({source}); \
         add --unchecked to put it in force all the same",
        path.display()
    )]
    Unchecked {
        /// Path of the file.
        path: PathBuf,
        /// Cause of the failure.
        source: JobFailure,
    },
    /// A vendor cannot be called under a configuration; nothing was changed.
    #[error("{} was not applied: a vendor cannot be called under it ({source}); correct its base_url", path.display())]
    Unusable {
        /// Path of the file.
        path: PathBuf,
        /// Cause of the failure.
        source: JobFailure,
    },
    /// An approval or rejection of pending deactivations failed.
    #[error(transparent)]
    NotDecided(#[from] NotDecided),
    /// A link was neither set nor removed.
    #[error(transparent)]
    NotLinked(#[from] NotLinked),
    /// Some accounts were not moved to their employees' new numbers.
    #[error("{failed} of {of} accounts were not moved: the same command again shows what is left")]
    NotRekeyed {
        /// How many were not.
        failed: usize,
        /// Of so many.
        of: usize,
    },
    /// The numbers that were said are not those of the plan.
    #[error("nothing was approved: the plan holds {planned}; say {flags} to approve them")]
    NotTheNumbers {
        /// What the plan holds, in words.
        planned: String,
        /// The flags that approve it.
        flags: String,
    },
    /// Another number of changes was agreed to than a configuration would make; nothing was changed.
    #[error(
        "{} was not applied: the next run would make {}, and {said} were agreed to; if that is right, say {} {planned}",
        path.display(), counted(*planned, kind.noun()), kind.flag()
    )]
    OtherChanges {
        /// Path of the file.
        path: PathBuf,
        /// Of which kind.
        kind: ChangeKind,
        /// How many the next run would make or hold.
        planned: usize,
        /// How many were agreed to.
        said: usize,
    },
    /// A person could not be looked at, or synced.
    #[error(transparent)]
    Person(#[from] PersonFailure),
    /// A run is in progress; nothing was done.
    #[error("nothing was done: a run goes on (its lease ends at {0}, unless it is renewed)")]
    RunGoesOn(String),
    /// The customer is a draft, and that was not said.
    #[error(
        "nothing was done: the customer is a draft, and nothing is written before they go live; --although-draft does it"
    )]
    DraftNotSaid,
    /// The command would deactivate an account, and the operator has not agreed to that.
    #[error("nothing was done: one account is deactivated; say --yes-deactivate 1 to deactivate it")]
    RemovalNotSaid,
    /// The operator's name is unknown, and a decision records its actor.
    #[error("who decides? Say --as NAME")]
    Nobody,
    /// A secret's file is not what that secret holds.
    #[error("{} is not {expected}", path.display())]
    NotASecret {
        /// Path of the file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// A webhook's secrets cannot be rotated as they are.
    #[error(transparent)]
    NotRotated(#[from] NotRotated),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes for a secret")]
    NoRandomness,
    /// The vendors' clients cannot be built.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A backfill was not done, or not whole.
    #[error(transparent)]
    Backfill(#[from] BackfillFailure),
    /// A reason was given for dead results.
    #[error("--reason chooses among ignored results; leave out --state dead")]
    ReasonOfDead,
    /// The operator stopped the command before its end.
    #[error("stopped: {done} {what}, {left} left; the same command goes on from there")]
    Stopped {
        /// The outcome of the items that were processed.
        what: &'static str,
        /// How many those are.
        done: u64,
        /// How many were not come to.
        left: u64,
    },
    /// The arguments contradict each other in a way that the parser of arguments does not see.
    #[error("{0}")]
    Usage(&'static str),
    /// A run was not followed to its end.
    #[error(transparent)]
    NotFollowed(#[from] NotFollowed),
    /// No webhook or sweep reported this enrolment.
    #[error("{tenant} has no result of enrolment {enrolment}; a webhook or a sweep may still bring it")]
    NoSuchResult {
        /// The customer.
        tenant: TenantId,
        /// The enrolment.
        enrolment: EnrolmentId,
    },
    /// It is there, and this program does not understand it.
    #[error("{tenant} has a result of enrolment {enrolment} that cannot be read; a newer version may have written it")]
    UnreadableResult {
        /// The customer.
        tenant: TenantId,
        /// The enrolment.
        enrolment: EnrolmentId,
    },
    /// The answer cannot be written as JSON.
    #[error("the answer cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The answer cannot be written as CSV.
    #[error("the answer cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// A customer's status is not one that can be changed so.
    #[error("{tenant} is {status}: nothing to {what}")]
    NothingTo {
        /// The customer.
        tenant: TenantId,
        /// What the customer is.
        status: &'static str,
        /// Name of the request.
        what: &'static str,
    },
    /// The answers of the kick-off call cannot be read.
    #[error("{}: {source}", path.display())]
    Answers {
        /// Path of the file.
        path: PathBuf,
        /// The TOML error with its position.
        source: Box<toml_edit::de::Error>,
    },
    /// The answers do not amount to a configuration; nothing was written.
    #[error("nothing was written; the file would be wrong\n{}", findings::mistakes(path, &invalid.findings))]
    NoConfiguration {
        /// The file that would have been written.
        path: PathBuf,
        /// Everything that is wrong with it.
        invalid: InvalidConfiguration,
    },
    /// The questions were not answered to the end.
    #[error("nothing was written: {0} (answers may come from a file, too: --answers FILE)")]
    NotAnswered(#[from] inquire::InquireError),
    /// A terminal that cannot be asked.
    #[error("nothing was changed: the terminal cannot be asked ({0}); add --yes to do it")]
    NotAsked(inquire::InquireError),
    /// A file is another customer's.
    #[error("{} is the configuration of {said}, not of {asked}", path.display())]
    OtherTenant {
        /// Path of the file.
        path: PathBuf,
        /// Whose it says it is.
        said: TenantId,
        /// Whose was asked for.
        asked: TenantId,
    },
    /// A file cannot be rendered.
    #[error(transparent)]
    Template(#[from] askama::Error),
    /// A file cannot be written.
    #[error("{}", not_opened(path, "written", source))]
    NotWritten {
        /// The file; the command never overwrites an existing file.
        path: PathBuf,
        /// Cause of the failure.
        source: std::io::Error,
    },
    /// There is no such version.
    #[error("{tenant} has no version {version}; `tenant history {tenant}` lists those there are")]
    NoSuchVersion {
        /// The customer.
        tenant: TenantId,
        /// The version.
        version: u64,
    },
    /// The operator named no employee to rehearse with.
    #[error(
        "nobody is rehearsed with: say --new, --updated, --terminated, --rehired or --filtered-out with an employee number"
    )]
    NobodyRehearsed,
    /// The next run would change nothing about the employee. The message does not repeat the input, which may be a
    /// person's name.
    #[error(
        "the next run would change nothing about this employee, and holds nothing; `habitsync explain {0} EMPLOYEE` says why"
    )]
    NothingPlanned(TenantId),
    /// The vendors or the table could not be read.
    #[error(transparent)]
    Job(#[from] JobFailure),
    /// No link matches the input. The message does not repeat the input, which may be a person's name.
    #[error("{0} has no link of this employee number or user name")]
    NoLink(TenantId),
    /// There is no such customer.
    #[error("there is no customer {0} on this stage")]
    NoSuchTenant(TenantId),
}

impl CommandError {
    /// Returns the failure's class, which decides the exit code.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::NotFollowed(reason) => reason.class(),
            Self::Removes { .. }
            | Self::NotRekeyed { .. }
            | Self::NotTheNumbers { .. }
            | Self::OtherChanges { .. }
            | Self::NotDecided(_)
            | Self::RemovalNotSaid
            | Self::RunGoesOn(_) => FailureClass::Data,
            Self::Job(failure) => failure.class(),
            Self::Person(failure) => failure.class(),
            Self::NotLinked(failure) => failure.class(),
            Self::Backfill(_) | Self::Unchecked { .. } => FailureClass::Vendor,
            Self::Connect(_)
            | Self::Service(_)
            | Self::NotApplied { .. }
            | Self::NoRandomness
            | Self::Http(_)
            | Self::UnreadableResult { .. }
            | Self::Json(_)
            | Self::Csv(_)
            | Self::Template(_) => FailureClass::Internal,
            Self::VendorHosts(_)
            | Self::Unusable { .. }
            | Self::File { .. }
            | Self::Invalid { .. }
            | Self::Nobody
            | Self::NotASecret { .. }
            | Self::NotRotated(_)
            | Self::Usage(_)
            | Self::NoSuchResult { .. }
            | Self::NothingTo { .. }
            | Self::ReasonOfDead
            | Self::Stopped { .. }
            | Self::Answers { .. }
            | Self::NoConfiguration { .. }
            | Self::NotAnswered(_)
            | Self::NotAsked(_)
            | Self::OtherTenant { .. }
            | Self::NotWritten { .. }
            | Self::NoSuchVersion { .. }
            | Self::NoLink(_)
            | Self::NothingPlanned(_)
            | Self::NobodyRehearsed
            | Self::DraftNotSaid
            | Self::NoSuchTenant(_) => FailureClass::Config,
        }
    }

    /// What the command exits with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => WRONG_USAGE,
            _ => self.class().policy().exit_code,
        }
    }

    /// Why a file was not put in force.
    pub(crate) fn of_applying(file: &Path, error: NotApplied) -> Self {
        let path = file.to_owned();
        match error {
            NotApplied::Invalid(invalid) => Self::Invalid { path, invalid },
            NotApplied::Service(source) => Self::NotApplied { path, source },
            NotApplied::Removes { people, said } => Self::Removes { path, people, said },
            NotApplied::Unchecked(source) => Self::Unchecked { path, source },
            NotApplied::Unusable(source) => Self::Unusable { path, source },
            NotApplied::OtherChanges { kind, planned, said } => Self::OtherChanges {
                path,
                kind,
                planned,
                said,
            },
        }
    }
}

/// Why a run is not followed to its end. The run itself continues.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFollowed {
    /// The operator pressed Ctrl-C.
    #[error("{0} is not followed any more; the run goes on: habitsync runs {0}")]
    Stopped(TenantId),
    /// The run takes longer than the operator's time limit.
    #[error("{tenant}: the run has not ended within {minutes} minutes, and goes on: habitsync runs {tenant}")]
    TakesLong {
        /// Customer whose run it is.
        tenant: TenantId,
        /// How long it was followed.
        minutes: u64,
    },
    /// Nothing of it is on record.
    #[error(
        "{0}: no run began within a minute: another run may hold the job's lease (habitsync status {0}), or the function failed \
         (see its log)"
    )]
    NotBegun(TenantId),
}

impl NotFollowed {
    /// Returns the failure's class, which decides the exit code.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Stopped(_) | Self::TakesLong { .. } | Self::NotBegun(_) => FailureClass::Internal,
        }
    }
}

/// Why a customer's secrets cannot be rotated just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRotated {
    /// There is none at all.
    #[error("there is no webhook secret yet; `tenant secrets rotate … --to FILE` makes the first one")]
    NoneYet,
    /// Two are live: a third would end the older one before its time.
    #[error("two secrets are live already; end the older one first: `tenant secrets rotate … --retire`")]
    TwoLive,
    /// One is live: nothing to retire.
    #[error("one secret is live, and there is none to retire")]
    OneLive,
}

/// Returns a message for a file that could not be opened; one that is there already is never overwritten.
fn not_opened(file: &Path, done: &str, error: &std::io::Error) -> String {
    let file = file.display();
    match error.kind() {
        ErrorKind::AlreadyExists => format!("{file} is there already; choose another name, or remove it"),
        ErrorKind::NotFound if done == "read" => format!("there is no file {file}"),
        _ => format!("{file} cannot be {done}: {error}"),
    }
}

/// So many people are named.
const NAMED: usize = 20;

/// Returns a line for each employee that a configuration would newly deactivate, and the flag that agrees to it.
fn removals(file: &Path, people: &[NewDeactivation], said: Option<usize>) -> String {
    let count = people.len();
    let whom = counted(count, "person");
    let head = match said {
        None => format!("it would remove {whom} whom the version in force keeps"),
        Some(said) => format!("it would remove {whom} whom the version in force keeps, and {said} were agreed to"),
    };
    let lines = people.iter().take(NAMED).map(|person| {
        let (id, name) = (printable(person.employee_id.as_str()), printable(&person.person));
        format!("  {} {} {}", padded(&id, 12), padded(&name, 28), person.reason)
    });
    let more = count.saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("  … and {more} more; `habitsync plan` with --config names them all"));
    let head = format!("{} was not applied: {head}", file.display());
    let next = format!("if that is right, add --yes-deactivate {count}");
    let lines = [head].into_iter().chain(lines).chain(more).chain([next]);
    lines.collect::<Vec<_>>().join("\n")
}
