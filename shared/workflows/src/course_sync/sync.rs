//! Topics become courses: list every topic, decide, create, adopt, change or withdraw its course, and release the results
//! that were parked on it.
//!
//! Each topic is saved as soon as its course is written, so that a run that dies loses at most one, and that one is found
//! again by its reference.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::courses::codes::SharedCode;
use habitsync_domain::courses::course::{Course, LinkedCourse, TopicRecord};
use habitsync_domain::courses::plan::{CourseAction, TopicPlan, plan_courses};
use habitsync_domain::identity::TopicId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::vendors::list::{UnusableRecord, VendorList};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use crate::course_sync::report::CourseReport;
use crate::jobs::outcome::{JobFailure, Progress, RunOutcome, Start};
use crate::jobs::run::{run_job, stop_job};
use crate::notifications::{MailSettings, RunMail, RunMailStore, Subject, Worklist};
use crate::ports::clock::{Now, Pause};
use crate::ports::courses::{LoadTopics, SaveTopic};
use crate::ports::failure::{Missing, ServiceFailure, VendorFailure, VendorFailureKind};
use crate::ports::lease::SaveFailure;
use crate::ports::mail::SendMail;
use crate::ports::results::ReleaseResults;
use crate::ports::stores::{CourseStore, RunStore};
use crate::ports::vendors::{CreatedCourse, ListTopics, SaveCourse};
use crate::unusable_records::log_unusable;

/// Limit on items that the table refuses in one run. Above it the cause is common to all topics, and the run stops.
const MOST_NOT_STORED: u64 = 5;

/// Time reserved for one topic: none begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(30);

/// One customer's course sync.
pub struct SyncCourses<'a, Table, Portal, Hris, Mail, Clock> {
    /// The customer's table.
    pub table: &'a Table,
    /// Client of Tribal Habits.
    pub portal: &'a Portal,
    /// Client of EmployeeConnect.
    pub hris: &'a Hris,
    /// Sender of mail.
    pub mail: &'a Mail,
    /// Settings that all mails share.
    pub mail_settings: &'a MailSettings,
    /// Source of the current time.
    pub clock: &'a Clock,
    /// The customer's configuration.
    pub configuration: &'a TenantConfiguration,
}

/// Syncs once. A draft customer's courses are planned and counted, and nothing is written but the run itself.
/// The work stops some time before the deadline.
///
/// # Errors
/// The topics could not be read, EmployeeConnect refused every course for one reason (credentials, no Development module),
/// or the table failed.
pub async fn sync_courses<Table, Portal, Hris, Mail, Clock>(
    sync: &SyncCourses<'_, Table, Portal, Hris, Mail, Clock>,
    start: Start,
) -> Result<RunOutcome<CourseReport>, JobFailure>
where
    Table: CourseStore + RunStore + RunMailStore,
    Portal: ListTopics,
    Hris: SaveCourse,
    Mail: SendMail,
    Clock: Now + Pause,
{
    if sync.configuration.status == Status::Paused || !sync.configuration.courses.enabled {
        stop_job(sync.table, sync.clock, Job::CourseSync).await?;
        return Ok(RunOutcome::Paused);
    }
    let work = async |held: &Table, state: &mut JobState| {
        state.domains = sync.configuration.vendor_domains();
        sync.writing_through(held).work(start.deadline).await
    };
    let mut result = Box::pin(run_job(sync.table, sync.clock, Job::CourseSync, start, work)).await;
    let mail = RunMail {
        store: sync.table,
        mail: sync.mail,
        settings: sync.mail_settings,
        configuration: sync.configuration,
        job: Job::CourseSync,
        at: sync.clock.now(),
    };
    let notified = mail.of_run(&result).await;
    // A sync that was cut off saw only some of the topics.
    if let Ok(RunOutcome::Finished(report)) = &mut result {
        let worklist = Worklist::of_courses(report, &sync.configuration.courses.reference);
        let mailed = mail.of_worklist(Subject::Courses, async { Ok(worklist) }, true).await;
        if let Some((name, count)) = mailed.with(notified).failed_count() {
            report.add(name, count);
        }
    }
    result
}

