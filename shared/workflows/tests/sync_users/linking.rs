//! A link that somebody sets or removes by hand, and what the next run makes of it.

use habitsync_domain::identity::{EmployeeId, EnrolmentId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_in_memory::{Call, Fault, ManualClock, Portal, Table, service_failure};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::people::{LoadChanges, LoadPerson};
use habitsync_workflows::ports::results::{Claim, ClaimResult, SettleResult};
use habitsync_workflows::ports::runs::{HoldLease, Lease};
use habitsync_workflows::user_sync::link::{
    LinkPerson, LinkRequest, Linked, NotLinked, ProposedLink, link_person, propose_link, remove_link,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, portal_says, refused};
use habitsync_in_memory::Hris;
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};

/// The account that no matching finds: it has neither the user name nor the e-mail of anybody.
const ACCOUNT: &str = "jo.before.the.wedding";

/// E1 works there, and has an account under a name that nobody expects.
fn customer() -> Customer {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let fields = [(FieldName::email(), "old@acme.com.au".to_owned())].into();
    customer.portal.users.lock().push(PortalUser {
        user_name: ACCOUNT.parse().expect("a name"),
        active: true,
        fields: UserFields(fields),
    });
    customer
}

fn wish(employee: &str, account: &str) -> LinkRequest {
    LinkRequest {
        employee_id: employee.parse().expect("an id"),
        user_name: account.parse().expect("a name"),
        rebind: false,
    }
}

impl Customer {
    fn linking(&self) -> LinkPerson<'_, Hris, Portal, Table, ManualClock> {
        LinkPerson {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            clock: &self.clock,
        }
    }

    async fn propose(&self, wish: &LinkRequest) -> Result<ProposedLink, NotLinked> {
        propose_link(&self.linking(), &self.configuration, wish).await
    }

    async fn link(&self, wish: &LinkRequest) -> Result<Linked, NotLinked> {
        let proposed = self.propose(wish).await?;
        link_person(&self.linking(), &proposed, "Ben").await
    }

    async fn person(&self, id: &str) -> Option<Person> {
        self.table.load_person(&employee(id)).await.expect("loaded")
    }

    async fn remove(&self, id: &str) -> Result<(), NotLinked> {
        let shown = self.person(id).await.expect("linked");
        remove_link(&self.table, &self.clock, &shown, "Ben").await
    }

    async fn park_result(&self, enrolment: i64, account: &str) {
        let user_name = account.parse().expect("a name");
        let record = ResultRecord {
            completion: Completion {
                enrolment: EnrolmentId(enrolment),
                topic: TopicId(456),
                topic_code: None,
                user_name: account.parse().expect("a name"),
                completed_at: self.clock.now(),
                training_minutes: None,
                source: CompletionSource::Signature,
            },
            state: ResultState::Parked {
                on: ParkedOn::User(user_name),
                since: self.clock.now(),
            },
            attempts: 0,
        };
        let (now, completion) = (self.clock.now(), &record.completion);
        let Ok(Claim::Ours { claim, .. }) = self.table.claim_result(completion, now, now).await else {
            panic!("it is new")
        };
        self.table.settle_result(&record, claim).await.expect("stored");
    }

    /// Nothing was written that was not there before.
    fn nothing_was_written(&self) {
        for call in [
            Call::SavePerson,
            Call::ReplaceLink,
            Call::SaveParked,
            Call::ReleaseResults,
        ] {
            assert_eq!(self.table.faults.count(call), 0, "{call:?}");
        }
    }
}

fn employee(id: &str) -> EmployeeId {
    id.parse().expect("an id")
}

#[tokio::test]
async fn a_proposal_shows_the_account_and_what_the_next_run_would_change_and_writes_nothing() {
    let customer = customer();
    let proposed = customer
        .propose(&wish("E1", ACCOUNT))
        .await
        .expect("nothing is in the way");
    assert_eq!((proposed.person.as_str(), proposed.is_there()), ("Jo E1", false));
    assert_eq!(proposed.account.user_name.as_str(), ACCOUNT);
    let [next] = proposed.next_run.as_slice() else {
        panic!("{:?}", proposed.next_run)
    };
    let written: Vec<_> = next
        .fields
        .iter()
        .map(|change| (change.field.as_str(), change.after.as_str()))
        .collect();
    assert!(written.contains(&("user_name", "e1@acme.com.au")) && written.contains(&("email", "e1@acme.com.au")));
    customer.nothing_was_written();
}

