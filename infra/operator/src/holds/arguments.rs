//! What can be typed after `habitsync holds`.

use clap::{Args, Subcommand};
use habitsync_domain::hold::PlanId;
use habitsync_domain::tenant::TenantId;

use crate::terminal::{By, Numbers};

/// Changes of accounts that wait for approval.
#[derive(Debug, Subcommand)]
pub(crate) enum HoldsCommand {
    /// Lists what waits for approval, employee by employee, and why. Exits with 3 where something does.
    List(ListArguments),
    /// Lets the next run make exactly the changes of a plan. Their numbers are asked for where they are not given.
    Approve(ApproveArguments),
    /// Leaves the accounts of a plan as they are, and does not ask again until an employee's evidence changes.
    Reject(DecideArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// The customer.
    pub(super) tenant: TenantId,
}

#[derive(Debug, Args)]
pub(crate) struct ApproveArguments {
    #[command(flatten)]
    pub(super) decide: DecideArguments,
    #[command(flatten)]
    pub(super) numbers: Numbers,
}

#[derive(Debug, Args)]
pub(crate) struct DecideArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// The plan, as `list` shows it.
    pub(super) plan: PlanId,
    #[command(flatten)]
    pub(super) by: By,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(subcommand)]
        command: HoldsCommand,
    }

    fn typed(words: &[&str]) -> Result<HoldsCommand, clap::Error> {
        let words = ["habitsync"].iter().chain(words);
        Typed::try_parse_from(words).map(|typed| typed.command)
    }

    #[test]
    fn a_decision_names_the_plan_it_is_about_and_may_say_how_many_and_who() {
        let words = ["approve", "acme", "0A1B2C3D4E5F", "--yes-remove", "3", "--as", "ana"];
        let Ok(HoldsCommand::Approve(approve)) = typed(&words) else {
            panic!("understood")
        };
        assert_eq!(
            (approve.decide.plan.as_str(), approve.numbers.deactivate),
            ("0a1b2c3d4e5f", Some(3))
        );
        assert_eq!(approve.decide.by.name().expect("named"), "ana");
        typed(&["approve", "acme"]).expect_err("which plan?");
        typed(&["reject", "acme", "all"]).expect_err("all is no plan");
        typed(&["reject", "acme", "0a1b2c3d4e5f"]).expect("understood");
    }
}
