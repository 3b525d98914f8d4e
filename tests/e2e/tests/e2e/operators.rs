//! The operators' side: an unhealthy customer is reported, and affects no other customer.

use std::time::Duration;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_local::customer::today;
use habitsync_local::deploy::OPERATOR_MAIL;
use habitsync_local::stored::put_job;
use habitsync_local::wait::until as wait_until;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::{Fault, Moment, Rule};
use habitsync_workflows::ports::runs::SaveJobState as _;
use habitsync_workflows::ports::tenants::SaveConfiguration as _;
use jiff::SignedDuration;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::World;
use crate::customer::Customer;

/// What a look finds.
type Looked = Result<Option<()>, Failed>;

/// A tick of the watchdog, and its lines brought here.
const A_TICK: Duration = Duration::from_mins(3);

pub(crate) async fn a_stale_customer_is_counted_and_named(world: World) -> Result<(), Failed> {
    let customer = world.customer("stale").await?;
    customer.run("user-sync").await?;
    // What the schedule promises since three hours ago, and no schedule that keeps it.
    let source = &customer.example.configuration;
    let source = source.replace("[schedules]", "[schedules]\nuser_sync = \"rate(10 minutes)\"");
    let configuration: TenantConfiguration = source.parse()?;
    let long_ago = customer.portal().clock().now() - SignedDuration::from_hours(3);
    let table = world.stack.fleet_table().await?;
    table
        .save_configuration(&configuration, &source, long_ago, None)
        .await?;
    let acme = world.stack.tenant_table(&customer.example.tenant).await?;
    let state = JobState {
        last_success_at: Some(long_ago),
        ..acme.load_job(Job::UserSync).await?
    };
    put_job(&acme, Job::UserSync, &state).await?;
    let lines = async || watchdog_lines(&world);
    wait_until("a metric that counts the stale customer", A_TICK, async || -> Looked {
        let counted = |line: &Value| line["StaleCustomers"].as_u64().is_some_and(|stale| stale > 0);
        Ok(lines().await.iter().any(counted).then_some(()))
    })
    .await?;
    wait_until("a line that names the stale customer", A_TICK, async || -> Looked {
        let named = |line: &Value| {
            let unwell = line["customers.late"].as_str().unwrap_or_default();
            line["message"] == "customers are unwell" && unwell.contains("stale user-sync since")
        };
        Ok(lines().await.iter().any(named).then_some(()))
    })
    .await?;
    // Well again: the next tests' ticks have nothing to say of it.
    customer.run("user-sync").await?;
    Ok(())
}

/// The watchdog's log lines so far.
fn watchdog_lines(world: &World) -> Vec<Value> {
    let log = std::fs::read_to_string(world.stack.log_folder().join("watchdog.log")).unwrap_or_default();
    // Some lines are the emulator's, with something before the JSON.
    let objects = log.lines().filter_map(|line| line.get(line.find('{')?..));
    objects.filter_map(|object| serde_json::from_str(object).ok()).collect()
}

pub(crate) async fn five_customers_with_rotated_codes_do_not_keep_the_sixth_from_hiring(
    world: World,
) -> Result<(), Failed> {
    let mut customers = Vec::new();
    for number in 1..=6 {
        let customer = world.customer(&format!("rotated-{number}")).await?;
        customer.run("user-sync").await?;
        customers.push(customer);
    }
    let (rotated, sixth) = (&customers[..5], &customers[5]);
    for customer in rotated {
        customer.hris().arm(Rule::new(Fault::ExpiredToken).times(u32::MAX));
        let answer = customer.call("user-sync").await?;
        assert!(answer.get("errorType").is_some(), "{answer}");
    }
    hire(sixth, "E9001", "scheduled");
    let answer = sixth.run("user-sync").await?;
    assert_eq!(answer["counts"]["created"], 1, "{answer}");
    hire(sixth, "E9002", "asked-for");
    let asked_for = sixth.habitsync(&["run", "rotated-6", "users", "--wait"]).await?;
    assert_eq!(asked_for.code, 0, "{asked_for:?}");
    assert!(sixth.portal().user("asked-for@starters.example").is_some());
    for customer in rotated {
        assert_eq!(customer.mails_about("connection to EmployeeConnect").await?.len(), 1);
    }
    wait_until(
        "a line to the operators for each of the five",
        A_TICK,
        async || -> Looked {
            let lines = lines_to_operators(&world).await?;
            let has_line = |customer: &Customer| lines.iter().filter(|line| is_about(line, customer)).count() == 1;
            Ok(rotated.iter().all(has_line).then_some(()))
        },
    )
    .await?;
    let lines = lines_to_operators(&world).await?;
    assert!(!lines.iter().any(|line| line.contains("is not well")), "{lines:?}");
    Ok(())
}

pub(crate) async fn two_of_ten_customers_whose_own_hosts_fail_concern_no_other(world: World) -> Result<(), Failed> {
    let mut customers = Vec::new();
    for number in 1..=10 {
        customers.push(world.customer(&format!("own-host-{number}")).await?);
    }
    let (failing, well) = customers.split_at(2);
    let broken = Fault::ServerError {
        status: 500,
        moment: Moment::BeforeEffect,
    };
    for customer in failing {
        customer.hris().arm(Rule::new(broken.clone()).times(u32::MAX));
        let answer = customer.call("user-sync").await?;
        assert!(answer.get("errorType").is_some(), "{answer}");
    }
    failing[0].watch().await?;
    for customer in well {
        let answer = customer.run("user-sync").await?;
        assert_eq!(answer["outcome"], "finished", "{answer}");
    }
    let lines = lines_to_operators(&world).await?;
    assert!(!lines.iter().any(|line| line.contains("is not well")), "{lines:?}");
    Ok(())
}

fn hire(customer: &Customer, id: &str, name: &str) {
    let mail = format!("{name}@starters.example");
    let starter = Employee {
        location: Some("Sydney".to_owned()),
        ..Employee::new(id, "Anjali", "O'Rourke", &mail)
    };
    customer.hris().hire(starter, today(), today());
}

/// The lines of the mails to the operators; a mail with one line has it in its subject too.
async fn lines_to_operators(world: &World) -> Result<Vec<String>, Failed> {
    let mails = world.stack.mails().await?;
    let to_operators = mails.iter().filter(|mail| mail.to.iter().any(|to| to == OPERATOR_MAIL));
    let lines = to_operators.flat_map(|mail| mail.body_text.lines().map(str::to_owned));
    Ok(lines.collect())
}

fn is_about(line: &str, customer: &Customer) -> bool {
    line.starts_with(&format!("{}: the job user-sync failed", customer.example.tenant))
}
