//! The planner's input for a test customer, and helpers that inspect the plan.

use std::collections::BTreeMap;

use habitsync_domain::approvals::{Agreement, Decision, Matter};
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::baseline_read::BaselineRead;
use habitsync_domain::onboarding::data_quality::{DataQuality, assess};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::{FieldName, PortalUser};
use habitsync_domain::user_plan::{
    Action, FieldBaseline, LimitInput, Missing, PlanInput, Step, Unreadable, UserPlan, plan_users,
};
use habitsync_domain::vendors::list::UnusableRecord;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Monday 23 November 2026, eight in the morning in Sydney.
pub(crate) const NOW: &str = "2026-11-22T21:00:00Z";

/// The input of a plan; a test changes it, then plans.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) configuration: TenantConfiguration,
    pub(crate) employees: Vec<Employee>,
    pub(crate) people: Vec<Person>,
    pub(crate) missing: Vec<Missing>,
    pub(crate) parked: Vec<RejectedWrites>,
    /// When earlier runs first saw last days beside an active status.
    pub(crate) last_days: Vec<LastDaySeen>,
    pub(crate) portal: Option<Vec<PortalUser>>,
    pub(crate) version: u64,
    pub(crate) decisions: Vec<Decision>,
    /// How many EmployeeConnect listed; as many as there are employees unless a test says otherwise.
    pub(crate) listed: Option<u64>,
    pub(crate) last_good_read: Option<BaselineRead>,
    /// The values of earlier reads in the fields behind the filter and the user name.
    pub(crate) baseline: FieldBaseline,
    /// The operator's agreement with the configuration: any number of changes unless a test says otherwise.
    pub(crate) agreed: Option<Agreement>,
    /// Records of the read that identify no employee.
    pub(crate) unusable: Vec<UnusableRecord>,
    pub(crate) unusable_accounts: Vec<UnusableRecord>,
    pub(crate) unreadable_links: Vec<EmployeeId>,
    pub(crate) unreadable_decisions: Vec<(EmployeeId, Matter)>,
    pub(crate) now: Timestamp,
}

impl Case {
    /// Returns a customer with these employees, without links, with an empty portal.
    pub(crate) fn of(configuration: &TenantConfiguration, employees: &[Employee]) -> Self {
        Self {
            configuration: configuration.clone(),
            employees: employees.to_vec(),
            people: Vec::new(),
            missing: Vec::new(),
            parked: Vec::new(),
            last_days: Vec::new(),
            portal: Some(Vec::new()),
            version: 1,
            decisions: Vec::new(),
            listed: None,
            last_good_read: None,
            baseline: FieldBaseline::default(),
            agreed: Some(Agreement::to_any_number(NOW.parse().expect("a time"))),
            unusable: Vec::new(),
            unusable_accounts: Vec::new(),
            unreadable_links: Vec::new(),
            unreadable_decisions: Vec::new(),
            now: NOW.parse().expect("a time"),
        }
    }

    /// A customer whose people all have the accounts that these records ask for; the run does not verify.
    pub(crate) fn in_step(configuration: &TenantConfiguration, employees: &[Employee]) -> Self {
        let case = Self::of(configuration, employees);
        let plan = case.plan();
        Self {
            people: carried_out(&[], &plan),
            baseline: plan.baseline.clone().unwrap_or_default(),
            portal: None,
            ..case
        }
    }

    /// The records are these now.
    pub(crate) fn then(self, employees: &[Employee]) -> Self {
        Self {
            employees: employees.to_vec(),
            ..self
        }
    }

    /// Makes the run read the portal, which has exactly the written values.
    pub(crate) fn verifying(self) -> Self {
        Self {
            portal: Some(portal_of(&self.people)),
            ..self
        }
    }

    /// The plan; its numbers add up in any case.
    pub(crate) fn plan(&self) -> UserPlan {
        let roster = self.roster();
        let plan = plan_users(&self.input(&roster));
        assert!(plan.counts.adds_up(), "{:?}", plan.counts);
        plan
    }

    /// Returns the findings of a scan.
    pub(crate) fn quality(&self) -> DataQuality {
        let roster = self.roster();
        assess(&self.input(&roster))
    }

    fn roster(&self) -> Roster {
        Roster {
            unusable: self.unusable.clone(),
            ..Roster::from(self.employees.clone())
        }
    }

