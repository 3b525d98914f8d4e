//! Typed settings from environment variables, with every mistake reported at once.
//!
//! A developer who deploys a function with three variables missing should read three names, not one per deployment:
//!
//! ```
//! use habitsync_lambda_support::Environment;
//!
//! struct Settings { table: String, waits: u32 }
//!
//! let mut environment = Environment::from_pairs([("TABLE", "state"), ("WAITS", "7")]);
//! let table = environment.text("TABLE");
//! let waits = environment.parsed("WAITS", str::parse);
//! let settings = environment.finish(|| Some(Settings { table: table?, waits: waits? }));
//! assert_eq!(settings.expect("both are there").waits, 7);
//! ```

use std::collections::BTreeMap;
use std::fmt;

/// The variables of one process, and the problems met while reading them.
#[derive(Debug)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

/// One variable that is missing or cannot be read.
#[derive(Clone, PartialEq, Eq)]
struct Problem {
    name: &'static str,
    what: String,
}

/// Every variable that is missing or cannot be read, each by name.
///
/// `Debug` prints the same sentence as `Display`, because a `main` that fails prints the former.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct EnvironmentError {
    problems: Vec<Problem>,
}

impl Environment {
    /// The environment of this process; variables that are not Unicode count as missing.
    #[must_use]
    pub fn process() -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_pairs(unicode)
    }

    /// An environment of exactly these variables.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            variables,
            problems: Vec::new(),
        }
    }

    /// The variable as it stands; missing or blank is a problem.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self
            .variables
            .get(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty());
        if value.is_none() {
            self.problem(name, "is missing".to_owned());
        }
        value
    }

    /// The variable as `parse` reads it; missing, blank or unreadable is a problem.
    pub fn parsed<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.text(name)?;
        parse(&value)
            .map_err(|error| self.problem(name, format!("cannot be read: {error}")))
            .ok()
    }

    /// Like [`Environment::parsed`], with `default` where the variable is missing or blank.
    pub fn parsed_or<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.variables.get(name) {
            Some(value) if !value.trim().is_empty() => self.parsed(name, parse),
            _ => Some(default),
        }
    }

    /// The settings that `build` makes of the values read, or every problem met on the way.
    ///
    /// `build` answers `None` exactly when one of its values is `None`, so a `?` on each of them is all it needs.
    ///
    /// # Errors
    /// A value is missing or not valid; all such values are named.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, EnvironmentError> {
        match build() {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(EnvironmentError {
                problems: self.problems,
            }),
        }
    }

    fn problem(&mut self, name: &'static str, what: String) {
        self.problems.push(Problem { name, what });
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this function's settings are incomplete")?;
        for (index, Problem { name, what }) in self.problems.iter().enumerate() {
            write!(f, "{}{name} {what}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<(String, u8, bool), EnvironmentError> {
        let mut environment = Environment::from_pairs(variables.iter().copied());
        let text = environment.text("TEXT");
        let number = environment.parsed("NUMBER", str::parse);
        let flag = environment.parsed_or("FLAG", false, str::parse);
        environment.finish(|| Some((text?, number?, flag?)))
    }

    #[test]
    fn every_missing_and_every_unreadable_variable_is_named_in_one_error() {
        let error = read(&[("NUMBER", "300"), ("FLAG", "perhaps")])
            .expect_err("nothing is right here")
            .to_string();
        assert!(error.contains("TEXT is missing"), "{error}");
        assert!(error.contains("NUMBER cannot be read"), "{error}");
        assert!(error.contains("FLAG cannot be read"), "{error}");
    }

    #[test]
    fn a_blank_variable_is_a_missing_one() {
        let error = read(&[("TEXT", "  "), ("NUMBER", "3")])
            .expect_err("TEXT is blank")
            .to_string();
        assert_eq!(error, "this function's settings are incomplete: TEXT is missing");
    }

    #[test]
    fn a_default_stands_in_for_an_absent_variable_only() {
        let settings = read(&[("TEXT", " state "), ("NUMBER", "3")]).expect("all there");
        assert_eq!(settings, ("state".to_owned(), 3, false));
        let settings = read(&[("TEXT", "state"), ("NUMBER", "3"), ("FLAG", "true")]).expect("all there");
        assert!(settings.2);
    }

    #[test]
    fn a_main_that_fails_prints_the_sentence() {
        let error = read(&[]).expect_err("nothing is there");
        assert_eq!(format!("{error:?}"), error.to_string());
    }
}
