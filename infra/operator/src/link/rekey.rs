//! `habitsync link rekey`: the accounts of employees whose numbers were reissued, moved to the new numbers after they are shown.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::RekeyedPair;
use habitsync_workflows::user_sync::preview::{Portal, PreviewUsers, preview_users};
use habitsync_workflows::user_sync::rekey::{ProposedRekey, Rekeyed, propose_rekeys, rekey_people};
use serde::Serialize;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::ask::Yes;
use crate::terminal::out;
use crate::terminal::{Actor, Answer, Output, counted, printable, while_reading};

/// Whose employees are relinked.
#[derive(Debug, clap::Args)]
pub(crate) struct RekeyArguments {
    /// The customer.
    tenant: TenantId,
    #[command(flatten)]
    by: Actor,
    #[command(flatten)]
    yes: Yes,
}

/// The pairs, and their outcomes.
#[derive(Serialize)]
struct Rekeying {
    tenant: TenantId,
    stage: String,
    pairs: Vec<ShownPair>,
}

/// One pair of employee numbers, as printed.
#[derive(Serialize)]
struct ShownPair {
    #[serde(flatten)]
    pair: RekeyedPair,
    /// Whether the account can log in.
    active: bool,
    /// Whether it was moved; `null` where nothing was done.
    moved: Option<bool>,
    /// Why it was not.
    failure: Option<String>,
}

/// Shows every pair, asks, and relinks them all.
pub(super) async fn rekey(stage: &Stage, asked: &RekeyArguments) -> Result<(), CommandError> {
    let by = asked.by.name()?;
    let tenant = stage.open(stage.in_force(&asked.tenant).await?).await?;
    let in_force = tenant.in_force();
    let next_run = PreviewUsers {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    };
    let reading = preview_users(&next_run, in_force, None, Portal::AsTheNextRun);
    let preview = while_reading(stage.output, Box::pin(reading)).await?;
    let plan = preview.plan(in_force)?;
    let proposed = propose_rekeys(&tenant.table, plan.rekeyed).await?;
    let mut pairs = Rekeying {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        pairs: proposed.iter().map(ShownPair::from).collect(),
    };
    let is_json = stage.output == Output::Json;
    if !is_json {
        stage.print(&pairs)?;
    }
    let question = format!("Move {} to the new numbers?", counted(proposed.len(), "account"));
    // A program is asked nothing, and gets one answer.
    let agreed = !proposed.is_empty()
        && if is_json {
            asked.yes.yes
        } else {
            asked.yes.is_confirmed(&question)?
        };
    if agreed {
        let rekeyed = rekey_people(&tenant.table, &SystemClock, &proposed, by).await;
        pairs.note(&rekeyed);
        if !is_json {
            out::print_line(pairs.done(by));
        }
    }
    if is_json {
        stage.print(&pairs)?;
    }
    pairs.all_moved()
}

impl From<&ProposedRekey> for ShownPair {
    fn from(proposed: &ProposedRekey) -> Self {
        Self {
            pair: proposed.pair.clone(),
            active: proposed.link.active,
            moved: None,
            failure: None,
        }
    }
}

impl Rekeying {
    fn note(&mut self, rekeyed: &[Rekeyed]) {
        for (shown, rekeyed) in self.pairs.iter_mut().zip(rekeyed) {
            shown.moved = Some(rekeyed.failure.is_none());
            shown.failure = rekeyed.failure.as_ref().map(ToString::to_string);
        }
    }

    /// A pair that was to be moved and was not fails the command, once the others are moved.
    fn all_moved(&self) -> Result<(), CommandError> {
        let failed = self.pairs.iter().filter(|pair| pair.moved == Some(false)).count();
        let of = self.pairs.len();
        if failed > 0 {
            return Err(CommandError::NotRekeyed { failed, of });
        }
        Ok(())
    }

    /// Returns the outcome, and what the next run will do.
    fn done(&self, by: &str) -> String {
        let tenant = &self.tenant;
        let moved = self.pairs.iter().filter(|pair| pair.moved == Some(true)).count();
        let failed = self
            .pairs
            .iter()
            .filter_map(|pair| Some((&pair.pair, pair.failure.as_ref()?)));
        let failed = failed.map(|(pair, failure)| format!("{} stays with {}: {failure}", pair.current, pair.former));
        let lines = [
            format!(
                "{tenant}: {} moved to the new numbers by {by}",
                counted(moved, "account")
            ),
            format!("the next user sync follows them (now: habitsync run {tenant} user-sync)"),
            format!(
                "results refused meanwhile: habitsync results replay {tenant} --cause \"does not know the employee\""
            ),
        ];
        lines.into_iter().chain(failed).collect::<Vec<_>>().join("\n")
    }
}

impl Answer for Rekeying {
    fn heading(&self) -> String {
        let Self { tenant, stage, pairs } = self;
        format!(
            "# re-keyed employees of {tenant} on stage {stage}: {}; records from EmployeeConnect, links from the table",
            pairs.len()
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["old number", "new number", "person", "account", "they share"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |shown: &ShownPair| {
            let RekeyedPair {
                former,
                current,
                person,
                user_name,
                shared,
            } = &shown.pair;
            let state = if shown.active { "" } else { " (deactivated)" };
            vec![
                former.to_string(),
                current.to_string(),
                person.clone(),
                format!("{}{state}", printable(user_name.as_str())),
                shared.in_words().to_owned(),
            ]
        };
        self.pairs.iter().map(row).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::user_plan::Shared;
    use insta::assert_snapshot;
    use serde_json::Value;

    use super::*;
    use crate::terminal::answer::written;

    fn pairs() -> Rekeying {
        let pair = |number: u32, shared, active, moved: Option<bool>| ShownPair {
            pair: RekeyedPair {
                former: format!("E{number}").parse().expect("an id"),
                current: format!("N{number}").parse().expect("an id"),
                person: "Jo Citizen".to_owned(),
                user_name: format!("jo{number}@acme.com.au").parse().expect("a name"),
                shared,
            },
            active,
            moved,
            failure: (moved == Some(false))
                .then(|| "something has changed since this was shown; look again".to_owned()),
        };
        Rekeying {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            pairs: vec![
                pair(1001, Shared::UserName, true, Some(true)),
                pair(1002, Shared::Email, false, Some(true)),
                pair(1003, Shared::NameAndStart, true, Some(false)),
            ],
        }
    }

    /// What a program may be answered.
    pub(crate) fn examples() -> Vec<Value> {
        vec![serde_json::to_value(pairs()).expect("is JSON")]
    }

    #[test]
    fn every_pair_is_shown_with_what_the_records_share() {
        let shown = written(&pairs(), Output::Table, 100).expect("written");
        assert_snapshot!(shown);
        assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    }

    #[test]
    fn a_pair_that_was_not_moved_is_named_with_its_reason_and_fails_the_command() {
        let pairs = pairs();
        assert_snapshot!(pairs.done("ana"));
        assert!(matches!(
            pairs.all_moved(),
            Err(CommandError::NotRekeyed { failed: 1, of: 3 })
        ));
    }
}
