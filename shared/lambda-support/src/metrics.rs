//! Metrics: one JSON line of CloudWatch's embedded metric format on standard output, from which CloudWatch makes metrics by itself.
//! No call is made, nothing is waited for.
//!
//! Dimensions are the stage, and the function where it is one function's doing: never a customer, whose number would multiply
//! what every metric costs, and never a person. Which customer it was is in the log.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of every metric.
pub const NAMESPACE: &str = "HabitSync";

/// Declares each metric once: its name in CloudWatch is its name here.
macro_rules! metrics {
    ($($(#[$about:meta])+ $name:ident: $unit:ident,)+) => {
        /// Metrics of the product, with their units.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric {
            $($(#[$about])+ $name,)+
        }

        impl Metric {
            /// The name in CloudWatch.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The unit, by CloudWatch's name for it.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($unit),)+
                }
            }
        }
    };
}

metrics! {
    /// Live customers, as the watchdog sees them.
    LiveCustomers: Count,
    /// Live customers with a late job.
    StaleCustomers: Count,
    /// Live customers that an open incident affects.
    CustomersInIncident: Count,
    /// Outages of a vendor that meet many customers.
    OpenIncidents: Count,
    /// Age of the unrecorded result that could have been recorded longest ago.
    OldestUnsentResult: Seconds,
    /// Results that are due, waiting or claimed.
    UnsentResults: Count,
    /// Results that wait for something else to happen.
    ParkedResults: Count,
    /// Number of results that are parked in addition to those at their customer's last turn, an hour ago; customers
    /// with fewer count zero.
    ParkedGrowth: Count,
    /// Results that are ignored as long as their reasons hold.
    IgnoredResults: Count,
    /// Results that ended as dead within a day.
    DeadResults: Count,
    /// Customers whose EmployeeConnect is left alone.
    OpenBreakers: Count,
    /// Unfinished runs that no function continues.
    StalledRuns: Count,
    /// Jobs whose last three slices did nothing.
    StalledJobs: Count,
    /// Live customers whose completions no webhook delivers.
    CustomersWithoutWebhooks: Count,
    /// Items of the table that cannot be read.
    UnreadableItems: Count,
    /// Deactivations that have waited for approval for a week.
    OldHolds: Count,
    /// Number of the watchdog's pieces of work that failed.
    DutiesFailed: Count,
    /// Results that the watchdog put on the queue.
    ResultsQueued: Count,
    /// Runs that the watchdog started.
    RunsStarted: Count,
    /// Runs that did all there was to do.
    RunsFinished: Count,
    /// Runs that left work to the next.
    RunsUnfinished: Count,
    /// Runs that failed.
    RunsFailed: Count,
    /// Runs that did nothing: the customer is paused, another run is in progress, or the vendor is not called.
    RunsIdle: Count,
    /// Number of internal failures.
    OperatorFailures: Count,
    /// Duration of an invocation.
    RunDuration: Milliseconds,
    /// Number of accounts created.
    PeopleCreated: Count,
    /// Number of accounts changed.
    PeopleChanged: Count,
    /// Number of accounts reactivated.
    PeopleReactivated: Count,
    /// Number of accounts deactivated.
    PeopleDeactivated: Count,
    /// Changes that wait for approval.
    PeopleHeld: Count,
    /// Lines of the customers' worklists.
    PeopleProblems: Count,
    /// Courses created or adopted.
    CoursesCreated: Count,
    /// Number of courses changed.
    CoursesChanged: Count,
    /// Number of courses withdrawn.
    CoursesWithdrawn: Count,
    /// Completions that no webhook reported.
    CompletionsFound: Count,
    /// Number of results recorded.
    ResultsRecorded: Count,
    /// Attempts that failed and will be made again.
    ResultsDelayed: Count,
    /// Number of results parked.
    ResultsParked: Count,
    /// Results that are none of EmployeeConnect's business.
    ResultsIgnored: Count,
    /// Results given up.
    ResultsDead: Count,
    /// From a completion's acceptance to its result.
    ResultLatency: Milliseconds,
    /// Deliveries that are on the queue.
    WebhooksAccepted: Count,
    /// Authentic deliveries that are not for us.
    WebhooksIgnored: Count,
    /// Deliveries that are not authentic, too large or cannot be read.
    WebhooksRefused: Count,
    /// Deliveries that could not be stored.
    WebhooksNotStored: Count,
    /// Requests sent to vendors.
    VendorRequests: Count,
    /// Requests that a vendor answered by 429.
    VendorRefusals: Count,
}

/// Writes the metrics of one function, or of a stage as a whole.
#[derive(Debug, Clone)]
pub struct Metrics {
    stage: String,
    function: Option<&'static str>,
}

impl Metrics {
    /// Returns the metrics of this function.
    #[must_use]
    pub fn of_function(stage: &str, function: &'static str) -> Self {
        Self {
            stage: stage.to_owned(),
            function: Some(function),
        }
    }

    /// Returns the dimensions of this stage.
    #[must_use]
    pub fn of_stage(stage: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            function: None,
        }
    }

    /// Writes these values as of `now`, in one line. What cannot be written is lost: nothing else may suffer for it.
    pub fn write(&self, now: Timestamp, values: &[(Metric, u64)]) {
        if !values.is_empty() {
            let line = format!("{}\n", self.document(now, values));
            std::io::stdout().write_all(line.as_bytes()).ok();
        }
    }

    /// One document of the embedded metric format. Counts of one metric are added up.
    #[must_use]
    pub fn document(&self, now: Timestamp, values: &[(Metric, u64)]) -> Value {
        let mut summed = BTreeMap::new();
        for (metric, value) in values {
            let sum: &mut u64 = summed.entry(*metric).or_default();
            *sum = sum.saturating_add(*value);
        }
        let definitions: Vec<_> = summed
            .keys()
            .map(|metric| json!({ "Name": metric.name(), "Unit": metric.unit() }))
            .collect();
        let dimensions: Vec<_> = [Some("stage"), self.function.map(|_| "function")]
            .into_iter()
            .flatten()
            .collect();
        let mut document = Map::new();
        document.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [
                    { "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": definitions },
                ],
            }),
        );
        document.insert("stage".to_owned(), self.stage.clone().into());
        document.extend(self.function.map(|function| ("function".to_owned(), function.into())));
        document.extend(
            summed
                .into_iter()
                .map(|(metric, value)| (metric.name().to_owned(), value.into())),
        );
        Value::Object(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema that CloudWatch publishes for the format.
    const SCHEMA: &str = include_str!("embedded_metric_format.schema.json");

    fn now() -> Timestamp {
        "2026-03-02T00:00:00Z".parse().expect("a timestamp")
    }

    fn documents() -> [Value; 2] {
        let values = [
            (Metric::ResultsRecorded, 2),
            (Metric::ResultLatency, 1840),
            (Metric::ResultsRecorded, 1),
        ];
        [
            Metrics::of_function("test", "result-pusher").document(now(), &values),
            Metrics::of_stage("test").document(now(), &[(Metric::StaleCustomers, 0)]),
        ]
    }

    #[test]
    fn what_is_written_is_a_document_of_the_embedded_metric_format() {
        let schema = serde_json::from_str(SCHEMA).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for document in documents() {
            validator
                .validate(&document)
                .unwrap_or_else(|error| panic!("{error}: {document}"));
        }
        let without_namespace = json!({ "_aws": { "Timestamp": 1, "CloudWatchMetrics": [{ "Metrics": [] }] } });
        assert!(!validator.is_valid(&without_namespace), "the schema refuses something");
    }

    /// Checks a rule that the schema cannot express: each dimension and each metric that is named has a value beside
    /// `_aws`.
    #[test]
    fn every_dimension_and_every_metric_that_is_named_has_its_value() {
        for document in documents() {
            let directive = &document["_aws"]["CloudWatchMetrics"][0];
            for dimension in directive["Dimensions"][0].as_array().expect("dimensions") {
                assert!(document[dimension.as_str().expect("a name")].is_string(), "{document}");
            }
            for metric in directive["Metrics"].as_array().expect("metrics") {
                assert!(
                    document[metric["Name"].as_str().expect("a name")].is_number(),
                    "{document}"
                );
            }
        }
    }

    #[test]
    fn counts_of_one_metric_are_added_up() {
        let [pusher, _] = documents();
        assert_eq!(pusher["ResultsRecorded"], 3);
        assert_eq!(pusher["function"], "result-pusher");
        assert_eq!(pusher["_aws"]["Timestamp"], 1_772_409_600_000_i64);
    }

    #[test]
    fn a_stages_metrics_have_no_other_dimension() {
        let [_, stage] = documents();
        assert_eq!(stage["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["stage"]]));
    }
}
