//! One event, one course sync of one customer; one clear message where the customer has to do something first, and what is good
//! to know about courses.

use std::time::Duration;

use habitsync_aws_adapters::{Mailer, SystemClock};
use habitsync_domain::job::Job;
use habitsync_lambda_support::{Deadline, FunctionError, JobAnswer, JobEvent, Metric, Metrics};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::{OpenTenant, OpenTenants};
use habitsync_workflows::course_report::CourseReport;
use habitsync_workflows::job_run::{JobFailure, RunOutcome};
use habitsync_workflows::mail::{
    MailSettings, News, Subject, Told, Worklist, tell_after_run, tell_customer, tell_of_run,
};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::sync_courses::{SyncCourses, sync_courses};
use lambda_runtime::LambdaEvent;
use tracing::{Instrument, info_span};

/// Kept free of calls at the end of an invocation, for recording how far it came.
const MARGIN: Duration = Duration::from_secs(10);

/// The metrics of what a course sync counts.
const METRICS: [(&str, Metric); 4] = [
    ("created", Metric::CoursesCreated),
    ("adopted", Metric::CoursesCreated),
    ("changed", Metric::CoursesChanged),
    ("withdrawn", Metric::CoursesWithdrawn),
];

type Outcome = Result<RunOutcome<CourseReport>, JobFailure>;

/// What the function holds on to between invocations.
#[derive(Debug)]
pub(crate) struct CourseSyncFunction {
    pub(crate) tenants: OpenTenants,
    pub(crate) mailer: Mailer,
    pub(crate) mail_settings: MailSettings,
    pub(crate) clock: SystemClock,
    pub(crate) metrics: Metrics,
}

impl CourseSyncFunction {
    /// Runs the sync that the event asks for.
    pub(crate) async fn handle(&self, event: LambdaEvent<JobEvent>) -> Result<JobAnswer, FunctionError> {
        let deadline = Deadline::of(&event.context, MARGIN);
        let span = info_span!("course_sync", tenant = %event.payload.tenant, request.id = event.context.request_id);
        let measured = self.metrics.measured();
        let ended = async {
            self.sync(&event.payload, deadline)
                .await
                .inspect_err(FunctionError::log)
        };
        let ended = ended.instrument(span).await;
        let traffic = take_traffic();
        let sent = [
            (Metric::VendorRequests, traffic.requests),
            (Metric::VendorRefusals, traffic.refusals),
        ];
        measured.write(self.clock.now(), &ended, &METRICS, &sent);
        ended
    }

    async fn sync(&self, event: &JobEvent, deadline: Deadline) -> Result<JobAnswer, FunctionError> {
        let opened = self.tenants.open(&event.tenant, deadline.stop_at()).await?;
        let tenant = opened.ok_or_else(|| FunctionError::tenant_unknown(&event.tenant))?;
        let sync = SyncCourses {
            table: &tenant.table,
            portal: &tenant.vendors.tribal_habits,
            hris: &tenant.vendors.employee_connect,
            clock: &self.clock,
            configuration: &tenant.configuration,
        };
        let outcome = sync_courses(&sync, event.start(deadline.killed_at())).await;
        let run = (&tenant.configuration, Job::Courses, self.clock.now());
        let of_run = tell_of_run(&tenant.table, &self.mailer, &self.mail_settings, run, &outcome);
        let told = tell_after_run(of_run).await;
        let told = tell_after_run(self.tell(&tenant, &outcome)).await.with(told);
        let answer = JobAnswer::of(&outcome?, |report| report.counts.clone());
        Ok(answer.after_mail(told).logged())
    }

    async fn tell(&self, tenant: &OpenTenant, outcome: &Outcome) -> Result<Told, ServiceFailure> {
        let (configuration, at) = (&tenant.configuration, self.clock.now());
        let Some(worklist) = worklist(outcome, &configuration.courses.reference) else {
            return Ok(Told::Nothing);
        };
        let news = News {
            configuration,
            subject: Subject::Courses,
            worklist: &worklist,
            at,
            verified: true,
            job: Job::Courses,
        };
        tell_customer(&tenant.table, &self.mailer, &self.mail_settings, &news).await
    }
}

/// What is to be told after a sync that came to its end. None where it did not: it saw only some of it.
fn worklist(outcome: &Outcome, reference: &str) -> Option<Worklist> {
    match outcome {
        Ok(RunOutcome::Finished(report)) => Some(Worklist::of_courses(report, reference)),
        Ok(
            RunOutcome::Unfinished(_)
            | RunOutcome::AlreadyRunning { .. }
            | RunOutcome::Superseded
            | RunOutcome::BackingOff { .. }
            | RunOutcome::Paused,
        )
        | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sync_that_came_to_its_end_gives_the_all_clear() {
        let report = CourseReport::default;
        let told = worklist(&Ok(RunOutcome::Finished(report())), "EC");
        assert!(told.is_some_and(|worklist| worklist.is_empty()));
        assert_eq!(worklist(&Ok(RunOutcome::Unfinished(report())), "EC"), None);
        assert_eq!(worklist(&Ok(RunOutcome::Paused), "EC"), None);
        let broken = JobFailure::NotCredible("nothing was listed".to_owned());
        assert_eq!(worklist(&Err(broken), "EC"), None);
    }
}
