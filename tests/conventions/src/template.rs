//! What the templates and the functions promise each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::project::{assert_none, folders, rust_files, text};
use crate::yaml;

/// The application's template.
pub(crate) fn application() -> Value {
    yaml::template("infra/template.yaml")
}

/// The resources of a type, by their logical names.
pub(crate) fn resources<'t>(template: &'t Value, kind: &str) -> BTreeMap<&'t str, &'t Value> {
    let resources = template["Resources"].as_object().expect("resources");
    let found: BTreeMap<_, _> = resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
        .collect();
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

/// The functions by the folder that their code comes from.
pub(crate) fn functions(template: &Value) -> BTreeMap<String, (&str, &Value)> {
    let functions = resources(template, "AWS::Serverless::Function");
    let folder = |function: &Value| {
        let code = function["CodeUri"].as_str().expect("a folder");
        code.trim_start_matches("../target/lambda/")
            .trim_end_matches('/')
            .to_owned()
    };
    functions
        .into_iter()
        .map(|(name, function)| (folder(function), (name, function)))
        .collect()
}

#[test]
fn each_folder_of_functions_is_one_function_of_the_template() {
    let template = application();
    let in_template: Vec<_> = functions(&template).into_keys().collect();
    assert_eq!(in_template, folders("functions"));
}

#[test]
fn a_functions_name_is_its_stages_and_its_folders() {
    let template = application();
    for (folder, (_, function)) in functions(&template) {
        assert_eq!(
            function["FunctionName"]["Fn::Sub"],
            format!("habitsync-${{Stage}}-{folder}")
        );
    }
}

#[test]
fn the_variables_a_function_reads_are_those_the_template_gives_it() {
    let template = application();
    let names = |variables: &Value| -> BTreeSet<String> {
        variables
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let of_all = names(&template["Globals"]["Function"]["Environment"]["Variables"]);
    let mut offences = Vec::new();
    for (folder, (_, function)) in functions(&template) {
        let given = &of_all | &names(&function["Environment"]["Variables"]);
        let read = settings(&folder);
        offences.extend(
            (&read - &given)
                .iter()
                .map(|name| format!("{folder} reads {name}, which it is not given")),
        );
        offences.extend(
            (&given - &read)
                .iter()
                .map(|name| format!("{folder} is given {name}, which it does not read")),
        );
    }
    assert_none(&offences);
}

/// Settings that several functions read: how a source calls for them, and the file that names their variables.
const SHARED_SETTINGS: [(&str, &str); 2] = [
    ("JobSettings", "shared/job-functions/src/settings.rs"),
    (".mail_settings()", "shared/lambda-support/src/mail.rs"),
];

/// The variables that a function's sources name, directly or through shared settings.
fn settings(folder: &str) -> BTreeSet<String> {
    let mut source = sources(&format!("functions/{folder}"));
    for (call, file) in SHARED_SETTINGS {
        if source.contains(call) {
            source.push_str(&text(file));
        }
    }
    variables_in(&source)
}

fn sources(folder: &str) -> String {
    let files = rust_files();
    files.iter().filter(|file| file.starts_with(folder)).map(text).collect()
}

fn variables_in(source: &str) -> BTreeSet<String> {
    let literals = source.split('"').skip(1).step_by(2);
    literals
        .filter(|literal| literal.starts_with("HABITSYNC_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_message_stays_hidden_six_times_as_long_as_its_function_may_take() {
    let template = application();
    let mut sources = 0;
    for (folder, (_, function)) in functions(&template) {
        for event in function["Events"]
            .as_object()
            .into_iter()
            .flat_map(|events| events.values())
        {
            let queue = event["Properties"]["Queue"]["Fn::GetAtt"]
                .as_str()
                .expect("a queue of this template");
            let queue = &template["Resources"][queue.trim_end_matches(".Arn")]["Properties"];
            let hidden = queue["VisibilityTimeout"].as_u64().expect("a visibility time-out");
            let timeout = function["Timeout"].as_u64().expect("a time-out");
            assert!(
                hidden >= 6 * timeout,
                "{folder}: {hidden} s is less than six times {timeout} s"
            );
            sources += 1;
        }
    }
    assert_eq!(sources, 1, "the pusher is what reads a queue");
}

#[test]
fn a_batch_is_one_message_and_only_failed_messages_come_back() {
    let template = application();
    let source = &functions(&template)["result-pusher"].1["Events"]["Results"]["Properties"];
    assert_eq!(source["BatchSize"], 1);
    assert_eq!(
        source["FunctionResponseTypes"],
        serde_json::json!(["ReportBatchItemFailures"])
    );
    // A customer with two completions a second whose vendor hangs takes ten places before its breaker opens.
    let places = source["ScalingConfig"]["MaximumConcurrency"]["Fn::If"][2].as_u64();
    assert!(places.is_some_and(|places| places >= 2 * 10), "{places:?}");
}

#[test]
fn a_dead_letter_is_kept_longer_than_a_message_waits() {
    let template = application();
    let queues = resources(&template, "AWS::SQS::Queue");
    let kept = |queue: &str| queues[queue]["MessageRetentionPeriod"].as_u64().expect("a retention");
    assert_eq!(kept("ResultDeadLetterQueue"), 14 * 24 * 60 * 60);
    assert!(kept("ResultQueue") < kept("ResultDeadLetterQueue"));
    let letters = &queues["ResultQueue"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"];
    assert_eq!(letters, "ResultDeadLetterQueue.Arn");
}

#[test]
fn an_asynchronous_call_is_never_repeated_by_lambda() {
    let settings = &application()["Globals"]["Function"]["EventInvokeConfig"];
    assert_eq!(settings["MaximumRetryAttempts"], 0);
    assert_eq!(settings["MaximumEventAgeInSeconds"], 3600);
}

#[test]
fn the_address_of_the_webhook_is_the_one_that_customers_are_given() {
    let template = application();
    let routes: Vec<_> = resources(&template, "AWS::ApiGatewayV2::Route")
        .values()
        .map(|route| route["RouteKey"].clone())
        .collect();
    assert_eq!(routes, ["POST /webhooks/tribal-habits/{tenant}"]);
}

#[test]
fn every_log_is_given_up_after_a_while() {
    let template = application();
    let groups = resources(&template, "AWS::Logs::LogGroup");
    let endless = groups
        .iter()
        .filter(|(_, group)| group["RetentionInDays"].as_u64().is_none());
    assert_none(&endless.map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_table_survives_its_stack_unless_a_throw_away_stage_says_otherwise() {
    let state = yaml::template("infra/state.yaml");
    let table = &state["Resources"]["Table"];
    assert_eq!(table["DeletionPolicy"]["Ref"], "OnDelete");
    assert_eq!(state["Parameters"]["OnDelete"]["Default"], "Retain");
    assert_eq!(
        table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(
        table["Properties"]["TimeToLiveSpecification"]["AttributeName"],
        "expires_at"
    );
}

#[test]
fn a_deployment_names_only_parameters_that_its_template_has() {
    let configuration: toml::Table = text("infra/samconfig.toml").parse().expect("samconfig.toml");
    let mut offences = Vec::new();
    for (section, settings) in configuration.iter().filter(|(_, value)| value.is_table()) {
        let settings = &settings["deploy"]["parameters"];
        let file = settings["template_file"].as_str().expect("a template");
        let template = yaml::template(&format!("infra/{file}"));
        let overrides = settings
            .get("parameter_overrides")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        for parameter in overrides.filter_map(toml::Value::as_str) {
            let name = parameter.split('=').next().unwrap_or_default();
            if template["Parameters"].get(name).is_none() {
                offences.push(format!("{section}: {file} has no parameter {name}"));
            }
        }
    }
    assert_none(&offences);
}