#[tokio::test]
async fn a_linked_account_is_the_persons_from_the_next_run_on() {
    let customer = customer();
    assert_eq!(
        customer.link(&wish("E1", ACCOUNT)).await,
        Ok(Linked {
            was_linked: false,
            released: 0
        })
    );
    let person = customer.person("E1").await.expect("linked");
    assert_eq!(
        person.field("email"),
        Some("old@acme.com.au"),
        "the mirror is as it was seen"
    );
    assert_eq!(person.last_change.expect("on record").reason, "linked by Ben");
    let changes = customer.table.load_changes(&employee("E1")).await.expect("loaded");
    assert_eq!(changes[0].reason, "linked by Ben");
    customer.finish().await;
    assert_eq!(
        customer.active_users(),
        ["e1@acme.com.au", "e2@acme.com.au"],
        "renamed, and no second account"
    );
}

#[tokio::test]
async fn results_that_waited_for_the_account_are_released_and_again_where_that_failed() {
    let customer = customer();
    customer.park_result(1, ACCOUNT).await;
    customer.park_result(2, "somebody.else").await;
    customer
        .table
        .faults
        .arm(Call::ReleaseResults, Fault::Before(service_failure()));
    assert_eq!(customer.link(&wish("E1", ACCOUNT)).await, Err(service_failure().into()));
    let again = customer.link(&wish("E1", ACCOUNT)).await;
    assert_eq!(
        again,
        Ok(Linked {
            was_linked: true,
            released: 1
        })
    );
    assert_eq!(
        customer.table.faults.count(Call::SavePerson),
        1,
        "the same link is written once"
    );
    assert!(matches!(
        customer.table.result(EnrolmentId(1)),
        Some(ResultState::Waiting { .. })
    ));
    assert!(matches!(
        customer.table.result(EnrolmentId(2)),
        Some(ResultState::Parked { .. })
    ));
}

#[tokio::test]
async fn what_is_not_there_or_not_to_be_touched_is_refused() {
    let customer = customer();
    customer.portal.users.lock().push(PortalUser {
        user_name: "Admin@acme.com.au".parse().expect("a name"),
        active: true,
        fields: UserFields::default(),
    });
    for (wish, refusal) in [
        (wish("E9", ACCOUNT), NotLinked::NoEmployee(employee("E9"))),
        (wish("E1", "nobody"), NotLinked::NoAccount),
        (wish("E1", "admin@acme.com.au"), NotLinked::Protected),
    ] {
        assert_eq!(customer.propose(&wish).await.map(drop), Err(refusal));
    }
    customer.nothing_was_written();
}

#[tokio::test]
async fn an_account_or_a_person_that_is_linked_already_is_refused_and_it_is_said_to_whom() {
    let customer = customer();
    customer.link(&wish("E1", ACCOUNT)).await.expect("linked");
    let taken = customer.propose(&wish("E2", &ACCOUNT.to_uppercase())).await.map(drop);
    assert_eq!(taken, Err(NotLinked::AccountLinked { to: employee("E1") }));
    customer.portal.users.lock()[0].user_name = "another".parse().expect("a name");
    let elsewhere = customer.propose(&wish("E1", "another")).await.map(drop);
    assert_eq!(elsewhere, Err(NotLinked::EmployeeLinked(employee("E1"))));
    for refusal in [taken, elsewhere] {
        let told = refusal.expect_err("refused").to_string();
        assert!(told.contains("E1") && !told.contains(ACCOUNT), "{told}");
    }
}

#[tokio::test]
async fn a_person_is_bound_to_another_account_where_that_is_asked_for_and_the_old_name_finds_nobody() {
    let customer = customer();
    customer.finish().await;
    let rebind = LinkRequest {
        rebind: true,
        ..wish("E1", ACCOUNT)
    };
    let made = customer.person("E1").await.expect("a run made an account");
    assert_eq!(made.user_name.as_str(), "e1@acme.com.au");
    customer.link(&rebind).await.expect("linked");
    let person = customer.person("E1").await.expect("linked");
    assert_eq!((person.user_name.as_str(), person.former_names.len()), (ACCOUNT, 0));
    let changes = customer.table.load_changes(&employee("E1")).await.expect("loaded");
    let renamed = changes[0]
        .fields
        .iter()
        .find(|change| change.field == "user_name")
        .expect("on record");
    assert_eq!(
        (renamed.before.as_deref(), renamed.after.as_str()),
        (Some("e1@acme.com.au"), ACCOUNT)
    );
}

