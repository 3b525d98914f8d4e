//! End-to-end tests: the real templates and the real functions on the local stack, both vendors simulated. Every test
//! has a customer of its own; the checks compare the vendors' records at the end.

mod courses;
mod customer;
mod doctor;
mod hanging;
mod linking;
mod mails;
mod operating;
mod operators;
mod overview;
mod person;
mod rehearsing;
mod rekeying;
mod results;
mod scanning;
mod secrecy;
mod storms;
mod tutorial;
mod upkeep;
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

impl World {
    /// The same with a stack that no other test uses, and that ends with it: for what would disturb the others.
    async fn apart(&self, name: &str) -> Result<Self, Failed> {
        let stack = LocalStack::start(Options::for_tests(&format!("e2e-{name}"))).await?;
        Ok(Self {
            stack: Arc::new(stack),
            runtime: self.runtime.clone(),
        })
    }
}

/// More than there are cores: some tests do little but wait for a schedule to fire.
const THREADS: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
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

type Outcome = std::pin::Pin<Box<dyn Future<Output = Result<(), Failed>>>>;
type Test = (&'static str, fn(World) -> Outcome);

/// Names a test after its function.
macro_rules! tests {
    ($($test:path),+ $(,)?) => {
        vec![$((stringify!($test), |world| Box::pin($test(world)))),+]
    };
}

fn trials() -> Vec<Test> {
    tests![
        tutorial::every_command_of_the_tutorial_says_what_the_page_says,
        users::interrupted::a_run_that_is_killed_is_carried_on_without_anybody_calling_it_and_writes_at_most_one_thing_twice,
        users::interrupted::of_two_runs_at_once_one_does_the_work_and_the_other_says_so,
        users::everyday::everybody_in_scope_gets_an_account_and_a_second_run_writes_nothing,
        users::everyday::a_starter_gets_an_account_and_a_change_reaches_the_one_who_changed,
        users::everyday::a_schedule_fires_the_sync_without_anybody_calling_it,
        users::leaving::the_last_day_is_worked_where_the_customer_is,
        users::leaving::who_leaves_later_keeps_the_account_until_then_and_who_starts_later_gets_it_fourteen_days_ahead,
        users::leaving::a_rehired_person_gets_the_same_account_back,
        users::leaving::who_leaves_the_filter_keeps_the_account_unless_the_customer_says_otherwise,
        users::identity::a_new_address_renames_the_account_and_makes_no_second_one,
        users::identity::an_address_of_a_colleague_is_the_newcomers_problem_and_the_colleague_goes_on,
        users::identity::an_address_passes_from_a_leaver_to_a_starter_in_one_run,
        users::identity::a_hand_edit_stays_until_the_portal_is_read_the_next_day,
        users::brakes::more_leavers_than_usual_are_all_held_and_the_rest_of_the_run_goes_on,
        users::brakes::a_vanished_record_is_asked_for_once_and_its_account_is_deactivated,
        users::brakes::three_vanished_records_are_held_and_named,
        users::brakes::an_hris_that_fails_half_way_changes_nobody,
        users::brakes::sixty_who_left_go_and_three_who_vanished_are_held_and_told,
        users::brakes::a_list_that_shrank_removes_nobody_and_everybody_else_is_served,
        users::brakes::a_field_that_many_people_lose_is_held_and_told_and_the_rest_is_written,
        users::brakes::a_first_run_deactivates_nobody_however_many_have_left,
        users::holds::what_is_approved_goes_and_nothing_else_does,
        users::holds::a_first_load_that_was_not_agreed_to_waits_and_goes_once_it_is_approved,
        users::holds::what_is_rejected_is_kept_and_not_asked_about_again,
        users::holds::a_plan_that_has_moved_is_refused,
        users::holds::a_configuration_that_would_remove_people_is_stopped_and_names_them,
        users::bad_data::bad_data_is_mailed_once_and_stops_nobody,
        users::bad_data::names_in_any_script_arrive_as_they_are_and_control_characters_do_not,
        users::bad_data::a_field_and_a_list_item_that_the_portal_does_not_have_cost_two_lines_and_no_second_request,
        users::bad_data::refused_credentials_are_mailed_to_the_customer,
        users::bad_data::a_field_that_the_portal_lacks_stops_the_run_and_the_run_after_the_mend_writes,
        users::bad_data::a_host_with_a_typo_is_refused_where_the_file_is_applied,
        courses::ready_topics_become_courses_and_near_misses_do_not,
        courses::a_missing_development_module_is_one_clear_message,
        mails::a_refused_field_is_told_once_reminded_of_and_cleared_once_it_is_corrected,
        mails::two_bounces_stop_the_mails_to_an_address_and_the_operators_hear_instead,
        mails::completions_that_nobody_tries_any_more_are_told_by_the_sweep,
        results::a_completion_is_recorded_once_though_it_is_sent_three_times,
        results::a_result_whose_answer_was_lost_is_not_recorded_twice,
        results::a_completion_that_comes_before_its_course_is_recorded_when_the_course_comes,
        results::a_completion_whose_webhook_was_lost_is_found_by_the_sweep,
        hanging::one_customers_hanging_employee_connect_delays_nobody_else_and_loses_nothing,
        doctor::vendors_that_keep_their_contracts_differ_in_nothing_before_and_after_go_live,
        doctor::topics_that_carry_no_links_are_told_with_the_setting_that_copes_and_it_does,
        doctor::refused_credentials_are_a_finding_and_no_crash,
        operating::an_operator_lists_shows_replays_and_backfills_results,
        scanning::a_scan_before_go_live_finds_what_was_planted_and_writes_nothing,
        linking::an_account_that_no_rule_finds_is_linked_by_hand_and_its_results_follow,
        rekeying::reissued_employee_numbers_keep_their_accounts_and_move_by_one_command,
        overview::every_customer_is_on_one_screen_and_one_of_them_in_full,
        overview::a_run_that_is_waited_for_says_what_it_did_and_exits_as_it_ended,
        overview::a_backfill_that_is_stopped_says_how_far_it_came_and_goes_on_there,
        rehearsing::a_set_up_call_is_rehearsed_on_five_people_and_signed_off,
        person::an_operator_explains_and_syncs_one_person_at_a_time,
        storms::every_completion_of_a_storm_is_one_result_where_it_belongs,
        storms::late::completions_that_come_before_their_people_and_courses_wait_for_them_and_are_recorded_once,
        secrecy::what_is_personal_reaches_the_vendors_and_the_mails_and_no_log_line,
        webhooks::a_webhook_that_is_replayed_byte_for_byte_adds_nothing,
        upkeep::both_webhook_secrets_are_good_until_the_older_one_is_retired,
        upkeep::a_pause_is_a_version_that_is_taken_back_and_what_makes_no_sense_is_refused,
        upkeep::what_is_unknown_exits_with_1_and_what_is_typed_wrongly_with_2,
        tutorial::a_page_that_is_not_run_whole_is_refused_and_every_word_counts,
        operators::a_stale_customer_is_counted_and_named,
        operators::five_customers_with_rotated_codes_do_not_keep_the_sixth_from_hiring,
        operators::two_of_ten_customers_whose_own_hosts_fail_concern_no_other,
        webhooks::what_is_not_authentic_readable_or_ours_is_answered_as_documented_and_leaves_nothing,
    ]
}
