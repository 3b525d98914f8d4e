//! A customer on the stack, with one method per thing that happens to one.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, Schedules, today};
use habitsync_local::deploy::{OPERATOR_MAIL, STAGE};
use habitsync_local::inspect::REGION;
use habitsync_local::stored::{TenantTable, put_job};
use habitsync_local::workspace;
use habitsync_local::{LocalStack, Mail};
use habitsync_simulator_employee_connect::{Course, CourseResult, EmployeeConnectSimulator};
use habitsync_simulator_tribal_habits::{Enrolment, Topic, TribalHabitsSimulator, User};
use habitsync_workflows::ports::runs::SaveJobState as _;
use jiff::Timestamp;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::World;

/// A customer and the stack it is on.
pub(crate) struct Customer {
    pub(crate) example: ExampleCustomer,
    pub(crate) world: World,
}

impl World {
    /// A customer of 30 people and 12 topics without bad data, whose jobs run only when they are called.
    pub(crate) async fn customer(&self, tenant: &str) -> Result<Customer, Failed> {
        self.customer_like(tenant, |example| example).await
    }

    /// The same, changed before it is set up.
    pub(crate) async fn customer_like(
        &self,
        tenant: &str,
        change: impl FnOnce(Example) -> Example,
    ) -> Result<Customer, Failed> {
        let mut example = Example::named(tenant);
        example.blueprint = Blueprint::seeded(seed_of(tenant))
            .today(today())
            .people(30)
            .topics(12)
            .clean();
        let example = self.stack.add_customer(change(example)).await?;
        Ok(Customer {
            example,
            world: self.clone(),
        })
    }
}

/// Every customer is a company of its own, the same in every run.
fn seed_of(tenant: &str) -> u64 {
    tenant
        .bytes()
        .fold(7, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte))
}

/// What the operator's command said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) out: String,
    /// What it complained of.
    pub(crate) err: String,
}

impl Said {
    /// What a command said that has ended.
    pub(crate) fn of(output: std::process::Output) -> Result<Self, Failed> {
        Ok(Self {
            code: output.status.code().ok_or("was killed")?,
            out: String::from_utf8(output.stdout)?,
            err: String::from_utf8(output.stderr)?,
        })
    }

    /// What it answered to a program.
    pub(crate) fn json(&self) -> Result<Value, Failed> {
        let json = serde_json::from_str(&self.out);
        Ok(json.map_err(|error| format!("{error}: {self:?}"))?)
    }
}

/// The schedule of a user sync every minute.
pub(crate) fn users_every_minute(mut example: Example) -> Example {
    example.schedules = Schedules {
        users: Some("rate(1 minute)".to_owned()),
        ..Schedules::default()
    };
    example
}

impl Customer {
    /// The HR system.
    pub(crate) fn hris(&self) -> &EmployeeConnectSimulator {
        &self.example.employee_connect
    }

    /// Returns the simulated portal.
    pub(crate) fn portal(&self) -> &TribalHabitsSimulator {
        &self.example.tribal_habits
    }

    /// Runs a job's function to its end and returns its answer, which is its error where it failed.
    pub(crate) async fn call(&self, function: &str) -> Result<Value, Failed> {
        let event = json!({ "tenant": self.example.tenant });
        Ok(self.world.stack.invoke(function, &event).await?)
    }

    /// Runs a job's function, which must end well.
    pub(crate) async fn run(&self, function: &str) -> Result<Value, Failed> {
        let answer = self.call(function).await?;
        if answer.get("errorType").is_some() {
            Err(format!("{function} failed: {answer}").into())
        } else {
            Ok(answer)
        }
    }

    /// The customer's part of the table.
    pub(crate) async fn table(&self) -> Result<TenantTable, Failed> {
        Ok(self.world.stack.tenant_table(&self.example.tenant).await?)
    }

    /// The stack that the customer is on.
    pub(crate) fn stack(&self) -> &LocalStack {
        &self.world.stack
    }

    /// Lets the watchdog look, which it does every minute anyway.
    pub(crate) async fn watch(&self) -> Result<(), Failed> {
        let answer = self.world.stack.invoke("watchdog", &json!({})).await?;
        if answer.get("errorType").is_some() {
            return Err(format!("the watchdog failed: {answer}").into());
        }
        Ok(())
    }

    /// What a job remembers.
    pub(crate) async fn job(&self, job: Job) -> Result<JobState, Failed> {
        let table = self.world.stack.tenant_table(&self.example.tenant).await?;
        Ok(table.load_job(job).await?)
    }

    /// What the next morning brings: the next user sync reads the portal's users, as the first of each day does.
    pub(crate) async fn next_day(&self) -> Result<(), Failed> {
        let table = self.world.stack.tenant_table(&self.example.tenant).await?;
        let yesterday = JobState {
            last_verified_on: None,
            ..table.load_job(Job::UserSync).await?
        };
        Ok(put_job(&table, Job::UserSync, &yesterday).await?)
    }

