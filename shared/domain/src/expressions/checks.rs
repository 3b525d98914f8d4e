//! Static checks of an expression, before it is evaluated for any employee: names that do not exist, functions called
//! with the wrong number of arguments.

use std::collections::BTreeSet;

use cel::Program;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, SourceInfo};

use crate::expressions::expression::Expression;
use crate::expressions::fields::{EMPLOYEE, MANAGER, custom_access, parts, record_access};
use crate::expressions::functions::{FUNCTIONS, Function, TYPES};
use crate::people::contract::CONTRACT_FIELDS;
use crate::text::nearest::did_you_mean;

/// A mistake in an expression that fails for every employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionMistake {
    /// The line inside the expression, from 0.
    pub line: usize,
    /// The mistake, and the known names.
    pub message: String,
}

/// Everything that is wrong with an expression, in the order in which it is written.
pub(crate) fn mistakes(program: &Program) -> Vec<ExpressionMistake> {
    let mut check = Check {
        source: program.source_info(),
        variables: Vec::new(),
        found: Vec::new(),
    };
    check.walk(program.expression());
    let mut found = check.found;
    found.sort_by_key(|(offset, _)| *offset);
    found.dedup();
    found.into_iter().map(|(_, mistake)| mistake).collect()
}

struct Check<'e> {
    source: &'e SourceInfo,
    /// The loop variables of the macros around the current part.
    variables: Vec<&'e str>,
    found: Vec<(u32, ExpressionMistake)>,
}

impl<'e> Check<'e> {
    fn walk(&mut self, expression: &'e IdedExpr) {
        match &expression.expr {
            Expr::Ident(name) => self.variable(expression, name),
            Expr::Call(call) => self.call(expression, call),
            Expr::Struct(message) => self.report(expression, format!("there is no type {}", message.type_name)),
            Expr::Comprehension(all) => return self.comprehension(expression, all),
            _ => {}
        }
        self.field(expression);
        for part in parts(&expression.expr) {
            self.walk(part);
        }
    }

    /// Checks the expansion of a macro such as `exists`: its variables are known inside its loop only.
    fn comprehension(&mut self, expression: &'e IdedExpr, all: &'e ComprehensionExpr) {
        self.walk(&all.iter_range);
        self.walk(&all.accu_init);
        let before = self.variables.len();
        self.variables.push(&all.accu_var);
        self.variables.push(&all.iter_var);
        self.variables.extend(all.iter_var2.as_deref());
        if let Some(hidden) = self.variables[before..]
            .iter()
            .find(|name| [EMPLOYEE, MANAGER].contains(name))
        {
            let message = format!("{hidden} is a record; call the variable something else");
            self.report(expression, message);
        }
        self.walk(&all.loop_cond);
        self.walk(&all.loop_step);
        self.walk(&all.result);
        self.variables.truncate(before);
    }

    fn variable(&mut self, expression: &IdedExpr, name: &str) {
        let known = [EMPLOYEE, MANAGER];
        if known.contains(&name) || TYPES.contains(&name) || self.variables.contains(&name) {
            return;
        }
        let hint = did_you_mean(name, known.iter().chain(&self.variables).copied());
        let message = format!("{name} is not known{hint}; an expression speaks of employee and manager");
        self.report(expression, message);
    }

    fn field(&mut self, expression: &IdedExpr) {
        let Some((person, field)) = record_access(&expression.expr) else {
            return;
        };
        if self.variables.contains(&person) || CONTRACT_FIELDS.contains(&field) {
            return;
        }
        let hint = did_you_mean(field, CONTRACT_FIELDS);
        let known = CONTRACT_FIELDS.join(", ");
        let message =
            format!("employees have no field {field}{hint}; they have {known}; others are in customFields['…']");
        self.report(expression, message);
    }

    fn call(&mut self, expression: &IdedExpr, call: &CallExpr) {
        let name = call.func_name.as_str();
        if is_operator(name) {
            return;
        }
        match FUNCTIONS.iter().find(|function| function.name == name) {
            Some(function) => {
                if !function.takes(call.target.is_some(), call.args.len()) {
                    self.report(expression, wrong_call(function, call));
                }
            }
            None => self.report(expression, unknown_function(name)),
        }
    }

    fn report(&mut self, at: &IdedExpr, message: String) {
        let offset = offset(self.source, at);
        let line = line(self.source, offset);
        self.found.push((offset, ExpressionMistake { line, message }));
    }
}

fn offset(source: &SourceInfo, at: &IdedExpr) -> u32 {
    source.offset_for(at.id).map_or(0, |(start, _)| start)
}

fn line(source: &SourceInfo, offset: u32) -> usize {
    let before = source.source.chars().take(offset as usize);
    before.filter(|character| *character == '\n').count()
}

