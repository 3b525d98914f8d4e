//! The whole reading of a file: accepted values, refused values, and the line and text of each error.

use std::collections::BTreeSet;

use super::{EmptyMode, FieldType, InvalidConfiguration, TenantConfiguration, WriteMode, unknown_custom_fields};

/// The example of the documentation, whole.
const ACME: &str = include_str!("acme.toml");

/// The example with one thing changed.
fn changed(from: &str, to: &str) -> String {
    assert!(ACME.contains(from), "{from} is not in the example");
    ACME.replacen(from, to, 1)
}

fn error_of(source: &str) -> InvalidConfiguration {
    source.parse::<TenantConfiguration>().expect_err("was accepted")
}

/// The line, from 1, that begins with `start`.
fn line_of(source: &str, start: &str) -> usize {
    let index = source.lines().position(|line| line.trim_start().starts_with(start));
    index.unwrap_or_else(|| panic!("{start} begins no line")) + 1
}

/// One change is refused once, on the line that begins so, with these words.
#[track_caller]
fn refused(from: &str, to: &str, start: &str, words: &[&str]) {
    let source = changed(from, to);
    let error = error_of(&source);
    let [finding] = error.findings.as_slice() else {
        panic!("{to}: {error}")
    };
    assert_eq!(finding.line, Some(line_of(&source, start)), "{to}: {error}");
    for word in words {
        assert!(finding.message.contains(word), "{to}: {error} lacks {word}");
    }
}

#[test]
fn the_documented_example_is_valid() {
    let acme: TenantConfiguration = ACME.parse().expect("valid");
    assert_eq!(acme.tenant.as_str(), "acme");
    let location = &acme.users.fields[&"X-Location".parse().expect("a field")];
    assert_eq!(
        (location.write, location.empty, location.kind),
        (WriteMode::Always, EmptyMode::Clear, FieldType::String)
    );
    assert_eq!(acme.limits.terminated.allows(400), 80);
    assert_eq!(acme.limits.vanished.allows(400), 2);
}

#[test]
fn a_text_that_is_no_toml_is_refused_on_its_line() {
    let error = error_of("tenant = 'acme'\nname = \n");
    assert_eq!(error.findings.len(), 1, "{error}");
    assert!(error.to_string().starts_with("line 2: "), "{error}");
}

#[test]
fn schedules_are_read_under_the_names_of_version_0_1_too() {
    let source = include_str!("acme.toml");
    let renamed = [
        ("user_sync = ", "users = "),
        ("course_sync = ", "courses = "),
        ("result_sweep = ", "results_sweep = "),
    ];
    let old = renamed
        .iter()
        .fold(source.to_owned(), |source, (new, old)| source.replace(new, old));
    let [new, old] = [source, &old].map(|source| source.parse::<TenantConfiguration>().expect("valid"));
    assert_eq!(new.schedules, old.schedules);
}

#[test]
fn an_unknown_key_is_refused_on_its_line_with_what_is_allowed() {
    refused(
        "page_size = 100",
        "pagesize = 100",
        "pagesize",
        &["pagesize", "page_size"],
    );
    refused(
        "write = \"always\"",
        "mode = \"always\"",
        "\"X-Location\"",
        &["mode", "write"],
    );
    refused("[courses]", "[coarses]", "[coarses]", &["coarses", "courses"]);
    refused("\"X-Job Title\" =", "\"Job Title\" =", "\"Job Title\"", &["X-"]);
}

#[test]
fn a_value_that_does_not_exist_is_refused_on_its_line() {
    refused("Australia/Sydney", "Australia/Sidney", "time_zone", &["IANA"]);
    refused(
        "status = \"live\"",
        "status = \"running\"",
        "status",
        &["draft", "paused"],
    );
    refused("rate(6 hours)", "every 6 hours", "result_sweep", &["rate(6 hours)"]);
    refused(
        "cron(0 7-19 ?",
        "cron(0 7-61 ?",
        "user_sync = ",
        &["7-61", "hours", "23"],
    );
    refused("cron(0 7-19 ?", "cron(0 7-19 *", "user_sync = ", &["exactly one", "?"]);
    refused(
        "auth = \"client_credentials\"",
        "auth = \"basic\"",
        "auth",
        &["static_key"],
    );
}

