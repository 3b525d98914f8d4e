//! What needs both vendors: whether the people that one has are those that the other knows.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::{FieldType, TenantConfiguration};
use habitsync_domain::identity::UserName;
use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, tribal_habits as assume};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::employment::{Employment, EmploymentRules};
use habitsync_domain::people::mapping::{is_in_scope, map_user};
use habitsync_domain::people::user::{FieldName, PortalUser};
use jiff::Timestamp;

use crate::ports::probes::PortalSample;

/// User names that the portal is asked for at most: each costs a request.
const MOST_NAMES: usize = 4;

/// Some of the employees who should have an account. Personal data: it has no `Debug`.
pub(super) struct People {
    people: Vec<Somebody>,
}

/// Fewer accounts than this do not show how a portal's user names are formed: a new one has its administrators.
const ENOUGH: usize = 10;

/// What an employee's account would have.
struct Somebody {
    user_name: UserName,
    email: Option<String>,
    /// Items by the portal's list that they would be written to.
    items: BTreeMap<String, Vec<String>>,
}

impl People {
    /// Those of these employees who are in scope today, mapped as the configuration says. An employee on whom an expression
    /// fails is left out.
    pub(super) fn new(customer: &TenantConfiguration, employees: &[Employee], now: Timestamp) -> Self {
        let users = &customer.users;
        let today = now.to_zoned(customer.time_zone.zone().clone()).date();
        let custom: BTreeSet<_> = employees
            .iter()
            .flat_map(|employee| employee.fields().all_custom())
            .map(|(name, _)| name)
            .collect();
        let evaluator = customer.evaluator(custom);
        let rules = EmploymentRules {
            users,
            dates: evaluator.dates(),
            today,
        };
        let by_id: BTreeMap<_, _> = employees
            .iter()
            .map(|employee| (employee.id().as_str(), employee))
            .collect();
        let somebody = |employee: &Employee| {
            let manager = employee.manager_id().and_then(|id| by_id.get(id.as_ref()).copied());
            let scope = evaluator.scope(employee, manager);
            let works = matches!(Employment::from_record(employee, &rules, None), Ok(Employment::Works));
            let wanted = works && is_in_scope(users, employee, &scope).ok()?;
            let user = wanted.then(|| map_user(users, employee, &scope).ok())??;
            let lists = users
                .fields
                .iter()
                .filter(|(_, mapping)| mapping.kind == FieldType::List);
            let items = lists.filter_map(|(name, _)| {
                let items = user.value(name.as_str()).map(items)?;
                Some((name.as_str().to_owned(), items))
            });
            Some(Somebody {
                items: items.collect(),
                email: user.email().map(str::to_lowercase),
                user_name: user.user_name,
            })
        };
        Self {
            people: employees.iter().filter_map(somebody).collect(),
        }
    }

    /// A few of their user names, from all over the list.
    pub(super) fn some_names(&self) -> Vec<UserName> {
        let step = self.people.len().div_ceil(MOST_NAMES).max(1);
        let people = self.people.iter().step_by(step);
        people.map(|somebody| somebody.user_name.clone()).collect()
    }

    /// Compares them with the portal's users.
    pub(super) fn judge(
        &self,
        customer: &TenantConfiguration,
        portal: &PortalSample,
        asked: usize,
    ) -> Vec<AssumptionFinding> {
        let Some(known) = portal.known_names else {
            return Vec::new();
        };
        vec![
            self.judge_names(customer, portal, known, asked),
            self.judge_lists(customer, &portal.users),
        ]
    }

    fn judge_names(
        &self,
        customer: &TenantConfiguration,
        portal: &PortalSample,
        known: usize,
        asked: usize,
    ) -> AssumptionFinding {
        let matching = &assume::USER_MATCHING;
        if self.people.is_empty() {
            return matching.untold("nobody in scope was seen", Vec::new());
        }
        let theirs = Advice::set("users.user_name", "an expression that gives the portal's user names");
        let (same, met) = self.met_by_email(&portal.users);
        if met > 0 {
            let seen = format!("{same} of {met} people met in both by e-mail have that user name");
            return if same * 2 >= met {
                matching.holds(seen)
            } else {
                matching.differs(seen, vec![theirs])
            };
        }
        let seen = format!("{known} of {asked} people asked for by user name have an account");
        if known > 0 {
            return matching.holds(seen);
        }
        let like_addresses =
            |names: Vec<&str>| names.iter().filter(|name| name.contains('@')).count() * 2 > names.len();
        let ours = like_addresses(self.people.iter().map(|somebody| somebody.user_name.as_str()).collect());
        let portals = like_addresses(portal.users.iter().map(|user| user.user_name.as_str()).collect());
        if portal.users.len() < ENOUGH || ours == portals {
            let right = Advice::ask(format!(
                "right before the first run; else habitsync scan {} says who is matched",
                customer.tenant
            ));
            return matching.untold(seen, vec![right]);
        }
        let kinds = if ours {
            "ours are e-mail addresses, the portal's are not"
        } else {
            "the portal's are e-mail addresses, ours are not"
        };
        matching.differs(format!("{seen}; {kinds}"), vec![theirs])
    }

    /// Of the people that both samples have by e-mail: how many have the same user name, and how many there are.
    fn met_by_email(&self, users: &[PortalUser]) -> (usize, usize) {
        let email = |user: &PortalUser| Some(user.fields.0.get(&FieldName::email())?.to_lowercase());
        let users: BTreeMap<_, _> = users.iter().filter_map(|user| Some((email(user)?, user))).collect();
        let met = self.people.iter().filter_map(|somebody| {
            let user = users.get(somebody.email.as_ref()?)?;
            Some(user.user_name == somebody.user_name)
        });
        met.fold((0, 0), |(same, met), is_same| (same + usize::from(is_same), met + 1))
    }

    /// Items that would be written, and those that some user has. A list's items cannot be asked for.
    fn judge_lists(&self, customer: &TenantConfiguration, users: &[PortalUser]) -> AssumptionFinding {
        let lists = customer
            .users
            .fields
            .iter()
            .filter(|(_, mapping)| mapping.kind == FieldType::List);
        let (mut seen, mut is_told, mut names) = (Vec::new(), true, Vec::new());
        for (name, _) in lists {
            let ours = self
                .people
                .iter()
                .filter_map(|somebody| somebody.items.get(name.as_str()));
            let ours: BTreeSet<_> = ours.flatten().cloned().collect();
            let theirs = users.iter().filter_map(|user| user.fields.0.get(name));
            let theirs: BTreeSet<_> = theirs.flat_map(|value| items(value)).collect();
            let there = ours.intersection(&theirs).count();
            is_told &= there == ours.len() && !ours.is_empty();
            seen.push(format!(
                "{}: {there} of {} items are on some user",
                name.as_str(),
                ours.len()
            ));
            names.push(name.as_str().to_owned());
        }
        let seen = seen.join("; ");
        if is_told {
            return assume::USER_LISTS.holds(seen);
        }
        let compare = format!(
            "compare the items of {} with the portal's own lists; habitsync scan {} looks at everybody",
            names.join(", "),
            customer.tenant
        );
        assume::USER_LISTS.untold(seen, vec![Advice::ask(compare)])
    }
}

fn items(value: &str) -> Vec<String> {
    let items = value.split(';').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}
