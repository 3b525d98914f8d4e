//! A company and a source that may be wrong about it in every way that a source is: what is true of each person, and what a
//! fault makes of it in each run; what somebody decides or configures meanwhile; and where runs are killed.
//!
//! A record that is neither listed nor found is a deleted one: that both answers are wrong about the same person at once
//! cannot be told from it.

use std::collections::BTreeSet;

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason};
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailureKind};
use habitsync_workflows::user_sync::approvals::list_holds;
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::customer::{Customer, portal_says};

pub(crate) const PEOPLE: usize = 14;

/// What is true of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Works,
    WorksInFiji,
    WorksAgain,
    Terminated,
    Ended,
    Deleted,
}

/// What is wrong with what the source says of somebody in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    NotListed,
    Denied,
    UnknownStatus,
    NoStatus,
    NoEmail,
    NoLastName,
    NoLocation,
    NoTitle,
    UnreadableDate,
    NoneAsLastDay,
    OldLastDay,
    NoStartDate,
}

/// What is wrong with the whole of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Nothing,
    EmptyList,
    ListFails(u8),
    FindFails(u8),
    PortalListFails,
    PortalFails { after: usize, times: usize, happened: bool },
    Killed(usize),
    EveryFieldLost(Wrong),
}

/// What somebody does before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Nothing,
    Decide(ApprovalVerdict),
    Configure {
        removes_out_of_scope: bool,
        admits_fiji: bool,
        generous: bool,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) changes: Vec<(usize, Truth)>,
    pub(crate) wrong: Vec<(usize, Wrong)>,
    pub(crate) trouble: Trouble,
    pub(crate) word: Word,
    pub(crate) hours: i64,
}

fn truth() -> impl Strategy<Value = Truth> {
    prop_oneof![
        4 => Just(Truth::Works),
        1 => Just(Truth::WorksInFiji),
        2 => Just(Truth::WorksAgain),
        2 => Just(Truth::Terminated),
        1 => Just(Truth::Ended),
        1 => Just(Truth::Deleted),
    ]
}

