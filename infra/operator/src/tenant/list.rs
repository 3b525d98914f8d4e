//! `habitsync tenant list`: every customer, what of it is on and when it runs. One question of the table, and one more for each
//! six hundred customers.

use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::schedule::Schedule;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::summary::ListSummaries;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::answer::{grid, paragraphs, wrapped};
use crate::terminal::{Answer, counted, local};

/// Every customer of a stage.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    stage: String,
    tenants: Vec<Row>,
    unreadable: u64,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Row {
    tenant: TenantId,
    name: String,
    status: Status,
    version: u64,
    live_since: Option<Timestamp>,
    /// None where the version in force was applied before this was kept beside the others.
    timetable: Option<Timetable>,
}

/// Prints the list.
pub(super) async fn list(stage: &Stage) -> Result<(), CommandError> {
    let listed = stage.table().list_summaries().await?;
    let tenants = Listed {
        stage: stage.name.clone(),
        tenants: listed.items.into_iter().map(tenant).collect(),
        unreadable: listed.unreadable,
    };
    stage.print(&tenants)
}

fn tenant(summary: CustomerSummary) -> Row {
    Row {
        tenant: summary.tenant,
        name: summary.name,
        status: summary.status,
        version: summary.version,
        live_since: summary.live_since,
        timetable: summary.timetable,
    }
}

impl Answer for Listed {
    fn heading(&self) -> String {
        let unreadable = match self.unreadable {
            0 => String::new(),
            rows => format!("; {} cannot be read", counted(rows, "row")),
        };
        let count = counted(self.tenants.len(), "customer");
        format!(
            "# {count} on stage {}, from the table; times of the customers{unreadable}",
            self.stage
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &[
            "customer",
            "name",
            "status",
            "version",
            "live since",
            "time zone",
            "runs",
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.tenants.iter().map(Row::row).collect()
    }

    /// Each job has a column of its own.
    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        const COLUMNS: [&str; 9] = [
            "customer",
            "name",
            "status",
            "version",
            "live since",
            "time zone",
            "users",
            "courses",
            "results",
        ];
        let row = |tenant: &Row| {
            let [customer, name, status, version, live_since, zone, _] = tenant.cells();
            let unknown = || ["not known: apply it again".to_owned(), String::new(), String::new()];
            let runs = tenant.timetable.as_ref().map_or_else(unknown, runs);
            [customer, name, status, version, live_since, zone]
                .into_iter()
                .chain(runs)
                .collect()
        };
        (&COLUMNS, self.tenants.iter().map(row).collect())
    }

    /// The status and the version share a column: there is little room for when it runs.
    fn text(&self, width: u16) -> String {
        let row = |tenant: &Row| {
            let [customer, name, status, version, live_since, zone, runs] = tenant.cells();
            vec![customer, name, format!("{status} v{version}"), live_since, zone, runs]
        };
        let columns = ["customer", "name", "status", "live since", "time zone", "runs"];
        let rows = self.tenants.iter().map(row).collect();
        paragraphs([wrapped(&self.heading(), width), grid(&columns, rows, width)])
    }
}

impl Row {
    fn row(&self) -> Vec<String> {
        self.cells().into()
    }

    fn cells(&self) -> [String; 7] {
        let timetable = self.timetable.as_ref();
        let status = match self.status {
            Status::Draft => "draft",
            Status::Live => "live",
            Status::Paused => "paused",
        };
        let zone = timetable.map_or(jiff::tz::TimeZone::UTC, |timetable| timetable.zone().clone());
        let live_since = self.live_since.map(|since| local(since, &zone)[..10].to_owned());
        [
            self.tenant.to_string(),
            self.name.clone(),
            status.to_owned(),
            self.version.to_string(),
            live_since.unwrap_or_default(),
            timetable
                .map(|timetable| timetable.time_zone.as_str().to_owned())
                .unwrap_or_default(),
            timetable.map_or_else(|| "not known: apply it again".to_owned(), runs_in_words),
        ]
    }
}

/// Completions become results by webhook, too: a sweep finds those that were lost.
const RESULTS: &str = "results";

/// When each job runs: users, courses, results.
fn runs(timetable: &Timetable) -> [String; 3] {
    let off = |on: Option<bool>| on == Some(false);
    let job = |name: &str, off: bool, schedule: Option<&Schedule>| match schedule {
        _ if off => "off".to_owned(),
        None if name == RESULTS => "on, without a sweep".to_owned(),
        None => "not scheduled".to_owned(),
        Some(schedule) => short(schedule.as_str()),
    };
    [
        job("users", false, timetable.user_sync.as_ref()),
        job("courses", off(timetable.courses_on), timetable.course_sync.as_ref()),
        job(RESULTS, off(timetable.results_on), timetable.result_sweep.as_ref()),
    ]
}

/// When the jobs run, in one cell.
fn runs_in_words(timetable: &Timetable) -> String {
    let [users, courses, results] = runs(timetable);
    format!("user-sync {users}; course-sync {courses}; {RESULTS} {results}")
}

/// `0 7-19 ? * MON-FRI` of `cron(0 7-19 ? * MON-FRI *)`, `every 6 hours` of `rate(6 hours)`.
fn short(expression: &str) -> String {
    let inner = |kind: &str| expression.strip_prefix(kind)?.strip_suffix(')');
    match (inner("cron("), inner("rate(")) {
        (Some(cron), _) => cron.strip_suffix(" *").unwrap_or(cron).to_owned(),
        (_, Some(rate)) => format!("every {rate}"),
        (None, None) => expression.to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::configuration::TenantConfiguration;
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

    fn tenants() -> Listed {
        let applied_at = "2026-03-01T20:30:00Z".parse().expect("a time");
        let timetable = |source: &str| {
            let configuration: TenantConfiguration = source.parse().expect("valid");
            Some(Timetable::new(&configuration, applied_at))
        };
        let tenant = |tenant: &str, status, live_since, timetable| Row {
            tenant: tenant.parse().expect("a tenant"),
            name: format!("{tenant} Pty Ltd"),
            status,
            version: 3,
            live_since,
            timetable,
        };
        let no_courses = ACME.replace("[courses]\nenabled = true", "[courses]\nenabled = false");
        Listed {
            stage: "test".to_owned(),
            tenants: vec![
                tenant("acme", Status::Live, Some(applied_at), timetable(ACME)),
                tenant(
                    "globex-international-holdings",
                    Status::Draft,
                    None,
                    timetable(&no_courses),
                ),
                tenant("initech", Status::Paused, Some(applied_at), None),
            ],
            unreadable: 1,
        }
    }

    #[test]
    fn every_customer_says_what_is_on_and_when_it_runs() {
        let forms = [Output::Table, Output::Json, Output::Csv];
        let forms = forms.map(|form| written(&tenants(), form, 100).expect("written"));
        assert!(forms[0].lines().all(|line| line.chars().count() <= 100), "{}", forms[0]);
        assert_snapshot!(forms.join("----\n"));
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(tenants()).expect("JSON")]
    }
}
