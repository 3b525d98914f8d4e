//! The published JSON Schema of a customer's file: in step with the types, and accepting the same files as the parser.
//!
//! After a change to the configuration, `UPDATE_EXPECT=1 cargo test -p habitsync-domain --test tenant_schema` publishes it
//! anew.

use expect_test::expect_file;
use habitsync_domain::configuration::{TenantConfiguration, schema};
use serde_json::Value;

const ACME: &str = include_str!("../src/configuration/acme.toml");

/// The local stack's example, its gaps filled in.
fn local_customer() -> String {
    [
        ("{tenant}", "acme"),
        ("{name}", "Acme Pty Ltd"),
        ("{tribal_habits}", "http://127.0.0.1:8001"),
        ("{employee_connect}", "http://127.0.0.1:8002/api/v1"),
        ("{schedules}", "user_sync = \"rate(5 minutes)\""),
        ("{email_domain}", "acme.example"),
        ("{time_zone}", "Australia/Sydney"),
        ("{requests_per_minute}", "240"),
        ("{read_back}", "false"),
        ("{users}", ""),
        ("{fields}", ""),
    ]
    .into_iter()
    .fold(
        include_str!("../../../infra/local/customer.toml").to_owned(),
        |text, (gap, value)| text.replace(gap, value),
    )
}

/// Returns the schema's errors of a file; none where it is valid.
fn objections(source: &str) -> Vec<String> {
    let file: Value = toml::from_str(source).expect("is TOML");
    let validator = jsonschema::validator_for(schema().as_value()).expect("is a schema");
    let objection = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator.iter_errors(&file).map(objection).collect()
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let text = serde_json::to_string_pretty(&schema()).expect("is JSON") + "\n";
    expect_file!["../../../docs/tenant.schema.json"].assert_eq(&text);
}

#[test]
fn the_examples_are_valid_by_the_schema_and_when_they_are_applied() {
    for source in [ACME, &local_customer()] {
        assert_eq!(objections(source), Vec::<String>::new());
        assert!(source.parse::<TenantConfiguration>().is_ok());
    }
}

#[test]
fn a_file_that_leaves_out_whatever_it_may_is_valid() {
    let least = "tenant = 'a'\nname = 'A'\ntime_zone = 'UTC'\nstatus = 'draft'\n[schedules]\n\
                 [tribal_habits]\nbase_url = 'https://a.example'\n[employee_connect]\nbase_url = 'https://b.example'\n\
                 [users]\nuser_name = 'employee.workEmail'\n[users.fields]\nfirst_name = 'employee.firstName'\n\
                 last_name = 'employee.lastName'\nemail = 'employee.workEmail'\n";
    assert_eq!(objections(least), Vec::<String>::new());
    assert!(least.parse::<TenantConfiguration>().is_ok());
}

#[test]
fn a_broken_file_is_refused_by_the_schema_and_when_it_is_applied() {
    for (from, to) in [
        ("tenant = \"acme\"", "tenant = \"Acme Ltd\""),
        ("name = \"Acme Pty Ltd\"", "name = \"\""),
        ("time_zone = \"Australia/Sydney\"\x20", "time_zone = \"10:00\"\x20"),
        ("status = \"live\"", "status = \"running\""),
        ("status = \"live\"", "stage = \"live\""),
        ("https://acme.tribalhabits.com", "acme.tribalhabits.com"),
        ("requests_per_minute = 240", "requests_per_minute = 0"),
        ("page_size = 100", "page_size = 201"),
        ("page_size = 100", "pagesize = 100"),
        ("auth = \"client_credentials\"", "auth = \"basic\""),
        ("cron(0 7-19 ? * MON-FRI *)", "cron(0 7-19 ? * MON-FRI)"),
        ("rate(6 hours)", "rate(0 hours)"),
        ("jitter_minutes = 10", "jitter_minutes = 2000"),
        ("user_name = \"employee.workEmail\"", "user_name = 3"),
        ("[\"user_name\", \"email\"]", "[\"user_name\", \"phone\"]"),
        ("[\"user_name\", \"email\"]", "[\"email\", \"email\"]"),
        ("[\"Active\", \"Onboarding\"]", "[]"),
        ("last_name = \"employee.lastName\"\n", ""),
        ("\"X-Job Title\" =", "\"Job Title\" ="),
        ("\"X-Job Title\" =", "\"X- \" ="),
        ("\"employee.jobTitle\"", "true"),
        ("value = \"employee.location\", ", ""),
        ("write = \"always\"", "write = \"sometimes\""),
        ("write = \"always\"", "mode = \"always\""),
        ("type = \"date\"", "type = \"datetime\""),
        ("{ \"OPS\" = \"Operations\"", "{ \"OPS\" = 3"),
        ("percent = 0.5", "percent = 101"),
        ("count = 2, ", ""),
        ("to = [\"hr-systems@acme.com.au\"]", "to = [\"hr-systems\"]"),
        ("[courses]", "[coarses]"),
        (
            "on_withdrawn",
            "launch_urls = { \"TH-9-1\" = \"ftp://acme.example/1\" }\non_withdrawn",
        ),
        (
            "on_withdrawn",
            "launch_urls = { \"TH-9-1\" = \"enrol/1\" }\non_withdrawn",
        ),
        (
            "on_withdrawn",
            "launch_urls = { \" \" = \"https://acme.example/1\" }\non_withdrawn",
        ),
    ] {
        let source = ACME.replacen(from, to, 1);
        assert_ne!(source, ACME, "{from} is not in the example");
        assert!(!objections(&source).is_empty(), "{to}");
        assert!(source.parse::<TenantConfiguration>().is_err(), "{to}");
    }
}
