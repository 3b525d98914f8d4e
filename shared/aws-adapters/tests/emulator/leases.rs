//! Leases: one run of a job at a time.

use habitsync_domain::job::Job;
use habitsync_workflows::ports::runs::{HoldLease, Lease};

use crate::fixture::{RACERS, acme, at};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_runs_that_race_gets_the_lease_and_the_others_learn_until_when() {
    let (acme, now, until) = (acme().await, at("2026-03-02T00:00:00Z"), at("2026-03-02T00:14:00.5Z"));
    let race = (0..RACERS).map(|racer| {
        let acme = acme.clone();
        tokio::spawn(async move {
            acme.acquire_lease(Job::Users, &format!("run-{racer}"), now, until)
                .await
        })
    });
    let mut acquired = 0;
    for racer in race.collect::<Vec<_>>() {
        match racer.await.expect("not cancelled").expect("the table answers") {
            Lease::Acquired => acquired += 1,
            Lease::HeldUntil(held) => assert_eq!(held, until),
        }
    }
    assert_eq!(acquired, 1);
}

#[tokio::test]
async fn a_lease_that_has_run_out_is_taken_over_and_the_first_holder_cannot_release_it_any_more() {
    let acme = acme().await;
    let [start, end, later] = ["2026-03-02T00:00:00Z", "2026-03-02T00:14:00Z", "2026-03-02T00:28:00Z"].map(at);
    let acquire = async |holder, now, until| {
        acme.acquire_lease(Job::Users, holder, now, until)
            .await
            .expect("an answer")
    };
    assert_eq!(acquire("first", start, end).await, Lease::Acquired);
    assert_eq!(
        acquire("second", at("2026-03-02T00:13:59.999Z"), later).await,
        Lease::HeldUntil(end)
    );
    assert_eq!(acquire("second", end, later).await, Lease::Acquired);
    acme.release_lease(Job::Users, "first")
        .await
        .expect("no longer its lease, so nothing to do");
    assert_eq!(acquire("third", end, later).await, Lease::HeldUntil(later));
    acme.release_lease(Job::Users, "second").await.expect("its lease");
    assert_eq!(acquire("third", end, later).await, Lease::Acquired);
}

#[tokio::test]
async fn a_repeated_request_of_the_holder_is_granted() {
    let (acme, now, until) = (acme().await, at("2026-03-02T00:00:00Z"), at("2026-03-02T00:14:00Z"));
    for _ in 0..2 {
        let lease = acme
            .acquire_lease(Job::Users, "one", now, until)
            .await
            .expect("an answer");
        assert_eq!(lease, Lease::Acquired);
    }
}

#[tokio::test]
async fn each_job_has_a_lease_of_its_own() {
    let (acme, now, until) = (acme().await, at("2026-03-02T00:00:00Z"), at("2026-03-02T00:14:00Z"));
    for job in Job::ALL {
        let lease = acme.acquire_lease(job, "one", now, until).await.expect("an answer");
        assert_eq!(lease, Lease::Acquired);
    }
}
