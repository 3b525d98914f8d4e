//! User sync against a portal and a table in memory: what is written, what is asked, what an interruption leaves.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee::Employee;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::job::{Job, RunState};
use habitsync_domain::problem::Cause;
use habitsync_domain::user::PortalUser;
use habitsync_in_memory::{Call, Fault, Hris, Mailbox, ManualClock, Portal, Table, vendor_failure};
use habitsync_workflows::job_run::{JobFailure, RunOutcome};
use habitsync_workflows::mail::{MailSettings, Told};
use habitsync_workflows::ports::failure::{RefusedField, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::sync_users::{UserSync, UserSyncSummary, Written, sync_users};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// One customer, from the first run on.
struct Customer {
    configuration: TenantConfiguration,
    hris: Hris,
    portal: Portal,
    table: Table,
    mail: Mailbox,
    clock: ManualClock,
}

impl Customer {
    fn with_people(people: &[(&str, Value)]) -> Self {
        Self::configured(&[], people)
    }

    fn configured(changes: &[(&str, &str)], people: &[(&str, Value)]) -> Self {
        let mut source = include_str!("../../domain/src/configuration/acme.toml").to_owned();
        for (old, new) in changes {
            assert!(source.contains(old), "{old} is not in the example");
            source = source.replace(old, new);
        }
        let customer = Self {
            configuration: source.parse().expect("valid"),
            hris: Hris::default(),
            portal: Portal::default(),
            table: Table::default(),
            mail: Mailbox::default(),
            clock: ManualClock::at("2026-11-22T21:00:00Z".parse().expect("a time")),
        };
        for (id, changes) in people {
            customer.employ(id, changes);
        }
        customer
    }

    /// Puts an employee's record in, in place of the one that is there.
    fn employ(&self, id: &str, changes: &Value) {
        let mut record = json!({
            "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au").to_lowercase(),
            "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        });
        let record = record.as_object_mut().expect("an object");
        record.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(record.clone()).expect("has an id");
        let mut employees = self.hris.employees.lock();
        employees.retain(|known| known.id() != employee.id());
        employees.push(employee);
    }

    async fn run_until(&self, deadline: Timestamp) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        let mail_settings = MailSettings {
            sender: "integration@tribalhabits.com".parse().expect("valid"),
        };
        let sync = UserSync {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            mail: &self.mail,
            mail_settings: &mail_settings,
            clock: &self.clock,
        };
        sync_users(&sync, &self.configuration, deadline).await
    }

    async fn run(&self) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        self.run_until(self.deadline()).await
    }

    fn deadline(&self) -> Timestamp {
        use habitsync_workflows::ports::clock::Now;
        self.clock.now() + SignedDuration::from_mins(14)
    }

    async fn finish(&self) -> UserSyncSummary {
        match self.run().await {
            Ok(RunOutcome::Finished(summary)) => summary,
            other => panic!("did not finish: {other:?}"),
        }
    }

    fn active_users(&self) -> Vec<String> {
        let users = self.portal.users.lock();
        users
            .iter()
            .filter(|user| user.active)
            .map(|user| user.user_name.as_str().to_owned())
            .collect()
    }

    fn writes(&self) -> usize {
        self.portal.faults.count(Call::CreateUser) + self.portal.faults.count(Call::ChangeUser)
    }
}

fn portal_says(kind: VendorFailureKind) -> VendorFailure {
    vendor_failure(Vendor::TribalHabits, kind)
}

fn refused(field: &str) -> VendorFailure {
    let refused = RefusedField {
        field: field.to_owned(),
        reason: "is not in the list".to_owned(),
    };
    portal_says(VendorFailureKind::Refused(vec![refused]))
}

#[tokio::test]
async fn the_first_run_creates_everybody_and_the_second_asks_the_portal_nothing() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"managerEmployeeId": "E1"}))]);
    assert_eq!(
        customer.finish().await.written,
        Written {
            created: 2,
            ..Written::default()
        }
    );
    let calls = customer.portal.faults.made().len();
    let second = customer.finish().await;
    assert_eq!((second.planned.unchanged, second.written), (2, Written::default()));
    assert_eq!(
        customer.portal.faults.made().len(),
        calls,
        "unchanged people cost no request to Tribal Habits"
    );
}

#[tokio::test]
async fn a_starter_a_change_a_leaver_and_a_rehire_each_cost_one_write() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({})), ("E3", json!({}))]);
    customer.finish().await;
    let before = customer.writes();
    customer.employ("E4", &json!({}));
    customer.employ("E2", &json!({"jobTitle": "Lead"}));
    customer.employ("E3", &json!({"status": "Terminated", "workEmail": null}));
    let written = customer.finish().await.written;
    assert_eq!(
        written,
        Written {
            created: 1,
            changed: 1,
            deactivated: 1,
            ..Written::default()
        }
    );
    customer.employ("E3", &json!({"startDate": "2026-11-23"}));
    assert_eq!(
        customer.finish().await.written,
        Written {
            reactivated: 1,
            ..Written::default()
        }
    );
    assert_eq!(customer.writes() - before, 4);
    assert_eq!(customer.active_users().len(), 4);
}

