//! Leases: one process at a time works on a job, and one that has lost the lease writes nothing.

use std::collections::BTreeMap;

use habitsync_aws_adapters::{Correction, SystemClock, TenantTable};
use habitsync_domain::courses::course::{TopicRecord, TopicState};
use habitsync_domain::identity::{TopicCode, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease::{LENGTH, end};
use habitsync_domain::jobs::state::{JobState, RunRecord, RunState};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::courses::SaveTopic;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::ListDue as _;
use habitsync_workflows::ports::lease::{FindLease, HoldLease, Lease, LeaseTerm, SaveFailure};
use habitsync_workflows::ports::people::{ReplaceLink, SavePerson, SaveRejectedWrites};
use habitsync_workflows::ports::runs::{SaveJobState, SaveRun};
use habitsync_workflows::ports::summary::ListSummaries;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{RACERS, acme, at, table, tenant};
use crate::people::{change, person};

/// The handle that acquires the lease.
async fn acquired(table: &TenantTable, job: Job, holder: &str, now: Timestamp) -> TenantTable {
    match table.acquire_lease(job, holder, now).await {
        Ok(Lease::Acquired(held)) => held,
        other => panic!("{holder} does not get it: {other:?}"),
    }
}

async fn refused_until(table: &TenantTable, holder: &str, now: Timestamp) -> Timestamp {
    match table.acquire_lease(Job::UserSync, holder, now).await {
        Ok(Lease::HeldUntil(until)) => until,
        other => panic!("{holder} is not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_runs_that_race_gets_the_lease_and_the_others_learn_until_when() {
    let (acme, now) = (acme().await, at("2026-03-02T00:00:00.5Z"));
    let race = (0..RACERS).map(|racer| {
        let acme = acme.clone();
        tokio::spawn(async move { acme.acquire_lease(Job::UserSync, &format!("run-{racer}"), now).await })
    });
    let mut acquired = 0;
    for racer in race.collect::<Vec<_>>() {
        match racer.await.expect("not cancelled").expect("the table answers") {
            Lease::Acquired(_) => acquired += 1,
            Lease::HeldUntil(until) => assert_eq!(until, end(now)),
        }
    }
    assert_eq!(acquired, 1);
}

#[tokio::test]
async fn a_lease_that_has_ended_is_taken_over_and_the_first_holder_cannot_release_it_any_more() {
    let (acme, start) = (acme().await, at("2026-03-02T00:00:00Z"));
    let first = acquired(&acme, Job::UserSync, "first", start).await;
    let just_before = end(start) - SignedDuration::from_millis(1);
    assert_eq!(refused_until(&acme, "second", just_before).await, end(start));
    let second = acquired(&acme, Job::UserSync, "second", end(start)).await;
    first
        .release_lease()
        .await
        .expect("no longer its lease, so nothing to do");
    assert_eq!(refused_until(&acme, "third", end(start)).await, end(start) + LENGTH);
    second.release_lease().await.expect("its lease");
    assert_eq!(acme.find_lease(Job::UserSync).await, Ok(None));
    acquired(&acme, Job::UserSync, "third", end(start)).await;
    assert_eq!(acme.find_lease(Job::UserSync).await, Ok(Some(end(start) + LENGTH)));
}

#[tokio::test]
async fn an_acquisition_that_is_repeated_since_its_answer_was_lost_is_one_acquisition() {
    let acme = acme().await;
    let now = SystemClock.now();
    let once = acquired(&acme, Job::UserSync, "one", now).await;
    let again = acquired(&acme, Job::UserSync, "one", now).await;
    let state = JobState::default();
    once.save_job(Job::UserSync, &state)
        .await
        .expect("the number is the same");
    again
        .save_job(Job::UserSync, &state)
        .await
        .expect("the number is the same");
}

#[tokio::test]
async fn each_job_has_a_lease_of_its_own() {
    let acme = acme().await;
    for job in Job::ALL {
        acquired(&acme, job, "one", SystemClock.now()).await;
    }
}

/// Every write under a lease, by a holder of that job's lease.
async fn every_write(users: &TenantTable, courses: &TenantTable) -> Vec<Result<(), SaveFailure>> {
    let (jo, changed) = (person("E1", "jo"), change("E1", "2026-03-02T00:00:00Z", "created"));
    let parked = RejectedWrites {
        employee_id: "E1".parse().expect("an employee"),
        writes: Vec::new(),
    };
    let topic = TopicRecord {
        topic: TopicId(7),
        code: TopicCode("T-7".to_owned()),
        title: "Safety".to_owned(),
        state: TopicState::Qualifies,
        course: None,
        seen_at: at("2026-03-02T00:00:00Z"),
        release_due: false,
    };
    let run = RunRecord {
        id: "one".to_owned(),
        job: Job::UserSync,
        started_at: at("2026-03-02T00:00:00Z"),
        state: RunState::Unfinished {
            lease_until: at("2026-03-02T00:01:00Z"),
        },
        counts: BTreeMap::new(),
    };
    vec![
        users.save_person(&jo, &changed).await,
        users.replace_link(&jo, None, &changed).await,
        users.save_parked(&parked).await,
        users.save_job(Job::UserSync, &JobState::default()).await,
        users.save_run(&run).await,
        users.supersede_runs(Job::UserSync, Some("another")).await,
        courses.save_topic(&topic).await,
    ]
}

#[tokio::test]
async fn every_write_of_an_old_holder_is_refused_once_another_has_acquired_the_lease() {
    let acme = acme().await;
    let long_ago = SystemClock.now() - SignedDuration::from_mins(5);
    let users = acquired(&acme, Job::UserSync, "old", long_ago).await;
    let courses = acquired(&acme, Job::CourseSync, "old", long_ago).await;
    // The lease has ended, and is still the old holder's as long as no other acquires it; the writes renew it.
    assert_eq!(every_write(&users, &courses).await, vec![Ok(()); 7]);
    // The run is listed again, so that the old holder has something to supersede.
    let run = every_write(&users, &courses).await;
    assert_eq!(run, vec![Ok(()); 7]);
    let later = SystemClock.now() + SignedDuration::from_mins(5);
    let new_users = acquired(&acme, Job::UserSync, "new", later).await;
    let new_courses = acquired(&acme, Job::CourseSync, "new", later).await;
    let refused = every_write(&users, &courses).await;
    let lost = refused
        .iter()
        .filter(|written| **written == Err(SaveFailure::LeaseLost));
    // A run that is closed already is no write.
    assert!(lost.count() >= 6, "{refused:?}");
    assert_eq!(users.renew_lease(later).await, Err(SaveFailure::LeaseLost));
    users.release_lease().await.expect("nothing to do");
    assert_eq!(every_write(&new_users, &new_courses).await, vec![Ok(()); 7]);
}

#[tokio::test]
async fn a_released_lease_keeps_its_number_so_that_its_old_holder_still_writes_nothing() {
    let acme = acme().await;
    let first = acquired(&acme, Job::UserSync, "first", SystemClock.now()).await;
    first.release_lease().await.expect("released");
    let state = JobState::default();
    assert_eq!(first.save_job(Job::UserSync, &state).await, Err(SaveFailure::LeaseLost));
    let second = acquired(&acme, Job::UserSync, "second", SystemClock.now()).await;
    second.release_lease().await.expect("released");
    // Even a holder of the same name is another acquisition.
    let same_name = acquired(&acme, Job::UserSync, "first", SystemClock.now()).await;
    assert_eq!(first.save_job(Job::UserSync, &state).await, Err(SaveFailure::LeaseLost));
    same_name
        .save_job(Job::UserSync, &state)
        .await
        .expect("it holds the lease");
}

#[tokio::test]
async fn a_write_renews_the_lease_and_a_renewal_that_is_not_needed_writes_nothing() {
    let acme = acme().await;
    let term = LeaseTerm::default();
    let began = SystemClock.now() - SignedDuration::from_secs(30);
    let held = acquired(&acme.clone().noting(term.clone()), Job::UserSync, "one", began).await;
    let until = async || acme.find_lease(Job::UserSync).await.expect("found").expect("held");
    held.save_job(Job::UserSync, &JobState::default()).await.expect("saved");
    let renewed = until().await;
    assert!(renewed >= end(began) + SignedDuration::from_secs(30), "{renewed}");
    held.renew_lease(SystemClock.now()).await.expect("not needed");
    assert_eq!(until().await, renewed);
    let later = SystemClock.now() + SignedDuration::from_secs(20);
    held.renew_lease(later).await.expect("renewed");
    assert_eq!(until().await.as_millisecond(), end(later).as_millisecond());
    assert!(term.time_for_request(later + SignedDuration::from_secs(49)).is_some());
    assert!(term.time_for_request(later + SignedDuration::from_secs(51)).is_none());
}

#[tokio::test]
async fn a_write_without_the_jobs_lease_is_refused() {
    let acme = acme().await;
    let held = acquired(&acme, Job::CourseSync, "one", SystemClock.now()).await;
    for table in [&acme, &held] {
        let refused = table.save_job(Job::UserSync, &JobState::default()).await;
        let is_refused = matches!(
            &refused,
            Err(SaveFailure::Service(ServiceFailure { retryable: false, .. }))
        );
        assert!(is_refused, "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_and_renewals_of_one_holder_beside_one_another_all_have_their_effect() {
    let acme = acme().await;
    let held = acquired(&acme, Job::UserSync, "one", SystemClock.now()).await;
    let writes = (0..RACERS).map(|racer| {
        let (held, id) = (held.clone(), format!("E{racer}"));
        tokio::spawn(async move {
            let changed = change(&id, "2026-03-02T00:00:00Z", "created");
            let later = SystemClock.now() + SignedDuration::from_secs(15);
            held.renew_lease(later).await?;
            held.save_person(&person(&id, &id), &changed).await
        })
    });
    for write in writes.collect::<Vec<_>>() {
        assert_eq!(write.await.expect("not cancelled"), Ok(()));
    }
}

#[tokio::test]
async fn an_unfinished_run_has_stopped_once_its_lease_is_free_or_has_missed_a_renewal() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let began = SystemClock.now();
    let held = acquired(&acme, Job::UserSync, "one", began).await;
    let run = RunRecord::begun(
        "one".to_owned(),
        Job::UserSync,
        began,
        began + SignedDuration::from_mins(14),
    );
    held.save_run(&run).await.expect("saved");
    let listed = async |now| {
        let runs = table.list_unfinished_runs(now, 10).await.expect("listed");
        let run = runs.items.first().expect("it is unfinished");
        usize::from(table.has_stopped(run, now).await.expect("read"))
    };
    let later = end(began) + SignedDuration::from_secs(600);
    held.renew_lease(later).await.expect("renewed");
    assert_eq!(listed(later).await, 0, "it goes on");
    assert_eq!(
        listed(later + SignedDuration::from_secs(20)).await,
        0,
        "a renewal may be late"
    );
    assert_eq!(listed(later + SignedDuration::from_secs(26)).await, 1, "it has crashed");
    held.release_lease().await.expect("given back");
    assert_eq!(listed(later).await, 1, "it ran out of time");
}

/// A clock that is ahead.
struct Ahead(SignedDuration);

impl Now for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

#[tokio::test]
async fn a_clock_that_is_four_minutes_off_is_found_out_by_the_date_of_an_answer() {
    let table = table().await;
    for seconds in [240, -240, 5] {
        let ahead = SignedDuration::from_secs(seconds);
        let correction = table.clock_correction(&Ahead(ahead)).await.expect("measured");
        let error = (correction + ahead).abs();
        assert!(error <= SignedDuration::from_secs(2), "{correction:?} for {ahead:?}");
    }
    let right = table.clock_correction(&SystemClock).await.expect("measured");
    assert_eq!(right, SignedDuration::ZERO);
}

#[tokio::test]
async fn a_clock_that_is_put_right_or_wrong_meanwhile_is_corrected_by_the_next_answer() {
    let (_, name) = crate::fixture::named_table().await;
    for seconds in [240, -240, 86_400] {
        let clock: &'static Correction = Box::leak(Box::new(Correction::milliseconds(seconds * 1_000)));
        let table = crate::fixture::aws().await.table_that_corrects(&name, clock);
        let ask = || table.list_summaries();
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        one.and(other).and(third).expect("answered");
        let error = clock.now().duration_since(SystemClock.now()).abs();
        assert!(error <= SignedDuration::from_secs(2), "{error:?} after {seconds} s");
    }
}

#[tokio::test]
async fn a_lease_is_renewed_though_the_clock_was_put_back_since() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let began = SystemClock.now() + SignedDuration::from_secs(240);
    let held = acquired(&acme, Job::UserSync, "one", began).await;
    let now = SystemClock.now();
    held.renew_lease(now).await.expect("renewed");
    let held_until = acme.find_lease(Job::UserSync).await.expect("read").expect("held");
    assert!(
        held_until.duration_since(end(now)).abs() < SignedDuration::from_secs(1),
        "{held_until}"
    );
}
