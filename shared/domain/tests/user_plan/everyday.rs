//! New, changed, renamed, terminated, rehired, filtered out.

use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::Missing;
use serde_json::json;

use crate::fixture::{Case, acme, carried_out, causes, employee, everybody, pairs, steps, written_for};

#[test]
fn new_people_are_created_and_managers_before_their_reports() {
    let employees = [
        employee("E3", &json!({"managerEmployeeId": "E2"})),
        employee("E2", &json!({"managerEmployeeId": "E1"})),
        employee("E1", &json!({})),
    ];
    let plan = Case::of(&acme(&[]), &employees).plan();
    assert_eq!(steps(&plan), [("E1", "create"), ("E2", "create"), ("E3", "create")]);
    let manager = written_for(&plan, "E3").remove("manager_email");
    assert_eq!(
        manager.as_deref(),
        Some("e2@acme.com.au"),
        "the manager's e-mail travels in the same write"
    );
}

#[test]
fn unchanged_people_need_nothing() {
    let employees = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let plan = Case::in_step(&acme(&[]), &employees).plan();
    assert_eq!((steps(&plan), plan.counts.unchanged), (vec![], 2));
}

#[test]
fn a_changed_field_is_written_alone() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let plan = case.then(&[employee("E1", &json!({"jobTitle": "Manager"}))]).plan();
    assert_eq!(written_for(&plan, "E1"), pairs(&[("X-Job Title", "Manager")]));
}

#[test]
fn a_leaver_is_deactivated_although_their_email_is_cleared_and_before_anybody_else() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({})), employee("E2", &json!({}))]);
    let left = json!({"status": "Terminated", "terminationDate": "2026-11-22", "workEmail": null});
    let employees = [employee("E2", &json!({"jobTitle": "Lead"})), employee("E1", &left)];
    let plan = case.then(&employees).plan();
    assert_eq!(steps(&plan), [("E1", "deactivate"), ("E2", "change")]);
    assert_eq!(written_for(&plan, "E1"), pairs(&[("active", "false")]));
    assert_eq!(plan.problems, [], "a leaver's e-mail is nobody's problem");
}

#[test]
fn a_rehire_reactivates_the_same_account() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let gone = case
        .clone()
        .then(&[employee("E1", &json!({"status": "Terminated"}))])
        .plan();
    case.people = carried_out(&case.people, &gone);
    assert!(!case.people[0].active);
    let case = case.then(&[employee("E1", &json!({"startDate": "2026-11-20"}))]);
    let back = case.plan();
    assert_eq!(steps(&back), [("E1", "reactivate")]);
    assert!(carried_out(&case.people, &back)[0].active);
}

#[test]
fn an_email_change_is_the_same_person_renamed() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let case = case.then(&[employee("E1", &json!({"workEmail": "jo.new@acme.com.au"}))]);
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E1", "change")]);
    let after = carried_out(&case.people, &plan);
    assert_eq!(after[0].user_name.as_str(), "jo.new@acme.com.au");
    assert_eq!(after[0].former_names.len(), 1, "a late result still finds them");
}

#[test]
fn blanks_and_letter_case_are_no_change_and_no_second_person() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let plan = case
        .then(&[employee("E1", &json!({"workEmail": " E1@ACME.com.au "}))])
        .plan();
    assert_eq!((steps(&plan), plan.counts.unchanged), (vec![], 1));
}

#[test]
fn a_changed_user_name_is_renamed_kept_or_told_as_configured() {
    let changed = [employee("E1", &json!({"workEmail": "jo.new@acme.com.au"}))];
    let mode = |mode: &str| {
        let configuration = acme(&[(
            "on_user_name_change = \"rename\"",
            &format!("on_user_name_change = \"{mode}\""),
        )]);
        Case::in_step(&configuration, &[employee("E1", &json!({}))])
            .then(&changed)
            .plan()
    };
    let (rename, keep, alert) = (mode("rename"), mode("keep"), mode("alert"));
    let email = ("email", "jo.new@acme.com.au");
    assert_eq!(
        written_for(&rename, "E1"),
        pairs(&[("user_name", "jo.new@acme.com.au"), email])
    );
    assert_eq!((written_for(&keep, "E1"), causes(&keep)), (pairs(&[email]), vec![]));
    assert_eq!(
        (written_for(&alert, "E1"), causes(&alert)),
        (pairs(&[email]), vec![("E1", &Cause::UserNameChanged)])
    );
}

#[test]
fn two_people_with_one_email_are_both_disputed_and_the_rest_goes_on() {
    let shared = json!({"workEmail": "shared@acme.com.au"});
    let employees = [
        employee("E1", &shared),
        employee("E2", &json!({"workEmail": "Shared@acme.com.au "})),
        employee("E3", &json!({})),
    ];
    let plan = Case::of(&acme(&[]), &employees).plan();
    assert_eq!(steps(&plan), [("E3", "create")]);
    let disputed: Vec<_> = causes(&plan)
        .into_iter()
        .map(|(id, cause)| (id, matches!(cause, Cause::Disputed { .. })))
        .collect();
    assert_eq!((disputed, plan.counts.set_aside), (vec![("E1", true), ("E2", true)], 2));
}

