//! Changes that wait for approval: a plan of any size comes back whole, waits until an operator decides, and a decision
//! is deleted only where it is the one that has ended.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::approvals::{
    ApprovalVerdict, Grounds, HoldReason, PendingAction, PendingPlan, PlanDecision, ProposedChange,
};
use habitsync_domain::people::employment::Evidence;
use habitsync_workflows::ports::holds::{
    ForgetDecision, ListDueHolds, LoadDecisions, LoadHold, RecordPlanDecision, SaveDecisions, SaveHold,
};

use crate::fixture::{at, named_table, sdk, table, tenant};
use crate::unreadable::put_unreadable;

const HELD_AT: &str = "2026-03-02T00:00:00Z";
const REMIND_AT: &str = "2026-03-09T00:00:00Z";

pub(crate) fn plan(people: usize) -> PendingPlan {
    let last_day = "2026-03-01".parse().expect("a date");
    let update = ProposedChange::Update {
        fields: vec!["X-Location".parse().expect("a field")],
        digest: "6dd07555a1b2".to_owned(),
    };
    let to = "jo@new.example".parse().expect("a name");
    let evidences: [Grounds; 8] = [
        Evidence::Terminated.into(),
        Evidence::Ended { last_day }.into(),
        Evidence::Vanished.into(),
        Evidence::OutOfScope.into(),
        ProposedChange::Create.into(),
        ProposedChange::Reactivate.into(),
        ProposedChange::Rename { to }.into(),
        update.into(),
    ];
    let reasons = [
        HoldReason::NoLinks,
        HoldReason::Shrunk { from: 400, to: 100 },
        HoldReason::OverLimit {
            planned: 7,
            recent: 1,
            allowed: 5,
        },
        HoldReason::NotConfirmed,
        HoldReason::RecordEmptied,
    ];
    let people = (0..people).map(|n| PendingAction {
        employee_id: format!("E{n:04}").parse().expect("an id"),
        person: format!("Jo {n}"),
        user_name: format!("jo{n}@acme.example").parse().expect("a name"),
        evidence: evidences[n % evidences.len()].clone(),
        hold_reason: reasons[n % reasons.len()],
        changes: Vec::new(),
        waits_with: None,
    });
    PendingPlan::new(people.collect(), 3, None, at(HELD_AT)).expect("somebody is held")
}

fn word(verdict: ApprovalVerdict) -> PlanDecision {
    PlanDecision {
        verdict,
        actor: "ana".to_owned(),
        at: at("2026-03-03T00:00:00Z"),
        only: Vec::new(),
        reopened: false,
    }
}

#[tokio::test]
async fn a_plan_of_any_size_comes_back_as_it_was_with_every_word_about_it() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    for people in [1, 250, 601] {
        let mut plan = plan(people);
        acme.save_hold(&plan, at(REMIND_AT)).await.expect("saved");
        assert_eq!(acme.load_hold(&plan.id).await.expect("read"), Some(plan.clone()));
        for verdict in [ApprovalVerdict::Approved, ApprovalVerdict::Rejected] {
            acme.note_decision(&plan.id, &word(verdict)).await.expect("noted");
            plan.decisions.push(word(verdict));
        }
        assert_eq!(acme.load_hold(&plan.id).await.expect("read"), Some(plan));
    }
    let unknown = "0a1b2c3d4e5f".parse().expect("a plan");
    assert_eq!(acme.load_hold(&unknown).await.expect("read"), None);
    acme.note_decision(&unknown, &word(ApprovalVerdict::Approved))
        .await
        .expect("there is nothing to note it on");
    assert_eq!(acme.load_hold(&unknown).await.expect("read"), None);
}

