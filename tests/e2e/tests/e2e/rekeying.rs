//! Employee numbers that are reissued: no account is touched, the mail and the plan say so, and `habitsync link rekey` moves the
//! accounts to the new numbers.

use std::collections::BTreeMap;

use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use habitsync_workflows::ports::people::LoadPeople as _;
use libtest_mimic::Failed;

use crate::World;
use crate::customer::Customer;
use crate::users::at_work;

const TENANT: &str = "reissued-numbers";

/// Who come back under new numbers: more than may vanish unasked.
const REISSUED: usize = 4;

pub(crate) async fn reissued_employee_numbers_keep_their_accounts_and_move_by_one_command(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer(TENANT).await?;
    customer.run("user-sync").await?;
    let people: Vec<_> = at_work(&customer).into_iter().take(REISSUED).collect();
    assert_eq!(people.len(), REISSUED);
    let accounts = links(&customer).await?;
    a_404_about_a_route_takes_no_account(&customer, &people[0]).await?;
    for person in &people {
        let mut record = customer.hris().remove(person).ok_or("a record")?;
        record.employee_id = renumbered(person);
        customer.hris().put_employee(record);
    }
    let active = customer.active_users().len();
    let answer = customer.run("user-sync").await?;
    assert_eq!(customer.active_users().len(), active, "{answer}");
    assert_eq!(answer["counts"]["rekeyed"], REISSUED, "{answer}");
    let shown = customer.habitsync(&["link", "rekey", TENANT, "--as", "ana"]).await?;
    assert!(
        shown.code == 0 && shown.out.ends_with("add --yes to do it\n"),
        "{shown:?}"
    );
    let moved = customer
        .habitsync(&["link", "rekey", TENANT, "--as", "ana", "--yes"])
        .await?;
    assert!(
        moved.code == 0 && moved.out.contains("4 accounts moved to the new numbers by ana"),
        "{moved:?}"
    );
    let moved = links(&customer).await?;
    for person in &people {
        assert_eq!(moved.get(&renumbered(person)), accounts.get(person));
        assert!(!moved.contains_key(person));
    }
    let answer = customer.run("user-sync").await?;
    assert_eq!(customer.active_users().len(), active, "{answer}");
    assert_eq!(answer["counts"]["rekeyed"], 0, "{answer}");
    let history = customer
        .habitsync(&["link", "show", TENANT, &renumbered(&people[0])])
        .await?;
    assert!(
        history.out.contains("re-keyed from") && history.out.contains("works there and has no"),
        "{history:?}"
    );
    Ok(())
}

/// The record is not listed, and asking for it is answered by something that knows no such path.
async fn a_404_about_a_route_takes_no_account(customer: &Customer, person: &str) -> Result<(), Failed> {
    let record = customer.hris().remove(person).ok_or("a record")?;
    let text = r#"{"error":{"code":"route_not_found","message":"No route"}}"#.to_owned();
    let moment = Moment::BeforeEffect;
    let elsewhere = Fault::Text {
        status: 404,
        text,
        moment,
    };
    let armed = customer.hris().arm(
        Rule::new(elsewhere)
            .on(&Method::GET, "/employees/{employeeId}")
            .times(u32::MAX),
    );
    let answer = customer.run("user-sync").await?;
    assert!(armed.struck() > 0, "{answer}");
    assert!(customer.user_of(person).is_none_or(|user| user.active), "{answer}");
    armed.disarm();
    customer.hris().put_employee(record);
    Ok(())
}

fn renumbered(person: &str) -> String {
    format!("N{person}")
}

/// User names by employee number.
async fn links(customer: &Customer) -> Result<BTreeMap<String, String>, Failed> {
    let people = customer.table().await?.load_people().await?;
    let link = |person: &habitsync_domain::people::link::Person| {
        (person.employee_id.to_string(), person.user_name.as_str().to_owned())
    };
    Ok(people.people.iter().map(link).collect())
}
