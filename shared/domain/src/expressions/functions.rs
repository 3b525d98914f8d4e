//! The functions that expressions may call: CEL's standard ones and macros, and the two that are added for customers.

/// A function and how it may be called.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Its correct spelling with arguments, for error messages.
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
