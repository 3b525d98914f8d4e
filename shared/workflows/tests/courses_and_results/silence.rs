//! An EmployeeConnect that does not answer, and the breaker that it opens.

use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::ports::breaker::StoredBreaker;
use jiff::Timestamp;

use crate::world::{World, beginning, completion, hours, no_answer};

pub(crate) const RECORD: Call = Call::RecordResult;

pub(crate) fn number(enrolment: i64) -> Completion {
    completion(enrolment, 456, "jo@acme.com.au", beginning() - hours(1))
}

pub(crate) fn held_back(since: Timestamp) -> ResultState {
    ResultState::Parked {
        on: ParkedOn::EmployeeConnect,
        since,
    }
}

pub(crate) fn breaker(world: &World) -> Breaker {
    world.table.state().breaker.0.breaker
}

/// EmployeeConnect does not answer the next so many requests.
pub(crate) fn is_silent(world: &World, requests: usize) {
    for _ in 0..requests {
        world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
        world.hris.faults.arm(Call::IsRecorded, Fault::Before(no_answer()));
    }
}

/// The breaker is one silence away from opening.
pub(crate) fn nearly_open(world: &World) {
    let stored = StoredBreaker {
        breaker: Breaker::Closed { silences: 2 },
        version: 2,
    };
    world.table.state().breaker = (stored, None);
}

/// A world whose breaker has just been opened by result 1, and in which EmployeeConnect answers again.
pub(crate) async fn opened() -> World {
    let world = World::with_jo_and_a_course();
    nearly_open(&world);
    world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
    world.push(&number(1)).await;
    assert!(breaker(&world).is_open());
    world
}
