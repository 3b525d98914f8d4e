//! Stored items that tests start from, written as the product writes them: under a lease, or under a claim.

use std::sync::atomic::{AtomicI64, Ordering};

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord};
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::results::result::ResultRecord;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::courses::SaveTopic;
use habitsync_workflows::ports::lease::{HoldLease, Lease};
use habitsync_workflows::ports::people::{ReplaceLink, SavePerson, SaveRejectedWrites};
use habitsync_workflows::ports::results::{Claim, ClaimResult, SettleResult};
use habitsync_workflows::ports::runs::{SaveJobState, SaveRun};
use jiff::SignedDuration;

static ACQUISITIONS: AtomicI64 = AtomicI64::new(1);

pub(crate) trait Stored {
    /// A handle that holds the job's lease, each time some minutes after the time before, when that has ended.
    async fn hold(&self, job: Job) -> TenantTable;
    async fn put_result(&self, record: &ResultRecord);
    async fn put_run(&self, run: &RunRecord);
    async fn put_job(&self, job: Job, state: &JobState);
    async fn put_person(&self, person: &Person, change: &PersonChange);
    async fn put_link(&self, before: &Person, after: Option<&Person>, change: &PersonChange);
    async fn put_parked(&self, parked: &RejectedWrites);
    async fn put_topic(&self, record: &TopicRecord);
}

impl Stored for TenantTable {
    async fn hold(&self, job: Job) -> TenantTable {
        let time = ACQUISITIONS.fetch_add(1, Ordering::Relaxed);
        let now = SystemClock.now() + SignedDuration::from_mins(2 * time);
        match self.acquire_lease(job, &format!("a test {time}"), now).await {
            Ok(Lease::Acquired(held)) => held,
            other => panic!("the lease is not to be had: {other:?}"),
        }
    }

    async fn put_result(&self, record: &ResultRecord) {
        let now = SystemClock.now();
        match self.claim_result(&record.completion, now, now).await {
            Ok(Claim::Ours { claim, .. }) => self.settle_result(record, claim).await.expect("settled"),
            other => panic!("the result is not to be had: {other:?}"),
        }
    }

    async fn put_run(&self, run: &RunRecord) {
        let held = self.hold(run.job).await;
        held.save_run(run).await.expect("saved");
        held.release_lease().await.expect("given back");
    }

    async fn put_job(&self, job: Job, state: &JobState) {
        self.hold(job).await.save_job(job, state).await.expect("saved");
    }

    async fn put_person(&self, person: &Person, change: &PersonChange) {
        let held = self.hold(Job::UserSync).await;
        held.save_person(person, change).await.expect("saved");
    }

    async fn put_link(&self, before: &Person, after: Option<&Person>, change: &PersonChange) {
        let held = self.hold(Job::UserSync).await;
        held.replace_link(before, after, change).await.expect("replaced");
    }

    async fn put_parked(&self, parked: &RejectedWrites) {
        let held = self.hold(Job::UserSync).await;
        held.save_parked(parked).await.expect("saved");
    }

    async fn put_topic(&self, record: &TopicRecord) {
        let held = self.hold(Job::CourseSync).await;
        held.save_topic(record).await.expect("saved");
    }
}
