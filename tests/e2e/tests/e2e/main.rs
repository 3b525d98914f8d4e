//! End-to-end tests: the real templates and the real functions on the local stack, both vendors simulated. Every test has
//! a customer of its own; what is checked is what the vendors hold in the end.

mod courses;
mod customer;
mod results;
mod users;
mod wait;
mod webhooks;

use std::process::ExitCode;
use std::sync::Arc;

use habitsync_local::{LocalStack, Options};
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use tokio::runtime::{Handle, Runtime};

/// What every test gets: the stack, and the runtime it runs in.
#[derive(Clone)]
struct World {
    stack: Arc<LocalStack>,
    runtime: Handle,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let names: Vec<_> = trials().into_iter().map(|(name, _)| name).collect();
    if arguments.list {
        let listed = names.into_iter().map(|name| Trial::test(name, || Ok(()))).collect();
        return libtest_mimic::run(&arguments, listed).exit_code();
    }
    let runtime = Runtime::new().expect("this machine can run threads");
    let stack = runtime.block_on(LocalStack::start(Options::for_tests("e2e")));
    match stack {
        Ok(stack) => run(&arguments, &runtime, stack).exit_code(),
        Err(error) => {
            eprintln!("the local stack did not start: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, runtime: &Runtime, stack: LocalStack) -> Conclusion {
    let world = World {
        stack: Arc::new(stack),
        runtime: runtime.handle().clone(),
    };
    let tests = trials().into_iter().map(|(name, test)| {
        let world = world.clone();
        Trial::test(name, move || world.runtime.clone().block_on(test(world)))
    });
    let conclusion = libtest_mimic::run(arguments, tests.collect());
    if let Some(stack) = Arc::into_inner(world.stack) {
        if conclusion.has_failed() {
            eprintln!("what the functions logged: {}", stack.log_folder().display());
        }
        runtime.block_on(stack.stop());
    }
    conclusion
}

type Outcome = std::pin::Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;
type Test = (&'static str, fn(World) -> Outcome);

/// Names a test after its function.
macro_rules! tests {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        vec![$((stringify!($name), |world| Box::pin($module::$name(world)))),+]
    };
}

fn trials() -> Vec<Test> {
    tests![
        users::everybody_in_scope_gets_an_account_and_a_second_run_writes_nothing,
        users::a_starter_a_change_a_leaver_and_a_rehire_arrive_in_the_portal,
        users::a_schedule_fires_the_sync_without_anybody_calling_it,
        users::bad_data_is_mailed_once_and_stops_nobody,
        users::an_hris_that_fails_half_way_changes_nobody,
        users::refused_credentials_are_mailed_to_the_customer,
        courses::ready_topics_become_courses_and_near_misses_do_not,
        courses::a_missing_development_module_is_one_clear_message,
        results::a_completion_is_recorded_once_though_it_is_sent_three_times,
        results::a_result_whose_answer_was_lost_is_not_recorded_twice,
        results::a_completion_that_comes_before_its_course_is_recorded_when_the_course_comes,
        results::a_completion_whose_webhook_was_lost_is_found_by_the_sweep,
        webhooks::what_is_not_authentic_readable_or_ours_is_answered_as_documented_and_leaves_nothing,
    ]
}
