//! Sources that are refused, and hostile sources.

use std::thread;

use serde_json::json;

use crate::expressions::compiling::InvalidExpression;
use crate::expressions::evaluator::Evaluator;
use crate::expressions::expression::Expression;
use crate::people::employee::Employee;

/// Sources of at most 2 KiB that are deep in every way there is.
fn hostile() -> Vec<String> {
    let wrapped = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut sources = vec![
        wrapped("!", "true", "", 2000),
        wrapped("-", "1", "", 2000),
        wrapped("-(", "1", ")", 20),
        wrapped("!(", "true", ")", 20),
        wrapped("true?1:", "1", "", 290),
        wrapped("true?", "1", "", 400),
        wrapped("true?", "1", ":1", 90),
        wrapped("1+", "1", "", 1000),
        wrapped("1<", "1", "", 1000),
        wrapped("a&&", "a", "", 600),
        wrapped("", "a", ".a", 1000),
        wrapped("", "a", "[0]", 680),
        wrapped("", "a", ".a()", 500),
        wrapped("[1].map(x,", "1", ")", 20),
        wrapped("", "[1]", ".map(x,x)", 200),
        wrapped("{1:", "1", "}", 20),
        wrapped("lower(", "'a'", ")", 20),
        wrapped("(", "1", ")", 20),
        wrapped("(", &".a".repeat(980), ")", 20),
    ];
    // Brackets in texts make the count of levels believe that others are closed.
    let closed = format!("('{}'=='')||", ")".repeat(20));
    sources.push(format!("{}true", closed.repeat(50)));
    sources.push(wrapped("(", "1", ")", 20).replace('1', &format!("'{}'+{}1", ")".repeat(20), "(".repeat(20))));
    sources.push("(')'+".repeat(400));
    sources
}

#[test]
fn no_source_exhausts_the_stack_when_it_is_compiled_walked_evaluated_or_dropped() {
    let record = json!({"employeeId": "E1"});
    let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
    let evaluator = Evaluator::new([], []);
    let mut accepted = 0;
    for source in hostile() {
        let Ok(expression) = source.parse::<Expression>() else {
            continue;
        };
        accepted += 1;
        drop((expression.named_fields(), expression.mistakes()));
        drop(expression.text(&evaluator.scope(&employee, None)));
    }
    assert!(accepted > 5, "only {accepted} of them got as far as being evaluated");
}

/// The deepest sources of each kind that are accepted.
fn deepest() -> Vec<String> {
    let grown = |grow: &dyn Fn(String) -> String| {
        let sources = std::iter::successors(Some("'a'".to_owned()), |source| Some(grow(source.clone())));
        let accepted = sources.take_while(|source| source.parse::<Expression>().is_ok());
        accepted.last().expect("a text is accepted")
    };
    vec![
        grown(&|inner| format!("{inner}+'a'")),
        grown(&|inner| format!("false?'b':{inner}")),
        grown(&|inner| format!("lower({inner})")),
        grown(&|inner| format!("[{inner}]")),
        grown(&|inner| format!("{inner}.map(x,x)")),
        grown(&|inner| format!("[1].map(x,{inner})")),
        grown(&|inner| format!("[1].map(x,{inner}+'a'+'a')")),
        grown(&|inner| format!("['a'].exists(x,x=={inner})?'b':'c'")),
        grown(&|inner| format!("!({inner}=='b')?'a':'b'")),
    ]
}

#[test]
fn the_deepest_expressions_that_are_accepted_are_evaluated_on_three_quarters_of_a_threads_stack() {
    let record = json!({"employeeId": "E1"});
    let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
    let sources = deepest();
    let three_quarters = 3 * 512 * 1024;
    let evaluating = thread::Builder::new().stack_size(three_quarters).spawn(move || {
        let evaluator = Evaluator::new([], []);
        for source in sources {
            let expression: Expression = source.parse().expect("was accepted");
            drop(expression.text(&evaluator.scope(&employee, None)));
        }
    });
    assert!(evaluating.expect("a thread").join().is_ok());
}

#[test]
fn a_chain_that_is_too_long_is_refused_and_one_that_somebody_would_write_is_not() {
    let refused = format!("'a'{}", "+'a'".repeat(50)).parse::<Expression>();
    assert_eq!(refused, Err(InvalidExpression::TooInvolved));
    let places: Vec<_> = (0..60)
        .map(|place| format!("employee.location == 'P{place}'"))
        .collect();
    assert!(places.join(" || ").parse::<Expression>().is_ok());
    assert!(format!("'a'{}", "+'a'".repeat(30)).parse::<Expression>().is_ok());
}

#[test]
fn a_syntax_error_is_told_on_one_line_with_its_place() {
    let error = "employee.lastName\n +"
        .parse::<Expression>()
        .expect_err("is unfinished");
    let message = error.to_string();
    assert!(
        message.contains("line 2, column 3") && !message.contains('\n'),
        "{message}"
    );
}

#[test]
fn an_expression_that_is_too_long_too_deep_or_no_cel_is_refused() {
    assert_eq!(
        " ".repeat(2049).parse::<Expression>().expect_err("too long"),
        InvalidExpression::TooLong
    );
    assert_eq!(
        "(".repeat(21).parse::<Expression>().expect_err("too deep"),
        InvalidExpression::TooDeep
    );
    assert!(matches!(
        "employee.".parse::<Expression>(),
        Err(InvalidExpression::Unreadable(_))
    ));
}
