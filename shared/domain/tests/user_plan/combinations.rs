//! Every combination of `write`, `empty`, `default`, `map` and `type`, for a new account and for one whose field holds
//! something, something else, nothing, or was never seen: this test computes the written values a second time, from the
//! documentation of the configuration alone.

use std::collections::BTreeMap;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::problem::Cause;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, field, written_for};

const WRITES: [&str; 3] = ["always", "on_create", "if_empty"];
const EMPTIES: [&str; 2] = ["keep", "clear"];

/// A type of field with a value it takes, what `map` makes of that, a default, another value, and one it does not take.
struct Kind {
    name: &'static str,
    value: &'static str,
    mapped: &'static str,
    default: &'static str,
    other: &'static str,
    bad: Option<&'static str>,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "string",
        value: "OPS",
        mapped: "Operations",
        default: "Unassigned",
        other: "Finance",
        bad: Some("a\u{7}bell"),
    },
    Kind {
        name: "date",
        value: "2026-02-01",
        mapped: "2026-02-02",
        default: "2000-01-01",
        other: "2025-12-31",
        bad: Some("next week"),
    },
    Kind {
        name: "number",
        value: "7.5",
        mapped: "8",
        default: "0",
        other: "38",
        bad: Some("7.555"),
    },
    Kind {
        name: "list",
        value: "OPS;FIN",
        mapped: "Operations;FIN",
        default: "None",
        other: "Legal",
        bad: None,
    },
];

/// One way to configure the field.
#[derive(Debug, Clone, Copy)]
struct Setting {
    write: &'static str,
    empty: &'static str,
    default: bool,
    map: bool,
}

fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for write in WRITES {
        for empty in EMPTIES {
            for default in [false, true] {
                for map in [false, true] {
                    settings.push(Setting {
                        write,
                        empty,
                        default,
                        map,
                    });
                }
            }
        }
    }
    settings
}

impl Setting {
    /// Nothing would ever be cleared where a default stands for every empty value, where only a new account is written, and
    /// where only an empty field is: a file that says so is refused.
    fn is_refused(self) -> bool {
        self.empty == "clear" && (self.default || self.write != "always")
    }

    fn source(self, kind: &Kind) -> String {
        let default = if self.default {
            format!(", default = \"{}\"", kind.default)
        } else {
            String::new()
        };
        let from = kind.value.split(';').next().expect("an item");
        let to = kind.mapped.split(';').next().expect("an item");
        let map = if self.map {
            format!(", map = {{ \"{from}\" = \"{to}\" }}")
        } else {
            String::new()
        };
        format!(
            "\"X-Field\" = {{ value = \"employee.customFields['Field']\", type = \"{}\", write = \"{}\", empty = \"{}\"{default}{map} }}\n\"X-Location\"",
            kind.name, self.write, self.empty
        )
    }

    fn configuration(self, kind: &Kind) -> TenantConfiguration {
        acme(&[("\"X-Location\"", &self.source(kind))])
    }

    /// Returns the desired value of the record's value: a usable one, none, or an error.
    fn desired(self, kind: &Kind, value: Option<&str>) -> Result<Option<String>, ()> {
        match value {
            None => Ok(self.default.then(|| kind.default.to_owned())),
            Some(value) if Some(value) == kind.bad => Err(()),
            Some(value) if self.map && value == kind.value => Ok(Some(kind.mapped.to_owned())),
            Some(value) => Ok(Some(value.to_owned())),
        }
    }

    /// Returns the value written into an account whose field was last read as `seen`; none where the field was never
    /// read.
    fn written_to_old(self, desired: Result<Option<String>, ()>, seen: Option<&str>) -> Option<String> {
        let wanted = match desired {
            Ok(Some(value)) => value,
            Ok(None) if self.empty == "clear" => String::new(),
            Ok(None) | Err(()) => return None,
        };
        let may = match self.write {
            "always" => true,
            "if_empty" => seen == Some(""),
            _ => false,
        };
        (may && seen.unwrap_or_default() != wanted).then_some(wanted)
    }
}

fn record(value: Option<&str>) -> Value {
    json!({"customFields": {"Division": "OPS", "Field": value}})
}

fn written(case: &Case) -> (Option<String>, bool) {
    let plan = case.plan();
    let is_reported = plan
        .problems
        .iter()
        .any(|problem| matches!(problem.cause, Cause::InvalidValue { .. }));
    let fields: BTreeMap<_, _> = written_for(&plan, "E1");
    (fields.get("X-Field").cloned(), is_reported)
}

#[test]
fn a_new_account_gets_every_usable_value_and_never_an_empty_one() {
    for kind in &KINDS {
        for setting in settings().into_iter().filter(|setting| !setting.is_refused()) {
            let configuration = setting.configuration(kind);
            for value in [Some(kind.value), Some(kind.other), None, kind.bad] {
                let desired = setting.desired(kind, value);
                let expected = (desired.clone().ok().flatten(), desired.is_err());
                let case = Case::of(&configuration, &[employee("E1", &record(value))]);
                assert_eq!(written(&case), expected, "{} {setting:?} {value:?}", kind.name);
            }
        }
    }
}

#[test]
fn an_account_that_is_there_gets_what_its_setting_allows_and_nothing_else() {
    for kind in &KINDS {
        for setting in settings().into_iter().filter(|setting| !setting.is_refused()) {
            let configuration = setting.configuration(kind);
            let linked = Case::in_step(&configuration, &[employee("E1", &record(None))]);
            for value in [Some(kind.value), Some(kind.other), None, kind.bad] {
                for seen in [Some(kind.value), Some(kind.mapped), Some(kind.other), Some(""), None] {
                    let mut case = linked.clone().then(&[employee("E1", &record(value))]);
                    let fields = &mut case.people[0].fields.0;
                    fields.remove(&field("X-Field"));
                    fields.extend(seen.map(|seen| (field("X-Field"), seen.to_owned())));
                    let desired = setting.desired(kind, value);
                    let expected = (setting.written_to_old(desired.clone(), seen), desired.is_err());
                    assert_eq!(
                        written(&case),
                        expected,
                        "{} {setting:?} {value:?} over {seen:?}",
                        kind.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_setting_that_would_never_clear_what_it_is_to_clear_is_refused() {
    for kind in &KINDS {
        for setting in settings().into_iter().filter(|setting| setting.is_refused()) {
            let source =
                include_str!("../../src/configuration/acme.toml").replace("\"X-Location\"", &setting.source(kind));
            let refused = source.parse::<TenantConfiguration>();
            assert!(refused.is_err(), "{} {setting:?}", kind.name);
        }
    }
}
