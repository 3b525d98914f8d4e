//! Custom fields and list values that Tribal Habits may refuse. Only a write shows that for certain; the values of
//! existing accounts are the best evidence that can be read.

use std::collections::{BTreeMap, HashSet};

use super::{AffectedPerson, Kind, Survey};
use crate::configuration::FieldType;
use crate::people::mapping::LIST_SEPARATOR;
use crate::people::user::{FieldName, PortalUser};
use crate::user_plan::Eligibility;

impl Survey<'_> {
    /// Reports mapped custom fields that no account shows, and list values that no account has. A portal without
    /// accounts is no evidence about fields, and a field that is empty everywhere is none about its list.
    pub(super) fn report_fields(&mut self) {
        let portal = self.input.portal.unwrap_or_default();
        if portal.is_empty() {
            return;
        }
        let is_unseen = |field: &&FieldName| !portal.iter().any(|user| user.fields.0.contains_key(*field));
        let mapped = self.users().fields.keys();
        for field in mapped.filter(|field| field.is_custom()).filter(is_unseen) {
            let everybody = AffectedPerson::named("everybody".to_owned()).with(field.as_str(), None);
            self.report(Kind::FieldUnseen, vec![everybody]);
        }
        self.report_list_values(&known_items(self, portal));
    }

    fn report_list_values(&mut self, known: &BTreeMap<&FieldName, HashSet<&str>>) {
        if known.is_empty() {
            return;
        }
        for (position, employee) in self.employees() {
            let is_in_scope = self.census.placement(position) == Eligibility::InScope;
            let Some(user) = is_in_scope.then(|| self.census.mapped(position)).flatten() else {
                continue;
            };
            for field in &user.fields {
                let (Some(known), Some(value)) = (known.get(field.name), field.value.as_deref()) else {
                    continue;
                };
                for item in items(value).filter(|item| !known.contains(item)) {
                    let concerned = AffectedPerson::employee(employee).with(self.source_of(field.name), Some(item));
                    self.report(
                        Kind::ListValueUnseen,
                        vec![concerned.noting(format!("for {}", field.name))],
                    );
                }
            }
        }
    }
}

/// The items of every mapped list that any account has one of.
fn known_items<'a>(survey: &Survey<'a>, portal: &'a [PortalUser]) -> BTreeMap<&'a FieldName, HashSet<&'a str>> {
    let lists = survey.users().fields.iter();
    let lists = lists.filter(|(_, mapping)| mapping.kind == FieldType::List);
    let known = lists.map(|(field, _)| {
        let values = portal.iter().filter_map(|user| user.fields.0.get(field));
        (field, values.flat_map(|value| items(value)).collect::<HashSet<_>>())
    });
    known.filter(|(_, items)| !items.is_empty()).collect()
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(LIST_SEPARATOR)
        .map(str::trim)
        .filter(|item| !item.is_empty())
}