#[tokio::test]
async fn nothing_is_linked_or_removed_while_a_user_sync_runs_and_the_lease_is_given_back() {
    let customer = customer();
    let proposed = customer.propose(&wish("E1", ACCOUNT)).await.expect("proposed");
    let (now, until) = (customer.clock.now(), lease::end(customer.clock.now()));
    let a_run = || customer.table.acquire_lease(Job::UserSync, "a-run", now);
    let Ok(Lease::Acquired(held)) = a_run().await else {
        panic!("the lease is free")
    };
    let refused = link_person(&customer.linking(), &proposed, "Ben").await;
    assert_eq!(refused, Err(NotLinked::Running { until }));
    customer.nothing_was_written();
    held.release_lease().await.expect("released");
    link_person(&customer.linking(), &proposed, "Ben")
        .await
        .expect("linked");
    assert!(matches!(a_run().await, Ok(Lease::Acquired(_))), "a run need not wait");
    assert_eq!(customer.remove("E1").await, Err(NotLinked::Running { until }));
    assert!(customer.person("E1").await.is_some());
}

#[tokio::test]
async fn the_lease_is_given_back_where_the_write_fails() {
    let customer = customer();
    customer
        .table
        .faults
        .arm(Call::SavePerson, Fault::Before(service_failure()));
    assert_eq!(customer.link(&wish("E1", ACCOUNT)).await, Err(service_failure().into()));
    customer.finish().await;
}

#[tokio::test]
async fn what_was_linked_since_it_was_shown_is_looked_at_again() {
    let customer = customer();
    let proposed = customer.propose(&wish("E1", ACCOUNT)).await.expect("proposed");
    customer.link(&wish("E2", ACCOUNT)).await.expect("linked");
    let refused = link_person(&customer.linking(), &proposed, "Ben").await;
    assert_eq!(refused, Err(NotLinked::AccountLinked { to: employee("E2") }));
    customer.remove("E2").await.expect("removed");
    customer.finish().await;
    let made_since = link_person(&customer.linking(), &proposed, "Ben").await;
    assert_eq!(
        made_since,
        Err(NotLinked::Moved),
        "a run made an account for the person"
    );
}

#[tokio::test]
async fn what_was_refused_about_the_old_account_is_tried_again_at_once() {
    let customer = customer();
    customer
        .portal
        .faults
        .arm(Call::CreateUser, Fault::Before(refused("first_name")));
    customer.slice().await;
    assert_eq!(customer.table.state().parked.len(), 1);
    let parked = customer.table.state().parked.keys().next().cloned().expect("somebody");
    customer.link(&wish(parked.as_str(), ACCOUNT)).await.expect("linked");
    assert_eq!(customer.table.state().parked.len(), 0);
}

#[tokio::test]
async fn a_removed_link_leaves_the_account_and_is_on_record() {
    let customer = customer();
    customer.link(&wish("E1", ACCOUNT)).await.expect("linked");
    customer.clock.advance(SignedDuration::from_mins(1));
    customer.remove("E1").await.expect("removed");
    assert_eq!(customer.person("E1").await, None);
    assert_eq!(customer.active_users(), [ACCOUNT]);
    let changes = customer.table.load_changes(&employee("E1")).await.expect("loaded");
    let [removed, linked] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (removed.reason.as_str(), linked.reason.as_str()),
        ("link removed by Ben", "linked by Ben")
    );
    assert_eq!(removed.fields[0].before.as_deref(), Some(ACCOUNT));
}

#[tokio::test]
async fn a_link_that_moved_since_it_was_shown_is_not_removed() {
    let customer = customer();
    customer.finish().await;
    let shown = customer.person("E1").await.expect("linked");
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    customer.finish().await;
    let refused = remove_link(&customer.table, &customer.clock, &shown, "Ben").await;
    assert_eq!(refused, Err(NotLinked::Moved));
    assert!(customer.person("E1").await.is_some());
}

#[tokio::test]
async fn a_leaver_whose_account_was_never_linked_goes_once_it_is() {
    let customer = customer();
    customer.finish().await;
    customer.employ("E3", &json!({"status": "Terminated"}));
    let proposed = customer.propose(&wish("E3", ACCOUNT)).await.expect("proposed");
    assert_eq!(proposed.next_run[0].reason, "the status says terminated");
    link_person(&customer.linking(), &proposed, "Ben")
        .await
        .expect("linked");
    customer.finish().await;
    assert_eq!(customer.active_users(), ["e1@acme.com.au", "e2@acme.com.au"]);
}

#[tokio::test]
async fn a_vendor_that_does_not_answer_is_told_as_such() {
    let customer = customer();
    let failure = portal_says(VendorFailureKind::NotFound(Missing::Other));
    customer
        .portal
        .faults
        .arm(Call::FindUser, Fault::Before(failure.clone()));
    let refused = customer.propose(&wish("E1", ACCOUNT)).await.map(drop);
    assert_eq!(refused, Err(NotLinked::Vendor(failure)));
}
