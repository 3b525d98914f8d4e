//! The operators' side: who is unwell is seen, and an outage of many is one mail.

use std::time::Duration;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::job::{Job, JobState};
use habitsync_local::Mail;
use habitsync_local::deploy::OPERATOR_MAIL;
use habitsync_local::stored::put_job;
use habitsync_local::wait::until as wait_until;
use habitsync_simulator_harness::{Fault, Moment, Rule};
use habitsync_workflows::ports::runs::RememberJob as _;
use habitsync_workflows::ports::tenants::SaveConfiguration as _;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::World;
use crate::customer::Customer;

/// The watchdog's minute, the first probe after two, and the catching up, on a busy machine.
const AN_INCIDENT: Duration = Duration::from_mins(9);

/// What a look finds.
type Looked = Result<Option<()>, Failed>;

/// A tick of the watchdog, and its lines brought here.
const A_TICK: Duration = Duration::from_mins(3);

pub(crate) async fn a_stale_customer_is_counted_and_named(world: World) -> Result<(), Failed> {
    let customer = world.customer("stale").await?;
    customer.run("user-sync").await?;
    // What the schedule promises since three hours ago, and no schedule that keeps it.
    let source = &customer.example.configuration;
    let source = source.replace("[schedules]", "[schedules]\nusers = \"rate(10 minutes)\"");
    let configuration: TenantConfiguration = source.parse()?;
    let long_ago = customer.portal().clock().now() - SignedDuration::from_hours(3);
    let table = world.stack.fleet_table().await?;
    table.save_configuration(&configuration, &source, long_ago).await?;
    let acme = world.stack.tenant_table(&customer.example.tenant).await?;
    let state = JobState {
        last_success_at: Some(long_ago),
        ..acme.load_job(Job::Users).await?
    };
    put_job(&acme, Job::Users, &state).await?;
    let lines = async || watchdog_lines(&world);
    wait_until("a metric that counts the stale customer", A_TICK, async || -> Looked {
        let counted = |line: &Value| line["StaleCustomers"].as_u64().is_some_and(|stale| stale > 0);
        Ok(lines().await.iter().any(counted).then_some(()))
    })
    .await?;
    wait_until("a line that names the stale customer", A_TICK, async || -> Looked {
        let named = |line: &Value| {
            let unwell = line["customers.late"].as_str().unwrap_or_default();
            line["message"] == "customers are unwell" && unwell.contains("stale users since")
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

pub(crate) async fn an_outage_of_six_customers_is_one_mail_to_the_operators_and_everybody_catches_up(
    world: World,
) -> Result<(), Failed> {
    let world = world.apart("outage").await?;
    let mut customers = Vec::new();
    for number in 1..=6 {
        let customer = world.customer(&format!("outage-{number}")).await?;
        customer.run("user-sync").await?;
        customers.push(customer);
    }
    let mails_before = world.stack.mails().await?.len();
    let broken = || {
        Rule::new(Fault::ServerError {
            status: 503,
            moment: Moment::BeforeEffect,
        })
        .times(u32::MAX)
    };
    let outages: Vec<_> = customers.iter().map(|customer| customer.hris().arm(broken())).collect();
    for customer in &customers {
        let answer = customer.call("user-sync").await?;
        assert!(answer.get("errorType").is_some(), "{answer}");
    }
    wait_until("the mail to the operators", AN_INCIDENT, async || -> Looked {
        let mails = mails_to_operators(&world).await?;
        Ok((!mails.is_empty()).then_some(()))
    })
    .await?;
    let held_back = customers[3].call("user-sync").await?;
    assert_eq!(held_back["outcome"], "held_back", "{held_back}");
    for outage in &outages {
        outage.disarm();
    }
    let back = customers[0].portal().clock().now();
    wait_until("the closing mail", AN_INCIDENT, async || -> Looked {
        let mails = mails_to_operators(&world).await?;
        Ok((mails.len() > 1).then_some(()))
    })
    .await?;
    for customer in &customers {
        in_step_since(customer, back).await?;
    }
    let mails = mails_to_operators(&world).await?;
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(mails.len(), 2, "{subjects:?}");
    assert!(subjects[0].contains("EmployeeConnect is not well"), "{subjects:?}");
    assert!(subjects[1].contains("EmployeeConnect is well again"), "{subjects:?}");
    for customer in &customers {
        assert!(
            mails[0].body_text.contains(customer.example.tenant.as_str()),
            "{}",
            mails[0].body_text
        );
    }
    let all = world.stack.mails().await?.len();
    assert_eq!(all - mails_before, 2, "no customer was written to");
    Ok(())
}

/// Mails to the operators, oldest first.
async fn mails_to_operators(world: &World) -> Result<Vec<Mail>, Failed> {
    let mails = world.stack.mails().await?;
    let to_operators = |mail: &Mail| mail.to.iter().any(|to| to == OPERATOR_MAIL);
    Ok(mails.into_iter().filter(to_operators).collect())
}

/// The run that was started again ends a moment after it was.
async fn in_step_since(customer: &Customer, back: Timestamp) -> Result<(), Failed> {
    let table = customer.world.stack.tenant_table(&customer.example.tenant).await?;
    wait_until("everybody in step", AN_INCIDENT, async || -> Looked {
        let job = table.load_job(Job::Users).await.unwrap_or_default();
        Ok(job.last_success_at.is_some_and(|success| success > back).then_some(()))
    })
    .await?;
    let answer = customer.call("user-sync").await?;
    let failed = answer.get("errorType").is_some();
    assert_eq!(
        (failed, answer["outcome"] == json!("held_back")),
        (false, false),
        "{answer}"
    );
    Ok(())
}