#[tokio::test]
async fn zero_employees_fail_the_run_and_nobody_is_deactivated() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.hris.employees.lock().clear();
    assert!(matches!(customer.run().await, Err(JobFailure::NotCredible(_))));
    assert_eq!(customer.active_users().len(), 1);
    assert!(customer.table.job(Job::Users).last_failure.is_some());
}

#[tokio::test]
async fn a_custom_field_that_is_refused_is_left_out_and_reported_and_the_rest_lands() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer
        .portal
        .faults
        .arm(Call::CreateUser, Fault::Before(refused("X-Location")));
    let summary = customer.finish().await;
    assert_eq!(summary.written.created, 1);
    let [problem] = summary.problems.as_slice() else {
        panic!("{:?}", summary.problems)
    };
    assert!(matches!(&problem.cause, Cause::RefusedField { field, .. } if field == "X-Location"));
    assert_eq!(problem.seen.as_deref(), Some("Perth"));
    let users = customer.portal.users.lock();
    assert!(!users[0].fields.0.contains_key(&"X-Location".parse().expect("a field")));
}

#[tokio::test]
async fn a_refused_person_is_one_line_and_stops_nobody() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer
        .portal
        .faults
        .arm(Call::CreateUser, Fault::Before(refused("email")));
    let summary = customer.finish().await;
    assert_eq!(
        (summary.written.created, summary.written.failed, summary.told),
        (1, 1, Told::Worklist)
    );
    assert!(matches!(summary.problems[0].cause, Cause::RefusedPerson { .. }));
}

#[tokio::test]
async fn a_run_that_could_not_link_somebody_does_not_count_as_having_seen_everybody() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let refusal = Fault::Before(refused("user_name"));
    customer.portal.faults.arm(Call::CreateUser, refusal);
    customer.finish().await;
    assert_eq!(customer.table.job(Job::Users).last_complete_began_at, None);
    customer.finish().await;
    assert!(customer.table.job(Job::Users).last_complete_began_at.is_some());
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_read_back_and_not_repeated() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::After(lost));
    assert_eq!(customer.finish().await.written.created, 1);
    assert_eq!(
        (customer.writes(), customer.portal.faults.count(Call::FindUser)),
        (1, 1)
    );
    assert_eq!(customer.finish().await.planned.unchanged, 1);
}

#[tokio::test]
async fn a_person_whom_the_portal_did_not_answer_is_tried_again_and_nobody_is_mailed() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let down = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: false,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::Before(down));
    let first = customer.finish().await;
    assert_eq!(
        (first.written.created, first.written.failed, first.told),
        (1, 1, Told::Nothing)
    );
    assert_eq!(customer.finish().await.written.created, 1);
}

/// A customer of so many people, E1000 and on.
fn customer_of(people: usize) -> Customer {
    let ids: Vec<_> = (0..people).map(|n| format!("E{}", 1000 + n)).collect();
    let people: Vec<_> = ids.iter().map(|id| (id.as_str(), json!({}))).collect();
    Customer::with_people(&people)
}

#[tokio::test]
async fn when_the_portal_answers_for_hardly_anybody_the_run_stops() {
    let customer = customer_of(40);
    for _ in 0..40 {
        let down = portal_says(VendorFailureKind::Unavailable {
            may_have_happened: false,
        });
        customer.portal.faults.arm(Call::CreateUser, Fault::Before(down));
    }
    assert!(matches!(customer.run().await, Err(JobFailure::NotCredible(_))));
    assert_eq!(customer.writes(), 20);
}

#[tokio::test]
async fn people_who_are_refused_never_keep_the_others_from_being_served() {
    let customer = customer_of(26);
    for _ in 0..25 {
        customer
            .portal
            .faults
            .arm(Call::CreateUser, Fault::Before(refused("email")));
    }
    let summary = customer.finish().await;
    assert_eq!(
        (summary.written.created, summary.written.failed, summary.told),
        (1, 25, Told::Worklist)
    );
}

#[tokio::test]
async fn a_rename_to_a_name_that_somebody_else_has_never_moves_the_link() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let stranger = PortalUser {
        user_name: "new@acme.com.au".parse().expect("valid"),
        ..customer.portal.users.lock()[0].clone()
    };
    customer.portal.users.lock().push(stranger);
    customer.employ("E1", &json!({"workEmail": "new@acme.com.au"}));
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(lost));
    assert_eq!(customer.finish().await.written.failed, 1);
    let people = customer.table.state().people.values().cloned().collect::<Vec<_>>();
    assert_eq!(people[0].user_name.as_str(), "e1@acme.com.au");
}

#[tokio::test]
async fn a_create_that_may_have_happened_is_looked_for_in_the_portal_by_the_next_run() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::After(lost.clone()));
    customer.portal.faults.arm(Call::FindUser, Fault::Before(lost));
    assert_eq!(customer.finish().await.written.failed, 1);
    let second = customer.finish().await;
    assert_eq!(
        (second.verified, second.written),
        (
            true,
            Written {
                remembered: 1,
                ..Written::default()
            }
        )
    );
    assert_eq!(customer.active_users().len(), 1);
}

