//! One person, as an operator asks for them: the real program explains and syncs them on the local stack, and the
//! portal's journal shows the writes, and that neither vendor's list was read.

use habitsync_domain::jobs::job::Job;
use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::Method;
use habitsync_workflows::ports::lease::{HoldLease as _, Lease};
use habitsync_workflows::ports::runs::ListRuns as _;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::World;
use crate::customer::{Customer, Said};
use crate::users::at_work;

/// As wide as terminals are.
const WIDTH: usize = 100;

/// What has been asked of the vendors and written to the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    created: usize,
    changed: usize,
    lists: usize,
}

pub(crate) async fn an_operator_explains_and_syncs_one_person_at_a_time(world: World) -> Result<(), Failed> {
    let customer = world.customer("one-person").await?;
    customer.run("user-sync").await?;
    let before = asked(&customer);
    let job = customer.job(Job::UserSync).await?;
    let runs = runs(&customer).await?;
    is_new(&customer).await?;
    has_changed(&customer).await?;
    has_left(&customer).await?;
    is_filtered_out(&customer).await?;
    let after = Asked {
        created: before.created + 1,
        changed: before.changed + 2,
        ..before
    };
    assert_eq!(
        asked(&customer),
        after,
        "a create, a change and a deactivation, and no list"
    );
    assert_eq!(customer.job(Job::UserSync).await?, job, "nothing of it counts as a run");
    assert_eq!(self::runs(&customer).await?, runs);
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (asked(&customer).created, asked(&customer).changed),
        (after.created, after.changed),
        "a run finds nothing left to do: {answer}"
    );
    Ok(())
}

/// A new employee: the command writes nothing before the operator agrees, and then one account.
async fn is_new(customer: &Customer) -> Result<(), Failed> {
    let starter = Employee {
        location: Some("Sydney".to_owned()),
        manager_employee_id: at_work(customer).first().cloned(),
        ..Employee::new("E9001", "Anjali", "O'Rourke", "anjali@starters.example")
    };
    customer.hris().hire(starter, today(), today());
    let before = asked(customer);
    let explained = json(customer, &["explain", "one-person", "E9001"], 0).await?;
    assert_eq!(
        (&explained["next"]["will"], &explained["explanation"]["verdict"]["is"]),
        (&Value::from("create"), &Value::from("in_scope")),
        "{explained}"
    );
    let asked_first = said(customer, &["run", "one-person", "users", "--only", "E9001"], 0).await?;
    assert!(
        asked_first.contains("creates the account anjali@starters.example"),
        "{asked_first}"
    );
    assert!(
        asked_first.contains("nothing was changed; add --yes to do it"),
        "{asked_first}"
    );
    assert_eq!(asked(customer), before, "nobody has agreed");
    let done = said(customer, &["run", "one-person", "users", "--only", "E9001", "--yes"], 0).await?;
    steps_are_told(&done)?;
    assert!(done.contains("every field is as expected"), "{done}");
    let user = customer.portal().user("anjali@starters.example").ok_or("no account")?;
    assert!(user.active && user.last_name == "O'Rourke", "{user:?}");
    let again = json(customer, &["run", "one-person", "users", "--only", "E9001", "--yes"], 0).await?;
    assert_eq!(
        (&again["carried_out"], &again["next"]["will"]),
        (&Value::Bool(false), &Value::from("nothing"))
    );
    let created = before.created + 1;
    assert_eq!(asked(customer), Asked { created, ..before });
    Ok(())
}

/// The command prints every step in order, with its duration.
fn steps_are_told(told: &str) -> Result<(), Failed> {
    let expected = [
        "connect",
        "find",
        "read",
        "scope",
        "map",
        "match",
        "plan",
        "lease",
        "look again",
        "act",
        "record",
        "read back",
    ];
    let is_step = |line: &&str| line.chars().next().is_some_and(char::is_alphabetic) && line.contains(" ms");
    let steps: Vec<_> = told.lines().filter(is_step).collect();
    let named = |(step, line): (&&str, &&str)| line.starts_with(step);
    if steps.len() == expected.len() && expected.iter().zip(&steps).all(named) {
        return Ok(());
    }
    Err(format!("not these steps: {told}").into())
}

