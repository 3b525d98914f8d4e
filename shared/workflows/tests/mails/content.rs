//! What a mail says: plain text, HTML, a spreadsheet, and headers nobody can inject into.

use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::people::rejected_writes::{RejectedPart, RejectedWrite};
use habitsync_workflows::course_sync::report::{CourseProblem, CourseReport, SameTitle};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::notifications::{MailKind, MailMessage, Subject, Worklist};
use habitsync_workflows::ports::failure::{RefusedField, Vendor, VendorFailure, VendorFailureKind};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::customer::{Customer, Received, acme, nameless, no_user_name, people, problem, settings};

/// Monday, 23 November 2026, 8:05 in Sydney.
fn monday() -> Timestamp {
    "2026-11-22T21:05:00Z".parse().expect("a time")
}

fn letter(changes: &[(&str, &str)], worklist: &Worklist) -> Received {
    let configuration = acme(changes);
    let letter = MailMessage {
        configuration: &configuration,
        subject: Subject::Users,
        job: Job::UserSync,
        kind: MailKind::News {
            new: 0,
            changed: 0,
            fixed: &[],
            left: &[],
            made: &[],
        },
        worklist,
        before: None,
        at: monday(),
        thread: None,
        to: &configuration.alerts.to,
    };
    let mail = letter.compose(&settings()).expect("composes");
    Received::of(std::str::from_utf8(&mail.mime).expect("is text"))
}

fn read(problems: &[Problem]) -> Received {
    letter(&[], &people(problems))
}

fn refused(vendor: Vendor, kind: VendorFailureKind) -> JobFailure {
    VendorFailure {
        vendor,
        kind,
        detail: String::new(),
    }
    .into()
}

#[test]
fn a_worklist_names_the_person_the_field_what_to_do_and_the_next_try_in_local_time() {
    let mail = read(&[problem("E1", "Jo Citizen", no_user_name(), None)]);
    mail.assert_says(&[
        "Jo Citizen, employee E1",
        "field workEmail",
        "found empty",
        "should be the person's user name",
        "tried next about Mon 23 Nov, 9:00 am",
        "Fill in the field in EmployeeConnect.",
        "Monday 23 November 2026, 8:05 am (AEDT)",
        "People are deactivated at the end of their last day, Sydney time.",
    ]);
    for part in ["Jo Citizen", "workEmail", "about Mon 23 Nov, 9:00 am"] {
        assert!(mail.html.contains(part), "{part:?} is missing:\n{}", mail.html);
    }
    let spreadsheet = mail.spreadsheet.expect("is attached");
    assert!(spreadsheet.contains("Jo Citizen,E1,workEmail,empty"), "{spreadsheet}");
}

#[test]
fn what_rests_says_when_it_is_tried_again_and_what_rests_no_more_is_tried_next() {
    let cause = Cause::RefusedField {
        field: "X-Location".to_owned(),
        reason: "is not in the list".to_owned(),
    };
    let [resting, rested] = ["E1", "E2"].map(|id| problem(id, "Jo Citizen", cause.clone(), Some("Atlantis")));
    let rejected_write = |problem: &Problem, due_at: &str| RejectedWrite {
        what: RejectedPart::Person,
        digest: String::new(),
        problem: problem.clone(),
        since: monday(),
        attempts: 3,
        due_at: due_at.parse().expect("a time"),
        given_up: false,
    };
    let rejected_writes = [
        rejected_write(&resting, "2026-11-23T21:30:00Z"),
        rejected_write(&rested, "2026-11-22T20:00:00Z"),
    ];
    let problems = [resting, rested];
    let worklist = Worklist::of_user_sync(&acme(&[]).users, &problems, &[], rejected_writes.iter());
    let flat = letter(&[], &worklist).flat();
    // Due at 8:30 on Tuesday: the first run after that is the one of 9:00.
    assert!(
        flat.contains("about Tue 24 Nov, 9:00 am; sooner once it is corrected"),
        "{flat}"
    );
    assert!(flat.contains("tried next about Mon 23 Nov, 9:00 am "), "{flat}");
}

