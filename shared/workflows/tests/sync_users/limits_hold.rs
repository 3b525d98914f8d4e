//! Whatever employees do, and wherever runs are killed: within any 24 hours no more accounts are created, renamed, updated and
//! deactivated without an approval than the limits admit.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_workflows::ports::clock::Now;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::customer::Customer;

const PEOPLE: usize = 12;

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Event {
    Join,
    Rename(usize),
    Retitle(usize),
    Leave(usize),
    Return(usize),
    Run,
    Killed(usize),
    Hours(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Join),
        2 => (0..PEOPLE).prop_map(Event::Rename),
        3 => (0..PEOPLE).prop_map(Event::Retitle),
        2 => (0..PEOPLE).prop_map(Event::Leave),
        1 => (0..PEOPLE).prop_map(Event::Return),
        3 => Just(Event::Run),
        6 => (1..150_usize).prop_map(Event::Killed),
        2 => (1..10_i64).prop_map(Event::Hours),
    ]
}

/// A kind of change, as it is seen in the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Created,
    Renamed,
    Updated,
    Deactivated,
}

impl Kind {
    const fn limit(self) -> usize {
        match self {
            Self::Created => 3,
            Self::Renamed | Self::Deactivated => 2,
            Self::Updated => 4,
        }
    }
}

/// One account as the portal shows it: user name, whether it is active, and its title.
type Account = (String, bool, Option<String>);

/// A company, and every change of an account with its time. The last name is the employee's for good.
struct World {
    customer: Customer,
    records: BTreeMap<usize, Value>,
    accounts: BTreeMap<String, Account>,
    changes: Vec<(Timestamp, Kind, String)>,
    renames: usize,
}

impl World {
    async fn new() -> Self {
        let limits = [
            (
                "terminated = { count = 5, percent = 20 }",
                "terminated = { count = 2, percent = 0 }",
            ),
            (
                "created = { count = 20, percent = 10 }",
                "created = { count = 3, percent = 0 }",
            ),
            (
                "renamed = { count = 5, percent = 5 }",
                "renamed = { count = 2, percent = 0 }",
            ),
            (
                "updated = { count = 50, percent = 30 }",
                "updated = { count = 4, percent = 0 }",
            ),
        ];
        let customer = Customer::configured(&limits, &[]);
        let mut world = Self {
            customer,
            records: BTreeMap::new(),
            accounts: BTreeMap::new(),
            changes: Vec::new(),
            renames: 0,
        };
        for _ in 0..PEOPLE {
            world.change(world.records.len(), &json!({}));
        }
        world.customer.finish().await;
        world.customer.agreed = None;
        world.customer.clock.advance(SignedDuration::from_hours(25));
        world.accounts = world.seen();
        world
    }

    fn change(&mut self, number: usize, changes: &Value) {
        let record = self.records.entry(number).or_insert_with(|| json!({}));
        let changes = changes.as_object().expect("an object").clone();
        record.as_object_mut().expect("an object").extend(changes);
        self.customer.employ(&format!("E{number}"), record);
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Join => self.change(self.records.len(), &json!({})),
            Event::Rename(number) => {
                self.renames += 1;
                let address = format!("renamed{}@acme.com.au", self.renames);
                self.change(number, &json!({"workEmail": address}));
            }
            Event::Retitle(number) => {
                self.renames += 1;
                self.change(number, &json!({"jobTitle": format!("Lead {}", self.renames)}));
            }
            Event::Leave(number) => self.change(number, &json!({"status": "Terminated"})),
            Event::Return(number) => self.change(number, &json!({"status": "Active"})),
            Event::Run => {
                let _ended = self.customer.run_asked_for().await;
            }
            Event::Killed(steps) => {
                if self.customer.run_killed_after(steps) {
                    self.customer.clock.advance(SignedDuration::from_mins(2));
                }
            }
            Event::Hours(hours) => {
                self.customer.clock.advance(SignedDuration::from_hours(hours));
            }
        }
        self.note_changes();
    }

    fn seen(&self) -> BTreeMap<String, Account> {
        let value = |user: &habitsync_domain::people::user::PortalUser, field: &str| {
            let field = field.parse().expect("a field");
            user.fields.0.get(&field).cloned()
        };
        let users = self.customer.portal.users.lock();
        let accounts = users.iter().map(|user| {
            let account = (user.user_name.key(), user.active, value(user, "X-Job Title"));
            (value(user, "last_name").expect("has one"), account)
        });
        accounts.collect()
    }

    fn note_changes(&mut self) {
        let (now, seen) = (self.customer.clock.now(), self.seen());
        for (person, after) in &seen {
            let kind = match self.accounts.get(person) {
                None => Kind::Created,
                Some(before) if before.1 && !after.1 => Kind::Deactivated,
                Some(before) if !before.1 && after.1 => Kind::Created,
                Some(before) if before.0 != after.0 => Kind::Renamed,
                Some(before) if before.2 != after.2 => Kind::Updated,
                Some(_) => continue,
            };
            self.changes.push((now, kind, person.clone()));
        }
        self.accounts = seen;
    }

    /// The most accounts that were changed in this way within 24 hours.
    fn most_in_a_day(&self, kind: Kind) -> usize {
        let of_kind = || self.changes.iter().filter(move |(_, other, _)| *other == kind);
        let since = |at: Timestamp| at.saturating_sub(SignedDuration::from_hours(24)).expect("in range");
        let days = of_kind().map(|(end, ..)| {
            let day = of_kind().filter(|(at, ..)| *at > since(*end) && at <= end);
            day.map(|(_, _, person)| person).collect::<BTreeSet<_>>().len()
        });
        days.max().unwrap_or_default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_day_has_more_changes_without_approval_than_the_limits_admit(events in vec(event(), 10..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            for event in events {
                world.happens(event).await;
            }
            for kind in [Kind::Created, Kind::Renamed, Kind::Updated, Kind::Deactivated] {
                let most = world.most_in_a_day(kind);
                prop_assert!(most <= kind.limit(), "{most} {kind:?}: {:?}", world.changes);
            }
            Ok(())
        })?;
    }
}
