//! `| jq …` at the end of a command, by a library: nothing but Rust and Python is asked of a machine that runs the tests.

use jaq_all::data::{self, Filter as Compiled, Runner};
use jaq_all::jaq_core::unwrap_valr;
use jaq_all::json::Val;
use jaq_all::json::read::parse_many;
use libtest_mimic::Failed;
use serde_json::Value;

/// What is done to an output.
pub(super) struct Filter {
    compiled: Compiled,
    /// Whether texts come without their quotes.
    raw: bool,
}

/// A command without the filter at its end.
pub(super) fn apart(command: &str) -> Result<(&str, Option<Filter>), Failed> {
    let Some((command, filter)) = command.split_once(" | jq ") else {
        return Ok((command, None));
    };
    let quoted = filter
        .get(3..)
        .and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
    let raw = match filter.get(..3) {
        Some("-r ") => true,
        Some("-c ") => false,
        _ => return Err(format!("jq is typed as jq -r '…' or jq -c '…', not: {filter}").into()),
    };
    let code = quoted.ok_or("what jq does stands in single quotes at the end of a command")?;
    let compiled = jaq_all::compile_with(code, jaq_all::defs(), data::base_funs(), &[])
        .map_err(|_| format!("jq does not understand: {code}"))?;
    Ok((command, Some(Filter { compiled, raw })))
}

impl Filter {
    /// What it makes of an output, a line each.
    pub(super) fn of(&self, said: &str) -> Result<String, Failed> {
        let (mut lines, name) = (String::new(), Val::Null);
        let inputs = parse_many(said.as_bytes());
        let complaint = |what: String| Failed::from(format!("jq: {what}\n{said}"));
        let runner = Runner::default();
        data::run(
            &runner,
            &self.compiled,
            jaq_all::jaq_core::Vars::default(),
            (&name, inputs),
            complaint,
            |value| {
                let value = unwrap_valr(value).map_err(|error| complaint(error.to_string()))?;
                lines.push_str(&self.line(&value)?);
                lines.push('\n');
                Ok(())
            },
        )?;
        Ok(lines)
    }

    fn line(&self, value: &Val) -> Result<String, Failed> {
        let text = value.to_string();
        Ok(match serde_json::from_str(&text)? {
            Value::String(plain) if self.raw => plain,
            _ => text,
        })
    }
}