#[test]
fn twenty_thousand_who_share_an_address_name_a_few_each_and_take_no_longer_than_others() {
    let shared = json!({"workEmail": "info@acme.com.au"});
    let employees: Vec<_> = (0..20_000).map(|n| employee(&format!("E{n:05}"), &shared)).collect();
    let case = Case::of(&everybody(&[]), &employees);
    let began = std::time::Instant::now();
    let plan = case.plan();
    // It took 55 s while each named all others.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    assert_eq!((plan.problems.len(), plan.actions.len()), (20_000, 0));
    for problem in &plan.problems {
        let Cause::Disputed { with, more, .. } = &problem.cause else {
            panic!("{:?}", problem.cause)
        };
        assert_eq!((with.len(), *more), (10, 19_989));
        assert!(!with.contains(&problem.employee_id));
    }
    let quality = case.quality();
    let shared: Vec<_> = quality.findings.iter().map(|finding| finding.people.len()).collect();
    assert!(shared.contains(&20_000), "one finding about all: {shared:?}");
}

/// Five thousand linked employees, each with this record.
fn linked(record: impl Fn(usize) -> serde_json::Value) -> Case {
    let employees: Vec<_> = (0..5_000).map(|n| employee(&format!("E{n:05}"), &record(n))).collect();
    Case::in_step(&everybody(&[]), &employees)
}

#[test]
fn addresses_that_are_shifted_by_a_row_for_everyone_are_planned() {
    let addressed = |n: usize| json!({"workEmail": format!("p{n}@acme.com.au")});
    let case = linked(addressed);
    for owners in [5_000, 5_001] {
        let shifted: Vec<_> = (0..5_000)
            .map(|n| employee(&format!("E{n:05}"), &addressed((n + 1) % owners)))
            .collect();
        // One cycle, or one chain, of all of them: it overflowed the stack.
        let plan = case.clone().then(&shifted).plan();
        let of_all = if owners == 5_000 {
            plan.problems.len()
        } else {
            plan.actions.len()
        };
        assert_eq!(of_all, 5_000);
    }
}

#[test]
fn a_chain_of_managers_of_any_length_is_planned() {
    let below = |n: usize| json!({"managerEmployeeId": n.checked_sub(1).map(|n| format!("E{n:05}"))});
    assert_eq!(linked(below).people.len(), 5_000);
}

#[test]
fn namesakes_of_one_first_day_under_new_numbers_are_planned_and_are_no_pairs() {
    let case = linked(|n| json!({"firstName": "Test", "lastName": "User", "workEmail": format!("p{n}@acme.com.au")}));
    let missing = case.people.iter().map(|person| Missing {
        employee_id: person.employee_id.clone(),
        confirmed: false,
    });
    let new = |n: usize| json!({"firstName": "Test", "lastName": "User", "workEmail": format!("n{n}@acme.com.au")});
    let new: Vec<_> = (0..5_000).map(|n| employee(&format!("N{n:05}"), &new(n))).collect();
    let plan = Case {
        missing: missing.collect(),
        ..case
    }
    .then(&new)
    .plan();
    assert_eq!((plan.rekeyed.len(), plan.counts.to_create), (0, 5_000));
}

#[test]
fn a_person_without_email_is_one_problem_and_nobody_elses() {
    let employees = [employee("E1", &json!({"workEmail": null})), employee("E2", &json!({}))];
    let plan = Case::of(&everybody(&[]), &employees).plan();
    assert_eq!(steps(&plan), [("E2", "create")]);
    assert!(
        matches!(causes(&plan).as_slice(), [("E1", Cause::NoUserName { .. })]),
        "{:?}",
        plan.problems
    );
}

#[test]
fn whom_the_filter_excludes_is_ignored_or_deactivated_as_configured() {
    let moved = [employee("E1", &json!({"location": "Fiji"}))];
    for (configuration, expected) in [
        (acme(&[]), vec![]),
        (
            acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]),
            vec![("E1", "deactivate")],
        ),
    ] {
        let case = Case::in_step(&configuration, &[employee("E1", &json!({}))]);
        assert_eq!(steps(&case.then(&moved).plan()), expected);
    }
}

#[test]
fn a_filter_that_fails_on_somebody_leaves_their_account_alone() {
    let configuration = everybody(&[
        (
            "protect =",
            "filter = 'employee.location.startsWith(\"P\")'\nout_of_scope = \"deactivate\"\nprotect =",
        ),
        ("out_of_scope = \"ignore\"               # | deactivate\n", ""),
    ]);
    let case = Case::in_step(&configuration, &[employee("E1", &json!({}))]);
    let plan = case.then(&[employee("E1", &json!({"location": null}))]).plan();
    assert_eq!(steps(&plan), []);
    assert!(matches!(
        causes(&plan).as_slice(),
        [("E1", Cause::ExpressionFailed { .. })]
    ));
}

#[test]
fn what_the_configuration_switches_off_is_not_done() {
    let off = |key: &str| acme(&[(&format!("{key} = true"), &format!("{key} = false"))]);
    let created = Case::of(&off("\ncreate"), &[employee("E1", &json!({}))]).plan();
    let one = [employee("E1", &json!({}))];
    let linked = |configuration| Case {
        configuration,
        ..Case::in_step(&acme(&[]), &one)
    };
    let changed = linked(off("\nupdate"))
        .then(&[employee("E1", &json!({"jobTitle": "Lead"}))])
        .plan();
    let left = linked(off("\ndeactivate"))
        .then(&[employee("E1", &json!({"status": "Terminated"}))])
        .plan();
    for plan in [&created, &changed, &left] {
        assert_eq!((steps(plan), causes(plan)), (vec![], vec![]));
    }
    assert_eq!(
        (
            created.counts.left_alone,
            changed.counts.left_alone,
            left.counts.leavers_settled
        ),
        (1, 1, 1)
    );
}