/// A changed title, by user name; the change is on record with who asked for it.
async fn has_changed(customer: &Customer) -> Result<(), Failed> {
    let changed = at_work(customer).get(1).ok_or("too few people")?.clone();
    let name = customer.address_of(&changed).ok_or("no address")?;
    customer.hris().change(&changed, |employee| {
        employee.job_title = Some("Chief of Everything".to_owned());
    });
    let before = asked(customer);
    let page = said(customer, &["explain", "one-person", &name], 0).await?;
    assert!(
        page.contains("→ Chief of Everything") && page.contains("written"),
        "{page}"
    );
    let told = json(customer, &["run", "one-person", "users", "--only", &name, "--yes"], 0).await?;
    assert_eq!(
        (&told["done"], &told["read_back"]["found"]),
        (&Value::Bool(true), &Value::Bool(true)),
        "{told}"
    );
    let requests: u64 = told["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|step| step["requests"].as_u64())
        .sum();
    assert!(
        requests <= 12,
        "a handful, whatever the size of the customer: {requests}"
    );
    let title = customer
        .user_of(&changed)
        .and_then(|user| user.custom.get("X-Job Title").cloned());
    assert_eq!(title, Some(Value::from("Chief of Everything")));
    let record = said(customer, &["link", "show", "one-person", &changed], 0).await?;
    let record: Vec<_> = record.split_whitespace().collect();
    assert!(record.join(" ").contains("asked for by an operator"), "{record:?}");
    let changed = before.changed + 1;
    assert_eq!(asked(customer), Asked { changed, ..before });
    Ok(())
}

/// A leaver is deactivated once the operator types the employee number, and not during a run.
async fn has_left(customer: &Customer) -> Result<(), Failed> {
    let leaver = at_work(customer).get(2).ok_or("too few people")?.clone();
    customer.hris().terminate(&leaver, today().yesterday()?);
    let only = ["run", "one-person", "users", "--only", leaver.as_str()];
    let before = asked(customer);
    let unsaid = customer.habitsync(&only).await?;
    assert!(
        unsaid.code == 3 && unsaid.err.contains("--yes-deactivate 1"),
        "{unsaid:?}"
    );
    let wrong = customer
        .habitsync(&[&only[..], &["--yes-deactivate", "2"]].concat())
        .await?;
    assert_eq!((wrong.code, asked(customer)), (3, before), "{wrong:?}");
    let table = customer.stack().tenant_table(&customer.example.tenant).await?;
    let now = customer.portal().clock().now();
    let Lease::Acquired(held) = table.acquire_lease(Job::UserSync, "a run", now).await? else {
        return Err("a run goes on".into());
    };
    let agreed = [&only[..], &["--yes-deactivate", "1"]].concat();
    let busy = customer.habitsync(&agreed).await?;
    held.release_lease().await?;
    assert!(busy.code == 3 && busy.err.contains("a run goes on"), "{busy:?}");
    assert_eq!(asked(customer), before, "nothing was written meanwhile");
    let done = said(customer, &agreed, 0).await?;
    assert!(done.contains("deactivates the account: the last day was"), "{done}");
    let user = customer.user_of(&leaver).ok_or("no account")?;
    assert!(!user.active, "{user:?}");
    let changed = before.changed + 1;
    assert_eq!(asked(customer), Asked { changed, ..before });
    Ok(())
}

/// Nothing is written for an employee out of scope; what would let them in is said. Other jobs know no single people.
async fn is_filtered_out(customer: &Customer) -> Result<(), Failed> {
    let moved = at_work(customer).get(3).ok_or("too few people")?.clone();
    customer
        .hris()
        .change(&moved, |employee| employee.location = Some("Fiji".to_owned()));
    let before = asked(customer);
    let page = said(customer, &["explain", "one-person", &moved], 0).await?;
    assert!(
        page.contains("out of scope: the filter does not admit them") && page.contains("employee.location in"),
        "{page}"
    );
    let told = json(customer, &["run", "one-person", "users", "--only", &moved, "--yes"], 0).await?;
    assert_eq!(
        (&told["carried_out"], &told["next"]["will"]),
        (&Value::Bool(false), &Value::from("nothing")),
        "{told}"
    );
    let wrong = customer
        .habitsync(&["run", "one-person", "courses", "--only", &moved])
        .await?;
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let nobody = customer.habitsync(&["explain", "one-person", "E404404"]).await?;
    assert!(nobody.code == 1 && nobody.err.contains("nobody is known"), "{nobody:?}");
    assert_eq!(asked(customer), before);
    Ok(())
}

fn asked(customer: &Customer) -> Asked {
    let (portal, hris) = (customer.portal().journal(), customer.hris().journal());
    Asked {
        created: portal.count(&Method::POST, "/users"),
        changed: portal.count(&Method::PUT, "/users/{user_name}"),
        lists: portal.count(&Method::GET, "/users") + hris.count(&Method::GET, "/employees"),
    }
}

async fn runs(customer: &Customer) -> Result<usize, Failed> {
    let table = customer.stack().tenant_table(&customer.example.tenant).await?;
    Ok(table.list_runs(Some(Job::UserSync), 100).await?.len())
}

/// What the command says to a reader, which must be fit to be read.
async fn said(customer: &Customer, words: &[&str], code: i32) -> Result<String, Failed> {
    let Said { code: was, out, err } = customer.habitsync(words).await?;
    if was != code || !err.is_empty() {
        return Err(format!("{words:?} exited with {was}: {err}\n{out}").into());
    }
    let too_wide = out.lines().find(|line| line.chars().count() > WIDTH);
    assert_eq!(too_wide, None, "wider than {WIDTH} columns");
    assert!(!out.lines().any(|line| line.ends_with(' ')), "{out}");
    Ok(out)
}

/// What the command says to a program.
async fn json(customer: &Customer, words: &[&str], code: i32) -> Result<Value, Failed> {
    let Said { code: was, out, err } = customer.habitsync(&[words, &["--output", "json"]].concat()).await?;
    if was != code {
        return Err(format!("{words:?} exited with {was}: {err}\n{out}").into());
    }
    Ok(serde_json::from_str(&out)?)
}
