//! Topics and enrolments whose records cannot be used: named and counted, and no other waits for them.

use habitsync_domain::identity::TopicId;
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use jiff::SignedDuration;

use crate::academy::{change_topic, count, courses, sync, topic, world_with};
use crate::sweeping::{completed, queued, sweep, swept_world};
use crate::world::{acme, beginning, course};

#[tokio::test]
async fn the_course_of_a_topic_that_cannot_be_read_stays_as_it_is() {
    let mut world = world_with(vec![topic(456), topic(457)]);
    world.configuration = acme(&[("on_withdrawn = \"keep\"", "on_withdrawn = \"deactivate\"")]);
    sync(&world).await;
    world.portal.topics.lock().remove(0);
    *world.portal.unusable.lock() = vec![UnusableRecord::new(Some("456"), WhyUnusable::LacksAValue)];
    let report = sync(&world).await;
    assert_eq!((count(&report, "unusable"), count(&report, "withdrawn")), (1, 0));
    let mail = world.mail.sent().concat();
    assert!(
        mail.contains("Topics that cannot be read") && mail.contains("topic 456"),
        "{mail}"
    );
    assert_eq!(courses(&world), [course(456), course(457)]);
}

#[tokio::test]
async fn a_description_as_large_as_an_image_is_cut_and_written_once() {
    let mut large = topic(456);
    large.description = Some(format!(
        "<p>Ladders</p><img src=\"data:image/png;base64,{}\">",
        "A".repeat(450_000)
    ));
    let world = world_with(vec![large, topic(457)]);
    assert_eq!(count(&sync(&world).await, "created"), 2);
    let written = courses(&world)[0].description.clone().expect("a description");
    assert!(
        written.starts_with("<p>Ladders</p>") && written.len() <= 64 * 1024,
        "{} bytes",
        written.len()
    );
    assert_eq!(count(&sync(&world).await, "unchanged"), 2);
}

#[tokio::test]
async fn a_topic_that_loses_its_title_or_code_keeps_its_course() {
    let mut world = world_with(vec![topic(456)]);
    world.configuration = acme(&[("on_withdrawn = \"keep\"", "on_withdrawn = \"deactivate\"")]);
    sync(&world).await;
    change_topic(&world, |topic| topic.title.clear());
    assert_eq!(count(&sync(&world).await, "withdrawn"), 0);
    change_topic(&world, |topic| topic.code.0.clear());
    let report = sync(&world).await;
    assert_eq!((count(&report, "withdrawn"), courses(&world)), (0, vec![course(456)]));
}

#[tokio::test]
async fn an_enrolment_that_cannot_be_read_is_counted_and_the_others_are_queued() {
    let world = swept_world();
    completed(&world, 9001, beginning() - SignedDuration::from_hours(1));
    *world.portal.unusable.lock() = vec![UnusableRecord::new(Some("9002"), WhyUnusable::LacksAValue)];
    let report = sweep(&world).await;
    assert_eq!((report.queued, report.unusable.len()), (1, 1));
    assert_eq!(queued(&world), [9001]);
    let mail = world.mail.sent().concat();
    assert!(
        mail.contains("Completions that cannot be read") && mail.contains("enrolment 9002"),
        "{mail}"
    );
}

#[tokio::test]
async fn a_topic_whose_item_the_table_refuses_is_that_topics_failure() {
    let world = world_with(vec![topic(456), topic(457)]);
    world.table.state().refused_topics.insert(TopicId(456));
    for _ in 0..2 {
        let report = sync(&world).await;
        assert_eq!(count(&report, "not_stored"), 1);
    }
    assert_eq!(courses(&world), [course(456), course(457)], "each course exists once");
    world.table.state().refused_topics.clear();
    assert_eq!(count(&sync(&world).await, "adopted"), 1);
    assert_eq!(courses(&world).len(), 2);
}
