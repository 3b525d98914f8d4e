//! One person by themselves: what is seen of them and done about them is what a run sees and does, in a handful of requests.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::{FieldName, PortalUser};
use habitsync_domain::user_plan::NextAction;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::one_employee::{
    DraftRule, Match, OnePerson, PersonFailure, SeenPerson, Synced, Unknown, look_at_person, sync_person,
};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::user_sync::InForce;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::customer::{Customer, customer_of, portal_says, refused};

type InMemory<'a> = OnePerson<
    'a,
    habitsync_in_memory::Hris,
    habitsync_in_memory::Portal,
    habitsync_in_memory::Table,
    habitsync_in_memory::ManualClock,
>;

impl Customer {
    pub(crate) fn one(&self) -> InMemory<'_> {
        OnePerson {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            clock: &self.clock,
        }
    }

    pub(crate) fn in_force(&self) -> InForce<'_> {
        InForce::version(self.version, &self.configuration)
    }

    pub(crate) async fn look(&self, asked: &str) -> SeenPerson {
        let seen = look_at_person(&self.one(), self.in_force(), asked, &()).await;
        seen.expect("somebody is seen")
    }

    pub(crate) async fn sync_shown(&self, shown: &SeenPerson, draft: DraftRule) -> Result<Synced, PersonFailure> {
        sync_person(&self.one(), self.in_force(), shown, draft, &()).await
    }

    pub(crate) async fn sync_one(&self, asked: &str) -> Synced {
        let shown = self.look(asked).await;
        let synced = self.sync_shown(&shown, DraftRule::LeaveAlone).await;
        synced.expect("it is done")
    }

    pub(crate) fn user(&self, name: &str) -> Option<PortalUser> {
        let users = self.portal.users.lock();
        users.iter().find(|user| user.user_name.as_str() == name).cloned()
    }
}

pub(crate) fn id(employee: &str) -> EmployeeId {
    employee.parse().expect("an id")
}

/// A customer in step, of whom one person is about to be looked at.
pub(crate) async fn in_step(people: &[(&str, Value)]) -> Customer {
    let customer = Customer::with_people(people);
    customer.finish().await;
    customer
}

/// Ten people, of whom E1 reports to E0.
pub(crate) async fn ten() -> Customer {
    let ids: Vec<_> = (0..10).map(|n| format!("E{n}")).collect();
    let record = |id: &str| {
        if id == "E1" {
            json!({"managerEmployeeId": "E0"})
        } else {
            json!({})
        }
    };
    let people: Vec<_> = ids.iter().map(|id| (id.as_str(), record(id))).collect();
    in_step(&people).await
}

#[tokio::test]
async fn a_look_reads_neither_list_and_asks_for_a_handful_of_records() {
    let customer = ten().await;
    let lists = |customer: &Customer| {
        (
            customer.hris.faults.count(Call::ListEmployees),
            customer.portal.faults.count(Call::ListUsers),
        )
    };
    let (before, writes) = (lists(&customer), customer.writes());
    let asked = (customer.hris.faults.made().len(), customer.portal.faults.made().len());
    let seen = customer.look("E1").await;
    assert_eq!((lists(&customer), customer.writes()), (before, writes));
    assert_eq!(
        (
            customer.hris.faults.made().len() - asked.0,
            customer.portal.faults.made().len() - asked.1
        ),
        (2, 1),
        "the person, the manager, and the account"
    );
    assert_eq!(seen.manager.as_ref().map(Employee::id), Some(&id("E0")));
    assert_eq!(seen.plan.next(), NextAction::Nothing);
    assert_eq!(seen.plan.plan.problems, [], "the manager is theirs");
}

#[tokio::test]
async fn somebody_is_found_by_number_by_user_name_and_by_a_name_they_had() {
    let customer = ten().await;
    customer.employ("E1", &json!({"workEmail": "new@acme.com.au"}));
    customer.finish().await;
    for asked in ["E1", "new@acme.com.au", "NEW@acme.com.au", "e1@acme.com.au"] {
        assert_eq!(customer.look(asked).await.employee_id, id("E1"), "{asked}");
    }
    customer.employ("E77", &json!({}));
    assert_eq!(customer.look("E77").await.found, Match::None, "not linked yet");
    let nobody = look_at_person(&customer.one(), customer.in_force(), "nobody@acme.com.au", &()).await;
    assert_eq!(nobody, Err(PersonFailure::Nobody));
}

