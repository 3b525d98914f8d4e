//! Changes that wait for approval: on record under a plan id, decided about as they were shown, and gone or kept by the next run.

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason, PendingAction, PendingPlan, PlanId, REMINDED_EVERY};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, Fleet, Mailbox, vendor_failure};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::notifications::remind_of_approvals::{HoldReminders, remind_of_holds};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::ports::tenants::StoredConfiguration;
use habitsync_workflows::user_sync::approvals::{
    Deciding, NotDecided, Settled, decide_hold, list_holds, look_at_holds, reopen,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, mail_settings};

impl Customer {
    pub(crate) async fn held(&self) -> Option<PendingPlan> {
        list_holds(&self.table).await.expect("listed")
    }

    pub(crate) async fn decide(&self, plan: &PlanId, verdict: ApprovalVerdict) -> Result<PendingPlan, NotDecided> {
        self.decide_only(plan, verdict, &[]).await
    }

    pub(crate) async fn decide_only(
        &self,
        plan: &PlanId,
        verdict: ApprovalVerdict,
        only: &[EmployeeId],
    ) -> Result<PendingPlan, NotDecided> {
        let by = "ana";
        let deciding = Deciding {
            plan,
            verdict,
            only,
            actor: by,
        };
        decide_hold(&self.table, &self.clock, &deciding).await
    }

    /// Approves or rejects whatever is held.
    pub(crate) async fn decide_all(&self, verdict: ApprovalVerdict) {
        let plan = self.held().await.expect("something is held").id;
        self.decide(&plan, verdict).await.expect("decided");
    }

    pub(crate) fn terminate(&self, ids: impl IntoIterator<Item = usize>) {
        for id in ids {
            self.employ(&format!("E{id}"), &json!({"status": "Terminated"}));
        }
    }

    fn passes(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
    }
}

/// Thirty people, of whom eight have left at once: two more than a fifth.
async fn with_eight_held() -> Customer {
    let customer = customer_of(30);
    customer.finish().await;
    customer.terminate(1000..1008);
    assert_eq!(customer.finish().await.held.len(), 8);
    customer
}

#[tokio::test]
async fn a_pending_plan_that_cannot_be_read_is_an_error_until_the_next_run_writes_it_again() {
    let customer = with_eight_held().await;
    let held = customer.held().await;
    customer.table.state().holds.clear();
    let plan = held.as_ref().expect("held").id.clone();
    let decided = customer.decide(&plan, ApprovalVerdict::Approved).await;
    assert!(decided.is_err_and(|error| error.to_string().contains("cannot be read")));
    assert_eq!(customer.finish().await.held.len(), 8);
    let again = customer.held().await;
    assert_eq!(again.map(|held| held.people), held.map(|held| held.people));
}

#[tokio::test]
async fn what_is_held_is_on_record_with_names_and_reasons_and_keeps_its_id() {
    let customer = with_eight_held().await;
    let held = customer.held().await.expect("held");
    assert_eq!((held.people.len(), held.conclusion()), (8, None));
    assert_eq!(held.people[0].person, "Jo E1000");
    assert!(matches!(
        held.people[0].hold_reason,
        HoldReason::OverLimit {
            planned: 8,
            recent: 0,
            allowed: 6
        }
    ));
    customer.passes(1);
    customer.finish().await;
    assert_eq!(customer.held().await, Some(held));
}

#[tokio::test]
async fn who_is_approved_goes_with_the_next_run_and_nobody_else_does() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    assert_eq!(customer.active_users().len(), 30, "a word alone removes nobody");
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.held.len()), (8, 0));
    assert_eq!((customer.active_users().len(), customer.held().await), (22, None));
    let person = customer.table.state().people.values().next().cloned().expect("linked");
    assert_eq!(
        person.last_change.expect("changed").reason,
        "the status says terminated; approved"
    );
    customer.finish().await;
    assert!(
        customer.table.state().decisions.is_empty(),
        "it is over with the removal"
    );
}

#[tokio::test]
async fn who_is_rejected_is_kept_and_not_asked_about_again_until_the_evidence_changes() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Rejected).await;
    for _ in 0..3 {
        customer.passes(24);
        let summary = customer.finish().await;
        assert_eq!(
            (summary.kept, summary.held.len(), customer.active_users().len()),
            (8, 0, 30)
        );
    }
    // A date is other evidence: they are asked about again.
    for id in 1000..1008 {
        customer.employ(
            &format!("E{id}"),
            &json!({"status": "Terminated", "terminationDate": "2026-11-20"}),
        );
    }
    assert_eq!(
        (customer.finish().await.held.len(), customer.active_users().len()),
        (8, 30)
    );
}