#[test]
fn a_number_out_of_its_range_is_refused_on_its_line() {
    refused(
        "jitter_minutes = 10",
        "jitter_minutes = 2000",
        "jitter_minutes",
        &["1440"],
    );
    refused("page_size = 100", "page_size = 0", "page_size", &["1", "200"]);
    refused(
        "requests_per_minute = 300",
        "requests_per_minute = 0",
        "requests_per_minute = 0",
        &["at least 1"],
    );
    refused("percent = 0.5", "percent = -1", "vanished", &["0 and 100"]);
    refused("percent = 0.5", "percent = nan", "vanished", &["0 and 100"]);
    refused(
        "shrink_percent = 20",
        "shrink_percent = inf",
        "shrink_percent",
        &["0 and 100"],
    );
    refused(
        "field_loss_percent = 10",
        "field_loss_percent = 101",
        "field_loss_percent",
        &["0 and 100"],
    );
}

#[test]
fn lists_that_say_nothing_or_the_same_twice_or_contradict_each_other_are_refused() {
    let active = "active_statuses = [\"Active\", \"Onboarding\"]";
    refused(active, "active_statuses = []", "active_statuses", &["at least one"]);
    refused(
        active,
        "active_statuses = [\"Active\", \"Active\"]",
        "active_statuses",
        &["twice"],
    );
    refused(
        active,
        "active_statuses = [\"Active \"]",
        "active_statuses",
        &["blanks"],
    );
    refused(
        "[\"Terminated\"]",
        "[\"Left\", \"Active\"]",
        "terminated_statuses",
        &["both"],
    );
    refused(
        "[\"user_name\", \"email\"]",
        "[\"email\", \"email\"]",
        "match_existing",
        &["twice"],
    );
    refused(
        "to = [\"hr",
        "to = [\"HR-Systems@acme.com.au\", \"hr",
        "to = ",
        &["twice"],
    );
}

#[test]
fn an_item_of_a_list_over_several_lines_is_refused_on_its_own_line() {
    refused(
        "protect = [\"admin",
        "protect = [\n  \"ADMIN@acme.com.au\",\n  \"admin",
        "\"admin@acme",
        &["twice"],
    );
}

#[test]
fn a_portal_without_a_required_field_is_refused() {
    refused(
        "last_name = \"employee.lastName\"\n",
        "",
        "[users.fields]",
        &["last_name is required"],
    );
}

#[test]
fn more_custom_fields_than_a_portal_has_are_refused() {
    let many: Vec<_> = (0..17)
        .map(|number| format!("X-{number} = \"employee.jobTitle\""))
        .collect();
    let many = many.join(
        "
",
    );
    refused(
        "[courses]",
        &format!("{many}\n[courses]"),
        "[users.fields]",
        &["21 custom fields", "20"],
    );
}

#[test]
fn an_expression_that_fails_for_everybody_is_refused_on_its_line() {
    refused(
        "\"employee.lastName\"",
        "\"employee.lastName +\"",
        "last_name",
        &["not a CEL expression"],
    );
    refused(
        "employee.jobTitle",
        "employee.jobtitle",
        "\"X-Job Title\"",
        &["jobtitle", "jobTitle"],
    );
    refused(
        "\"employee.jobTitle\"",
        "\"person.jobTitle\"",
        "\"X-Job Title\"",
        &["person", "employee"],
    );
    refused(
        ".endsWith(",
        ".endswith(",
        "filter",
        &["endswith", "did you mean endsWith?"],
    );
    refused(
        "!(employee.location in",
        "!(employee.locaton in",
        "&& !",
        &["locaton", "location"],
    );
}

#[test]
fn a_name_that_also_stands_in_a_comment_is_found_where_it_is_used() {
    let source = changed("\"employee.startDate\"", "\"employee.startdate\"").replacen("# Acme", "# startdate: Acme", 1);
    let error = error_of(&source);
    assert_eq!(
        error.findings[0].line,
        Some(line_of(&source, "\"X-Start Date\"")),
        "{error}"
    );
}

#[test]
fn a_filter_that_is_no_condition_is_refused() {
    let start = ACME.find("filter = '''").expect("there is one");
    let end = ACME.find("out_of_scope = \"ignore\"").expect("there is one");
    let filter = ACME[start..end].to_owned();
    for no_condition in ["employee.location", "'Fiji'", "lower(employee.location)"] {
        refused(
            &filter,
            &format!("filter = \"{no_condition}\"\n"),
            "filter",
            &["true or false"],
        );
    }
}