#[tokio::test]
async fn a_plan_of_which_a_part_is_missing_or_unreadable_is_none_until_it_is_saved_again() {
    let (table, name) = named_table().await;
    let acme = table.tenant(&tenant());
    let client = Client::new(&sdk().await);
    let plan = plan(601);
    for part in 0..=3 {
        let sk = format!("PLAN#{}#{part:04}", plan.id);
        acme.save_hold(&plan, at(REMIND_AT)).await.expect("saved");
        let loaded = acme.load_hold(&plan.id).await.expect("read");
        assert_eq!(loaded, Some(plan.clone()), "{part}");
        put_unreadable(&name, &sk, "none", "none").await;
        assert_eq!(acme.load_hold(&plan.id).await.expect("read"), None, "{part}");
        acme.save_hold(&plan, at(REMIND_AT)).await.expect("saved");
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = client.delete_item().table_name(&name).key("pk", text("TENANT#acme"));
        delete.key("sk", text(&sk)).send().await.expect("deleted");
        assert_eq!(acme.load_hold(&plan.id).await.expect("read"), None, "{part}");
    }
    acme.save_hold(&plan, at(REMIND_AT)).await.expect("saved");
    assert_eq!(acme.load_hold(&plan.id).await.expect("read"), Some(plan));
}

#[tokio::test]
async fn a_plan_is_due_until_somebody_decides_or_it_is_not_held_any_more() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let (one, two) = (plan(3), plan(4));
    for plan in [&one, &two] {
        acme.save_hold(plan, at(REMIND_AT)).await.expect("saved");
    }
    let listed = async |now| {
        let due = table.list_due_holds(at(now), 100).await.expect("listed").items;
        due.into_iter().map(|hold| hold.plan).collect::<Vec<_>>()
    };
    assert!(listed("2026-03-08T23:59:59Z").await.is_empty());
    let due = table.list_due_holds(at(REMIND_AT), 100).await.expect("listed").items;
    let first = due.iter().find(|hold| hold.plan == one.id).expect("listed");
    assert_eq!((&first.tenant, first.people, first.since), (&tenant(), 3, at(HELD_AT)));
    assert!(
        table
            .postpone_hold(first, at("2026-03-16T00:00:00Z"))
            .await
            .expect("put off")
    );
    assert!(
        !table
            .postpone_hold(first, at("2026-03-16T00:00:00Z"))
            .await
            .expect("has moved on")
    );
    assert_eq!(listed(REMIND_AT).await, std::slice::from_ref(&two.id));
    acme.close_hold(&two.id).await.expect("closed");
    assert!(listed(REMIND_AT).await.is_empty());
    acme.note_decision(&one.id, &word(ApprovalVerdict::Rejected))
        .await
        .expect("noted");
    assert!(listed("2027-01-01T00:00:00Z").await.is_empty());
    assert!(
        acme.load_hold(&two.id).await.expect("read").is_some(),
        "its record stays"
    );
}

#[tokio::test]
async fn a_decision_stands_until_just_that_one_is_forgotten() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let plan = plan(230);
    let decided = |verdict| plan.decisions(&word(verdict)).collect::<Vec<_>>();
    let (approved, rejected) = (decided(ApprovalVerdict::Approved), decided(ApprovalVerdict::Rejected));
    acme.save_decisions(&approved).await.expect("saved");
    assert_eq!(acme.load_decisions().await.expect("read").decisions, approved);
    acme.save_decisions(&rejected[..1]).await.expect("saved");
    acme.forget_decision(&approved[0]).await.expect("is another by now");
    acme.forget_decision(&approved[1]).await.expect("forgotten");
    acme.forget_decision(&approved[1]).await.expect("was gone");
    let left = acme.load_decisions().await.expect("read").decisions;
    assert_eq!((left.len(), &left[0], &left[1]), (229, &rejected[0], &approved[2]));
}

#[tokio::test]
async fn a_word_that_is_said_while_the_plan_is_written_again_is_not_lost() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let plan = plan(3);
    acme.save_hold(&plan, at(REMIND_AT)).await.expect("saved");
    acme.note_decision(&plan.id, &word(ApprovalVerdict::Approved))
        .await
        .expect("noted");
    acme.save_hold(&plan, at(REMIND_AT)).await.expect("knows of no word");
    let stored = acme.load_hold(&plan.id).await.expect("read").expect("is there");
    assert_eq!(stored.decisions, [word(ApprovalVerdict::Approved)]);
    acme.save_hold(&stored, at(REMIND_AT)).await.expect("knows of it");
    assert!(
        table
            .list_due_holds(at(REMIND_AT), 10)
            .await
            .expect("listed")
            .items
            .is_empty()
    );
}
