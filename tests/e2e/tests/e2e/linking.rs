//! `habitsync link set` and `remove`, as an operator types them: an account that matching does not find is linked to an
//! employee, and a link is deleted.

use habitsync_domain::jobs::job::Job;
use habitsync_local::customer::now;
use habitsync_workflows::ports::lease::{HoldLease as _, Lease};
use habitsync_workflows::ports::people::LoadPerson as _;
use libtest_mimic::Failed;
use serde_json::json;

use crate::World;
use crate::customer::{Customer, Said};
use crate::results::{EVENING_UTC, LONG_ENOUGH};
use crate::users::at_work;

/// The account that no rule finds.
const ACCOUNT: &str = "jo.before.the.wedding";
const TENANT: &str = "linked-by-hand";

pub(crate) async fn an_account_that_no_rule_finds_is_linked_by_hand_and_its_results_follow(
    world: World,
) -> Result<(), Failed> {
    let customer = with_an_account_that_no_rule_finds(&world).await?;
    let people = at_work(&customer);
    let (person, other) = (&people[0], &people[1]);
    let enrolment = completed_before_the_link(&customer).await?;
    let shown = set(&customer, person, ACCOUNT, &[]).await?;
    assert!(
        shown.code == 0 && shown.out.ends_with("nothing was changed; add --yes to do it\n"),
        "{shown:?}"
    );
    assert!(
        shown.out.contains(ACCOUNT) && shown.out.contains("linked            not yet"),
        "{shown:?}"
    );
    refused_while_a_sync_runs(&customer, person).await?;
    let linked = set(&customer, person, ACCOUNT, &["--yes"]).await?;
    assert!(
        linked.code == 0 && linked.out.contains(&format!("employee {person} is linked by ana\n")),
        "{linked:?}"
    );
    assert!(
        linked.out.ends_with("1 result that waited for it: due now\n"),
        "{linked:?}"
    );
    recorded(&customer, enrolment).await?;
    refused(&customer, other).await?;
    let again = set(&customer, person, ACCOUNT, &["--yes"]).await?;
    assert!(
        again.code == 0 && again.out.contains("was linked to it already"),
        "{again:?}"
    );
    let answer = customer.run("user-sync").await?;
    assert!(
        customer.user_of(person).is_some_and(|user| user.active),
        "renamed: {answer}"
    );
    assert_eq!(customer.portal().user(ACCOUNT), None, "and not a second one: {answer}");
    forgotten(&customer, person).await
}

async fn with_an_account_that_no_rule_finds(world: &World) -> Result<Customer, Failed> {
    let customer = world.customer(TENANT).await?;
    let account =
        json!({"user_name": ACCOUNT, "first_name": "Jo", "last_name": "Jones", "email": "jo@elsewhere.example"});
    assert!(customer.portal().add_user(account.as_object().ok_or("an object")?));
    Ok(customer)
}

/// It waits, since the account's employee is unknown.
async fn completed_before_the_link(customer: &Customer) -> Result<u64, Failed> {
    customer.run("course-sync").await?;
    let enrolment = customer
        .portal()
        .complete(ACCOUNT, customer.ready_topics()[0], EVENING_UTC.parse()?)?;
    assert_eq!(customer.portal().announce(&enrolment).await?, 202);
    let id = enrolment.id.to_string();
    habitsync_local::wait::until("a parked result", LONG_ENOUGH, async || {
        let listed = customer
            .habitsync(&["results", "list", TENANT, "--state", "parked"])
            .await?;
        Ok::<_, Failed>(listed.out.contains(&id).then_some(()))
    })
    .await?;
    Ok(enrolment.id)
}

async fn set(customer: &Customer, person: &str, account: &str, more: &[&str]) -> Result<Said, Failed> {
    let words = ["link", "set", TENANT, person, account, "--as", "ana"];
    let said = customer.habitsync(&[&words, more].concat()).await?;
    assert!(
        said.out
            .lines()
            .all(|line| line.chars().count() <= 100 && !line.ends_with(' ')),
        "{}",
        said.out
    );
    Ok(said)
}

async fn refused_while_a_sync_runs(customer: &Customer, person: &str) -> Result<(), Failed> {
    let table = customer.stack().tenant_table(&customer.example.tenant).await?;
    let Lease::Acquired(held) = table.acquire_lease(Job::UserSync, "a-run", now()).await? else {
        return Err("a run goes on".into());
    };
    let said = set(customer, person, ACCOUNT, &["--yes"]).await?;
    assert!(said.code == 1 && said.err.contains("a user sync runs"), "{said:?}");
    assert_eq!(table.load_person(&person.parse()?).await?, None);
    Ok(held.release_lease().await?)
}

async fn refused(customer: &Customer, other: &str) -> Result<(), Failed> {
    let protected = format!("admin@{}", customer.example.company.email_domain);
    for (person, account, complaint) in [
        (other, ACCOUNT, "the account is linked to employee "),
        (other, "nobody", "Tribal Habits has no account of this user name"),
        (other, &protected, "the account is protected"),
        ("E-none", ACCOUNT, "EmployeeConnect has no employee E-none"),
    ] {
        let said = set(customer, person, account, &["--yes"]).await?;
        assert!(said.code == 1 && said.err.contains(complaint), "{said:?}");
        assert!(
            !said.err.contains(ACCOUNT) && !said.err.contains(&protected),
            "nobody is named: {said:?}"
        );
    }
    Ok(())
}

async fn recorded(customer: &Customer, enrolment: u64) -> Result<(), Failed> {
    habitsync_local::wait::until("the result", LONG_ENOUGH, async || {
        customer.watch().await?;
        let results = customer.results();
        Ok::<_, Failed>((!results.is_empty()).then_some(()))
    })
    .await?;
    assert_eq!(customer.results().len(), 1, "of enrolment {enrolment}");
    Ok(())
}

/// The account stays, the decision is on record, and a run that reads the portal matches it again.
async fn forgotten(customer: &Customer, person: &str) -> Result<(), Failed> {
    let words = ["link", "remove", TENANT, person, "--as", "ana"];
    let shown = customer.habitsync(&words).await?;
    assert!(
        shown.code == 0 && shown.out.contains("it is not deactivated when the person leaves"),
        "{shown:?}"
    );
    let removed = customer.habitsync(&[&words[..], &["--yes"]].concat()).await?;
    assert!(
        removed.code == 0 && removed.out.contains("is forgotten by ana"),
        "{removed:?}"
    );
    let again = customer.habitsync(&[&words[..], &["--yes"]].concat()).await?;
    assert!(again.code == 0 && again.out.contains("has no link"), "{again:?}");
    let record = customer
        .habitsync(&["link", "show", TENANT, person, "--output", "csv"])
        .await?;
    assert!(
        record.out.contains("none: the link was removed") && record.out.contains(",link removed by ana,"),
        "{record:?}"
    );
    assert!(
        customer.user_of(person).is_some_and(|user| user.active),
        "the account is as it was"
    );
    customer.next_day().await?;
    customer.run("user-sync").await?;
    let table = customer.stack().tenant_table(&customer.example.tenant).await?;
    assert!(
        table.load_person(&person.parse()?).await?.is_some(),
        "matched again by its user name"
    );
    Ok(())
}
