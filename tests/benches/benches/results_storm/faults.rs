//! What EmployeeConnect does wrong while the storm lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;
use habitsync_local::ExampleCustomer;
use habitsync_simulator_harness::{Armed, Fault, Method, Moment, Rule};

use crate::{ROUTE, SEED};

/// A fifth of what EmployeeConnect answers when a result is posted is something else, at random.
pub(crate) fn arm(customer: &ExampleCustomer) -> Vec<(&'static str, Armed)> {
    let error = |moment| Fault::ServerError { status: 500, moment };
    let dropped = |moment| Fault::DroppedConnection { moment };
    let kinds = [
        ("500 before recording", 25, error(Moment::BeforeEffect)),
        ("500 after recording", 25, error(Moment::AfterEffect)),
        ("dropped before recording", 20, dropped(Moment::BeforeEffect)),
        ("dropped after recording", 20, dropped(Moment::AfterEffect)),
        ("429", 100, Fault::TooManyRequests { retry_after: Some(1) }),
        ("slower than the client waits", 10, Fault::Slow { milliseconds: 6_000 }),
    ];
    let (mut first, dice) = (0, Arc::new(Dice::default()));
    let arm = kinds.map(|(name, per_mille, fault)| {
        let range = first..first + per_mille;
        first = range.end;
        let dice = dice.clone();
        let rule = Rule::new(fault).on(&Method::POST, ROUTE).times(u32::MAX);
        let rule = rule.matching(move |_| range.contains(&dice.throw(range.start == 0)));
        (name, customer.employee_connect.arm(rule))
    });
    arm.into()
}

/// One throw for each call, which every rule looks at; the first rule throws.
#[derive(Default)]
struct Dice {
    thrown: AtomicU64,
}

impl Dice {
    /// Of a thousand.
    fn throw(&self, is_first: bool) -> u64 {
        let step = u64::from(is_first);
        let number = self.thrown.fetch_add(step, Ordering::Relaxed) + step;
        Rng::with_seed(SEED + number).u64(..1_000)
    }
}
