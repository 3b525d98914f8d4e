//! Leaves the stack up and says how to use it.

use std::process::ExitCode;

use habitsync_local::customer::{Example, ExampleCustomer, Schedules};
use habitsync_local::deploy::STAGE;
use habitsync_local::{LocalError, LocalStack, Options};

/// The simulators' ports, when they are free: next to the emulator's.
const PORTS: (u16, u16) = (4567, 4568);

/// Puts the stack up with one customer, says where everything is, then waits to be stopped.
pub(crate) async fn up() -> Result<ExitCode, LocalError> {
    let stack = LocalStack::start_observed(Options::for_people("stack"), |done| println!("  ✓ {done}")).await?;
    let every_minute = Some("cron(* * * * ? *)".to_owned());
    let schedules = Schedules {
        users: every_minute.clone(),
        courses: every_minute,
        results_sweep: None,
    };
    let customer = stack
        .add_customer(Example {
            schedules,
            ports: PORTS,
            ..Example::named("acme")
        })
        .await?;
    println!("  ✓ {} is set up as the customer `acme`", customer.company.name);
    explain(&stack, &customer)?;
    std::future::pending().await
}

fn explain(stack: &LocalStack, customer: &ExampleCustomer) -> Result<(), LocalError> {
    let (aws, webhook) = (stack.aws_address(), stack.webhook_address("acme")?);
    let portal = customer.tribal_habits.base_url();
    let (hr_system, hr_admin) = (
        customer.employee_connect.base_url(),
        customer.employee_connect.address(),
    );
    let logs = stack.log_folder().display();
    println!(
        "
Addresses
  AWS              {aws}   (region ap-southeast-2, any credentials)
  Webhook          {webhook}
  Tribal Habits    {portal}/papi   (simulated; Authorization: th-key)
  EmployeeConnect  {hr_system}   (simulated; X-Api-Key: ec-key)
  Logs             {logs}/<function>.log

The schedules fire every minute. To try at once:

  # run a user sync now, then look at the portal's users
  curl -s {aws}/2015-03-31/functions/habitsync-{STAGE}-user-sync/invocations -d '{{\"tenant\":\"acme\"}}'
  curl -s {portal}/_simulator/state

  # change somebody in the HR system; the next sync carries it over
  curl -s -X PATCH {hr_admin}/_simulator/employees/E1004 -H 'content-type: application/json' \\
       -d '{{\"jobTitle\":\"Head of Everything\"}}'

  # complete a topic; the webhook is sent, and the result recorded within a second or so
  curl -s {portal}/_simulator/completions -H 'content-type: application/json' -d '{completion}'
  curl -s {hr_admin}/_simulator/results

  # read the mails
  curl -s {aws}/_ministack/ses/messages

  # the operator's command
  AWS_ENDPOINT_URL={aws} AWS_REGION=ap-southeast-2 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\
       target/debug/habitsync --stage {STAGE} tenant show acme

Ctrl-C ends it all.",
        completion = completion(customer),
    );
    Ok(())
}

/// Returns the command that makes a user of the simulated portal complete a topic that is a course.
fn completion(customer: &ExampleCustomer) -> String {
    let learner = customer
        .company
        .current()
        .find_map(|person| person.work_email.clone())
        .unwrap_or_default();
    let topic = customer.company.qualifying_topics().next().map_or(0, |topic| topic.id);
    format!(r#"{{"user_name":"{learner}","topic_id":{topic}}}"#)
}
