//! All personal data carries a mark that occurs nowhere else, and passes through every function in every way: synced,
//! refused, quoted back, recorded, parked, replayed, crashed upon. Then no log line of any function has the mark in it.

mod people;
mod training;

use std::sync::Arc;

use habitsync_local::package;
use habitsync_simulator_harness::{Armed, Fault, Method, Rule};
use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::World;
use crate::customer::Customer;

/// The mark, in small letters; the shape of an address or a name is put around it.
const MARK: &str = "quokkamark";

pub(crate) async fn what_is_personal_reaches_the_vendors_and_the_mails_and_no_log_line(
    world: World,
) -> Result<(), Failed> {
    let world = world.apart("secrecy").await?;
    let customer = world.customer_like("secrecy", people::with_rules_that_can_fail).await?;
    people::mark_everybody(&customer);
    let mut quoted = Vec::new();
    people::live(&world, &customer, &mut quoted).await?;
    training::happens(&world, &customer, &mut quoted).await?;
    world.stack.invoke("watchdog", &json!({})).await?;
    went_everywhere(&world, &customer, &quoted).await?;
    drop(customer);
    let folder = world.stack.log_folder().to_owned();
    let stack = Arc::into_inner(world.stack).ok_or("somebody still uses the stack")?;
    // Completes the files.
    stack.stop().await;
    for function in package::names()? {
        let log = std::fs::read_to_string(folder.join(format!("{function}.log")))?;
        assert!(
            log.lines().any(|line| line.starts_with('{')),
            "{function} has logged something"
        );
        let marked: Vec<_> = log.lines().filter(|line| is_marked(line)).collect();
        assert!(marked.is_empty(), "{function} logged {}", marked.join("\n"));
    }
    Ok(())
}

fn is_marked(text: &str) -> bool {
    text.to_lowercase().contains(MARK)
}

/// The test could fail: the mark was in the sent data and mails, and every answer that quotes it was given.
async fn went_everywhere(world: &World, customer: &Customer, quoted: &[Armed]) -> Result<(), Failed> {
    let unheard: Vec<_> = quoted.iter().filter(|armed| armed.struck() == 0).collect();
    assert!(unheard.is_empty(), "{unheard:?}");
    let is_sent = |body: &Option<Value>| body.as_ref().is_some_and(|body| is_marked(&body.to_string()));
    for (method, route) in [(Method::POST, "/users"), (Method::PUT, "/users/{user_name}")] {
        let sent = customer.portal().journal().matching(|entry| entry.is(&method, route));
        assert!(sent.iter().any(|entry| is_sent(&entry.body)), "{method} {route}");
    }
    let mails = world.stack.mails().await?;
    assert!(
        mails.iter().any(|mail| is_marked(&mail.body_text)),
        "{} mails",
        mails.len()
    );
    Ok(())
}

/// Lets the portal's next answer to such a call quote personal data.
fn portal_says(customer: &Customer, method: &Method, route: &str, status: u16) -> Armed {
    let refusal = match status {
        422 => json!({ "errors": { "last_name": [personal()], "X-Job Title": [personal()] } }),
        200 => json!([personal()]),
        _ => json!({ "error": personal() }),
    };
    let fault = Fault::Answer { status, body: refusal };
    customer.portal().arm(Rule::new(fault).on(method, route))
}

/// Lets the HR system's next answer to such a call quote personal data.
fn hris_says(customer: &Customer, method: &Method, route: &str, status: u16) -> Armed {
    let mut body = json!({ "error": { "code": personal(), "message": personal() }, "requestId": personal() });
    if status == 422 {
        body["error"]["fields"] = json!({ "employeeId": personal() });
    }
    let fault = Fault::Answer { status, body };
    customer.hris().arm(Rule::new(fault).on(method, route))
}

fn personal() -> String {
    format!("Zoe {MARK} <zoe.{MARK}@{MARK}.example> of +61 400 {MARK} is not what was expected")
}