#[tokio::test]
async fn a_decision_about_anything_else_than_what_is_held_now_is_refused_with_what_to_do() {
    let customer = with_eight_held().await;
    let shown = customer.held().await.expect("held").id;
    customer.terminate([1008]);
    customer.finish().await;
    let now = customer.held().await.expect("held").id;
    let refused = customer
        .decide(&shown, ApprovalVerdict::Approved)
        .await
        .expect_err("has moved");
    assert_eq!(refused, NotDecided::Moved { now: now.clone() });
    assert!(refused.to_string().contains("list again"), "{refused}");
    assert_eq!(customer.finish().await.written.deactivated, 0);
    customer
        .decide(&now, ApprovalVerdict::Approved)
        .await
        .expect("is what is held");
    customer.finish().await;
    let again = customer
        .decide(&now, ApprovalVerdict::Approved)
        .await
        .expect_err("is done");
    assert_eq!(again, NotDecided::NothingHeld);
}

#[tokio::test]
async fn a_second_word_takes_the_place_of_the_first_and_both_stay_on_record() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    customer.decide_all(ApprovalVerdict::Rejected).await;
    let held = customer.held().await.expect("held");
    let words: Vec<_> = held
        .decisions
        .iter()
        .map(|word| (word.verdict, word.actor.as_str()))
        .collect();
    assert_eq!(
        words,
        [(ApprovalVerdict::Approved, "ana"), (ApprovalVerdict::Rejected, "ana")]
    );
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.kept), (0, 8));
    assert_eq!(
        customer.table.state().holds[&held.id].0.decisions.len(),
        2,
        "kept after it is over"
    );
}

#[tokio::test]
async fn a_word_that_could_not_be_written_whole_is_completed_by_saying_it_again() {
    let customer = with_eight_held().await;
    let plan = customer.held().await.expect("held").id;
    let lost = Fault::Before(habitsync_in_memory::service_failure());
    customer.table.faults.arm(Call::SaveDecisions, lost);
    customer
        .decide(&plan, ApprovalVerdict::Approved)
        .await
        .expect_err("the table failed");
    assert_eq!(customer.finish().await.written.deactivated, 0, "undecided means kept");
    customer
        .decide(&plan, ApprovalVerdict::Approved)
        .await
        .expect("decided");
    assert_eq!(customer.finish().await.written.deactivated, 8);
}

#[tokio::test]
async fn who_comes_back_takes_the_approval_with_them() {
    let mut customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    customer.employ("E1000", &json!({}));
    assert_eq!(customer.finish().await.written.deactivated, 7);
    customer.passes(25);
    customer.configuration.limits.terminated.count = 0;
    customer.configuration.limits.terminated.percent = 0.0;
    customer.terminate([1000]);
    assert_eq!(customer.finish().await.held.len(), 1, "the old word is not about this");
}

#[tokio::test]
async fn an_approval_is_of_one_version_of_the_configuration() {
    let mut customer = with_eight_held().await;
    let first = customer.held().await.expect("held").id;
    customer.decide_all(ApprovalVerdict::Approved).await;
    customer.version = 2;
    assert_eq!(customer.finish().await.held.len(), 8);
    assert_ne!(customer.held().await.expect("held").id, first);
}

#[tokio::test]
async fn who_vanished_and_is_approved_is_asked_for_once_more_before_they_go() {
    let customer = customer_of(30);
    customer.finish().await;
    customer
        .hris
        .employees
        .lock()
        .retain(|employee| employee.id().as_str() > "E1002");
    customer.finish().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    for _ in 0..3 {
        let down = VendorFailureKind::Unavailable {
            may_have_happened: false,
        };
        let down = vendor_failure(Vendor::EmployeeConnect, down);
        customer.hris.faults.arm(Call::FindEmployee, Fault::Before(down));
    }
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.held.len()), (0, 3));
    assert_eq!(customer.held().await, None, "nobody is asked for a word again");
    assert_eq!(customer.finish().await.written.deactivated, 3);
}

#[tokio::test]
async fn a_removal_that_was_approved_does_not_take_from_what_goes_unasked() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    customer.finish().await;
    customer.passes(1);
    customer.terminate(1010..1015);
    assert_eq!(customer.finish().await.written.deactivated, 5, "a day like any other");
}

