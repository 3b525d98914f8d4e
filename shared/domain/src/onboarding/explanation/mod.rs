//! Explains the planner's verdict on one employee, and the minimal changes that would give another verdict.
//!
//! It asks the planner's own questions (employment, filter, mapping) one by one. Every change that it suggests has been
//! tried: on the record for a field, on the filter's tree for a clause.

mod condition;
mod flip;
mod needed;
mod outcome;
mod split;
mod told;

use jiff::ToSpan;
use jiff::civil::Date;

pub use needed::Needed;
pub use outcome::{FieldOutcome, outcome};
pub use told::{
    ClauseSeen, EligibilityVerdict, EmploymentSeen, EmploymentState, Explanation, FilterSeen, MinimalChange,
    ScopeState, ValueSeen,
};

use crate::configuration::{OnContradiction, TenantConfiguration, UsersConfiguration, WriteMode};
use crate::expressions::evaluator::{EvaluationScope as Evaluated, Evaluator};
use crate::expressions::expression::Expression;
use crate::people::employee::Employee;
use crate::people::employment::{Employment, EmploymentRules, Evidence, Undecided};
use crate::people::fields_seen::fields_seen;
use crate::people::last_day::LastDaySeen;
use crate::people::mapping::{map_field, map_user, map_user_name};
use crate::people::problem::Problem;
use condition::{Condition, Truth};

/// The input of an explanation besides the records.
#[derive(Debug, Clone, Copy)]
pub struct ExplanationInput<'c> {
    /// The customer's rules.
    pub configuration: &'c TenantConfiguration,
    /// The customer's local day.
    pub today: Date,
    /// Whether the employee is linked: values that only a new account needs keep no linked employee from an account.
    pub has_account: bool,
    /// When runs first saw the last day that the record has beside an active status.
    pub last_day: Option<&'c LastDaySeen>,
}

/// One employee, and the rules that apply.
struct Question<'q> {
    users: &'q UsersConfiguration,
    employee: &'q Employee,
    manager: Option<&'q Employee>,
    evaluator: &'q Evaluator,
    rules: EmploymentRules<'q>,
    last_day: Option<&'q LastDaySeen>,
    has_account: bool,
}

/// Explains the verdict on one employee. `custom_fields` are those that any known record has.
#[must_use]
pub fn explain<'a>(
    circumstances: &ExplanationInput<'a>,
    employee: &Employee,
    manager: Option<&Employee>,
    custom_fields: impl IntoIterator<Item = &'a str>,
) -> Explanation {
    let users = &circumstances.configuration.users;
    let evaluator = circumstances.configuration.evaluator(custom_fields);
    let question = Question {
        users,
        employee,
        manager,
        evaluator: &evaluator,
        rules: EmploymentRules {
            users,
            dates: evaluator.dates(),
            today: circumstances.today,
        },
        last_day: circumstances.last_day,
        has_account: circumstances.has_account,
    };
    question.answer()
}