#[test]
fn a_default_or_a_mapped_value_that_the_type_does_not_take_is_refused() {
    let date = "type = \"date\"";
    refused(
        date,
        "type = \"date\", default = \"8/1/24\"",
        "\"X-Start",
        &["yyyy-mm-dd"],
    );
    refused(
        date,
        "type = \"date\", map = { a = \"2024-13-01\" }",
        "\"X-Start",
        &["yyyy-mm-dd"],
    );
    refused(
        date,
        "type = \"number\", default = \"1.234\"",
        "\"X-Start",
        &["two decimals"],
    );
    refused(date, "type = \"date\", default = \"\"", "\"X-Start", &["leave it out"]);
    refused(
        date,
        "type = \"date\", map = { ' a' = \"2024-12-01\" }",
        "\"X-Start",
        &["never met"],
    );
    let email = "email = { value = \"employee.workEmail\", default = \"nobody\" }";
    refused("email = \"employee.workEmail\"", email, "email", &["e-mail"]);
}

#[test]
fn a_clear_that_would_silently_do_nothing_is_refused() {
    let always = "write = \"always\", empty = \"clear\"";
    for other in ["write = \"on_create\"", "write = \"if_empty\"", "default = \"Nowhere\""] {
        refused(
            always,
            &format!("{other}, empty = \"clear\""),
            "\"X-Location\"",
            &["do nothing"],
        );
    }
    let required = "last_name = { value = \"employee.lastName\", empty = \"clear\" }";
    refused(
        "last_name = \"employee.lastName\"",
        required,
        "last_name",
        &["do nothing", "requires"],
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file() {
    let source = [
        ("name = \"Acme Pty Ltd\"\n", ""),
        ("status = \"live\"", "status = \"running\""),
        ("page_size = 100", "pagesize = 0"),
        ("[\"user_name\", \"email\"]", "[\"user_name\", \"mail\", 3]"),
        ("employee.jobTitle", "employee.jobtitle"),
        ("\"employee.lastName\"", "\"employee.\""),
        ("value = \"employee.location\", ", ""),
        ("field_loss_percent = 10", "field_loss_percent = 110"),
        ("count = 2, ", ""),
        ("[courses]", "[coarses]"),
    ]
    .into_iter()
    .fold(ACME.to_owned(), |source, (from, to)| {
        assert!(source.contains(from), "{from}");
        source.replacen(from, to, 1)
    });
    let error = error_of(&source);
    let lines: Vec<_> = error.findings.iter().map(|finding| finding.line).collect();
    assert!(lines.is_sorted(), "{error}");
    assert_eq!(error.findings.len(), 11, "{error}");
}

#[test]
fn a_custom_field_that_nobody_has_is_a_warning_on_its_line() {
    let acme: TenantConfiguration = ACME.parse().expect("valid");
    let seen = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(unknown_custom_fields(ACME, &acme, &seen(&["Division", "Other"])), []);
    let warnings = unknown_custom_fields(ACME, &acme, &seen(&["Cost Centre", "Divison"]));
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}")
    };
    assert_eq!(
        warning.to_string(),
        format!(
            "line {}: nobody has the custom field 'Division' (there are: Cost Centre, Divison; did you mean Divison?)",
            line_of(ACME, "\"X-Division\"")
        )
    );
}

#[test]
fn a_custom_field_inside_a_filter_of_several_lines_has_a_line_of_its_own() {
    let source = changed("employee.location in", "employee.customFields.Team in");
    let configuration: TenantConfiguration = source.parse().expect("valid");
    assert!(configuration.names_custom_fields());
    let warnings = unknown_custom_fields(&source, &configuration, &BTreeSet::from(["Division".to_owned()]));
    let lines: Vec<_> = warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(line_of(&source, "&& !"))]);
}

#[test]
fn a_launch_url_that_is_none_is_refused_on_its_line_and_a_good_one_is_read() {
    let courses = |lines: &str| changed("[results]", &format!("[courses.launch_urls]\n{lines}\n\n[results]"));
    let acme: TenantConfiguration = courses("\"TH-9-456\" = \"https://acme.example/enrol/456\"")
        .parse()
        .expect("valid");
    let (code, url) = acme.courses.launch_urls.first_key_value().expect("one");
    assert_eq!(
        (code.0.as_str(), url.as_str()),
        ("TH-9-456", "https://acme.example/enrol/456")
    );
    for (line, words) in [
        ("\"TH-9-456\" = \"ftp://acme.example/456\"", "http or https"),
        ("\"TH-9-456\" = \"acme.example/456\"", "relative URL"),
        ("\" TH-9-456\" = \"https://acme.example/456\"", "no topic's code"),
    ] {
        let source = courses(line);
        let error = error_of(&source);
        let [finding] = error.findings.as_slice() else {
            panic!("{line}: {error}")
        };
        assert_eq!(finding.line, Some(line_of(&source, line)), "{error}");
        assert!(finding.message.contains(words), "{error}");
    }
}
