//! What is written: each change costs one write, and nothing else does.

use habitsync_workflows::sync_users::Written;
use serde_json::json;

use crate::customer::Customer;

#[tokio::test]
async fn the_first_run_creates_everybody_and_the_second_asks_the_portal_nothing() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"managerEmployeeId": "E1"}))]);
    assert_eq!(
        customer.finish().await.written,
        Written {
            created: 2,
            ..Written::default()
        }
    );
    let calls = customer.portal.faults.made().len();
    let second = customer.finish().await;
    assert_eq!((second.planned.unchanged, second.written), (2, Written::default()));
    assert_eq!(
        customer.portal.faults.made().len(),
        calls,
        "unchanged people cost no request to Tribal Habits"
    );
}

#[tokio::test]
async fn a_starter_a_change_a_leaver_and_a_rehire_each_cost_one_write() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({})), ("E3", json!({}))]);
    customer.finish().await;
    let before = customer.writes();
    customer.employ("E4", &json!({}));
    customer.employ("E2", &json!({"jobTitle": "Lead"}));
    customer.employ("E3", &json!({"status": "Terminated", "workEmail": null}));
    let written = customer.finish().await.written;
    assert_eq!(
        written,
        Written {
            created: 1,
            changed: 1,
            deactivated: 1,
            ..Written::default()
        }
    );
    customer.employ("E3", &json!({"startDate": "2026-11-23"}));
    assert_eq!(
        customer.finish().await.written,
        Written {
            reactivated: 1,
            ..Written::default()
        }
    );
    assert_eq!(customer.writes() - before, 4);
    assert_eq!(customer.active_users().len(), 4);
}