fn wrong() -> impl Strategy<Value = Wrong> {
    prop_oneof![
        3 => Just(Wrong::NotListed),
        2 => Just(Wrong::Denied),
        1 => Just(Wrong::UnknownStatus),
        1 => Just(Wrong::NoStatus),
        2 => Just(Wrong::NoEmail),
        1 => Just(Wrong::NoLastName),
        1 => Just(Wrong::NoLocation),
        1 => Just(Wrong::NoTitle),
        1 => Just(Wrong::UnreadableDate),
        1 => Just(Wrong::NoneAsLastDay),
        1 => Just(Wrong::OldLastDay),
        2 => Just(Wrong::NoStartDate),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let portal = (0..6_usize, 1..20_usize, any::<bool>());
    let portal = portal.prop_map(|(after, times, happened)| Trouble::PortalFails { after, times, happened });
    prop_oneof![
        6 => Just(Trouble::Nothing),
        1 => Just(Trouble::EmptyList),
        2 => (0..4_u8).prop_map(Trouble::ListFails),
        2 => (0..4_u8).prop_map(Trouble::FindFails),
        1 => Just(Trouble::PortalListFails),
        2 => portal,
        3 => (1..120_usize).prop_map(Trouble::Killed),
        1 => wrong().prop_filter("of a record", |wrong| !matches!(wrong, Wrong::Denied | Wrong::NotListed)).prop_map(Trouble::EveryFieldLost),
    ]
}

fn word() -> impl Strategy<Value = Word> {
    let configure = (any::<bool>(), any::<bool>(), any::<bool>());
    let configure = configure.prop_map(|(removes_out_of_scope, admits_fiji, generous)| Word::Configure {
        removes_out_of_scope,
        admits_fiji,
        generous,
    });
    prop_oneof![
        3 => Just(Word::Nothing),
        3 => Just(Word::Decide(ApprovalVerdict::Approved)),
        1 => Just(Word::Decide(ApprovalVerdict::Rejected)),
        1 => configure,
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let people = 0..PEOPLE;
    let changes = vec((people.clone(), truth()), 0..4);
    let wrong = vec((people, wrong()), 0..8);
    (
        changes,
        wrong,
        trouble(),
        word(),
        prop_oneof![Just(1_i64), Just(5), Just(24)],
    )
        .prop_map(|(changes, wrong, trouble, word, hours)| Step {
            changes,
            wrong,
            trouble,
            word,
            hours,
        })
}

fn id(number: usize) -> String {
    format!("E{}", 100 + number)
}

fn employee(number: usize) -> EmployeeId {
    id(number).parse().expect("an id")
}

/// The customer, and what is true of everybody.
pub(crate) struct World {
    pub(crate) customer: Customer,
    pub(crate) truth: Vec<Truth>,
    removes_out_of_scope: bool,
    admits_fiji: bool,
    /// People about whom somebody was shown that their record had lost values, and said that they may go.
    talked_into: BTreeSet<EmployeeId>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut world = Self {
            customer: Customer::with_people(&[]),
            truth: vec![Truth::Works; PEOPLE],
            removes_out_of_scope: false,
            admits_fiji: false,
            talked_into: BTreeSet::new(),
        };
        world.tell(&[], Trouble::Nothing);
        world.customer.finish().await;
        world.customer.clock.advance(SignedDuration::from_hours(1));
        world
    }

    /// Puts into the source what it says in this run.
    pub(crate) fn tell(&mut self, wrong: &[(usize, Wrong)], trouble: Trouble) {
        let hris = &self.customer.hris;
        hris.employees.lock().clear();
        let not_listed: BTreeSet<_> = of(wrong, Wrong::NotListed);
        *hris.denied.lock() = of(wrong, Wrong::Denied).difference(&not_listed).cloned().collect();
        *hris.hidden_from_list.lock() = not_listed;
        for (number, truth) in self.truth.iter().enumerate() {
            let mut record = match truth {
                Truth::Works => json!({}),
                Truth::WorksInFiji => json!({"location": "Fiji"}),
                Truth::WorksAgain => json!({"startDate": "2026-11-09", "terminationDate": "2026-11-01"}),
                Truth::Terminated => json!({"status": "Terminated"}),
                Truth::Ended => json!({"terminationDate": "2026-11-01"}),
                Truth::Deleted => continue,
            };
            let own = wrong.iter().filter(|(of, _)| *of == number).map(|(_, wrong)| *wrong);
            let all = match trouble {
                Trouble::EveryFieldLost(wrong) => Some(wrong),
                _ => None,
            };
            for wrong in own.chain(all) {
                spoil(&mut record, wrong);
            }
            self.customer.employ(&id(number), &record);
        }
        if trouble == Trouble::EmptyList {
            self.customer.hris.employees.lock().clear();
        }
    }

    pub(crate) fn arm(&self, trouble: Trouble) {
        let customer = &self.customer;
        match trouble {
            Trouble::ListFails(kind) => {
                let failure = vendor_failure(Vendor::EmployeeConnect, failure(kind));
                customer.hris.faults.arm(Call::ListEmployees, Fault::Before(failure));
            }
            Trouble::FindFails(kind) => {
                for _ in 0..PEOPLE {
                    let failure = vendor_failure(Vendor::EmployeeConnect, failure(kind));
                    customer.hris.faults.arm(Call::FindEmployee, Fault::Before(failure));
                }
            }
            Trouble::PortalListFails => {
                customer
                    .portal
                    .faults
                    .arm(Call::ListUsers, Fault::Before(portal_says(failure(0))));
            }
            Trouble::PortalFails { after, times, happened } => {
                let kind = VendorFailureKind::Unavailable {
                    may_have_happened: happened,
                };
                for call in [Call::ChangeUser, Call::CreateUser] {
                    for number in 0..times {
                        let failure = portal_says(kind.clone());
                        let fault = if happened {
                            Fault::After(failure)
                        } else {
                            Fault::Before(failure)
                        };
                        let successes = if number == 0 { after } else { 0 };
                        customer.portal.faults.arm_after(successes, call, fault);
                    }
                }
            }
            Trouble::Nothing | Trouble::EmptyList | Trouble::Killed(_) | Trouble::EveryFieldLost(_) => {}
        }
    }

    pub(crate) async fn hear(&mut self, word: Word) {
        match word {
            Word::Nothing => {}
            Word::Decide(verdict) => self.decide(verdict).await,
            Word::Configure {
                removes_out_of_scope,
                admits_fiji,
                generous,
            } => {
                (self.removes_out_of_scope, self.admits_fiji) = (removes_out_of_scope, admits_fiji);
                let customer = &mut self.customer;
                customer.configuration = configuration(removes_out_of_scope, admits_fiji, generous);
                customer.version += 1;
            }
        }
    }

    async fn decide(&mut self, verdict: ApprovalVerdict) {
        // A run that was killed before it stored its plan leaves nothing that can be decided.
        let Ok(Some(held)) = list_holds(&self.customer.table).await else {
            return;
        };
        self.customer
            .decide(&held.id, verdict)
            .await
            .expect("it is what is held");
        if verdict == ApprovalVerdict::Approved {
            let emptied = held
                .people
                .iter()
                .filter(|person| person.hold_reason == HoldReason::RecordEmptied);
            self.talked_into
                .extend(emptied.map(|person| person.employee_id.clone()));
        }
    }

    pub(crate) async fn run(&self, trouble: Trouble) {
        if let Trouble::Killed(steps) = trouble {
            drop(self.customer.poll_run(steps));
            self.customer.clock.advance(SignedDuration::from_mins(15));
            return;
        }
        // Whether it fails is not the question.
        drop(self.customer.run_asked_for().await);
    }

    pub(crate) fn active(&self) -> BTreeSet<EmployeeId> {
        let users = self.customer.portal.users.lock();
        let numbers = (0..PEOPLE).filter(|number| {
            let name = format!("{}@acme.com.au", id(*number)).to_lowercase();
            users.iter().any(|user| user.active && user.user_name.as_str() == name)
        });
        numbers.map(employee).collect()
    }

    /// Whether whoever lost their account may have lost it.
    pub(crate) fn may_go(&self, gone: &EmployeeId) -> bool {
        let number = (0..PEOPLE)
            .find(|number| employee(*number) == *gone)
            .expect("one of them");
        let has_left = match self.truth[number] {
            Truth::Works | Truth::WorksAgain => false,
            Truth::WorksInFiji => self.removes_out_of_scope && !self.admits_fiji,
            Truth::Terminated | Truth::Ended | Truth::Deleted => true,
        };
        has_left || self.talked_into.contains(gone)
    }
}

fn of(wrong: &[(usize, Wrong)], meant: Wrong) -> BTreeSet<EmployeeId> {
    let meant = wrong.iter().filter(|(_, wrong)| *wrong == meant);
    meant.map(|(number, _)| employee(*number)).collect()
}

fn spoil(record: &mut Value, wrong: Wrong) {
    let (field, value) = match wrong {
        Wrong::NotListed | Wrong::Denied => return,
        Wrong::UnknownStatus => ("status", json!("Undefined")),
        Wrong::NoStatus => ("status", Value::Null),
        Wrong::NoEmail => ("workEmail", Value::Null),
        Wrong::NoLastName => ("lastName", Value::Null),
        Wrong::NoLocation => ("location", Value::Null),
        Wrong::NoTitle => ("jobTitle", Value::Null),
        Wrong::UnreadableDate => ("terminationDate", json!("soon")),
        Wrong::NoneAsLastDay => ("terminationDate", json!("1900-01-01T00:00:00Z")),
        Wrong::OldLastDay => ("terminationDate", json!("2025-06-30")),
        Wrong::NoStartDate => ("startDate", Value::Null),
    };
    record[field] = value;
}

fn failure(kind: u8) -> VendorFailureKind {
    match kind {
        0 => VendorFailureKind::Unavailable {
            may_have_happened: false,
        },
        1 => VendorFailureKind::InconsistentRead,
        2 => VendorFailureKind::NotFound(Missing::Other),
        _ => VendorFailureKind::Unreadable,
    }
}

fn configuration(removes_out_of_scope: bool, admits_fiji: bool, generous: bool) -> TenantConfiguration {
    let mut source = include_str!("../../../domain/src/configuration/acme.toml").to_owned();
    if removes_out_of_scope {
        source = source.replace("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"");
    }
    if admits_fiji {
        source = source.replace("[\"Fiji\"]", "[\"Tonga\"]");
    }
    if generous {
        source = source.replace("count = 5, percent = 20", "count = 100, percent = 100");
        source = source.replace("count = 2, percent = 0.5", "count = 100, percent = 100");
        source = source.replace("shrink_percent = 20", "shrink_percent = 100");
    }
    source.parse().expect("valid")
}