    /// People and courses, as a completion finds them in everyday life.
    pub(crate) async fn sync(&self) -> Result<(), Failed> {
        self.run("user-sync").await?;
        self.run("course-sync").await?;
        Ok(())
    }

    /// Runs the real operator's command against the stack.
    pub(crate) async fn habitsync(&self, arguments: &[&str]) -> Result<Said, Failed> {
        Said::of(self.habitsync_command(arguments).output().await?)
    }

    /// The real operator's command, to be run against the stack.
    pub(crate) fn habitsync_command(&self, arguments: &[&str]) -> tokio::process::Command {
        let program = workspace::root().join("target/debug/habitsync");
        let mut command = tokio::process::Command::new(program);
        command
            .args(["--stage", STAGE, "--private-vendors", "allow"])
            .args(["--vendor-hosts", "127.0.0.1,localhost"])
            .args(arguments)
            .env("AWS_ENDPOINT_URL", self.world.stack.aws_address())
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("COLUMNS", "100")
            .stdin(std::process::Stdio::null());
        command
    }

    /// The mails to the operators whose subject begins with this customer's key, oldest first.
    pub(crate) async fn mails_to_operator(&self) -> Result<Vec<Mail>, Failed> {
        let begins = format!("{}: ", self.example.tenant);
        let is_about_us =
            |mail: &Mail| mail.to.iter().any(|to| to == OPERATOR_MAIL) && mail.subject.starts_with(&begins);
        let mails = self.world.stack.mails().await?;
        Ok(mails.into_iter().filter(is_about_us).collect())
    }

    /// The mails to this customer about one thing, oldest first.
    pub(crate) async fn mails_about(&self, what: &str) -> Result<Vec<Mail>, Failed> {
        let is_ours = |mail: &Mail| {
            mail.to.contains(&self.example.reader)
                && mail.subject.contains(&self.example.company.name)
                && mail.subject.contains(what)
        };
        let mails = self.world.stack.mails().await?;
        Ok(mails.into_iter().filter(is_ours).collect())
    }

    /// The only mail to this customer about its user sync.
    pub(crate) async fn only_mail(&self) -> Result<Mail, Failed> {
        let mut mails = self.mails_about("user sync").await?;
        match (mails.len(), mails.pop()) {
            (1, Some(mail)) => Ok(mail),
            (mails, _) => Err(format!("{mails} mails").into()),
        }
    }

    /// The newest mail to this customer about its user sync.
    pub(crate) async fn newest_mail(&self) -> Result<Mail, Failed> {
        let mails = self.mails_about("user sync").await?;
        mails.into_iter().next_back().ok_or_else(|| "no mail".into())
    }

    /// The portal's active users.
    pub(crate) fn active_users(&self) -> Vec<User> {
        self.example
            .tribal_habits
            .users()
            .into_iter()
            .filter(|user| user.active)
            .collect()
    }

    /// The account of an employee who was there at first, under the name that their address of that time gave it.
    pub(crate) fn user_of(&self, employee_id: &str) -> Option<User> {
        self.portal().user(&self.address_of(employee_id)?)
    }

    /// The work e-mail of an employee who was there at first, as it was then.
    pub(crate) fn address_of(&self, employee_id: &str) -> Option<String> {
        self.example.company.person(employee_id)?.work_email.clone()
    }

    /// Topics that must become courses.
    pub(crate) fn ready_topics(&self) -> Vec<u64> {
        self.example.company.qualifying_topics().map(|topic| topic.id).collect()
    }

    pub(crate) fn topic(&self, id: u64) -> Topic {
        self.example
            .tribal_habits
            .topics()
            .into_iter()
            .find(|topic| topic.id == id)
            .expect("the portal has it")
    }

    pub(crate) fn course_of(&self, topic: u64) -> Option<Course> {
        self.example.employee_connect.course(&self.topic(topic).code)
    }

    pub(crate) fn results(&self) -> Vec<CourseResult> {
        self.example.employee_connect.results()
    }

    /// An employee with an account completes a topic.
    pub(crate) fn complete(&self, topic: u64, completed_at: &str) -> Result<(Enrolment, User), Failed> {
        let mut users = self.active_users().into_iter();
        let user = users
            .find(|user| self.employee_of(user).is_some())
            .ok_or("no employee has an account")?;
        let completed_at: Timestamp = completed_at.parse()?;
        let enrolment = self
            .example
            .tribal_habits
            .complete(&user.user_name, topic, completed_at)?;
        Ok((enrolment, user))
    }

    /// The employee behind a user.
    pub(crate) fn employee_of(&self, user: &User) -> Option<String> {
        let employees = self.example.employee_connect.employees();
        let is_theirs = |email: &Option<String>| {
            email
                .as_ref()
                .is_some_and(|email| email.eq_ignore_ascii_case(&user.email))
        };
        employees
            .into_iter()
            .find(|employee| is_theirs(&employee.work_email))
            .map(|employee| employee.employee_id)
    }
}
