//! What the alarms watch: metrics that the code emits, and what to do about each is written down.

use serde_json::Value;

use crate::project::{assert_none, folders, rust_files, text};
use crate::template::{application, functions, resources};

/// The namespace of this project's own metrics.
const NAMESPACE: &str = "HabitSync";

/// One metric that an alarm watches.
struct Watched<'t> {
    alarm: &'t str,
    name: &'t str,
    dimensions: Vec<&'t str>,
    /// The value of the dimension `function`, where there is one.
    function: Option<&'t str>,
}

/// Every metric of ours that an alarm watches.
fn watched(template: &Value) -> Vec<Watched<'_>> {
    let mut found = Vec::new();
    for (alarm, properties) in resources(template, "AWS::CloudWatch::Alarm") {
        let of_math = properties["Metrics"].as_array().into_iter().flatten();
        let metrics = of_math
            .map(|metric| &metric["MetricStat"]["Metric"])
            .chain([properties]);
        for metric in metrics.filter(|metric| metric["Namespace"] == NAMESPACE) {
            let dimensions = metric["Dimensions"].as_array().expect("dimensions");
            let of_function = dimensions.iter().find(|dimension| dimension["Name"] == "function");
            found.push(Watched {
                alarm,
                name: metric["MetricName"].as_str().expect("a name"),
                dimensions: dimensions
                    .iter()
                    .filter_map(|dimension| dimension["Name"].as_str())
                    .collect(),
                function: of_function.and_then(|dimension| dimension["Value"].as_str()),
            });
        }
    }
    found
}

/// The code that runs in functions, without what declares the metrics and without tests.
fn emitting_code(folder: Option<&str>) -> String {
    let is_emitting = |path: &str| {
        let in_function = path.starts_with("functions/");
        let in_support = path.starts_with("shared/lambda-support/") && !path.ends_with("/metrics.rs");
        match folder {
            Some(folder) => path.starts_with(&format!("functions/{folder}/")) || in_support,
            None => in_function || in_support,
        }
    };
    let files = rust_files()
        .into_iter()
        .filter(|path| is_emitting(&path.to_string_lossy()));
    let code = files.map(|path| text(path).split("#[cfg(test)]").next().unwrap_or_default().to_owned());
    code.collect()
}

#[test]
fn every_metric_that_an_alarm_watches_is_one_that_the_code_emits() {
    let template = application();
    let metrics = watched(&template);
    assert!(metrics.len() > 10, "only {} metrics are watched", metrics.len());
    let declared = text("shared/lambda-support/src/metrics.rs");
    let offences = metrics.iter().filter_map(|metric| {
        let name = metric.name;
        let is_declared = declared.contains(&format!("    {name}: "));
        let is_emitted = emitting_code(metric.function).contains(&format!("Metric::{name}"));
        (!is_declared || !is_emitted).then(|| format!("{} watches {name}, which nobody emits", metric.alarm))
    });
    assert_none(&offences.collect::<Vec<_>>());
}

#[test]
fn an_alarm_asks_for_a_metric_by_the_dimensions_it_is_emitted_with() {
    let template = application();
    let of_stage = emitting_code(Some("watchdog"));
    let offences = watched(&template).into_iter().filter_map(|metric| {
        let by_function = metric.dimensions == ["stage", "function"];
        let by_stage = metric.dimensions == ["stage"] && of_stage.contains(&format!("Metric::{}", metric.name));
        let is_function = metric
            .function
            .is_some_and(|name| folders("functions").iter().any(|folder| folder == name));
        let fits = by_stage || (by_function && is_function);
        (!fits).then(|| format!("{}: {} by {:?}", metric.alarm, metric.name, metric.dimensions))
    });
    assert_none(&offences.collect::<Vec<_>>());
}

#[test]
fn a_function_names_itself_in_its_metrics_by_its_folder() {
    for folder in folders("functions") {
        let main = text(format!("functions/{folder}/src/main.rs"));
        let names = ["Metrics::of_function(&settings.stage", "JobFunction::new("];
        let of_function = names.iter().any(|name| main.contains(name)) && main.contains(&format!("\"{folder}\""));
        let of_stage = folder == "watchdog" && main.contains("Metrics::of_stage(&settings.stage)");
        assert!(of_function || of_stage, "{folder}");
    }
}

#[test]
fn every_alarm_says_where_it_is_written_what_to_do_and_it_is() {
    let template = application();
    let runbook = text("docs/RUNBOOK.md");
    let headings: Vec<_> = runbook.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut offences = Vec::new();
    for (alarm, properties) in resources(&template, "AWS::CloudWatch::Alarm") {
        let description = properties["AlarmDescription"].as_str().expect("a description");
        let section = description.split("docs/RUNBOOK.md#").nth(1).unwrap_or_default();
        if !headings.iter().any(|heading| anchor(heading) == section) {
            offences.push(format!("{alarm}: the runbook has no section {section:?}"));
        }
        if properties["AlarmActions"] != properties["OKActions"] {
            offences.push(format!("{alarm}: whoever hears that it began hears that it is over"));
        }
    }
    assert_none(&offences);
}

/// A heading as a link names it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|sign| sign.is_alphanumeric() || *sign == ' ' || *sign == '-');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn the_dashboard_shows_every_alarm_and_every_function() {
    let template = application();
    let dashboards = resources(&template, "AWS::CloudWatch::Dashboard");
    let body = dashboards["Dashboard"]["DashboardBody"]["Fn::Sub"]
        .as_str()
        .expect("a body");
    let parsed: Value = serde_json::from_str(body).expect("the body is JSON");
    assert!(parsed["widgets"].as_array().is_some_and(|widgets| widgets.len() > 5));
    let mut offences = Vec::new();
    for (alarm, properties) in resources(&template, "AWS::CloudWatch::Alarm") {
        let name = properties["AlarmName"]["Fn::Sub"].as_str().expect("a name");
        if !body.contains(&format!(":alarm:{name}\"")) {
            offences.push(format!("{alarm} is not on the dashboard"));
        }
    }
    for folder in functions(&template).keys() {
        if !body.contains(&format!("habitsync-${{Stage}}-{folder}")) {
            offences.push(format!("{folder} is not on the dashboard"));
        }
    }
    assert_none(&offences);
}