/// The custom fields that an expression names, with the line inside it, from 0, on which it does.
pub(crate) fn custom_fields(program: &Program) -> BTreeSet<(usize, String)> {
    let source = program.source_info();
    let mut found = BTreeSet::new();
    let mut waiting = vec![program.expression()];
    while let Some(expression) = waiting.pop() {
        if let Some((_, field)) = custom_access(&expression.expr) {
            found.insert((line(source, offset(source, expression)), field.to_owned()));
        }
        waiting.extend(parts(&expression.expr));
    }
    found
}

fn unknown_function(name: &str) -> String {
    let hint = did_you_mean(name, FUNCTIONS.iter().map(|function| function.name));
    let known: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
    format!("there is no function {name}{hint}; there are {}", known.join(", "))
}

fn wrong_call(function: &Function, call: &CallExpr) -> String {
    let name = function.name;
    let given = match (call.args.len(), call.target.is_some()) {
        (count, true) => format!("called on a value with {count} between the brackets"),
        (count, false) => format!("called with {count}"),
    };
    format!("{name} is written {}; here it is {given}", function.usage)
}

/// Operators are calls too; their names are none that can be written.
fn is_operator(name: &str) -> bool {
    name.chars()
        .any(|character| !character.is_alphanumeric() && character != '_')
}

impl Expression {
    /// Returns its mistakes that fail for every employee: names, functions and fields that do not exist.
    #[must_use]
    pub fn mistakes(&self) -> Vec<ExpressionMistake> {
        mistakes(self.program())
    }

    /// The custom fields that it names, each with the line inside it, from 0.
    #[must_use]
    pub fn custom_fields(&self) -> BTreeSet<(usize, String)> {
        custom_fields(self.program())
    }
}

#[cfg(test)]
mod tests {
    use crate::expressions::expression::Expression;

    fn compiled(source: &str) -> Expression {
        source.parse().expect("compiles")
    }

    fn messages(source: &str) -> Vec<String> {
        let mistakes = compiled(source).mistakes();
        mistakes.into_iter().map(|mistake| mistake.message).collect()
    }

    fn only_message(source: &str) -> String {
        let messages = messages(source);
        assert_eq!(messages.len(), 1, "{source}: {messages:?}");
        messages.concat()
    }

    #[test]
    fn what_customers_write_has_nothing_to_be_said_against_it() {
        for source in [
            "employee.preferredName != null ? employee.preferredName : employee.firstName",
            "manager != null ? manager.workEmail : employee.managerEmail",
            "lower(trim(employee.workEmail)).endsWith('@acme.com.au') && !(employee.location in ['Fiji'])",
            "has(employee.workEmail) && size(employee.workEmail) > 3 && employee.workEmail.size() > 3",
            "['a', 'b'].all(x, x.matches('[a-z]')) || ['a'].exists_one(x, x == 'a') || matches('a', 'a')",
            "['a', 'b'].map(x, x + 'c').filter(y, y.contains('a'))[0]",
            "['a', 'b'].map(x, x == 'a', ['c'].exists(y, y == x))[0]",
            "string(int(employee.customFields['Grade']) + 1)",
            "type(employee.customFields.Grade) == string ? employee.customFields.Grade : dyn(null)",
        ] {
            assert_eq!(messages(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn an_unknown_function_is_named_with_the_nearest_one() {
        let message = only_message("employee.location.startWith('F')");
        assert!(
            message.starts_with("there is no function startWith (did you mean startsWith?)"),
            "{message}"
        );
        assert!(message.contains("lower"), "{message}");
    }

    #[test]
    fn a_function_with_the_wrong_number_of_arguments_is_refused_with_how_it_is_written() {
        for source in [
            "employee.location.startsWith('F', 'G')",
            "startsWith(employee.location, 'F')",
            "size(employee.location, 1)",
            "lower()",
            "[1].exists(true)",
            "has(employee.location, 1)",
        ] {
            let message = only_message(source);
            assert!(message.contains(" is written "), "{message}");
        }
    }

    #[test]
    fn an_unknown_name_is_refused_and_a_loop_variable_is_known_in_its_loop_alone() {
        let message = only_message("employe.location");
        assert!(message.contains("did you mean employee?"), "{message}");
        assert!(only_message("[1].exists(x, x > 0) && x > 0").starts_with("x is not known"));
        assert!(only_message("[1].exists(employee, employee > 0)").starts_with("employee is a record"));
    }

    #[test]
    fn a_misspelt_contract_field_is_refused_with_the_nearest_one() {
        let message = only_message("manager.workemail");
        assert!(
            message.starts_with("employees have no field workemail (did you mean workEmail?)"),
            "{message}"
        );
        assert_eq!(messages("employee['lastname'] + employee.fristName").len(), 2);
    }

    #[test]
    fn a_mistake_says_on_which_line_of_the_expression_it_is() {
        let mistakes =
            compiled("employee.location == 'Fiji'\n&& employe.location == 'é'\n&& trimm('x') == 'x'").mistakes();
        let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [1, 2]);
    }
}