#[tokio::test]
async fn refused_credentials_fail_the_run_and_are_mailed_once_and_the_recovery_too() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    for _ in 0..2 {
        let refused = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
        customer.hris.faults.arm(Call::ListEmployees, Fault::Before(refused));
        assert!(matches!(customer.run().await, Err(JobFailure::Vendor(_))));
    }
    assert_eq!(customer.mail.sent().len(), 1);
    let mail = customer.mail.sent().remove(0);
    let mail = mail_parser::MessageParser::default()
        .parse(mail.as_bytes())
        .expect("is a mail")
        .into_owned();
    let text = mail.body_text(0).expect("has a text").to_uppercase();
    assert!(
        text.contains("EMPLOYEECONNECT REFUSED THE INTEGRATION'S CREDENTIALS"),
        "{text}"
    );
    assert_eq!(customer.finish().await.told, Told::AllClear);
}

#[tokio::test]
async fn the_worklist_is_mailed_when_it_changes_and_never_otherwise() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"status": "Sabbatical"}))]);
    assert_eq!(customer.finish().await.told, Told::Worklist);
    assert_eq!(customer.finish().await.told, Told::Nothing);
    customer.employ("E1", &json!({"status": "Gap year"}));
    assert_eq!(customer.finish().await.told, Told::Worklist);
    customer.employ("E1", &json!({}));
    customer.employ("E2", &json!({}));
    assert_eq!(customer.finish().await.told, Told::AllClear);
    assert_eq!(customer.finish().await.told, Told::Nothing);
}

#[tokio::test]
async fn what_only_a_verifying_run_sees_is_not_cleared_by_one_that_does_not_look() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer.finish().await;
    customer.portal.users.lock()[0].active = false;
    customer.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(customer.finish().await.told, Told::Worklist);
    assert_eq!(
        customer.finish().await.told,
        Told::Nothing,
        "the account was not looked at"
    );
    customer.employ("E2", &json!({"status": "Sabbatical"}));
    assert_eq!(
        customer.finish().await.told,
        Told::Worklist,
        "a new line is news all the same"
    );
    customer.employ("E2", &json!({}));
    customer.portal.users.lock()[0].active = true;
    customer.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(customer.finish().await.told, Told::AllClear);
}

#[tokio::test]
async fn a_run_that_has_no_time_left_is_unfinished_and_the_next_does_the_rest() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let down = portal_says(VendorFailureKind::NoTimeLeft);
    customer
        .portal
        .faults
        .arm_after(1, Call::CreateUser, Fault::Before(down));
    assert!(matches!(customer.run().await, Ok(RunOutcome::Unfinished(_))));
    let unfinished = customer
        .table
        .state()
        .runs
        .values()
        .filter(|run| run.due_at.is_some())
        .count();
    assert_eq!(unfinished, 1, "the watchdog finds it");
    assert_eq!(customer.finish().await.written.created, 1);
    let states: Vec<_> = customer
        .table
        .state()
        .runs
        .values()
        .map(|run| run.record.state.clone())
        .collect();
    assert!(
        !states.iter().any(|state| matches!(state, RunState::Unfinished { .. })),
        "{states:?}"
    );
}

#[tokio::test]
async fn two_runs_at_once_are_one_run() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let (one, other) = tokio::join!(customer.run(), customer.run());
    let outcomes = [one.expect("ends well"), other.expect("ends well")];
    let finished = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, RunOutcome::Finished(_)))
        .count();
    assert_eq!((finished, customer.writes()), (1, 2), "{outcomes:?}");
}

#[tokio::test]
async fn a_draft_plans_and_writes_nothing_and_a_paused_customer_does_not_even_read() {
    let draft = Customer::configured(&[("status = \"live\"", "status = \"draft\"")], &[("E1", json!({}))]);
    assert_eq!(draft.finish().await.planned.in_scope, 1);
    assert_eq!((draft.writes(), draft.table.state().people.len()), (0, 0));
    let paused = Customer::configured(&[("status = \"live\"", "status = \"paused\"")], &[("E1", json!({}))]);
    assert_eq!(paused.run().await, Ok(RunOutcome::Paused));
    assert_eq!(paused.hris.faults.made(), []);
}

#[tokio::test]
async fn a_run_cut_off_at_any_write_ends_where_an_uninterrupted_one_does() {
    let people = [
        ("E1", json!({})),
        ("E2", json!({"managerEmployeeId": "E1"})),
        ("E3", json!({})),
    ];
    for cut in 0..3 {
        let customer = Customer::with_people(&people);
        let broken = habitsync_in_memory::service_failure();
        customer
            .table
            .faults
            .arm_after(cut, Call::SavePerson, Fault::Before(broken));
        assert!(customer.run().await.is_err(), "cut at {cut}");
        customer.clock.advance(SignedDuration::from_mins(15));
        let second = customer.finish().await;
        assert_eq!(second.problems, [], "cut at {cut}");
        let linked: Vec<EmployeeId> = customer.table.state().people.keys().cloned().collect();
        assert_eq!((customer.active_users().len(), linked.len()), (3, 3), "cut at {cut}");
    }
}