    /// Returns the planner's input with this roster.
    pub(crate) fn input<'a>(&'a self, roster: &'a Roster) -> PlanInput<'a> {
        PlanInput {
            configuration: &self.configuration,
            roster,
            people: &self.people,
            missing: &self.missing,
            rejected_writes: &self.parked,
            last_days: &self.last_days,
            portal: self.portal.as_deref(),
            unreadable: Unreadable {
                accounts: &self.unusable_accounts,
                links: &self.unreadable_links,
                decisions: &self.unreadable_decisions,
            },
            limit_input: LimitInput {
                version: self.version,
                decisions: &self.decisions,
                listed: self.listed.unwrap_or(self.employees.len() as u64),
                last_good_read: self.last_good_read,
                baseline: Some(&self.baseline),
                lost_sources: &[],
                holds_fields: false,
                verified_at: None,
                agreed: self.agreed,
                unsaved_write: false,
            },
            now: self.now,
        }
    }

    /// The portal's user at this place.
    pub(crate) fn portal_user(&mut self, index: usize) -> &mut PortalUser {
        &mut self.portal.as_mut().expect("the run verifies")[index]
    }
}

pub(crate) fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
    let mut source = include_str!("../../src/configuration/acme.toml").to_owned();
    for (old, new) in changes {
        assert!(source.contains(old), "{old} is not in the example");
        source = source.replace(old, new);
    }
    source.parse().expect("valid")
}

/// The example without its filter.
pub(crate) fn everybody(changes: &[(&str, &str)]) -> TenantConfiguration {
    let filter = "filter = '''employee.workEmail != null && lower(employee.workEmail).endsWith(\"@acme.com.au\")\n            && !(employee.location in [\"Fiji\"])'''\n";
    acme(&[&[(filter, "")], changes].concat())
}

pub(crate) fn employee(id: &str, changes: &Value) -> Employee {
    let mut record = json!({
        "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au").to_lowercase(),
        "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        "customFields": {"Division": "OPS"}
    });
    let record = record.as_object_mut().expect("an object");
    record.extend(changes.as_object().expect("an object").clone());
    Employee::from_record(record.clone()).expect("has an id")
}

/// The links after every action of the plan was acknowledged.
pub(crate) fn carried_out(people: &[Person], plan: &UserPlan) -> Vec<Person> {
    let mut links: BTreeMap<_, _> = people
        .iter()
        .map(|person| (person.employee_id.clone(), person.clone()))
        .collect();
    for action in &plan.actions {
        links.insert(action.employee_id.clone(), action.person_after(Timestamp::UNIX_EPOCH));
    }
    links.into_values().collect()
}

pub(crate) fn portal_of(people: &[Person]) -> Vec<PortalUser> {
    let user = |person: &Person| PortalUser {
        user_name: person.user_name.clone(),
        active: person.active,
        fields: person.fields.clone(),
    };
    people.iter().map(user).collect()
}

pub(crate) fn steps(plan: &UserPlan) -> Vec<(&str, &'static str)> {
    let name = |step: &Step| match step {
        Step::Deactivate { .. } => "deactivate",
        Step::GiveUp { .. } => "give up",
        Step::Remember { .. } => "remember",
        Step::Change { change, .. } if change.active == Some(true) => "reactivate",
        Step::Change { .. } => "change",
        Step::Create(_) => "create",
    };
    plan.actions
        .iter()
        .map(|action| (action.employee_id.as_str(), name(&action.step)))
        .collect()
}

pub(crate) fn causes(plan: &UserPlan) -> Vec<(&str, &Cause)> {
    plan.problems
        .iter()
        .map(|problem| (problem.employee_id.as_str(), &problem.cause))
        .collect()
}

/// Everything that the action writes: the user name, whether it is active, and its fields.
pub(crate) fn written(action: &Action) -> BTreeMap<String, String> {
    let (user_name, active) = match &action.step {
        Step::Create(user) => (Some(&user.user_name), None),
        Step::Change { change, .. } | Step::Deactivate { change, .. } | Step::GiveUp { change, .. } => {
            (change.user_name.as_ref(), change.active)
        }
        Step::Remember { .. } => (None, None),
    };
    let name = user_name.map(|name| ("user_name".to_owned(), name.as_str().to_owned()));
    let active = active.map(|active| ("active".to_owned(), active.to_string()));
    let fields = action.fields().into_iter().flat_map(|fields| &fields.0);
    let fields = fields.map(|(name, value)| (name.to_string(), value.clone()));
    name.into_iter().chain(active).chain(fields).collect()
}

/// Returns the values that the plan writes for one employee.
pub(crate) fn written_for(plan: &UserPlan, id: &str) -> BTreeMap<String, String> {
    let actions = plan.actions.iter().filter(|action| action.employee_id.as_str() == id);
    actions.flat_map(written).collect()
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

pub(crate) fn field(name: &str) -> FieldName {
    name.parse().expect("a field")
}

/// The records of a public report.
pub(crate) fn public_report(name: &str) -> Vec<serde_json::Map<String, Value>> {
    let path = format!(
        "{}/../../tests/fixtures/public-reports/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("the report is there");
    serde_json::from_str(&text).expect("a list of records")
}
