//! No order in which a result is parked, its link comes and what waits is released leaves the result behind, not even where the
//! index does not list yet what was just parked; and what nobody ever releases ends after thirty days, with its cause.

use habitsync_domain::courses::course::TopicState;
use habitsync_domain::identity::TopicId;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_in_memory::StartedJobs;
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::ports::results::ReleaseResults;

use crate::world::{World, acme, beginning, employee, hours, jos_completion, minutes, name};

const TURNS: usize = 12;

/// What the result waits for.
#[derive(Debug, Clone, Copy)]
enum Link {
    Course,
    Person,
}

impl Link {
    /// A world without it.
    fn missing(self) -> World {
        let world = World::with_jo_and_a_course();
        match self {
            Self::Course => world.see_topic(456, TopicState::Qualifies, None),
            Self::Person => world.table.state().people.clear(),
        }
        world
    }

    fn comes(self, world: &World) {
        match self {
            Self::Course => drop(world.link_course(456)),
            Self::Person => {
                let jo = crate::world::person("E1", "jo@acme.com.au");
                world.table.state().people.insert(employee("E1"), jo);
            }
        }
    }

    fn parked_on(self) -> ParkedOn {
        match self {
            Self::Course => ParkedOn::Topic(TopicId(456)),
            Self::Person => ParkedOn::User(name("jo@acme.com.au")),
        }
    }
}

async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// The result is pushed; the link comes after so many turns, and the release after so many more.
async fn side_by_side(world: &World, link: Link, before_link: usize, before_release: usize) {
    let completion = jos_completion();
    let sync = async {
        turns(before_link).await;
        link.comes(world);
        turns(before_release).await;
        let parked_on = link.parked_on();
        world
            .table
            .release_results(&parked_on, world.now())
            .await
            .expect("releases");
    };
    // In this order each time, so that the link comes between any two of the pusher's calls.
    let (pushed, ()) = tokio::join!(biased; world.try_push(&completion), sync);
    pushed.expect("the table works");
}

/// So many minutes pass, with a watchdog and a pusher in each.
async fn pass(world: &World, count: i64) {
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    for _ in 0..count {
        world.clock.advance(minutes(1));
        let watch = WatchFleet {
            fleet: &fleet,
            queue: &world.queue,
            jobs: &jobs,
            clock: &world.clock,
        };
        watch_fleet(&watch, world.soon(50))
            .await
            .expect("what is due can be read");
        while let Some(message) = world.queue.receive() {
            world.try_push(&message.completion).await.expect("the table works");
        }
    }
}

fn is_recorded(world: &World) -> bool {
    matches!(world.state_of(&jos_completion()), ResultState::Recorded { .. })
}

#[tokio::test]
async fn every_order_of_parking_linking_and_releasing_ends_in_a_record_within_the_minute() {
    for link in [Link::Course, Link::Person] {
        for before_link in 0..TURNS {
            for before_release in 0..TURNS {
                let world = link.missing();
                side_by_side(&world, link, before_link, before_release).await;
                pass(&world, 1).await;
                let state = world.state_of(&jos_completion());
                assert!(
                    is_recorded(&world),
                    "{link:?} {before_link} {before_release}: {state:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_result_that_its_release_overlooked_is_found_within_hours() {
    let mut overlooked = 0;
    for link in [Link::Course, Link::Person] {
        for before_link in 0..TURNS {
            for before_release in 0..TURNS {
                let world = link.missing();
                world.table.state().index_lags = true;
                side_by_side(&world, link, before_link, before_release).await;
                world.table.state().list_all();
                pass(&world, 1).await;
                overlooked += usize::from(!is_recorded(&world));
                pass(&world, 3 * 60).await;
                let state = world.state_of(&jos_completion());
                assert!(
                    is_recorded(&world),
                    "{link:?} {before_link} {before_release}: {state:?}"
                );
            }
        }
    }
    assert!(overlooked > 0, "no order was one in which the index matters");
}

#[tokio::test]
async fn a_link_that_comes_while_the_result_is_parked_is_seen_although_the_index_lags() {
    let world = Link::Course.missing();
    world.table.state().index_lags = true;
    let completion = jos_completion();
    let link_comes = async {
        while world.table.result(completion.enrolment).is_none() {
            tokio::task::yield_now().await;
        }
        turns(1).await;
        Link::Course.comes(&world);
    };
    let (pushed, ()) = tokio::join!(world.try_push(&completion), link_comes);
    pushed.expect("the table works");
    let state = world.state_of(&completion);
    assert!(
        matches!(state, ResultState::Waiting { due_at, .. } if due_at == world.now()) || is_recorded(&world),
        "{state:?}"
    );
}

#[tokio::test]
async fn what_waits_in_vain_ends_after_thirty_days_with_its_cause() {
    let causes = [
        (Link::Course, "its topic had no course within 30 days"),
        (Link::Person, "its user name was no employee's within 30 days"),
    ];
    for (link, expected) in causes {
        let world = link.missing();
        world.push(&jos_completion()).await;
        world.clock.advance(hours(30 * 24 - 2));
        pass(&world, 60).await;
        let since = beginning();
        let parked = ResultState::Parked {
            on: link.parked_on(),
            since,
        };
        assert_eq!(world.state_of(&jos_completion()), parked);
        pass(&world, 120).await;
        let cause = expected.to_owned();
        assert_eq!(
            world.state_of(&jos_completion()),
            ResultState::Dead { cause, tried: None }
        );
        assert_eq!(world.record_of(&jos_completion()).attempts, 0);
    }
}

#[tokio::test]
async fn what_could_go_on_after_thirty_days_is_recorded_and_does_not_end() {
    let world = Link::Course.missing();
    world.push(&jos_completion()).await;
    world.clock.advance(hours(30 * 24));
    Link::Course.comes(&world);
    pass(&world, 60).await;
    assert!(is_recorded(&world));
}

#[tokio::test]
async fn what_waits_for_a_paused_customer_does_not_end_and_is_not_looked_at_in_vain() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = acme(&[("status = \"live\"", "status = \"paused\"")]);
    world.push(&jos_completion()).await;
    let claims = world.table.faults.made().len();
    world.clock.advance(hours(60 * 24));
    pass(&world, 60).await;
    assert_eq!(world.table.faults.made().len(), claims);
    let (on, since) = (ParkedOn::Customer, beginning());
    assert_eq!(world.push(&jos_completion()).await, ResultState::Parked { on, since });
    world.configuration = acme(&[]);
    world
        .table
        .release_results(&ParkedOn::Customer, world.now())
        .await
        .expect("releases");
    pass(&world, 1).await;
    assert!(is_recorded(&world));
}

#[tokio::test]
async fn a_result_that_waited_for_its_customer_waits_anew_for_its_course() {
    let mut world = Link::Course.missing();
    world.configuration = acme(&[("status = \"live\"", "status = \"paused\"")]);
    world.push(&jos_completion()).await;
    world.clock.advance(hours(60 * 24));
    world.configuration = acme(&[]);
    let (on, since) = (Link::Course.parked_on(), world.now());
    assert_eq!(world.push(&jos_completion()).await, ResultState::Parked { on, since });
}