/// Something that happens: its name, whom it is about, and the records as they are then; none where it is gone.
type Happening = (&'static str, &'static str, Vec<(&'static str, Option<Value>)>);

fn happenings() -> Vec<Happening> {
    let one = |what, whom, record| (what, whom, vec![(whom, Some(record))]);
    vec![
        one("a manager", "E1", json!({"managerEmployeeId": "E0"})),
        one("a change", "E1", json!({"managerEmployeeId": "E0", "jobTitle": "Lead"})),
        one("a new name", "E1", json!({"workEmail": "new@acme.com.au"})),
        one("a starter", "E77", json!({"managerEmployeeId": "E1"})),
        one("a far starter", "E77", json!({"startDate": "2027-06-01"})),
        one("a leaver", "E1", json!({"status": "Terminated", "workEmail": null})),
        one("out of the filter", "E1", json!({"location": "Fiji"})),
        one("an unknown status", "E1", json!({"status": "Seconded"})),
        one("no e-mail", "E77", json!({"workEmail": null})),
        one("a taken name", "E77", json!({"workEmail": "e2@acme.com.au"})),
        ("gone", "E1", vec![("E1", None)]),
        (
            "a manager who left",
            "E1",
            vec![
                ("E0", Some(json!({"status": "Terminated"}))),
                ("E1", Some(json!({"managerEmployeeId": "E0", "jobTitle": "Lead"}))),
            ],
        ),
    ]
}

fn happen(customer: &Customer, records: &[(&str, Option<Value>)]) {
    for (employee, record) in records {
        match record {
            Some(record) => customer.employ(employee, record),
            None => customer
                .hris
                .employees
                .lock()
                .retain(|known| known.id() != &id(employee)),
        }
    }
}

/// Everybody who was there at first but this one.
fn others(whom: &str) -> Vec<String> {
    let all = (0..10).map(|n| format!("E{n}"));
    all.filter(|other| other != whom).collect()
}

/// A link: the user name, whether the account is active, and the mirror.
type Linked = (String, bool, Value);

/// The account and the link of somebody, without times.
fn state_of(customer: &Customer, employee: &str) -> (Option<PortalUser>, Option<Linked>) {
    let state = customer.table.state();
    let person = state.people.get(&id(employee)).cloned();
    drop(state);
    let user = person
        .as_ref()
        .and_then(|person| customer.user(person.user_name.as_str()));
    let fields =
        |person: &habitsync_domain::people::link::Person| serde_json::to_value(&person.fields).expect("is JSON");
    let link = person.map(|person| (person.user_name.as_str().to_owned(), person.active, fields(&person)));
    (user, link)
}

#[tokio::test]
async fn one_person_is_synced_as_a_run_syncs_them_and_nobody_else_is_touched() {
    for (what, whom, records) in happenings() {
        let (alone, run) = (ten().await, ten().await);
        happen(&alone, &records);
        happen(&run, &records);
        run.finish().await;
        let states = || {
            others(whom)
                .iter()
                .map(|other| state_of(&alone, other))
                .collect::<Vec<_>>()
        };
        let before = states();
        let shown = alone.look(whom).await;
        alone.sync_shown(&shown, DraftRule::LeaveAlone).await.expect(what);
        assert_eq!(state_of(&alone, whom), state_of(&run, whom), "{what}: {shown:?}");
        assert_eq!(states(), before, "{what}");
    }
}

#[tokio::test]
async fn what_was_written_is_read_back_field_by_field() {
    let customer = ten().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let synced = customer.sync_one("E1").await;
    let read_back = synced.read_back.expect("was read");
    assert!(synced.done && read_back.is_as_expected(), "{read_back:?}");
    let title = read_back.fields.iter().find(|field| field.field == "X-Job Title");
    let title = title.expect("is mapped");
    assert_eq!(
        (title.expected.as_str(), title.seen.as_deref(), title.written),
        ("Lead", Some("Lead"), true)
    );
    let written: Vec<_> = read_back.fields.iter().filter(|field| field.written).collect();
    assert_eq!(written.len(), 1);
}

#[tokio::test]
async fn it_is_on_record_for_the_person_and_is_no_run() {
    let customer = ten().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let (job, runs) = (customer.table.job(Job::UserSync), customer.table.state().runs.len());
    customer.clock.advance(SignedDuration::from_mins(10));
    customer.sync_one("E1").await;
    assert_eq!(
        customer.table.job(Job::UserSync),
        job,
        "freshness and counts stay as they are"
    );
    assert_eq!(customer.table.state().runs.len(), runs);
    let changes = customer.look("E1").await.changes;
    assert_eq!(
        changes[0].reason,
        "X-Job Title changed; asked for by an operator, for this person alone"
    );
    assert!(customer.is_lease_free(), "the lease was given back");
}

#[tokio::test]
async fn a_refused_field_rests_and_the_rest_is_written_as_in_a_run() {
    let customer = ten().await;
    customer.employ("E1", &json!({"location": "Mars", "jobTitle": "Lead"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("X-Location")));
    let synced = customer.sync_one("E1").await;
    assert_eq!(synced.problems.len(), 1);
    assert!(synced.read_back.expect("was read").is_as_expected());
    assert_eq!(customer.table.state().parked.len(), 1);
    let writes = customer.writes();
    let seen = customer.look("E1").await;
    assert!(seen.parked.is_some());
    assert!(matches!(seen.plan.next(), NextAction::Nothing), "it rests: {seen:?}");
    customer.finish().await;
    assert_eq!(customer.writes(), writes, "for a run, too");
}

#[tokio::test]
async fn a_portal_that_does_not_answer_is_no_success_and_the_next_run_looks() {
    let customer = ten().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let silent = VendorFailureKind::Unavailable {
        may_have_happened: true,
    };
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(portal_says(silent)));
    let synced = customer.sync_one("E1").await;
    assert!(!synced.done);
    assert_eq!(synced.problems[0].cause, Cause::NotAnswered);
    assert_eq!(customer.table.job(Job::UserSync).last_verified_on, None);
}

#[tokio::test]
async fn two_accounts_that_a_run_saw_stay_in_the_way_though_a_look_sees_one_of_them() {
    let customer = in_step(&[("E1", json!({}))]).await;
    let mut mine = customer.user("e1@acme.com.au").expect("is there");
    mine.user_name = "e2@acme.com.au".parse().expect("a name");
    mine.fields.0.insert(FieldName::email(), "old@acme.com.au".to_owned());
    let mut other = mine.clone();
    other.user_name = "somebody".parse().expect("a name");
    other.fields.0.insert(FieldName::email(), "e2@acme.com.au".to_owned());
    customer.portal.users.lock().extend([mine, other]);
    customer.employ("E2", &json!({}));
    let alone = customer.look("E2").await;
    assert!(alone.unknown.contains(&Unknown::AccountByEmail), "{:?}", alone.unknown);
    customer.clock.advance(SignedDuration::from_hours(24));
    customer.finish().await;
    let writes = customer.writes();
    let seen = customer.look("E2").await;
    let NextAction::SetAside(problem) = seen.plan.next() else {
        panic!("is set aside: {seen:?}")
    };
    assert_eq!(problem.cause, Cause::SeveralAccounts);
    customer
        .sync_shown(&seen, DraftRule::LeaveAlone)
        .await
        .expect("nothing is done");
    assert_eq!(customer.writes(), writes);
    assert_eq!(customer.table.state().parked.len(), 1, "it is not forgotten");
}

#[tokio::test]
async fn a_name_that_a_former_employee_has_to_give_up_first_is_waited_for() {
    let customer = ten().await;
    customer.employ("E1", &json!({"status": "Terminated"}));
    customer.finish().await;
    let heir = json!({"workEmail": "e1@acme.com.au", "firstName": "Kim", "lastName": "Other"});
    customer.employ("E77", &heir);
    let seen = customer.look("E77").await;
    assert_eq!(seen.plan.next(), NextAction::Waits(&[id("E1")]));
    let writes = customer.writes();
    customer
        .sync_shown(&seen, DraftRule::LeaveAlone)
        .await
        .expect("nothing is done");
    assert_eq!(
        customer.writes(),
        writes,
        "a former employee's account is a run's affair"
    );
    customer.finish().await;
    assert_eq!(customer.look("E77").await.plan.next(), NextAction::Nothing);
}

#[tokio::test]
async fn a_field_that_many_people_lost_is_not_emptied_for_one_of_them() {
    let customer = customer_of(20);
    customer.finish().await;
    for n in 0..20 {
        customer.employ(
            &format!("E{}", 1000 + n),
            &json!({"location": null, "jobTitle": "Lead"}),
        );
    }
    customer.finish().await;
    customer.employ("E1000", &json!({"location": null, "jobTitle": "Chief"}));
    let seen = customer.look("E1000").await;
    let kept: Vec<_> = seen
        .plan
        .plan
        .lost_fields
        .iter()
        .map(|lost| lost.field.as_str())
        .collect();
    assert_eq!(kept, ["X-Location"]);
    customer
        .sync_shown(&seen, DraftRule::LeaveAlone)
        .await
        .expect("is done");
    let user = customer.user("e1000@acme.com.au").expect("is there");
    let field = |name: &str| user.fields.0.get(&name.parse().expect("a field")).cloned();
    assert_eq!(
        (field("X-Location").as_deref(), field("X-Job Title").as_deref()),
        (Some("Perth"), Some("Chief"))
    );
}

#[tokio::test]
async fn everybodys_links_are_read_once_and_only_where_something_depends_on_them() {
    let customer = ten().await;
    let loads = || customer.table.faults.count(Call::LoadPeople);
    let before = loads();
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    customer.sync_one("E1").await;
    customer.look("e1@acme.com.au").await;
    assert_eq!(loads(), before, "a title is nobody else's affair");
    customer.employ("E2", &json!({"status": "Terminated"}));
    customer.sync_one("E2").await;
    assert_eq!(
        loads(),
        before + 1,
        "limits count everybody; they are the same under the lease"
    );
    customer.employ("E77", &json!({}));
    let shown = customer.look("E77").await;
    customer.finish().await;
    customer.hris.employees.lock().retain(|known| known.id() != &id("E77"));
    let before = loads();
    let moved = customer.sync_shown(&shown, DraftRule::LeaveAlone).await;
    assert_eq!(moved, Err(PersonFailure::Moved), "a run has begun since");
    assert_eq!(loads(), before + 1);
}