#[tokio::test]
async fn several_runs_of_a_day_never_pass_the_limit_together() {
    let customer = customer_of(30);
    customer.finish().await;
    for id in 1000..1006 {
        customer.terminate([id]);
        assert_eq!(customer.finish().await.written.deactivated, 1);
        customer.passes(2);
    }
    customer.terminate([1006]);
    let summary = customer.finish().await;
    let because: Vec<_> = summary.held.iter().map(|held| held.hold_reason).collect();
    assert_eq!(
        because,
        [HoldReason::OverLimit {
            planned: 1,
            recent: 6,
            allowed: 6
        }]
    );
    // A day after the second of them: four have gone in the last 24 hours, and a fifth of 28 is five.
    customer.passes(15);
    assert_eq!(customer.finish().await.written.deactivated, 1);
}

#[tokio::test]
async fn the_operator_hears_at_once_and_weekly_until_somebody_decides() {
    let mut customer = customer_of(30);
    customer.operator = Some("operators@habitsync.example");
    customer.finish().await;
    customer.terminate(1000..1008);
    customer.finish().await;
    let to_operator = |mail: &String| mail.contains("wait for approval (plan ");
    assert_eq!(customer.mail.sent().iter().filter(|mail| to_operator(mail)).count(), 1);
    customer.finish().await;
    assert_eq!(
        customer.mail.sent().iter().filter(|mail| to_operator(mail)).count(),
        1,
        "and once"
    );

    let tenant = customer.configuration.tenant.clone();
    let (mail, settings) = (Mailbox::default(), mail_settings(customer.operator));
    let mut reminders = Vec::new();
    for _ in 0..22 {
        customer.passes(24);
        let fleet = Fleet::of(vec![(tenant.clone(), &customer.table)]);
        reminders.push(
            remind_of_holds(&fleet, &mail, &settings, &customer.clock)
                .await
                .expect("looked")
                .reminded,
        );
    }
    let days: Vec<_> = (1..)
        .zip(&reminders)
        .filter(|(_, count)| **count > 0)
        .map(|(day, _)| day)
        .collect();
    assert_eq!(days, [7, 14, 21]);
    let told = mail.sent().remove(0);
    assert!(
        told.contains("acme: changes still wait for approval") && !told.contains("Jo E1000"),
        "{told}"
    );
    customer.decide_all(ApprovalVerdict::Rejected).await;
    customer.clock.advance(REMINDED_EVERY);
    let fleet = Fleet::of(vec![(tenant, &customer.table)]);
    let none = remind_of_holds(&fleet, &mail, &settings, &customer.clock).await;
    assert_eq!(none, Ok(HoldReminders::default()));
}

#[tokio::test]
async fn a_stage_without_an_operators_address_holds_all_the_same() {
    let customer = with_eight_held().await;
    assert!(customer.held().await.is_some());
    let settings: MailSettings = mail_settings(None);
    let fleet = Fleet::of(vec![(customer.configuration.tenant.clone(), &customer.table)]);
    customer.clock.advance(REMINDED_EVERY);
    let reminders = remind_of_holds(&fleet, &customer.mail, &settings, &customer.clock).await;
    assert_eq!(reminders.expect("looked").reminded, 1);
    assert!(customer.clock.now() > customer.table.job(Job::UserSync).last_success_at.expect("ran"));
}

#[tokio::test]
async fn a_hundred_and_ten_who_vanished_and_are_approved_are_asked_for_one_by_one_and_go() {
    let customer = customer_of(150);
    customer.finish().await;
    customer.hris.employees.lock().truncate(40);
    assert_eq!(
        (
            customer.finish().await.held.len(),
            customer.hris.faults.count(Call::FindEmployee)
        ),
        (110, 0)
    );
    customer.decide_all(ApprovalVerdict::Approved).await;
    let summary = customer.finish().await;
    assert_eq!(
        (
            summary.written.deactivated,
            customer.hris.faults.count(Call::FindEmployee)
        ),
        (110, 110)
    );
}

fn employees(ids: impl IntoIterator<Item = usize>) -> Vec<EmployeeId> {
    ids.into_iter()
        .map(|id| format!("E{id}").parse().expect("an id"))
        .collect()
}