impl<'a, Table, Portal, Hris, Mail, Clock> SyncCourses<'a, Table, Portal, Hris, Mail, Clock> {
    /// Returns the same sync, writing through the handle of the table that holds the job's lease.
    fn writing_through<'b>(&self, held: &'b Table) -> SyncCourses<'b, Table, Portal, Hris, Mail, Clock>
    where
        'a: 'b,
    {
        SyncCourses {
            table: held,
            portal: self.portal,
            hris: self.hris,
            mail: self.mail,
            mail_settings: self.mail_settings,
            clock: self.clock,
            configuration: self.configuration,
        }
    }
}

impl<Table, Portal, Hris, Mail, Clock> SyncCourses<'_, Table, Portal, Hris, Mail, Clock>
where
    Table: LoadTopics + SaveTopic + ReleaseResults,
    Portal: ListTopics,
    Hris: SaveCourse,
    Clock: Now,
{
    async fn work(&self, deadline: Timestamp) -> Result<Progress<CourseReport>, JobFailure> {
        let VendorList {
            records: topics,
            unusable,
        } = self.portal.list_topics().await?;
        let known = self.known_topics().await?;
        if topics.is_empty() && !known.is_empty() {
            let cause = format!(
                "Tribal Habits listed no topic at all; {} were there before",
                known.len()
            );
            return Err(JobFailure::NotCredible(cause));
        }
        let mut report = CourseReport::new(&topics, &known, &self.configuration.courses);
        report.add("unusable", unusable.len() as u64);
        log_unusable("topics", &unusable);
        report.unusable = unusable;
        let unusable: BTreeSet<_> = report.unusable.iter().filter_map(UnusableRecord::topic).collect();
        let plan = plan_courses(
            &topics,
            &unusable,
            &known,
            &self.configuration.courses,
            self.clock.now(),
        );
        for topic in &plan.topics {
            report.count(planned(&topic.action));
        }
        plan.shared_codes.iter().for_each(log_shared);
        report.shared_codes = plan.shared_codes;
        if self.configuration.status == Status::Draft {
            return Ok(report.progress(true));
        }
        let finished = self.apply_all(plan.topics, &mut report, deadline).await?;
        Ok(report.progress(finished))
    }

    async fn known_topics(&self) -> Result<BTreeMap<TopicId, TopicRecord>, ServiceFailure> {
        let records = self.table.load_topics().await?;
        Ok(records.into_iter().map(|record| (record.topic, record)).collect())
    }

    /// Returns whether all changes were applied before the time, or the vendor's patience, ran out.
    async fn apply_all(
        &self,
        plans: Vec<TopicPlan>,
        report: &mut CourseReport,
        deadline: Timestamp,
    ) -> Result<bool, JobFailure> {
        for plan in plans {
            if self.clock.time_until(deadline) <= ROOM {
                return Ok(false);
            }
            match self.write_course(&plan).await {
                Ok((course, done)) => {
                    report.count(done);
                    self.save_or_report(plan, course, report).await?;
                }
                Err(failure) => {
                    let course = plan.record.course.clone();
                    report.note(&plan.record, &failure);
                    self.save_or_report(plan, course, report).await?;
                    match what_failure_means(&failure) {
                        Means::ThisCourse if !report.fails_too_often() => {}
                        Means::ForNow => return Ok(false),
                        Means::ThisCourse | Means::EveryCourse => return Err(failure.into()),
                    }
                }
            }
        }
        Ok(true)
    }

    /// Carries out the plan of one topic. Returns the course as it is linked now, and the name of the count for the
    /// change made.
    async fn write_course(&self, plan: &TopicPlan) -> Result<(Option<LinkedCourse>, &'static str), VendorFailure> {
        match &plan.action {
            CourseAction::Leave | CourseAction::SharesCode => Ok((plan.record.course.clone(), "left")),
            CourseAction::Create(course) => self.find_or_create(course).await,
            CourseAction::Change(id, course) => match self.hris.change_course(id, course).await {
                Err(failure) if is_gone(&failure) => self.find_or_create(course).await,
                changed => changed.map(|()| (Some(LinkedCourse::written(id, course)), "changed")),
            },
            CourseAction::Withdraw(id, course) => match self.hris.change_course(id, course).await {
                Err(failure) if is_gone(&failure) => Ok((None, "withdrawn")),
                changed => changed.map(|()| (Some(LinkedCourse::written(id, course)), "withdrawn")),
            },
        }
    }

    async fn find_or_create(&self, course: &Course) -> Result<(Option<LinkedCourse>, &'static str), VendorFailure> {
        let there = match self.hris.find_course(&course.external_id).await? {
            Some(id) => id,
            None => match self.hris.create_course(course).await? {
                CreatedCourse::Created(id) => return Ok((Some(LinkedCourse::written(&id, course)), "created")),
                CreatedCourse::AlreadyThere(id) => id,
            },
        };
        self.hris.change_course(&there, course).await?;
        Ok((Some(LinkedCourse::written(&there, course)), "adopted"))
    }

    /// Reports an item that the table refuses as a failure of its topic, so that the sync continues with the others.
    async fn save_or_report(
        &self,
        plan: TopicPlan,
        course: Option<LinkedCourse>,
        report: &mut CourseReport,
    ) -> Result<(), SaveFailure> {
        let record = plan.record.clone();
        match self.save(plan, course, report).await {
            Err(SaveFailure::ItemRefused(failure)) => {
                error!(topic.id = record.topic.0, error = %failure, "the table refuses the item of one topic");
                report.count("not_stored");
                if report
                    .counts
                    .get("not_stored")
                    .is_some_and(|count| *count > MOST_NOT_STORED)
                {
                    return Err(SaveFailure::ItemRefused(failure));
                }
                Ok(())
            }
            saved => saved,
        }
    }

    async fn save(
        &self,
        plan: TopicPlan,
        course: Option<LinkedCourse>,
        report: &mut CourseReport,
    ) -> Result<(), SaveFailure> {
        let mut record = TopicRecord {
            course,
            ..plan.record.clone()
        };
        record.release_due = plan.releases_results(&record);
        self.table.save_topic(&record).await?;
        if record.release_due {
            let parked_on = ParkedOn::Topic(record.topic);
            let released = self.table.release_results(&parked_on, self.clock.now()).await?;
            report.add("results_released", released);
            record.release_due = false;
            self.table.save_topic(&record).await?;
        }
        Ok(())
    }
}

