//! The people expressions speak of: `employee`, and `manager`, who is null where there is none. Every field of the contract,
//! and every custom field, is present in both, null where empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use cel::common::types::CelNull;
use cel::{Context, Value};

use crate::expressions::expression::Expression;
use crate::expressions::fields::{EMPLOYEE, MANAGER};
use crate::expressions::patterns;
use crate::expressions::patterns::Patterns;
use crate::expressions::record::{RecordView, all_fit, whole_record};
use crate::people::dates::DateRules;
use crate::people::employee::Employee;
use crate::text::invisible;

type TextFunction = fn(Arc<String>) -> String;

/// The functions that customers' expressions need beyond the standard ones.
const TEXT_FUNCTIONS: [(&str, TextFunction); 2] = [
    ("lower", |text| text.to_lowercase()),
    ("trim", |text| invisible::trimmed(&text).to_owned()),
];

/// Evaluates expressions about people, with the functions and the fields that are known.
pub struct Evaluator {
    functions: Context<'static, 'static>,
    /// How dates are read: the record's own are seen as local days.
    dates: DateRules,
    /// Every custom field that an employee has or an expression names; present where an expression may ask for any of
    /// them.
    whole: Option<BTreeSet<String>>,
}

/// One employee, with the values that expressions may use.
pub struct EvaluationScope<'e> {
    employee: &'e Employee,
    manager: Option<&'e Employee>,
    evaluator: &'e Evaluator,
    context: Context<'e, 'e>,
    /// Whether a record that is read as a whole is too large for expressions.
    too_large: bool,
}

impl Evaluator {
    /// An evaluator of these expressions, for people who have these custom fields among them.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "different names are free in a new context")]
    pub fn new<'a>(
        custom_fields: impl IntoIterator<Item = &'a str>,
        expressions: impl IntoIterator<Item = &'a Expression>,
    ) -> Self {
        let mut functions = Context::default();
        for (name, function) in TEXT_FUNCTIONS {
            functions
                .add_function(name, function)
                .expect("the name is free in a new context");
        }
        let expressions: Vec<_> = expressions.into_iter().collect();
        let patterns = Patterns::new(expressions.iter().copied());
        let matches = move |text: Arc<String>, pattern: Arc<String>| patterns.matches(&text, &pattern);
        functions
            .add_function(patterns::EVALUATED, matches)
            .expect("the name is free in a new context");
        let named: Vec<_> = expressions.into_iter().map(Expression::named_fields).collect();
        let whole = named.iter().any(|named| named.whole).then(|| {
            let seen = custom_fields.into_iter().map(str::to_owned);
            seen.chain(named.into_iter().flat_map(|named| named.custom)).collect()
        });
        Self {
            functions,
            dates: DateRules::default(),
            whole,
        }
    }

    /// The same evaluator, which reads dates by these rules.
    #[must_use]
    pub fn with_dates(self, dates: DateRules) -> Self {
        Self { dates, ..self }
    }

    /// How the customer's dates are read.
    #[must_use]
    pub fn dates(&self) -> &DateRules {
        &self.dates
    }

    /// Returns the values that expressions may use for this employee.
    #[must_use]
    pub fn scope<'e>(&'e self, employee: &'e Employee, manager: Option<&'e Employee>) -> EvaluationScope<'e> {
        let mut context = self.functions.new_inner_scope();
        self.add(&mut context, EMPLOYEE, Some(employee));
        self.add(&mut context, MANAGER, manager);
        let whole = [Some(employee), manager]
            .into_iter()
            .flatten()
            .filter(|_| self.whole.is_some());
        EvaluationScope {
            employee,
            manager,
            evaluator: self,
            context,
            too_large: !whole.into_iter().all(all_fit),
        }
    }

    fn add<'e>(&'e self, context: &mut Context<'e, 'e>, name: &str, person: Option<&'e Employee>) {
        match (person, &self.whole) {
            (None, _) => context.add_variable_as_val(name, Box::new(CelNull)),
            (Some(person), None) => context.add_variable_as_val(name, Box::new(RecordView::new(person, &self.dates))),
            (Some(person), Some(custom)) => {
                let record: Value = whole_record(person, custom, &self.dates);
                context.add_variable_from_value(name, record);
            }
        }
    }
}

impl<'e> EvaluationScope<'e> {
    pub(crate) fn context(&self) -> &Context<'e, 'e> {
        &self.context
    }

    pub(crate) fn is_too_large(&self) -> bool {
        self.too_large
    }

    pub(crate) fn dates(&self) -> &'e DateRules {
        &self.evaluator.dates
    }

    pub(crate) fn employee(&self) -> &'e Employee {
        self.employee
    }

    pub(crate) fn manager(&self) -> Option<&'e Employee> {
        self.manager
    }

    pub(crate) fn evaluator(&self) -> &'e Evaluator {
        self.evaluator
    }
}
