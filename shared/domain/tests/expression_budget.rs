//! Expressions that cost too much are refused when they are parsed, and values that are larger than counted with fail for their
//! employee alone.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use habitsync_domain::expressions::compiling::InvalidExpression;
use habitsync_domain::expressions::evaluator::Evaluator;
use habitsync_domain::expressions::expression::Expression;
use habitsync_domain::people::employee::Employee;
use serde_json::{Value as Json, json};

fn refusal(source: &str) -> Option<InvalidExpression> {
    source.parse::<Expression>().err()
}

fn ones(times: usize) -> String {
    format!("[{}]", vec!["1"; times].join(","))
}

#[test]
fn nested_list_functions_that_multiply_are_refused() {
    let (long, short) = (ones(61), ones(41));
    let maps = format!("{long}.map(a,{long}.map(b,{long}.map(c,{long}.map(d,{long}.map(e,1))))).size()>0?'x':'y'");
    let alls = format!("{short}.all(a,{short}.all(b,{short}.all(c,{short}.all(d,true))))?'x':'y'");
    let fields = "employee.customFields.A.all(a,employee.customFields.B.all(b,employee.customFields.C.all(c,a!=c)))";
    for source in [&maps, &alls, fields] {
        assert_eq!(refusal(source), Some(InvalidExpression::TooManySteps), "{source}");
    }
}

#[test]
fn values_that_double_at_each_step_are_refused() {
    for list in ["['aaaaaaaa']", "[[1,2,3]]"] {
        let source = format!("{list}{}[0]", ".map(x,x+x)".repeat(25));
        assert!(refusal(&source).is_some(), "{source}");
    }
    let texts = format!("employee.location{}", "+employee.location".repeat(29));
    assert_eq!(refusal(&texts), None);
}

#[test]
fn a_literal_list_above_the_cap_is_refused() {
    assert_eq!(refusal(&format!("1 in {}", ones(256))), None);
    let longer = format!("1 in {}", ones(256 + 1));
    assert_eq!(refusal(&longer), Some(InvalidExpression::LiteralTooLong));
}

#[test]
fn a_pattern_that_is_huge_broken_or_computed_is_refused() {
    for pattern in [
        "'[\\\\p{L}]{200}'",
        "'('",
        "employee.location",
        "'a'+'b'",
        "'(a{90}){90}{90}'",
    ] {
        let refused = refusal(&format!("matches('x', {pattern})"));
        assert!(
            matches!(refused, Some(InvalidExpression::Pattern(_))),
            "{pattern}: {refused:?}"
        );
    }
    let per_item = format!("{}.all(a,matches('x','[\\\\p{{L}}]{{200}}')||true)?'x':'y'", ones(240));
    assert!(matches!(refusal(&per_item), Some(InvalidExpression::Pattern(_))));
    for source in [
        "employee.location.matches('^\\\\p{L}+$')",
        "[1].all(a, matches('x', '^[a-z]+$'))",
    ] {
        assert_eq!(refusal(source), None, "{source}");
    }
}

#[test]
fn a_search_that_keeps_many_beginnings_in_mind_is_refused() {
    for pattern in [
        "[ab]*a[ab]{300}c",
        "(?:(?:a|b|ab|ba){0,20}){0,20}c",
        "[ab]*a(.{40}){40}c",
    ] {
        for source in [
            format!("matches(employee.location, '{pattern}')"),
            format!("employee.customFields.A.all(a, a.matches('{pattern}'))"),
        ] {
            assert_eq!(refusal(&source), Some(InvalidExpression::TooManySteps), "{source}");
        }
    }
    let any = format!("matches(employee.location, 'a{}c')", ".".repeat(1_800));
    assert_eq!(refusal(&any), Some(InvalidExpression::TooManySteps));
    for pattern in [
        "^[a-zé]{1,50}$",
        "^[^@]+@acme[.]com([.]au)?$",
        "(Sydney|Melbourne|Perth|Adelaide|Brisbane|Hobart|Darwin|Canberra|Auckland|Wellington|Christchurch|Suva)",
        "(?i)(manager|director|head of|chief|vice president|general counsel)",
        "^[A-Z]{2}[0-9]{4,6}$",
    ] {
        assert_eq!(
            refusal(&format!("matches(employee.location, '{pattern}')")),
            None,
            "{pattern}"
        );
    }
}

/// The expressions of public reports, by their files.
fn reported() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/public-reports");
    let entries = fs::read_dir(folder).expect("the folder of public reports");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let expressions = files.filter(|file| file.extension().is_some_and(|extension| extension == "cel"));
    expressions
        .map(|file| (file.display().to_string(), fs::read_to_string(&file).expect("a text")))
        .collect()
}

#[test]
fn expressions_of_public_reports_are_refused_or_cheap() {
    let mut accepted = 0;
    for (file, source) in reported() {
        let Ok(expression) = source.trim().parse::<Expression>() else {
            continue;
        };
        accepted += 1;
        let text: String = "ab".repeat(4_096);
        let record = json!({"employeeId": "E1", "location": text});
        let employee = Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id");
        let evaluator = Evaluator::new([], [&expression]);
        let began = Instant::now();
        drop(expression.evaluate(&evaluator.scope(&employee, None)));
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{file}: {:?}",
            began.elapsed()
        );
    }
    assert_eq!((reported().len(), accepted), (6, 2), "two are within the budget");
}

#[test]
fn what_customers_write_is_within_the_budget() {
    let places: Vec<_> = (0..60).map(|place| format!("'P{place}'")).collect();
    for source in [
        format!("employee.location in [{}]", places.join(",")),
        format!("[{}].exists(p, lower(employee.location) == lower(p))", places.join(",")),
        "employee.customFields.Sites.exists(s, lower(trim(s)) in ['perth', 'sydney'])".to_owned(),
        "employee.customFields['A'].filter(s, s != null).map(s, lower(s))".to_owned(),
        "employee.customFields.A.exists(a, a in employee.customFields.B)".to_owned(),
        "employee.firstName + ' ' + employee.lastName + ' (' + employee.department + ')'".to_owned(),
    ] {
        assert_eq!(refusal(&source), None, "{source}");
    }
}

fn text_of(record: Json, source: &str) -> Result<(), String> {
    let Json::Object(record) = record else {
        panic!("an object")
    };
    let employee = Employee::from_record(record).expect("has an id");
    let expression: Expression = source.parse().expect("is within the budget");
    let evaluator = Evaluator::new([], [&expression]);
    let given = expression.evaluate(&evaluator.scope(&employee, None));
    given.map(drop).map_err(|failed| failed.to_string())
}

#[test]
fn a_record_whose_values_are_larger_than_counted_with_fails_for_that_employee() {
    let long = "x".repeat((8 * 1024) + 1);
    let many = vec!["x"; 128 + 1];
    let large = vec!["x".repeat(256 + 1)];
    let deep = json!([[["x".repeat(256)]]]);
    for value in [json!(long), json!(many), json!(large), deep] {
        for source in [
            "type(employee.customFields.A) == string",
            "type(employee['custom' + 'Fields'].A) == string",
        ] {
            let record = json!({"employeeId": "E1", "customFields": {"A": value}});
            let failed = text_of(record, source).expect_err("is too large");
            assert!(failed.contains("larger than expressions read"), "{failed}");
        }
    }
    let fits = json!({"employeeId": "E1", "customFields": {"A": vec!["x"; 128]}});
    assert_eq!(text_of(fits, "employee.customFields.A.exists(a, a == 'y')"), Ok(()));
}
