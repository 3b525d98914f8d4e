//! The functions that expressions may call: CEL's standard ones and macros, and the two that are added for customers.

/// A function and how it may be called.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// How it is written, for whoever wrote it otherwise.
    pub(crate) usage: &'static str,
    /// How many arguments `f(…)` takes.
    alone: &'static [usize],
    /// How many arguments `value.f(…)` takes.
    on_value: &'static [usize],
    /// Whether what it gives may be true or false.
    pub(crate) gives_truth: bool,
}

impl Function {
    /// Whether it may be called with this many arguments.
    pub(crate) fn takes(&self, on_value: bool, arguments: usize) -> bool {
        let counts = if on_value { self.on_value } else { self.alone };
        counts.contains(&arguments)
    }
}

/// Every function there is, in alphabetical order. CEL keeps its own to itself, so they are named here; a test calls each.
pub(crate) const FUNCTIONS: [Function; 22] = [
    macro_on_list("all", "list.all(x, condition)", &[2], true),
    conversion("bool", "bool(value)", true),
    conversion("bytes", "bytes(value)", false),
    on_text("contains", "text.contains(part)"),
    conversion("double", "double(value)", false),
    conversion("dyn", "dyn(value)", true),
    on_text("endsWith", "text.endsWith(end)"),
    macro_on_list("exists", "list.exists(x, condition)", &[2], true),
    macro_on_list("existsOne", "list.existsOne(x, condition)", &[2], true),
    macro_on_list("exists_one", "list.exists_one(x, condition)", &[2], true),
    macro_on_list("filter", "list.filter(x, condition)", &[2], false),
    conversion("has", "has(record.field)", true),
    conversion("int", "int(value)", false),
    conversion("lower", "lower(text)", false),
    macro_on_list("map", "list.map(x, value)", &[2, 3], false),
    Function {
        alone: &[2],
        ..on_text("matches", "text.matches(pattern)")
    },
    Function {
        on_value: &[0],
        ..conversion("size", "size(value)", false)
    },
    on_text("startsWith", "text.startsWith(beginning)"),
    conversion("string", "string(value)", false),
    conversion("trim", "trim(text)", false),
    conversion("type", "type(value)", false),
    conversion("uint", "uint(value)", false),
];

/// Names that stand for types, as in `type(employee.jobTitle) == string`.
pub(crate) const TYPES: [&str; 10] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

const fn conversion(name: &'static str, usage: &'static str, gives_truth: bool) -> Function {
    Function {
        name,
        usage,
        alone: &[1],
        on_value: &[],
        gives_truth,
    }
}

const fn on_text(name: &'static str, usage: &'static str) -> Function {
    Function {
        name,
        usage,
        alone: &[],
        on_value: &[1],
        gives_truth: true,
    }
}

const fn macro_on_list(
    name: &'static str,
    usage: &'static str,
    arguments: &'static [usize],
    gives_truth: bool,
) -> Function {
    Function {
        name,
        usage,
        alone: &[],
        on_value: arguments,
        gives_truth,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::employee::Employee;
    use crate::evaluator::Evaluator;
    use crate::expression::Expression;

    /// Why an expression fails for somebody; none where it does not.
    fn failure(source: &str) -> Option<String> {
        let record = json!({"employeeId": "E1", "location": "Fiji"});
        let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
        let expression: Expression = source.parse().expect("compiles");
        let evaluator = Evaluator::new([], [&expression]);
        let text = expression.text(&evaluator.scope(&employee, None));
        text.err().map(|error| error.to_string())
    }

    #[test]
    fn every_function_is_one_that_an_expression_can_call() {
        for (name, call) in [
            ("all", "[1].all(x, x > 0)"),
            ("bool", "bool('true')"),
            ("bytes", "size(bytes('x'))"),
            ("contains", "'x'.contains('x')"),
            ("double", "double('1')"),
            ("dyn", "dyn(1)"),
            ("endsWith", "'x'.endsWith('x')"),
            ("exists", "[1].exists(x, x > 0)"),
            ("existsOne", "[1].existsOne(x, x > 0)"),
            ("exists_one", "[1].exists_one(x, x > 0)"),
            ("filter", "[1].filter(x, x > 0)[0]"),
            ("has", "has(employee.location)"),
            ("int", "int('1')"),
            ("lower", "lower('X')"),
            ("map", "[1].map(x, x > 0, x)[0]"),
            ("matches", "'x'.matches('x') && matches('x', 'x')"),
            ("size", "size('x') + 'x'.size()"),
            ("startsWith", "'x'.startsWith('x')"),
            ("string", "string(1)"),
            ("trim", "trim(' x ')"),
            ("type", "type(1) == int"),
            ("uint", "uint(1)"),
        ] {
            assert!(FUNCTIONS.iter().any(|function| function.name == name), "{name}");
            assert_eq!(failure(call), None, "{call}");
        }
        let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn every_type_is_one_that_an_expression_can_name() {
        for name in TYPES {
            assert_eq!(failure(&format!("type(1) != {name} || true")), None, "{name}");
        }
    }

    #[test]
    fn a_call_that_is_refused_would_fail_for_everybody() {
        for call in [
            "'X'.lower()",
            "' x '.trim()",
            "contains('x', 'x')",
            "'1'.int()",
            "optional.none()",
        ] {
            assert!(failure(call).is_some(), "{call}");
        }
    }
}
