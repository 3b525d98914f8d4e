//! The promise that everything else is for: no sequence of faults deactivates anybody who works there, whatever is approved or
//! rejected meanwhile, whichever configuration comes into force, and wherever runs are killed. `PROPTEST_CASES` says how often
//! it is tried; 256 times, unless it does.

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::faulty_source::{PEOPLE, Trouble, Truth, World, step};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #[test]
    fn no_sequence_of_faults_and_words_deactivates_a_person_whose_last_complete_record_says_active(
        steps in vec(step(), 1..14),
    ) {
        block_on(async {
            let mut world = World::new().await;
            for step in &steps {
                for (number, truth) in &step.changes {
                    world.truth[*number] = *truth;
                }
                world.hear(step.word).await;
                world.tell(&step.wrong, step.trouble);
                world.arm(step.trouble);
                let before = world.active();
                world.run(step.trouble).await;
                for gone in before.difference(&world.active()) {
                    prop_assert!(world.may_go(gone), "{gone} works there and cannot log in");
                }
                world.customer.hris.faults.disarm();
                world.customer.portal.faults.disarm();
                world.customer.clock.advance(SignedDuration::from_hours(step.hours));
            }
            Ok(())
        })?;
    }

    /// Whatever the source says, whenever runs are killed: what goes unasked in any 24 hours stays within the limit.
    #[test]
    fn without_a_word_no_more_people_vanish_in_a_day_than_the_limit_says(
        runs in vec((vec(0..PEOPLE, 0..6), prop_oneof![Just(1_i64), Just(7), Just(13)], proptest::option::of(1..120_usize)), 1..14),
    ) {
        block_on(async {
            let mut world = World::new().await;
            let mut now = 0;
            let mut gone_at = Vec::new();
            for (vanished, hours, kill) in runs {
                for number in vanished {
                    world.truth[number] = Truth::Deleted;
                }
                world.tell(&[], Trouble::Nothing);
                let before = world.active().len();
                world.run(kill.map_or(Trouble::Nothing, Trouble::Killed)).await;
                gone_at.extend(std::iter::repeat_n(now, before - world.active().len()));
                now += hours;
                world.customer.clock.advance(SignedDuration::from_hours(hours));
                let within_a_day = gone_at.iter().filter(|at| now - hours - **at < 24).count();
                prop_assert!(within_a_day <= 2, "{within_a_day} of {PEOPLE} in a day");
            }
            Ok(())
        })?;
    }
}