#[test]
fn what_was_refused_for_four_weeks_is_good_to_know_and_nothing_to_do() {
    let cause = Cause::RefusedPerson {
        reason: "no".to_owned(),
    };
    let given_up = RejectedWrite {
        what: RejectedPart::Person,
        digest: String::new(),
        problem: problem("E1", "Jo Citizen", cause, None),
        since: monday(),
        attempts: 30,
        due_at: monday(),
        given_up: true,
    };
    let worklist = Worklist::of_user_sync(&acme(&[]).users, &[], &[], [given_up].iter());
    assert!(worklist.is_empty() && worklist.notes_digest() != Worklist::default().notes_digest());
}

#[test]
fn a_mail_never_says_that_a_field_is_empty_that_was_not_looked_at() {
    let mail = read(&[problem("E1", "Jo Citizen", Cause::DeactivatedByHand, None)]);
    assert!(!mail.text.contains("empty"), "{}", mail.text);
    assert!(!mail.html.contains("empty"), "{}", mail.html);
}

#[test]
fn a_refused_connection_says_since_when_and_whom_to_ask_and_promises_neither_the_rest_nor_a_spreadsheet() {
    let failure = refused(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
    let last = "2026-11-19T22:00:00Z".parse().expect("a time");
    let (subject, worklist) =
        Worklist::of_failure(&failure, Job::UserSync, Some(last)).expect("is the customer's to mend");
    assert_eq!(subject, Subject::Connection(Vendor::EmployeeConnect));
    let mail = letter(&[], &worklist);
    mail.assert_says(&[
        "Nothing has been synchronised since Friday 20 November 2026, 9:00 am (AEDT).",
        "Ask EmployeeConnect's support",
        "new integration codes for Tribal Habits",
        "Please send no codes by e-mail.",
    ]);
    for text in [&mail.text, &mail.html] {
        assert!(
            !text.contains("Everything else") && !text.contains("spreadsheet"),
            "{text}"
        );
    }
    assert_eq!(mail.spreadsheet, None);
}

#[test]
fn a_missing_right_is_named_with_its_job_and_asks_for_no_new_codes() {
    for (vendor, job, right, owner) in [
        (
            Vendor::EmployeeConnect,
            Job::UserSync,
            "read employees",
            "EmployeeConnect's support",
        ),
        (
            Vendor::EmployeeConnect,
            Job::CourseSync,
            "read and write courses",
            "EmployeeConnect's support",
        ),
        (
            Vendor::TribalHabits,
            Job::CourseSync,
            "read topics",
            "the administrator of your Tribal Habits portal",
        ),
        (
            Vendor::TribalHabits,
            Job::ResultSweep,
            "read enrolments",
            "the administrator of your Tribal Habits portal",
        ),
    ] {
        let failure = refused(vendor, VendorFailureKind::Forbidden);
        let (subject, worklist) = Worklist::of_failure(&failure, job, None).expect("is the customer's to mend");
        assert_eq!(subject, Subject::Connection(vendor));
        let mail = letter(&[], &worklist);
        mail.assert_says(&[right, owner, "no new codes or keys are needed"]);
        assert!(!mail.text.contains("revoked"), "{}", mail.text);
    }
}

#[test]
fn what_no_customer_can_mend_is_no_worklist() {
    for kind in [
        VendorFailureKind::Unavailable {
            may_have_happened: false,
        },
        VendorFailureKind::Unreadable,
        VendorFailureKind::Refused(Vec::new()),
    ] {
        assert_eq!(
            Worklist::of_failure(&refused(Vendor::TribalHabits, kind), Job::UserSync, None),
            None
        );
    }
    let module = refused(Vendor::EmployeeConnect, VendorFailureKind::ModuleDisabled);
    let told = Worklist::of_failure(&module, Job::CourseSync, None).expect("is the customer's to mend");
    assert_eq!(told.0, Subject::Courses);
}

#[test]
fn problems_of_one_cause_are_one_group_and_what_blocks_a_person_comes_first() {
    let refused = Cause::RefusedField {
        field: "X-Location".to_owned(),
        reason: "is not in the list".to_owned(),
    };
    let mail = read(&[
        problem("E2", "Al Other", refused, Some("Atlantis")),
        problem("E1", "Jo Citizen", no_user_name(), None),
        problem("E3", "Bo Third", no_user_name(), None),
    ]);
    let place = |part: &str| mail.text.find(part).unwrap_or_else(|| panic!("{part}:\n{}", mail.text));
    assert!(place("PEOPLE WITHOUT A USER NAME (2)") < place("VALUES THAT TRIBAL HABITS DOES NOT ACCEPT (1)"));
}

#[test]
fn values_that_are_the_persons_own_are_masked_in_every_rendering() {
    let invalid = |source: &str| Cause::InvalidValue {
        field: "X-Phone".parse().expect("a field"),
        source: source.to_owned(),
        expected: "a number".to_owned(),
    };
    let taken = Cause::RefusedField {
        field: "email".to_owned(),
        reason: "jordan.citizen@gmail.com is taken".to_owned(),
    };
    let mail = read(&[
        problem("E1", "Jo", invalid("employee.mobile"), Some("+61 412 345 678")),
        problem("E2", "Al", invalid("employee.dateOfBirth"), Some("1984-04-12")),
        problem(
            "E3",
            "Bo",
            invalid("employee.customFields['Bank Account']"),
            Some("12-3456"),
        ),
        problem("E4", "Xi", taken, Some("jordan.citizen@gmail.com")),
    ]);
    let spreadsheet = mail.spreadsheet.expect("is attached");
    for text in [&mail.text, &mail.html, &spreadsheet] {
        for secret in ["412 345", "04-12", "12-3456", "jordan.citizen@gmail"] {
            assert!(!text.contains(secret), "{secret} is shown:\n{text}");
        }
        for shown in ["678", "1984", "j•••n@gmail.com"] {
            assert!(text.contains(shown), "{shown} is missing:\n{text}");
        }
    }
}

#[test]
fn a_long_list_is_cut_in_the_mail_and_whole_in_the_spreadsheet() {
    let mail = letter(&[], &nameless(1000, 240));
    mail.assert_says(&[
        "240 THINGS NEED YOUR ATTENTION",
        "... and 215 more in the attached spreadsheet",
    ]);
    assert!(
        mail.html.len() < 100_000,
        "a reader's program cuts off {} bytes",
        mail.html.len()
    );
    assert_eq!(mail.spreadsheet.expect("is attached").lines().count(), 241);
}

#[test]
fn control_characters_of_a_record_are_shown_and_not_obeyed() {
    let name = problem("E1", "Bo\u{7}b\r\n  Al Other", no_user_name(), Some("x\u{85}\ty"));
    let mail = read(&[name]);
    for text in [Some(mail.text), Some(mail.html), mail.spreadsheet] {
        let text = text.expect("is there");
        assert!(text.contains("Bo⟨U+0007⟩b⟨U+000D⟩⟨U+000A⟩"), "{text}");
        assert!(text.contains("x⟨U+0085⟩⟨U+0009⟩y"), "{text}");
    }
}

#[test]
fn a_line_break_in_a_name_begins_no_header_and_markup_no_element() {
    let evil = [
        (
            "from_name = \"Tribal Habits integration\"",
            "from_name = \"Evil\\r\\nBcc: x@example.com\"",
        ),
        (
            "name = \"Acme Pty Ltd\"",
            "name = \"<b>Acme\\r\\nBcc: y@example.com</b>\"",
        ),
    ];
    let script = people(&[problem("E1", "<script>alert(1)</script>", no_user_name(), None)]);
    let mail = letter(&evil, &script);
    assert_eq!(mail.header("Bcc"), None, "{}", mail.raw);
    assert!(
        !mail.html.contains("<script>") && !mail.html.contains("<b>"),
        "{}",
        mail.html
    );
}

#[test]
fn a_cell_that_looks_like_a_formula_stays_a_text() {
    for formula in ["=HYPERLINK(1)", " +1", "@SUM(1)", "-1+1", "＝1+1", "\"=1"] {
        let mail = read(&[problem("E1", formula, no_user_name(), None)]);
        let spreadsheet = mail.spreadsheet.expect("is attached");
        let quoted = formula.replace('"', "\"\"");
        assert!(spreadsheet.contains(&format!("'{quoted}")), "{spreadsheet}");
        assert!(spreadsheet.starts_with("\u{feff}problem,"), "{spreadsheet}");
    }
}

#[test]
fn a_reader_answers_to_the_operators() {
    let mail = read(&[problem("E1", "Jo Citizen", no_user_name(), None)]);
    assert_eq!(mail.header("Reply-To"), Some("operators@tribalhabits.com"));
}

#[test]
fn the_digest_is_the_same_for_the_same_problems_in_any_order() {
    let one = problem("E1", "Jo Citizen", no_user_name(), None);
    let other = problem("E2", "Al Other", no_user_name(), None);
    let digest = |problems: &[Problem]| people(problems).digest();
    assert_eq!(digest(&[one.clone(), other.clone()]), digest(&[other, one.clone()]));
    assert_ne!(digest(&[one]), digest(&[]));
}

#[test]
fn a_worklist_is_the_same_after_it_was_stored_in_pieces() {
    let refused = Cause::RefusedPerson {
        reason: "no".to_owned(),
    };
    let mut problems = vec![problem("E0", "Al Other", refused, None)];
    problems.extend((1..250).map(|number| problem(&format!("E{number}"), "Jo", no_user_name(), None)));
    let worklist = people(&problems);
    let pieces = worklist.pieces(100);
    assert_eq!(pieces.len(), 4);
    assert_eq!(Worklist::joined(pieces), worklist);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a record, a vendor or a configuration holds: one mail, to whom it is for, with our structure and no other.
    #[test]
    fn no_text_from_outside_becomes_a_header_an_element_or_a_line_of_its_own(text in any::<String>()) {
        let refused = Cause::RefusedField { field: text.clone(), reason: text.clone() };
        let marked = format!("\r\nBcc: x@example.com\r\n\r\n<img src=x onerror=alert(1)>{text}");
        let problems = [
            problem("E1", &marked, no_user_name(), Some(&marked)),
            problem("E2", &text, refused, Some(&marked)),
            problem("E3", "Jo", Cause::ExpressionFailed { what: marked.clone(), message: marked.clone() }, None),
        ];
        let near = NearMiss { code: TopicCode(marked.clone()), title: marked.clone(), missing: Condition::HasLink };
        let kind = VendorFailureKind::Refused(vec![RefusedField { field: marked.clone(), reason: marked.clone() }]);
        let failure = VendorFailure { vendor: Vendor::EmployeeConnect, kind, detail: marked.clone() };
        let report = CourseReport {
            near_misses: vec![near],
            problems: vec![CourseProblem { code: TopicCode(text.clone()), title: marked.clone(), failure }],
            same_titles: vec![SameTitle { title: marked.clone(), codes: vec![TopicCode(marked.clone()), TopicCode(text)] }],
            ..CourseReport::default()
        };
        for worklist in [people(&problems).held_as(Some(&marked)), Worklist::of_courses(&report, &marked)] {
            let mail = letter(&[], &worklist);
            prop_assert_eq!(mail.to.as_slice(), ["hr-systems@acme.com.au"]);
            prop_assert_eq!(mail.header("Bcc"), None);
            prop_assert!(!mail.html.contains("<img"));
            prop_assert!(!mail.text.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("<img")));
        }
    }
}