#[tokio::test]
async fn some_employees_of_a_plan_are_decided_about_by_name_and_the_rest_stays_pending() {
    let customer = with_eight_held().await;
    let plan = customer.held().await.expect("held");
    let unknown = customer
        .decide_only(&plan.id, ApprovalVerdict::Approved, &employees([1000, 1020]))
        .await;
    assert!(
        matches!(&unknown, Err(NotDecided::NotThese { employees: not, .. }) if *not == employees([1020])),
        "{unknown:?}"
    );
    assert!(customer.table.state().decisions.is_empty(), "all of them or none");
    let decided = customer
        .decide_only(&plan.id, ApprovalVerdict::Approved, &employees([1000, 1001]))
        .await;
    assert_eq!(decided.expect("decided").people.len(), 2);
    customer
        .decide_only(&plan.id, ApprovalVerdict::Rejected, &employees([1002]))
        .await
        .expect("decided");
    let since = plan.since;
    let reminded = customer.table.state().holds[&plan.id].1;
    assert!(reminded.is_some(), "the rest still waits for an operator");
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.kept), (2, 1));
    // Five are within the limit, and wait all the same, from run to run.
    for _ in 0..2 {
        let rest = customer.held().await.expect("held");
        assert_eq!((rest.people.len(), rest.since), (5, since));
        customer.passes(25);
        assert_eq!(customer.finish().await.written.deactivated, 0);
    }
    customer.decide_all(ApprovalVerdict::Approved).await;
    assert_eq!(customer.finish().await.written.deactivated, 5);
}

#[tokio::test]
async fn one_reopened_rejection_waits_for_a_decision_of_its_own() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Rejected).await;
    customer.finish().await;
    reopen(&customer.table, &customer.clock, &employees([1003]), "kim")
        .await
        .expect("withdrawn");
    for _ in 0..2 {
        customer.passes(25);
        let summary = customer.finish().await;
        assert_eq!(
            (summary.kept, summary.held.len(), summary.written.deactivated),
            (7, 1, 0)
        );
    }
    customer.decide_all(ApprovalVerdict::Approved).await;
    let summary = customer.finish().await;
    assert_eq!((summary.kept, summary.written.deactivated), (7, 1));
}

#[tokio::test]
async fn a_rejection_is_withdrawn_before_and_after_the_next_run_and_asked_about_again() {
    for runs in [0, 2] {
        let customer = with_eight_held().await;
        let plan = customer.held().await.expect("held").id;
        customer.decide_all(ApprovalVerdict::Rejected).await;
        for _ in 0..runs {
            customer.finish().await;
        }
        customer.passes(1);
        let withdrawn = reopen(&customer.table, &customer.clock, &employees(1000..1008), "kim").await;
        assert_eq!(withdrawn.expect("withdrawn").len(), 8);
        customer.passes(1);
        let summary = customer.finish().await;
        assert_eq!((summary.kept, summary.held.len()), (0, 8), "after {runs} runs");
        let held = customer.held().await.expect("held");
        assert_eq!((&held.id, held.conclusion()), (&plan, None));
        assert!(
            customer.table.state().holds[&plan].1.is_some(),
            "operators are reminded"
        );
        let said: Vec<_> = held
            .decisions
            .iter()
            .map(|word| (word.actor.as_str(), word.reopened))
            .collect();
        assert_eq!((said.len(), said[0], said[8]), (9, ("ana", false), ("kim", true)));
        customer.passes(1);
        customer.decide_all(ApprovalVerdict::Approved).await;
        assert_eq!(customer.finish().await.written.deactivated, 8);
    }
}

#[tokio::test]
async fn nothing_is_withdrawn_of_an_employee_without_a_decision() {
    let customer = with_eight_held().await;
    customer.decide_all(ApprovalVerdict::Rejected).await;
    let refused = reopen(&customer.table, &customer.clock, &employees([1000, 1020]), "kim").await;
    assert!(matches!(refused, Err(NotDecided::NotThese { .. })), "{refused:?}");
    assert_eq!(customer.table.state().decisions.len(), 8);
}

/// The configuration in force as it is stored.
fn stored(customer: &Customer) -> StoredConfiguration {
    StoredConfiguration {
        version: customer.version,
        source: String::new(),
        configuration: customer.configuration.clone(),
        decides_since: customer.version,
        agreed: customer.agreed,
    }
}

