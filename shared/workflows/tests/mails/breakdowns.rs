//! Every call of reminding and of hearing what became of mails fails, is never answered, or panics for one customer: the other
//! customers are reminded, and heard about, in the same minute.

use std::time::Duration;

use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_in_memory::{Breakdown, Breakdowns, Call, FeedbackQueue, Fleet, Mailbox, Tenants, TokioClock};
use habitsync_workflows::notifications::mail_feedback::{ReadMailFeedback, read_mail_feedback};
use habitsync_workflows::notifications::remind_customers::{RemindCustomers, remind_customers};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::mail::MailReport;
use jiff::SignedDuration;

use crate::customer::{Customer, nameless, settings};
use crate::feedback::{FIRST, report};

const CUSTOMERS: [&str; 3] = ["acme", "beta", "gamma"];

/// Whether the watchdog served the two customers that are well: reminders sent, addresses stopped.
#[derive(Debug, PartialEq, Eq)]
struct Served {
    reminded: Vec<bool>,
    stopped: Vec<usize>,
}

/// One minute of the watchdog, in which the customer that comes first breaks.
async fn served(broken: Option<(Call, Breakdown)>) -> Served {
    let customers =
        CUSTOMERS.map(|name| Customer::configured(&[("tenant = \"acme\"", &format!("tenant = \"{name}\""))]));
    let mut breakdowns = Breakdowns::default();
    if let Some((call, how)) = broken {
        breakdowns.insert(&customers[0].configuration.tenant, call, how);
    }
    let (mut tenants, mut mail, queue) = (Tenants::default(), Mailbox::default(), FeedbackQueue::default());
    (tenants.breakdowns, mail.breakdowns) = (breakdowns.clone(), breakdowns.clone());
    for customer in &customers {
        customer.tell(&nameless(1, 1)).await;
        tenants.add(customer.configuration.clone(), &[]);
        let tenant = Some(customer.configuration.tenant.clone());
        queue.put(Some(MailReport {
            tenant,
            ..report("a", Feedback::Complaint, FIRST)
        }));
    }
    let tables = customers
        .iter()
        .map(|customer| (customer.configuration.tenant.clone(), &customer.table));
    let mut fleet = Fleet::of(tables.collect());
    fleet.breakdowns = breakdowns;
    customers[0].at("2026-11-03T09:05");
    let clock = TokioClock::showing(customers[0].clock.now());
    let deadline = clock.now() + SignedDuration::from_secs(55);
    let remind = RemindCustomers {
        fleet: &fleet,
        tenants: &tenants,
        mail: &mail,
        settings: &settings(),
        clock: &clock,
    };
    let reminding = remind_customers(&remind, deadline);
    tokio::time::timeout(Duration::from_secs(55), reminding).await.ok();
    let deadline = clock.now() + SignedDuration::from_secs(55);
    let read = ReadMailFeedback {
        queue: &queue,
        fleet: &fleet,
        tenants: &tenants,
        mail: &mail,
        settings: &settings(),
        clock: &clock,
    };
    let reading = read_mail_feedback(&read, deadline);
    tokio::time::timeout(Duration::from_secs(55), reading).await.ok();
    let well = || customers[1..].iter().map(|customer| customer.table.state());
    Served {
        reminded: well()
            .map(|state| state.alerts.values().all(|alert| alert.reminders == 1))
            .collect(),
        stopped: well().map(|state| state.address_statuses.len()).collect(),
    }
}

#[test]
fn a_call_about_mail_that_breaks_for_one_customer_keeps_no_other_from_being_served() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
    };
    let run = |broken| runtime().expect("a runtime").block_on(served(broken));
    let well = run(None);
    assert_eq!(
        well,
        Served {
            reminded: vec![true, true],
            stopped: vec![1, 1]
        }
    );
    let calls = [
        Call::LoadConfiguration,
        Call::PostponeReminder,
        Call::LoadAlert,
        Call::ListStopped,
        Call::SendMail,
        Call::NoteReminded,
        Call::LoadStanding,
        Call::SaveStanding,
    ];
    let broken = calls.into_iter().flat_map(|call| Breakdown::ALL.map(|how| (call, how)));
    let failed: Vec<_> = broken
        .filter(|broken| !std::panic::catch_unwind(|| run(Some(*broken))).is_ok_and(|served| served == well))
        .collect();
    assert_eq!(failed, []);
}
