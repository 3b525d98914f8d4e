//! The tenant's employees: a record per employee id, listed in that order.

use std::collections::BTreeMap;

use habitsync_simulator_harness::Call;
use jiff::Timestamp;

use crate::employee::Employee;
use crate::learning::Learning;
use crate::refusal::{Complaints, Refusal};

/// Everything one tenant knows.
#[derive(Debug, Default)]
pub(crate) struct Tenant {
    pub(crate) employees: BTreeMap<String, Employee>,
    pub(crate) learning: Learning,
}

/// Which employees a list is asked for.
#[derive(Debug)]
pub(crate) struct Filter {
    updated_since: Option<Timestamp>,
    terminated: Option<bool>,
}

impl Filter {
    /// Reads `updatedSince` and `status`.
    pub(crate) fn by(call: &Call) -> Result<Self, Refusal> {
        let mut complaints = Complaints::new();
        let updated_since = call
            .query
            .get("updatedSince")
            .map(|text| text.parse())
            .transpose()
            .unwrap_or_else(|_| {
                complaints.insert("updatedSince", "not a date and time");
                None
            });
        let terminated = match call.query.get("status").map(String::as_str) {
            None | Some("all") => None,
            Some("active") => Some(false),
            Some("terminated") => Some(true),
            Some(_) => {
                complaints.insert("status", "must be all, active or terminated");
                None
            }
        };
        if complaints.is_empty() {
            Ok(Self {
                updated_since,
                terminated,
            })
        } else {
            Err(Refusal::Invalid(complaints))
        }
    }

    fn admits(&self, employee: &Employee) -> bool {
        self.updated_since.is_none_or(|since| employee.updated_at >= since)
            && self
                .terminated
                .is_none_or(|terminated| employee.is_terminated() == terminated)
    }
}

impl Tenant {
    /// The employees that the filter admits, by employee id.
    pub(crate) fn list(&self, filter: &Filter) -> Vec<&Employee> {
        self.employees
            .values()
            .filter(|employee| filter.admits(employee))
            .collect()
    }
}
