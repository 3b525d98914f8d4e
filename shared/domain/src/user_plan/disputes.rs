//! Two people who would be active with one user name or e-mail: both are named, neither is guessed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Planner, Wanted};
use crate::identity::EmployeeId;
use crate::mapping::problem;
use crate::problem::Cause;
use crate::user::FieldName;

impl<'a> Planner<'a> {
    /// Reports everybody who shares a user name or an e-mail with somebody else, and returns the rest.
    pub(super) fn set_disputes_aside(&mut self, wanted: Vec<Wanted<'a>>) -> Vec<Wanted<'a>> {
        let mut disputed = BTreeSet::new();
        for (what, groups) in [("user name", by_user_name(&wanted)), ("e-mail", by_email(&wanted))] {
            for group in groups.into_values().filter(|group| group.len() > 1) {
                self.report_group(what, &group, &mut disputed);
            }
        }
        wanted
            .into_iter()
            .filter(|wanted| !disputed.contains(wanted.employee.id()))
            .collect()
    }

    /// One line per person: who shares both is told about the user name.
    fn report_group(&mut self, what: &str, group: &[&Wanted<'_>], disputed: &mut BTreeSet<EmployeeId>) {
        for wanted in group {
            let id = wanted.employee.id();
            if disputed.insert(id.clone()) {
                let with = group
                    .iter()
                    .map(|other| other.employee.id())
                    .filter(|other| *other != id)
                    .cloned()
                    .collect();
                let cause = Cause::Disputed {
                    what: what.to_owned(),
                    with,
                };
                let seen = if what == "e-mail" {
                    email(wanted)
                } else {
                    Some(wanted.user.user_name.as_str().to_owned())
                };
                self.report(problem(wanted.employee, cause, seen));
            }
        }
    }
}

type Groups<'w, 'a> = BTreeMap<String, Vec<&'w Wanted<'a>>>;

fn by_user_name<'w, 'a>(wanted: &'w [Wanted<'a>]) -> Groups<'w, 'a> {
    group(wanted, |wanted| Some(wanted.user.user_name.key()))
}

fn by_email<'w, 'a>(wanted: &'w [Wanted<'a>]) -> Groups<'w, 'a> {
    group(wanted, |wanted| email(wanted).map(|email| email.to_lowercase()))
}

fn group<'w, 'a>(wanted: &'w [Wanted<'a>], key: impl Fn(&Wanted<'a>) -> Option<String>) -> Groups<'w, 'a> {
    let mut groups = Groups::new();
    for wanted in wanted {
        if let Some(key) = key(wanted) {
            groups.entry(key).or_default().push(wanted);
        }
    }
    groups
}

fn email(wanted: &Wanted<'_>) -> Option<String> {
    wanted
        .user
        .fields
        .get(&FieldName::email())
        .and_then(|field| field.value.clone())
}
