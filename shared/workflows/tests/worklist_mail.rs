//! The worklist mail as its reader gets it: plain text, HTML, a spreadsheet, and headers nobody can inject into.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::problem::{Cause, Problem};
use habitsync_workflows::mail::{Letter, MailSettings, Subject, Worklist};
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use mail_parser::MessageParser;

fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
    let mut source = include_str!("../../domain/src/configuration/acme.toml").to_owned();
    for (old, new) in changes {
        source = source.replace(old, new);
    }
    source.parse().expect("valid")
}

fn problem(employee_id: &str, person: &str, cause: Cause, seen: Option<&str>) -> Problem {
    Problem {
        cause,
        employee_id: employee_id.parse().expect("valid"),
        person: person.to_owned(),
        seen: seen.map(str::to_owned),
    }
}

fn no_user_name() -> Cause {
    Cause::NoUserName {
        source: "employee.workEmail".to_owned(),
    }
}

/// A mail as a mail client reads it.
struct Received {
    subject: String,
    text: String,
    html: String,
    spreadsheet: Option<String>,
    raw: String,
}

fn receive(configuration: &TenantConfiguration, problems: &[Problem], thread: Option<&str>) -> Received {
    receive_list(configuration, &Worklist::of_people(problems, &[]), thread)
}

fn receive_list(configuration: &TenantConfiguration, worklist: &Worklist, thread: Option<&str>) -> Received {
    let at = "2026-11-22T21:05:00Z".parse().expect("a time");
    let letter = Letter {
        configuration,
        subject: Subject::Users,
        worklist,
        at,
        thread,
    };
    let settings = MailSettings {
        sender: "integration@tribalhabits.com".parse().expect("valid"),
        operator: None,
    };
    let mime = letter.compose(&settings).expect("composes").mime;
    let mail = MessageParser::default().parse(&mime).expect("is a mail");
    Received {
        subject: mail.subject().expect("has a subject").to_owned(),
        text: mail.body_text(0).expect("has a text").into_owned(),
        html: mail.body_html(0).expect("has HTML").into_owned(),
        spreadsheet: mail
            .attachment(0)
            .and_then(|part| part.text_contents())
            .map(str::to_owned),
        raw: String::from_utf8(mime.clone()).expect("is text"),
    }
}

fn header<'m>(mail: &'m Received, name: &str) -> Option<&'m str> {
    let headers = mail.raw.split("\r\n\r\n").next().expect("has headers");
    headers
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn a_worklist_names_the_person_the_field_and_what_to_do_in_local_time() {
    let mail = receive(&acme(&[]), &[problem("E1", "Jo Citizen", no_user_name(), None)], None);
    for part in [
        "Jo Citizen, employee E1",
        "field      workEmail",
        "found      empty",
        "Monday 23 November 2026, 8:05 am",
    ] {
        assert!(mail.text.contains(part), "{part:?} is missing:\n{}", mail.text);
    }
    assert!(
        mail.html.contains("Jo Citizen")
            && mail
                .spreadsheet
                .is_some_and(|csv| csv.contains("Jo Citizen,E1,workEmail"))
    );
}

#[test]
fn a_mail_never_says_that_a_field_is_empty_that_was_not_looked_at() {
    let mail = receive(
        &acme(&[]),
        &[problem("E1", "Jo Citizen", Cause::DeactivatedByHand, None)],
        None,
    );
    assert!(
        !mail.text.contains("empty") && !mail.html.contains("empty"),
        "{}",
        mail.text
    );
}

#[test]
fn a_mail_about_a_failed_run_promises_neither_that_the_rest_is_in_step_nor_a_spreadsheet() {
    let kind = VendorFailureKind::Credentials;
    let failure = VendorFailure {
        vendor: Vendor::TribalHabits,
        kind,
        detail: String::new(),
    };
    let worklist = Worklist::of_failure(&failure.into()).expect("is the customer's to mend");
    let mail = receive_list(&acme(&[]), &worklist, None);
    for text in [&mail.text, &mail.html] {
        assert!(
            !text.contains("Everything else") && !text.contains("spreadsheet"),
            "{text}"
        );
    }
    assert_eq!(mail.spreadsheet, None);
}

#[test]
fn control_characters_of_a_record_are_shown_and_not_obeyed() {
    let name = problem("E1", "Bo\u{7}b\r\n  Al Other", no_user_name(), Some("x\u{85}\ty"));
    let mail = receive(&acme(&[]), &[name], None);
    for text in [Some(mail.text), Some(mail.html), mail.spreadsheet] {
        let text = text.expect("is there");
        assert!(text.contains("Bo\u{2407}b\u{240d}\u{240a}  Al Other"), "{text}");
        assert!(text.contains("x\u{fffd}\u{2409}y"), "{text}");
    }
}

#[test]
fn problems_of_one_cause_are_one_group() {
    let problems = [
        problem("E1", "Jo Citizen", no_user_name(), None),
        problem("E2", "Al Other", Cause::UnknownStatus, Some("Sabbatical")),
        problem("E3", "Bo Third", no_user_name(), None),
    ];
    let mail = receive(&acme(&[]), &problems, None);
    assert!(mail.text.contains("PEOPLE WITHOUT A USER NAME (2)"), "{}", mail.text);
    assert!(mail.text.contains("found      Sabbatical"), "{}", mail.text);
}

#[test]
fn a_line_break_in_a_name_begins_no_header_and_markup_no_element() {
    let configuration = acme(&[(
        "from_name = \"Tribal Habits integration\"",
        "from_name = \"Evil\\r\\nBcc: x@example.com\"",
    )]);
    let mail = receive(
        &configuration,
        &[problem("E1", "<script>alert(1)</script>", no_user_name(), None)],
        None,
    );
    assert_eq!(header(&mail, "Bcc"), None, "{}", mail.raw);
    assert!(!mail.html.contains("<script>"), "{}", mail.html);
}

#[test]
fn a_cell_that_looks_like_a_formula_stays_a_text() {
    let mail = receive(
        &acme(&[]),
        &[problem("E1", "=HYPERLINK(1)", no_user_name(), None)],
        None,
    );
    assert!(mail.spreadsheet.is_some_and(|csv| csv.contains("'=HYPERLINK(1)")));
}

#[test]
fn later_mails_answer_the_first_one_under_the_same_subject() {
    let problems = [problem("E1", "Jo Citizen", no_user_name(), None)];
    let first = receive(&acme(&[]), &problems, None);
    let later = receive(&acme(&[]), &[], Some("<first@email.amazonses.com>"));
    assert_eq!(header(&later, "In-Reply-To"), Some("<first@email.amazonses.com>"));
    assert_eq!(header(&later, "References"), Some("<first@email.amazonses.com>"));
    assert_eq!(first.subject, later.subject);
    assert!(
        later.text.contains("All clear") && later.spreadsheet.is_none(),
        "{}",
        later.text
    );
}

#[test]
fn the_digest_is_the_same_for_the_same_problems_in_any_order() {
    let one = problem("E1", "Jo Citizen", no_user_name(), None);
    let other = problem("E2", "Al Other", no_user_name(), None);
    let digest = |problems: &[Problem]| Worklist::of_people(problems, &[]).digest();
    assert_eq!(digest(&[one.clone(), other.clone()]), digest(&[other, one.clone()]));
    assert_ne!(digest(&[one]), digest(&[]));
}