#[tokio::test]
async fn what_is_new_is_marked_and_what_was_fixed_is_named() {
    let customer = Customer::new();
    let before = [
        problem("E1", "Jo Citizen", no_user_name(), None),
        problem("E2", "Al Other", no_user_name(), None),
        problem("E3", "Bo Third", Cause::UnknownStatus, Some("Sabbatical")),
    ];
    customer.tell(&people(&before)).await;
    let first = customer.newest();
    assert!(
        !first.text.contains("[new]") && !first.text.contains("since"),
        "{}",
        first.text
    );
    let after = [
        problem("E2", "Al Other", no_user_name(), None),
        problem("E3", "Bo Third", Cause::UnknownStatus, Some("Gap year")),
        problem("E4", "Xi Fourth", no_user_name(), None),
    ];
    customer.tell(&people(&after)).await;
    let second = customer.newest();
    second.assert_says(&[
        "Since the last e-mail: 1 new, 1 changed.",
        "Fixed since the last e-mail: 1 (Jo Citizen).",
        "Xi Fourth, employee E4 [new]",
        "Bo Third, employee E3 [changed]",
    ]);
    assert!(second.flat().contains("Al Other, employee E2 field"), "{}", second.text);
    let spreadsheet = second.spreadsheet.expect("is attached");
    assert_eq!(spreadsheet.matches(",new,").count(), 1, "{spreadsheet}");
}
