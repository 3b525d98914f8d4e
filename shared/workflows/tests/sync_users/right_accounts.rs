//! The promise itself, over random histories of a small company whose people join, leave, come back and pass addresses on:
//! whoever works there has the right account, nobody else has one, and the portal never refuses a write.

use std::collections::BTreeMap;

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::FieldName;
use habitsync_domain::user_plan::PendingApproval;
use habitsync_workflows::user_sync::UserSyncSummary;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::customer::Customer;

/// How one employee stands at one time.
#[derive(Debug, Clone)]
struct Standing {
    address: u8,
    last_name: u8,
    works: bool,
    manager: Option<u8>,
}

/// Everybody at one time; whoever is none is not in EmployeeConnect (yet, or any more).
type Moment = Vec<Option<Standing>>;

const PEOPLE: usize = 6;

fn standing() -> impl Strategy<Value = Option<Standing>> {
    let standing = (
        0..8_u8,
        0..3_u8,
        proptest::bool::weighted(0.75),
        proptest::option::of(0..6_u8),
    );
    let standing = standing.prop_map(|(address, last_name, works, manager)| Standing {
        address,
        last_name,
        works,
        manager,
    });
    proptest::option::weighted(0.85, standing)
}

/// A moment, and whether the run after it is the first of a day.
fn history() -> impl Strategy<Value = Vec<(Moment, bool)>> {
    let moment = proptest::collection::vec(standing(), PEOPLE);
    proptest::collection::vec((moment, any::<bool>()), 1..6)
}

fn id(number: usize) -> String {
    format!("E{number}")
}

fn address(standing: &Standing) -> String {
    format!("a{}@acme.com.au", standing.address)
}

impl Customer {
    fn is_now(&self, moment: &Moment) {
        for (number, standing) in moment.iter().enumerate() {
            let Some(standing) = standing else {
                self.hris
                    .employees
                    .lock()
                    .retain(|employee| employee.id().as_str() != id(number));
                continue;
            };
            let status = if standing.works { "Active" } else { "Terminated" };
            let manager = standing.manager.map_or(Value::Null, |number| json!(id(number.into())));
            let record = json!({
                "workEmail": address(standing), "lastName": format!("Name {}", standing.last_name),
                "status": status, "managerEmployeeId": manager,
            });
            self.employ(&id(number), &record);
        }
    }

    /// The active accounts by the employee they are linked to: user name and e-mail.
    fn linked_accounts(&self) -> BTreeMap<EmployeeId, (String, String)> {
        let users = self.portal.users.lock();
        let state = self.table.state();
        let linked = state.people.values().filter_map(|person| {
            let user = users
                .iter()
                .find(|user| user.user_name == person.user_name && user.active)?;
            let email = user.fields.0.get(&FieldName::email()).cloned().unwrap_or_default();
            Some((person.employee_id.clone(), (user.user_name.as_str().to_owned(), email)))
        });
        linked.collect()
    }
}

fn is_refusal(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::RefusedField { .. }
            | Cause::RefusedPerson { .. }
            | Cause::AccountExists
            | Cause::AccountMissing
            | Cause::SeveralAccounts
            | Cause::UnusableAccount
            | Cause::NotAnswered
    )
}

fn check(customer: &Customer, moment: &Moment, summary: &UserSyncSummary) -> Result<(), TestCaseError> {
    let refused: Vec<_> = summary
        .problems
        .iter()
        .filter(|problem| is_refusal(&problem.cause))
        .collect();
    prop_assert!(refused.is_empty(), "the portal refused: {:?}", refused[0].cause);
    let accounts = customer.linked_accounts();
    for (number, standing) in moment.iter().enumerate() {
        let employee: EmployeeId = id(number).parse().expect("an id");
        let is_reported = |problem: &&habitsync_domain::people::problem::Problem| {
            problem.employee_id == employee && problem.cause.blocks_person()
        };
        // The account of somebody who may be there under another number stays until that is clear.
        let is_held = |held: &PendingApproval| held.action.employee_id == employee && held.hold_reason.is_same_person();
        match standing.as_ref().filter(|standing| standing.works) {
            None if summary.held.iter().any(is_held) => {}
            None => prop_assert!(!accounts.contains_key(&employee), "{employee} has left and can log in"),
            Some(_) if summary.problems.iter().any(|problem| is_reported(&problem)) => {}
            Some(standing) => {
                let expected = (address(standing), address(standing));
                prop_assert_eq!(accounts.get(&employee), Some(&expected), "{}", employee);
            }
        }
    }
    let active = customer.active_users().len();
    prop_assert_eq!(active, accounts.len(), "an active account is nobody's");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whoever_works_there_has_the_right_account_and_nobody_else_has_one(history in history()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let limits = [
                ("terminated = { count = 5, percent = 20 }", "terminated = { count = 100, percent = 100 }"),
                ("vanished = { count = 2, percent = 0.5 }", "vanished = { count = 100, percent = 100 }"),
            ];
            let customer = Customer::configured(&limits, &[("E99", json!({}))]);
            customer.finish().await;
            for (moment, is_next_day) in &history {
                customer.clock.advance(SignedDuration::from_hours(if *is_next_day { 24 } else { 1 }));
                customer.is_now(moment);
                let (written, stored) = (customer.writes(), customer.table.state().people.clone());
                let foreseen = customer.preview().await;
                prop_assert_eq!(customer.writes(), written, "a dry run writes nothing in the portal");
                prop_assert_eq!(&customer.table.state().people, &stored, "nor in the table");
                let summary = customer.finish().await;
                prop_assert_eq!(summary.planned, foreseen.counts, "a dry run says what the run then does");
                prop_assert_eq!(summary.written.done(), foreseen.actions.len() as u64);
                check(&customer, moment, &summary)?;
                let writes = customer.writes();
                let again = customer.finish().await;
                check(&customer, moment, &again)?;
                prop_assert_eq!(customer.writes(), writes, "a second run has nothing left to write");
            }
            Ok(())
        })?;
    }
}
