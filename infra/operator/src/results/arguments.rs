//! What can be typed after `habitsync results`.

use clap::{Args, Subcommand, ValueEnum};
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::{Replayable, ResultStatus};
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_domain::tenant::TenantId;

use super::moment::Moment;
use crate::error::CommandError;
use crate::terminal::ask::Yes;

/// Commands on a customer's completions.
#[derive(Debug, Subcommand)]
pub(crate) enum ResultsCommand {
    /// Lists a customer's results, as the table has them.
    List(ListArguments),
    /// Shows one result, with whose it is.
    Show(ShowArguments),
    /// Has dead or ignored results tried again, at once.
    Replay(ReplayArguments),
    /// Adds completions from before the go-live, which no sweep records by itself.
    Backfill(BackfillArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// Only those in this state.
    #[arg(long, value_enum)]
    pub(super) state: Option<State>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// The enrolment's number in Tribal Habits.
    #[arg(value_parser = enrolment)]
    pub(super) enrolment: EnrolmentId,
}

/// Shown below the options.
const REPLAY: &str = "\
Ctrl-C stops between two results; the same command goes on from there.

  habitsync results replay acme --cause 'answered 422'        shows which, and asks
  habitsync results replay acme --state ignored               the same for ignored results";

/// Of the dead or ignored results, those that meet every criterion.
#[derive(Debug, Args)]
#[group(skip)]
#[command(after_help = REPLAY)]
pub(crate) struct ReplayArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// Dead results, or ignored ones.
    #[arg(long, value_enum)]
    pub(super) state: Option<ReplayState>,
    /// Those that are ignored for this reason.
    #[arg(long, value_enum)]
    pub(super) reason: Option<Reason>,
    /// These enrolments; may be given several times.
    #[arg(long, value_parser = enrolment, required_unless_present_any = ["state", "reason", "cause", "from", "until", "all"])]
    pub(super) enrolment: Vec<EnrolmentId>,
    /// Those whose cause has this in it.
    #[arg(long, conflicts_with = "reason")]
    pub(super) cause: Option<String>,
    /// Those completed then or later: a day of the customer's (2026-03-01) or a moment (2026-03-01T09:00:00Z).
    #[arg(long)]
    pub(super) from: Option<Moment>,
    /// Those completed before then.
    #[arg(long)]
    pub(super) until: Option<Moment>,
    /// All of them.
    #[arg(long, conflicts_with_all = ["enrolment", "cause", "from", "until"])]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) yes: Yes,
}

/// Shown below the options.
const BACKFILL: &str = "\
Ctrl-C stops between two completions; the same command goes on from there.

  habitsync results backfill acme --from 2025-07-01           shows how many, and asks";

#[derive(Debug, Args)]
#[command(after_help = BACKFILL)]
pub(crate) struct BackfillArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// Completions of then or later: a day of the customer's (2026-03-01) or a moment (2026-03-01T09:00:00Z).
    #[arg(long)]
    pub(super) from: Moment,
    /// Completions before then; the go-live, unless given.
    #[arg(long)]
    pub(super) until: Option<Moment>,
    #[command(flatten)]
    pub(super) yes: Yes,
}

/// A state that results can be replayed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplayState {
    /// Trying again by itself has ended.
    Dead,
    /// It is not recorded for a reason that may have passed.
    Ignored,
}

/// Why a result is ignored.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Reason {
    /// The topic is not a course.
    #[value(name = "topic_is_not_a_course")]
    TopicIsNotACourse,
    /// The account belongs to no employee.
    #[value(name = "user_is_no_employee")]
    UserIsNoEmployee,
    /// Tribal Habits does not confirm the completion.
    #[value(name = "not_confirmed")]
    NotConfirmed,
    /// Tribal Habits could not be asked to confirm the completion.
    #[value(name = "confirmation_failed")]
    ConfirmationFailed,
}

impl From<Reason> for IgnoredBecause {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::TopicIsNotACourse => Self::TopicIsNotACourse,
            Reason::UserIsNoEmployee => Self::UserIsNoEmployee,
            Reason::NotConfirmed => Self::NotConfirmed,
            Reason::ConfirmationFailed => Self::ConfirmationFailed,
        }
    }
}

impl ReplayArguments {
    /// The results that are chosen: a reason is one of ignored results.
    pub(super) fn replayable(&self) -> Result<Replayable, CommandError> {
        match (self.state, self.reason) {
            (Some(ReplayState::Dead), Some(_)) => Err(CommandError::ReasonOfDead),
            (None | Some(ReplayState::Dead), None) => Ok(Replayable::Dead),
            (Some(ReplayState::Ignored), None) => Ok(Replayable::Ignored(None)),
            (None | Some(ReplayState::Ignored), Some(reason)) => Ok(Replayable::Ignored(Some(reason.into()))),
        }
    }
}

/// A result's state.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// A process is recording it.
    Claimed,
    /// An attempt failed; the next is due.
    Waiting,
    /// It waits for something else to happen.
    Parked,
    /// It is in EmployeeConnect.
    Recorded,
    /// It is not recorded for a reason that may pass.
    Ignored,
    /// Trying again by itself has ended.
    Dead,
}

impl State {
    /// Returns the state's name.
    pub(super) fn name(self) -> &'static str {
        ResultStatus::from(self).as_str()
    }
}

impl From<State> for ResultStatus {
    fn from(state: State) -> Self {
        match state {
            State::Claimed => Self::Claimed,
            State::Waiting => Self::Waiting,
            State::Parked => Self::Parked,
            State::Recorded => Self::Recorded,
            State::Ignored => Self::Ignored,
            State::Dead => Self::Dead,
        }
    }
}

fn enrolment(text: &str) -> Result<EnrolmentId, std::num::ParseIntError> {
    text.trim_start_matches("th-enrolment-").parse().map(EnrolmentId)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(subcommand)]
        command: ResultsCommand,
    }

    fn typed(words: &[&str]) -> Result<ResultsCommand, clap::Error> {
        let words = ["habitsync"].iter().chain(words);
        Typed::try_parse_from(words).map(|typed| typed.command)
    }

    #[test]
    fn a_replay_of_everything_has_to_be_said_and_a_choice_alone_is_enough() {
        typed(&["replay", "acme"]).expect_err("nothing is chosen");
        typed(&["replay", "acme", "--all", "--cause", "422"]).expect_err("all and some");
        for chosen in [
            ["--enrolment", "9001"],
            ["--cause", "422"],
            ["--from", "2026-03-01"],
            ["--until", "2026-03-01T00:00:00Z"],
        ] {
            typed(&["replay", "acme", chosen[0], chosen[1]]).expect("chosen");
        }
        typed(&["replay", "acme", "--all"]).expect("chosen");
    }

    #[test]
    fn an_enrolment_may_be_named_as_employee_connect_has_it() {
        let Ok(ResultsCommand::Show(show)) = typed(&["show", "acme", "th-enrolment-9001"]) else {
            panic!("understood")
        };
        assert_eq!(show.enrolment, EnrolmentId(9001));
        typed(&["show", "acme", "jo@acme.example"]).expect_err("no enrolment");
    }

    #[test]
    fn nothing_is_changed_unless_yes_is_said() {
        let Ok(ResultsCommand::Backfill(backfill)) = typed(&["backfill", "acme", "--from", "2026-01-01"]) else {
            panic!("understood")
        };
        assert!(!backfill.yes.yes);
        typed(&["backfill", "acme"]).expect_err("from when on?");
    }
}
