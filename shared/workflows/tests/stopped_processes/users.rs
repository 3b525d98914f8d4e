//! User syncs, and single people synced by an operator, side by side.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::jobs::state::RunState;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::{NewUser, PortalUser, UserChange};
use habitsync_domain::vendors::list::VendorList;
use habitsync_in_memory::{Hris, Mailbox, Portal, Table, TokioClock, mail_settings};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};
use habitsync_workflows::one_employee::{DraftRule, OnePerson, PersonFailure, look_at_person, sync_person};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindEmployee, FindUser, ListEmployees, ListUsers, SaveUser};
use habitsync_workflows::user_sync::{InForce, UserSync, UserSyncSummary, sync_users};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;
use tokio::time::sleep;

use crate::process::{Fate, Line, Watch, beginning, fates, told};

const PEOPLE: usize = 12;

struct World {
    configuration: TenantConfiguration,
    hris: Hris,
    portal: Arc<Portal>,
    table: Table,
    clock: TokioClock,
    watch: Watch,
}

/// EmployeeConnect, whose list takes long.
struct SlowList<'a>(&'a Hris, Duration);

impl ListEmployees for SlowList<'_> {
    async fn list_employees(&self, needed: &FieldsNeeded) -> Result<Roster, VendorFailure> {
        let roster = self.0.list_employees(needed).await;
        sleep(self.1).await;
        roster
    }
}

impl FindEmployee for SlowList<'_> {
    async fn find_employee(&self, id: &EmployeeId) -> Result<Option<Employee>, VendorFailure> {
        self.0.find_employee(id).await
    }
}

impl ListUsers for Line<Portal> {
    async fn list_users(&self) -> Result<VendorList<PortalUser>, VendorFailure> {
        self.send(|_| None, async |portal| portal.list_users().await).await
    }
}

impl FindUser for Line<Portal> {
    async fn find_user(&self, name: &UserName) -> Result<Option<PortalUser>, VendorFailure> {
        let name = name.clone();
        self.send(|_| None, async move |portal| portal.find_user(&name).await)
            .await
    }
}

impl SaveUser for Line<Portal> {
    async fn create_user(&self, user: &NewUser) -> Result<(), VendorFailure> {
        let user = user.clone();
        self.send(holder, async move |portal| portal.create_user(&user).await)
            .await
    }

    async fn change_user(&self, name: &UserName, change: &UserChange) -> Result<(), VendorFailure> {
        let (name, change) = (name.clone(), change.clone());
        self.send(holder, async move |portal| portal.change_user(&name, &change).await)
            .await
    }
}

/// The process that acquired the lease of the user sync last.
fn holder(table: &Table) -> Option<u32> {
    table.state().leases.get(&Job::UserSync).map(|lease| lease.process)
}

impl World {
    fn new() -> Self {
        let source = include_str!("../../../domain/src/configuration/acme.toml");
        let world = Self {
            configuration: source.parse().expect("valid"),
            hris: Hris::default(),
            portal: Arc::default(),
            table: Table::default(),
            clock: TokioClock::showing(beginning()),
            watch: Watch::default(),
        };
        for number in 0..PEOPLE {
            world.employ(number, "Analyst");
        }
        world
    }

    fn employ(&self, number: usize, title: &str) {
        let id = format!("E{}", 100 + number);
        let record = json!({
            "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au").to_lowercase(),
            "jobTitle": title, "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        });
        let employee = Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id");
        let mut employees = self.hris.employees.lock();
        employees.retain(|known| known.id() != employee.id());
        employees.push(employee);
    }

    fn in_force(&self) -> InForce<'_> {
        InForce::version(1, &self.configuration)
    }

    async fn run(
        &self,
        process: u32,
        fate: &Fate,
        list_takes: Duration,
    ) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        let (table, clock) = (self.table.of_process(process), fate.clock(self.clock));
        let portal = Line::new(&self.portal, &table, clock, &self.watch);
        let (hris, mail) = (SlowList(&self.hris, list_takes), Mailbox::default());
        let settings = mail_settings();
        let sync = UserSync {
            employee_connect: &hris,
            tribal_habits: &portal,
            store: &table,
            mail: &mail,
            mail_settings: &settings,
            clock: &clock,
        };
        let start = Start {
            deadline: clock.now() + SignedDuration::from_mins(14),
            asked_for: true,
        };
        fate.live(sync_users(&sync, self.in_force(), start)).await
    }

    /// `run --only` for one person.
    async fn only(&self, process: u32, fate: &Fate) -> Result<(), PersonFailure> {
        let (table, clock) = (self.table.of_process(process), fate.clock(self.clock));
        let portal = Line::new(&self.portal, &table, clock, &self.watch);
        let one = OnePerson {
            employee_connect: &self.hris,
            tribal_habits: &portal,
            store: &table,
            clock: &clock,
        };
        let sync = async {
            let shown = look_at_person(&one, self.in_force(), "E103", &()).await?;
            sync_person(&one, self.in_force(), &shown, DraftRule::LeaveAlone, &()).await
        };
        fate.live(sync).await.map(drop)
    }

    async fn live(&self, process: u32, fate: &Fate) {
        if fate.does == 0 && process > 1 {
            let synced = self.only(process, fate).await;
            let is_expected = matches!(
                &synced,
                Ok(())
                    | Err(PersonFailure::LeaseLost
                        | PersonFailure::Running { .. }
                        | PersonFailure::Moved
                        | PersonFailure::Nobody)
            ) || is_out_of_time_for_one(&synced);
            assert!(is_expected, "{synced:?}");
        } else {
            let ran = self.run(process, fate, Duration::from_secs(5)).await;
            assert!(ran.is_ok() || is_out_of_time(&ran), "{ran:?}");
        }
    }

    fn titles(&self) -> Vec<String> {
        let users = self.portal.users.lock();
        let title = |user: &PortalUser| {
            user.fields
                .0
                .iter()
                .find(|(name, _)| name.as_str() == "X-Job Title")
                .map(|(_, title)| title.clone())
        };
        users.iter().filter_map(title).collect()
    }
}