impl Question<'_> {
    fn answer(&self) -> Explanation {
        let (user_name, fields) = self.values();
        let verdict = self.verdict();
        Explanation {
            flip: flip::flip(self, &verdict, &user_name, &fields),
            verdict,
            employment: self.employment(),
            filter: self.users.filter.as_ref().map(|filter| self.filter(filter)),
            user_name,
            fields,
        }
    }

    fn scope(&self) -> Evaluated<'_> {
        self.evaluator.scope(self.employee, self.manager)
    }

    fn verdict(&self) -> EligibilityVerdict {
        match self.employment_of(self.employee) {
            Ok(Employment::Left(evidence)) => EligibilityVerdict::Left { evidence },
            Ok(Employment::StartsLater) => EligibilityVerdict::StartsLater,
            Ok(Employment::Works) => self.verdict_by_filter(),
            Err(Undecided::Contradiction { .. }) if self.is_nobodys_concern() => EligibilityVerdict::OutOfScope,
            Err(undecided) => EligibilityVerdict::Undecided {
                problem: undecided.problem(self.employee),
            },
        }
    }

    fn employment_of(&self, employee: &Employee) -> Result<Employment, Undecided> {
        Employment::from_record(employee, &self.rules, self.last_day)
    }

    /// Whether the employee has no account and would have none: then it does not matter whether they work there.
    fn is_nobodys_concern(&self) -> bool {
        !self.has_account && crate::people::mapping::is_in_scope(self.users, self.employee, &self.scope()) == Ok(false)
    }

    fn verdict_by_filter(&self) -> EligibilityVerdict {
        let scope = self.scope();
        match crate::people::mapping::is_in_scope(self.users, self.employee, &scope) {
            Ok(true) => match map_user(self.users, self.employee, &scope) {
                Ok(user) if self.users.protect.contains(&user.user_name) => EligibilityVerdict::Protected,
                Ok(_) => EligibilityVerdict::InScope,
                Err(problem) => EligibilityVerdict::Undecided { problem },
            },
            Ok(false) => EligibilityVerdict::OutOfScope,
            Err(problem) => EligibilityVerdict::Undecided { problem },
        }
    }

    fn employment(&self) -> EmploymentSeen {
        let text = |field: &str| self.employee.written(field);
        let employment = self.employment_of(self.employee);
        let window = self.users.create_days_before_start.map(i64::from);
        let from = |(days, start): (i64, Date)| start.saturating_sub(days.days());
        let account_from = window.zip(self.start_of(self.employee)).map(from);
        EmploymentSeen {
            standing: match &employment {
                Ok(Employment::Works) => EmploymentState::Works,
                Ok(Employment::StartsLater) => EmploymentState::StartsLater,
                Ok(Employment::Left(_)) => EmploymentState::Left,
                Err(_) => EmploymentState::Unknown,
            },
            because: self.because(&employment.map_err(|undecided| undecided.to_string())),
            account_from: account_from.filter(|from| *from > self.rules.today),
            status: text("status"),
            start_date: text("startDate"),
            termination_date: text("terminationDate"),
        }
    }

    fn because(&self, employment: &Result<Employment, String>) -> String {
        let last_day = self.employee.termination_date(self.rules.dates).ok().flatten();
        let start = self.start_of(self.employee);
        let status = self.employee.status().unwrap_or_default();
        match employment {
            Err(undecided) => undecided.clone(),
            Ok(Employment::Left(Evidence::Ended { last_day })) => match self.users.deactivate_after_days {
                0 => format!("the last day, {last_day}, has passed"),
                days => format!("the last day, {last_day}, passed more than {days} days ago"),
            },
            Ok(Employment::Left(_)) => format!("{status} is a terminated status, and there is no last day"),
            Ok(Employment::StartsLater) => {
                let start = start.map(|start| start.to_string()).unwrap_or_default();
                let days = self.users.create_days_before_start.unwrap_or_default();
                format!("starts on {start}; the account is made {days} days before")
            }
            Ok(Employment::Works) => match last_day.filter(|last_day| start.is_none_or(|start| *last_day >= start)) {
                Some(last_day)
                    if self.rules.today > last_day && self.users.on_contradiction == OnContradiction::Status =>
                {
                    format!("{status} is an active status, which decides; the last day, {last_day}, has passed")
                }
                Some(last_day) if self.rules.today > last_day => {
                    let days = self.users.deactivate_after_days;
                    format!("the last day, {last_day}, has passed; the account stays for {days} days after it")
                }
                Some(last_day) => format!("works there until the end of {last_day}, whatever the status"),
                None => format!("{status} is an active status"),
            },
        }
    }

    fn start_of(&self, employee: &Employee) -> Option<Date> {
        employee.start_date(self.rules.dates).ok().flatten()
    }

    fn filter(&self, filter: &Expression) -> FilterSeen {
        let scope = self.scope();
        let condition = Condition::of(filter);
        let wanted = condition.wanted();
        let clause = |(clause, wanted): (&Expression, Option<bool>)| {
            let truth = clause.truth(&scope);
            ClauseSeen {
                source: clause.source().to_owned(),
                holds: truth.as_ref().ok().copied(),
                wanted,
                failure: truth.err().map(|failure| failure.to_string()),
                fields: fields_seen(clause, self.employee, self.manager),
            }
        };
        FilterSeen {
            source: filter.source().to_owned(),
            admits: filter.truth(&scope).ok(),
            clauses: condition.clauses.iter().zip(wanted).map(clause).collect(),
        }
    }

    /// Returns the truth of each clause of the condition for this record, which may be a changed one.
    fn truths(&self, condition: &Condition, employee: &Employee) -> Vec<Truth> {
        let scope = self.evaluator.scope(employee, self.manager);
        let clauses = condition.clauses.iter();
        clauses.map(|clause| clause.truth(&scope).ok()).collect()
    }

    /// The user name, and every mapped field.
    fn values(&self) -> (ValueSeen, Vec<ValueSeen>) {
        let scope = self.scope();
        let name = map_user_name(&self.users.user_name, self.employee, &scope);
        let user_name = self.value(
            "user_name",
            &self.users.user_name,
            None,
            name.map(|name| Some(name.as_str().to_owned())),
        );
        let fields = self.users.fields.iter().map(|(name, mapping)| {
            let value = map_field(name, mapping, self.employee, &scope);
            let value = value.map(|value| value.map(std::borrow::Cow::into_owned));
            self.value(name.as_str(), &mapping.value, Some(mapping.write), value)
        });
        (user_name, fields.collect())
    }

    fn value(
        &self,
        field: &str,
        expression: &Expression,
        write: Option<WriteMode>,
        value: Result<Option<String>, Problem>,
    ) -> ValueSeen {
        let (value, problem) = match value {
            Ok(value) => (value, None),
            Err(problem) => (None, Some(problem)),
        };
        ValueSeen {
            field: field.to_owned(),
            source: expression.source().to_owned(),
            fields: fields_seen(expression, self.employee, self.manager),
            write,
            value,
            problem,
        }
    }
}
