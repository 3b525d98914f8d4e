//! The whole local stack: what `make stack`, `make demo` and the end-to-end tests put up, use and take down.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::crash;
use crate::deploy::{self, Outputs, Sam};
use crate::emulator::Emulator;
use crate::error::LocalError;
use crate::inspect::{Inspector, Mail};
use crate::logs::LogFollower;
use crate::python::{self, Environment};
use crate::{package, workspace};

/// How a local stack is put up.
#[derive(Debug, Clone)]
pub struct Options {
    /// What its log files are found under: `.local/logs/{name}`.
    pub name: String,
    /// The port that the emulator takes when it is free; without one, the operating system chooses.
    pub port: Option<u16>,
    /// The template's `RetryLadder`, such as `5s,10s`; without one, the template's own.
    pub retry_ladder: Option<String>,
}

impl Options {
    /// For tests: every port is the operating system's choice.
    #[must_use]
    pub fn for_tests(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            port: None,
            retry_ladder: None,
        }
    }

    /// For people: the port that AWS emulators usually have, if it is free.
    #[must_use]
    pub fn for_people(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            port: Some(4566),
            retry_ladder: None,
        }
    }
}

/// A deployed stack on a running emulator. Dropping it ends everything; [`LocalStack::stop`] also completes the logs.
#[derive(Debug)]
pub struct LocalStack {
    // Dropped in this order: the follower must not ask an emulator that is gone.
    logs: LogFollower,
    inspector: Inspector,
    outputs: Outputs,
    emulator: Emulator,
    log_folder: PathBuf,
}

impl LocalStack {
    /// Makes the Python environments, builds and lays out the functions, starts the emulator and deploys both stacks.
    /// Must run in a Tokio runtime with several threads.
    ///
    /// # Errors
    /// When a step fails; the error says which one and where its output is.
    ///
    /// # Panics
    /// When a step panics.
    pub async fn start(options: Options) -> Result<Self, LocalError> {
        Self::start_observed(options, |_| ()).await
    }

    /// The same, and says what has been done as soon as it has.
    ///
    /// # Errors
    /// When a step fails; the error says which one and where its output is.
    pub async fn start_observed(options: Options, mut done: impl FnMut(&str)) -> Result<Self, LocalError> {
        let log_folder = workspace::local(&format!("logs/{}", options.name))?;
        let (python, sam) = blocking(environments).await?;
        done("the Python environments are there");
        blocking(package::functions).await?;
        done("the six functions are built and packaged");
        let emulator = Emulator::start(&python, &options.name, options.port, &log_folder).await?;
        done(&format!("the AWS emulator answers on {}", emulator.address()));
        let inspector = Inspector::new(emulator.address());
        let sam = Sam::new(sam, &emulator, &log_folder);
        let ladder = options.retry_ladder;
        let outputs = blocking(move || sam.deploy(ladder.as_deref())).await?;
        done("both stacks are deployed, by `sam deploy` from the templates for AWS");
        inspector.verify_sender(deploy::MAIL_SENDER).await?;
        let logs = LogFollower::start(inspector.clone(), log_groups()?, &log_folder)?;
        Ok(Self {
            logs,
            inspector,
            outputs,
            emulator,
            log_folder,
        })
    }

    /// Where AWS is: the value of `AWS_ENDPOINT_URL`, e.g. `http://127.0.0.1:4566`.
    #[must_use]
    pub fn aws_address(&self) -> &str {
        self.emulator.address()
    }

    /// What the application stack says about itself: addresses, names, roles.
    #[must_use]
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// The address that a customer's Tribal Habits portal sends its webhooks to.
    ///
    /// # Errors
    /// When the template does not say which API it made.
    pub fn webhook_address(&self, tenant: &str) -> Result<String, LocalError> {
        let api = self.outputs.get("WebhookApiId")?;
        Ok(format!(
            "{}/_aws/execute-api/{api}/$default/webhooks/tribal-habits/{tenant}",
            self.aws_address()
        ))
    }

    /// The folder of the log files: one per function, and the emulator's own.
    #[must_use]
    pub fn log_folder(&self) -> &std::path::Path {
        &self.log_folder
    }

    /// Every mail sent so far, oldest first.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn mails(&self) -> Result<Vec<Mail>, LocalError> {
        self.inspector.mails().await
    }

    /// How many results are queued or being pushed.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn queued_results(&self) -> Result<usize, LocalError> {
        self.inspector.queue_depth(self.outputs.get("ResultQueueUrl")?).await
    }

    /// How many messages have crashed the pusher until they were put aside.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn dead_letters(&self) -> Result<usize, LocalError> {
        self.inspector
            .queue_depth(self.outputs.get("DeadLetterQueueUrl")?)
            .await
    }

    /// Lets SES report this of a mail, as it writes its events.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn report_mail(&self, event: &Value) -> Result<(), LocalError> {
        let queue = self.outputs.get("MailFeedbackQueueUrl")?;
        self.inspector.put_message(queue, &event.to_string()).await
    }

    /// Calls a function (`user-sync`) with an event and waits for its answer.
    ///
    /// # Errors
    /// When the emulator refuses the call. A function that fails answers with its error all the same.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, LocalError> {
        self.inspector
            .invoke(&format!("habitsync-{}-{function}", deploy::STAGE), event)
            .await
    }

    /// Gives a function (`user-sync`) so much time for each invocation that begins from now on, instead of what the template
    /// gives it; AWS counts whole seconds.
    ///
    /// # Errors
    /// When the emulator refuses.
    pub async fn limit_invocations(&self, function: &str, to: Duration) -> Result<(), LocalError> {
        let function = format!("habitsync-{}-{function}", deploy::STAGE);
        self.inspector.set_timeout(&function, to.as_secs()).await
    }

    /// Kills every process of a function (`user-sync`) that this stack has running, in the middle of its work, as a
    /// machine that fails would; says how many there were. Nothing else is touched, and the emulator starts new ones
    /// when they are needed.
    ///
    /// # Errors
    /// When the operating system's processes cannot be listed or killed.
    ///
    /// # Panics
    /// When looking for them panics.
    pub async fn crash(&self, function: &str) -> Result<usize, LocalError> {
        let (function, folder) = (function.to_owned(), self.emulator.folder().to_path_buf());
        blocking(move || crash::kill(&function, &folder)).await
    }

    /// Completes the log files and ends everything.
    pub async fn stop(self) {
        self.logs.finish().await;
    }
}

/// The environments of the emulator and of the SAM command line.
fn environments() -> Result<(Environment, Environment), LocalError> {
    let emulator = python::environment("emulator", &workspace::resource("requirements/emulator.txt"))?;
    let sam = python::environment("sam", &workspace::resource("requirements/sam.txt"))?;
    Ok((emulator, sam))
}

fn log_groups() -> Result<Vec<(String, String)>, LocalError> {
    let group = |function: String| {
        let group = format!("/aws/lambda/habitsync-{}-{function}", deploy::STAGE);
        (function, group)
    };
    Ok(package::names()?.into_iter().map(group).collect())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LocalError> + Send + 'static,
) -> Result<T, LocalError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
