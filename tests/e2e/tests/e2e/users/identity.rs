//! Whose account is whose: names that change, are reused or claimed twice, and accounts edited by hand.

use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use super::{assert_says, at_work, count, writes};
use crate::World;
use crate::customer::Customer;

pub(crate) async fn a_new_address_renames_the_account_and_makes_no_second_one(world: World) -> Result<(), Failed> {
    let customer = world.customer("renamed").await?;
    customer.run("user-sync").await?;
    let id = &at_work(&customer)[0];
    let users = customer.portal().users().len();
    let mut expected = customer.user_of(id).ok_or("no account")?;
    let married = format!("married.{}", expected.email);
    customer.hris().change(id, |employee| {
        "Ngata-Married".clone_into(&mut employee.last_name);
        employee.work_email = Some(married.clone());
    });
    let answer = customer.run("user-sync").await?;
    (expected.user_name, expected.email) = (married.clone(), married.clone());
    "Ngata-Married".clone_into(&mut expected.last_name);
    assert_eq!(customer.portal().user(&married), Some(expected), "{answer}");
    assert_eq!(customer.user_of(id), None, "nobody has the old name");
    assert_eq!(customer.portal().users().len(), users, "it is the same account");
    let before = writes(&customer);
    customer.next_day().await?;
    customer.run("user-sync").await?;
    assert_eq!(writes(&customer), before, "the link has followed the name");
    Ok(())
}

pub(crate) async fn an_address_of_a_colleague_is_the_newcomers_problem_and_the_colleague_goes_on(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("disputed").await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let (one, other) = (&people[0], &people[1]);
    let before = customer.user_of(other);
    let address = customer.address_of(one).ok_or("no address")?;
    for id in [one, other] {
        customer.hris().change(id, |employee| {
            employee.work_email = Some(address.to_uppercase());
            employee.job_title = Some("Claimant".to_owned());
        });
    }
    let answer = customer.run("user-sync").await?;
    assert_eq!(customer.user_of(other), before, "{answer}");
    let title = customer.user_of(one).map(|user| user.custom["X-Job Title"].clone());
    assert_eq!(title, Some("Claimant".into()), "{answer}");
    let mail = customer.newest_mail().await?;
    assert_says(&mail, &[one, other]);
    Ok(())
}

pub(crate) async fn an_address_passes_from_a_leaver_to_a_starter_in_one_run(world: World) -> Result<(), Failed> {
    let customer = world.customer("passed-on").await?;
    let problems = count(&customer.run("user-sync").await?, "problems");
    let leaver = &at_work(&customer)[0];
    let (before, users) = (
        customer.user_of(leaver).ok_or("no account")?,
        customer.portal().users().len(),
    );
    customer.hris().terminate(leaver, today().yesterday()?);
    let starter = Employee::new("E9001", "Xiu Ying", "Successor", &before.email);
    customer.hris().hire(starter, today(), today());
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (count(&answer, "created"), count(&answer, "problems")),
        (1, problems),
        "{answer}"
    );
    let heir = customer.portal().user(&before.email).ok_or("no account")?;
    assert_eq!(
        (heir.last_name.as_str(), heir.email.as_str(), heir.active),
        ("Successor", before.email.as_str(), true)
    );
    assert_eq!(customer.portal().users().len(), users + 1, "{answer}");
    let former = customer
        .portal()
        .user(&format!("former-{leaver}"))
        .ok_or("no former account")?;
    assert_eq!(
        (former.active, former.first_name, former.last_name),
        (false, before.first_name, before.last_name)
    );
    let writes_before = writes(&customer);
    customer.next_day().await?;
    customer.run("user-sync").await?;
    assert_eq!(writes(&customer), writes_before, "and there it stays");
    Ok(())
}

pub(crate) async fn a_hand_edit_stays_until_the_portal_is_read_the_next_day(world: World) -> Result<(), Failed> {
    let customer = world.customer("hand-edit").await?;
    customer.run("user-sync").await?;
    let id = &at_work(&customer)[0];
    let before = customer.user_of(id).ok_or("no account")?;
    let administrator = format!("admin@{}", customer.example.company.email_domain);
    edit(&customer, &before.user_name)?;
    edit(&customer, &administrator)?;
    let writes_before = writes(&customer);
    customer.run("user-sync").await?;
    let title = |name: &str| customer.portal().user(name)?.custom("Job Title").cloned();
    assert_eq!(
        title(&before.user_name),
        Some(Value::from("Jester")),
        "nobody has looked"
    );
    customer.next_day().await?;
    let answer = customer.run("user-sync").await?;
    assert_eq!(customer.user_of(id), Some(before), "{answer}");
    assert_eq!(
        title(&administrator),
        Some(Value::from("Jester")),
        "nobody's account is nobody's business"
    );
    assert_eq!(
        (writes(&customer), count(&answer, "overwritten")),
        (writes_before + 1, 1),
        "{answer}"
    );
    Ok(())
}

fn edit(customer: &Customer, user_name: &str) -> Result<(), Failed> {
    let title = json!({ "X-Job Title": "Jester" });
    let fields = title.as_object().ok_or("no object")?;
    let edited = customer.portal().edit_user(user_name, fields);
    edited.then_some(()).ok_or_else(|| "the portal does not let it".into())
}