#[tokio::test]
async fn what_was_decided_and_what_is_settled_since_is_not_pending_any_more() {
    let customer = with_eight_held().await;
    let plan = customer.held().await.expect("held").id;
    customer
        .decide_only(&plan, ApprovalVerdict::Rejected, &employees([1000]))
        .await
        .expect("decided");
    // One account was deactivated, one was moved to another number.
    let links = |customer: &Customer| {
        let mut state = customer.table.state();
        let [one, two] = [&employees([1001])[0], &employees([1002])[0]].map(Clone::clone);
        state.people.get_mut(&one).expect("linked").active = false;
        state.people.remove(&two);
    };
    links(&customer);
    let holds = look_at_holds(&customer.table, &stored(&customer)).await.expect("read");
    let pending = holds.pending().expect("some are");
    assert_eq!(
        (pending.people.len(), holds.settled.len(), holds.decisions.len()),
        (5, 2, 1)
    );
    // Another version decides otherwise: all of it is settled.
    let other = StoredConfiguration {
        version: 2,
        decides_since: 2,
        ..stored(&customer)
    };
    let holds = look_at_holds(&customer.table, &other).await.expect("read");
    assert_eq!(holds.pending(), None);
    assert!(holds.settled.iter().all(|(_, by)| *by == Settled::ByVersion(2)));
}

#[tokio::test]
async fn reports_whose_managers_rename_waits_are_shown_with_it_and_not_decided_about() {
    let mut customer = customer_of(30);
    for id in 1001..1010 {
        customer.employ(&format!("E{id}"), &json!({"managerEmployeeId": "E1000"}));
    }
    customer.finish().await;
    customer.agreed = None;
    for id in [1000, 1020, 1021, 1022, 1023, 1024, 1025] {
        customer.employ(&format!("E{id}"), &json!({"workEmail": format!("new{id}@acme.com.au")}));
    }
    for id in 1001..1010 {
        customer.employ(&format!("E{id}"), &json!({"managerEmployeeId": "E1000"}));
    }
    assert_eq!(customer.finish().await.held.len(), 16);
    let held = customer.held().await.expect("held");
    assert_eq!(held.counts().in_words(), "7 renames");
    let why: Vec<_> = held
        .people
        .iter()
        .filter(|person| !person.is_decided_about())
        .map(PendingAction::why)
        .collect();
    assert_eq!(
        (why.len(), why[0].as_str()),
        (9, "waits with the rename of E1000 Jo E1000")
    );
    let change = &held.people[0].changes[0];
    assert_eq!(
        (change.field.as_str(), change.after.as_str()),
        ("user_name", "new1000@acme.com.au")
    );
    customer.decide_all(ApprovalVerdict::Approved).await;
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.held.len()), (16, 0));
}

/// The newest mail to the customer, in one line.
fn newest_mail(customer: &Customer) -> String {
    let sent = customer.mail.sent();
    let mut to_customer = sent
        .iter()
        .rev()
        .filter(|mail| mail.contains("worklist") || mail.contains("user sync"));
    let mail = to_customer.next().cloned().unwrap_or_default();
    let plain = mail.replace("=\r\n", "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_an_operator_decided_is_called_decided_in_the_mail_and_never_fixed() {
    for (verdict, said) in [
        (
            ApprovalVerdict::Rejected,
            "Decided since the last e-mail, left as they are: 8 (",
        ),
        (ApprovalVerdict::Approved, "Decided since the last e-mail, made: 8 ("),
    ] {
        let customer = with_eight_held().await;
        customer.decide_all(verdict).await;
        customer.finish().await;
        let mail = newest_mail(&customer);
        let upper = mail.to_uppercase();
        assert!(
            mail.contains(said) && upper.contains("ALL CLEAR: NOTHING NEEDS YOUR ATTENTION"),
            "{mail}"
        );
        assert!(
            !mail.contains("Fixed") && !mail.contains("was fixed") && !mail.contains("were fixed"),
            "{mail}"
        );
    }
}

#[tokio::test]
async fn a_pending_approval_with_another_value_is_changed_and_not_fixed_and_new() {
    let mut customer = customer_of(30);
    customer.finish().await;
    customer.agreed = None;
    for id in 1000..1007 {
        customer.employ(&format!("E{id}"), &json!({"workEmail": format!("new{id}@acme.com.au")}));
    }
    customer.finish().await;
    customer.employ("E1000", &json!({"workEmail": "third@acme.com.au"}));
    customer.finish().await;
    let mail = newest_mail(&customer);
    assert!(mail.contains("Changed since the last e-mail: 1."), "{mail}");
    assert!(!mail.contains("Fixed since") && !mail.contains("[new]"), "{mail}");
}

#[tokio::test]
async fn a_held_first_load_has_a_text_of_its_own() {
    let mut customer = customer_of(30);
    customer.agreed = None;
    customer.finish().await;
    let mail = newest_mail(&customer).to_uppercase();
    assert!(mail.contains("YOUR FIRST ACCOUNTS ARE READY"), "{mail}");
    assert!(!mail.contains("LOOK FOR A STATUS"), "{mail}");
}