fn is_out_of_time<T>(ran: &Result<T, JobFailure>) -> bool {
    matches!(ran, Err(JobFailure::Vendor(failure)) if failure.kind == VendorFailureKind::NoTimeLeft)
}

fn is_out_of_time_for_one(synced: &Result<(), PersonFailure>) -> bool {
    match synced {
        Err(PersonFailure::Vendor(failure) | PersonFailure::Stopped(JobFailure::Vendor(failure))) => {
            failure.kind == VendorFailureKind::NoTimeLeft
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_user_sync_that_lost_its_lease_writes_after_another_has_begun(fates in fates()) {
        told(async {
            let world = World::new();
            let promotions = async {
                sleep(Duration::from_mins(1)).await;
                (0..PEOPLE).for_each(|number| world.employ(number, "Lead"));
            };
            let processes = join_all((1..).zip(&fates).map(|(process, fate)| world.live(process, fate)));
            tokio::join!(promotions, processes);
            let offences = world.watch.offences.lock().clone();
            prop_assert!(offences.is_empty(), "{offences:?}");
            for process in 100..103 {
                let ran = world.run(process, &Fate::calm(90), Duration::ZERO).await;
                prop_assert!(ran.is_ok(), "{ran:?}");
            }
            let titles = world.titles();
            prop_assert!(titles.len() == PEOPLE && titles.iter().all(|title| title == "Lead"), "{titles:?}");
            let state = world.table.state();
            let open = state.runs.values().filter(|run| matches!(run.record.state, RunState::Unfinished { .. }));
            prop_assert_eq!(open.count(), 0);
            Ok(())
        })?;
    }
}

#[test]
fn a_read_of_ten_minutes_keeps_its_lease_and_a_second_run_finds_it_held() {
    told(async {
        let world = World::new();
        let (at_once, later) = (Fate::calm(0), Fate::calm(580));
        let (long, second) = tokio::join!(
            world.run(1, &at_once, Duration::from_mins(10)),
            world.run(2, &later, Duration::ZERO)
        );
        assert!(matches!(long, Ok(RunOutcome::Finished(_))), "{long:?}");
        assert!(matches!(second, Ok(RunOutcome::AlreadyRunning { .. })), "{second:?}");
        assert_eq!(world.watch.arrived.load(Ordering::Relaxed), PEOPLE as u64 + 1);
    });
}

#[test]
fn a_run_that_crashed_is_carried_on_as_soon_as_its_lease_has_ended() {
    told(async {
        let world = World::new();
        let at_once = Fate::calm(0);
        let crashed = tokio::time::timeout(Duration::from_secs(15), world.run(1, &at_once, Duration::ZERO));
        crashed.await.expect_err("it was dropped in mid-load");
        let written = world.portal.users.lock().len();
        assert!((1..PEOPLE).contains(&written), "{written} people were written");
        // The watchdog starts it within the minute: the lease has missed a renewal, so that the run waits for its end.
        let ran = world.run(2, &Fate::calm(45), Duration::ZERO).await;
        assert!(matches!(ran, Ok(RunOutcome::Finished(_))), "{ran:?}");
        assert_eq!(world.portal.users.lock().len(), PEOPLE);
        let state = world.table.state();
        let resumed = state.runs.values().last().expect("a run").record.started_at;
        assert!(
            resumed <= lease::end(beginning() + SignedDuration::from_secs(15)),
            "{resumed}"
        );
    });
}

#[test]
fn a_process_that_was_stopped_longer_than_its_lease_ends_as_superseded_and_mails_no_customer() {
    told(async {
        let world = World::new();
        let (stopped, later) = (Fate::stopped_at(40, 200), Fate::calm(120));
        let (old, new) = tokio::join!(
            world.run(1, &stopped, Duration::ZERO),
            world.run(2, &later, Duration::ZERO)
        );
        assert!(matches!(new, Ok(RunOutcome::Finished(_))), "{new:?}");
        assert_eq!(old, Ok(RunOutcome::Superseded));
        let state = world.table.state();
        let first = &state.runs.values().next().expect("a run").record;
        let RunState::Failed { cause, .. } = &first.state else {
            panic!("the new run closed it: {first:?}")
        };
        assert!(cause.contains("carried on by run"), "{cause}");
        assert!(state.jobs[&Job::UserSync].last_failure.is_none());
    });
}