/// Logs the topics that share a code, so that the customer's support can find them.
fn log_shared(shared: &SharedCode) {
    let without: Vec<_> = shared.without.iter().map(|sharer| sharer.topic.0).collect();
    let kept_by = shared.kept_by.map(|topic| topic.0);
    warn!(topic.code = shared.code.0, topic.kept_by = kept_by, topics.without = ?without, "topics share a code");
}

fn planned(action: &CourseAction) -> &'static str {
    match action {
        CourseAction::Leave => "unchanged",
        CourseAction::Create(_) => "to_create",
        CourseAction::Change(..) => "to_change",
        CourseAction::Withdraw(..) => "to_withdraw",
        CourseAction::SharesCode => "shares_code",
    }
}

/// Reach of a failed write.
enum Means {
    /// The others may succeed.
    ThisCourse,
    /// None will succeed just now; the next run continues.
    ForNow,
    /// None will succeed before an operator or the customer acts.
    EveryCourse,
}

fn what_failure_means(failure: &VendorFailure) -> Means {
    match failure.kind {
        VendorFailureKind::Credentials
        | VendorFailureKind::Forbidden
        | VendorFailureKind::ModuleDisabled
        | VendorFailureKind::Misconfigured => Means::EveryCourse,
        VendorFailureKind::RateLimited(_) | VendorFailureKind::NoTimeLeft => Means::ForNow,
        VendorFailureKind::Refused(_)
        | VendorFailureKind::NotFound(_)
        | VendorFailureKind::Unavailable { .. }
        | VendorFailureKind::Unreadable
        | VendorFailureKind::InconsistentRead => Means::ThisCourse,
    }
}

/// A 404 that does not say that it is the course may be a proxy's: the link stays.
fn is_gone(failure: &VendorFailure) -> bool {
    matches!(failure.kind, VendorFailureKind::NotFound(Missing::Course))
}
