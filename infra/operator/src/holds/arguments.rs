//! What can be typed after `habitsync holds`.

use clap::{Args, Subcommand};
use habitsync_domain::approvals::PlanId;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::tenant::TenantId;

use crate::terminal::ask::Yes;
use crate::terminal::{Actor, Numbers};

/// Changes of accounts that wait for approval.
#[derive(Debug, Subcommand)]
pub(crate) enum HoldsCommand {
    /// Lists what waits for approval, employee by employee, and why. Exits with 3 where something does.
    List(ListArguments),
    /// Lets the next run make exactly the changes of a plan. Their numbers are asked for where they are not given.
    Approve(ApproveArguments),
    /// Leaves the accounts of a plan as they are, and does not ask again until an employee's evidence changes.
    Reject(RejectArguments),
    /// Withdraws decisions about employees: the next run asks about them again.
    Reopen(ReopenArguments),
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
pub(crate) struct RejectArguments {
    #[command(flatten)]
    pub(super) decide: DecideArguments,
    #[command(flatten)]
    pub(super) yes: Yes,
}

#[derive(Debug, Args)]
pub(crate) struct ReopenArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// The employee numbers whose decisions are withdrawn.
    #[arg(required = true, value_name = "EMPLOYEE")]
    pub(super) employees: Vec<EmployeeId>,
    #[command(flatten)]
    pub(super) by: Actor,
}

#[derive(Debug, Args)]
pub(crate) struct DecideArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// The plan, as `list` shows it.
    pub(super) plan: PlanId,
    /// Decide about these employees of the plan only; the rest stays pending.
    #[arg(long, value_name = "EMPLOYEE", num_args = 1..)]
    pub(super) only: Vec<EmployeeId>,
    #[command(flatten)]
    pub(super) by: Actor,
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
        let some = typed(&["reject", "acme", "0a1b2c3d4e5f", "--only", "E1011", "E1012", "--yes"]);
        let Ok(HoldsCommand::Reject(reject)) = some else {
            panic!("understood")
        };
        let only: Vec<_> = reject.decide.only.iter().map(EmployeeId::as_str).collect();
        assert_eq!((only, reject.yes.yes), (vec!["E1011", "E1012"], true));
        typed(&["reopen", "acme", "E1011", "E1012"]).expect("understood");
        typed(&["reopen", "acme"]).expect_err("whose decision?");
    }
}
