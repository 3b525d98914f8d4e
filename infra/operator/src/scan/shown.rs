//! What a scan found, as it is written.

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::onboarding::data_quality::{
    AccountCounts, AffectedPerson, DataQuality, DataQualityFinding, Kind, PortalAccount, Severity,
};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{PlanCounts, Seats};
use habitsync_workflows::onboarding::scan::Scan;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::plan::{lines_beside, seats_in_words};
use crate::terminal::answer::grid;
use crate::terminal::{Answer, counted};

/// The findings, and the selection of them.
pub(super) struct Shown {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// `version 3`, or the file's name.
    pub(super) configuration: String,
    pub(super) scan: Scan,
    pub(super) only: Option<Kind>,
    pub(super) limit: Option<usize>,
}

/// The findings of one kind, counted.
#[derive(Serialize)]
pub(super) struct KindCount {
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) title: &'static str,
    pub(super) findings: usize,
    pub(super) people: usize,
}

impl Shown {
    /// Every kind that was found, the worst first.
    pub(super) fn kinds(&self) -> Vec<KindCount> {
        let count = |kind: &Kind| {
            let findings: Vec<_> = self.all().filter(|finding| finding.kind == *kind).collect();
            (!findings.is_empty()).then(|| KindCount {
                kind: *kind,
                severity: kind.severity(),
                title: kind.title(),
                findings: findings.len(),
                people: findings.iter().map(|finding| finding.people.len()).sum(),
            })
        };
        Kind::ALL.iter().filter_map(count).collect()
    }

    fn all(&self) -> impl Iterator<Item = &DataQualityFinding> {
        self.scan.quality.iter().flat_map(|quality| &quality.findings)
    }

    /// Returns the selected findings.
    pub(super) fn findings(&self) -> impl Iterator<Item = &DataQualityFinding> {
        self.all()
            .filter(|finding| self.only.is_none_or(|only| finding.kind == only))
    }

    /// Returns all employees and users of one kind, in the order of the findings.
    pub(super) fn people(&self, kind: Kind) -> Vec<&AffectedPerson> {
        let findings = self.findings().filter(|finding| finding.kind == kind);
        findings.flat_map(|finding| &finding.people).collect()
    }

    pub(super) fn people_counts(&self) -> Option<&PlanCounts> {
        self.scan.quality.as_ref().map(|quality| &quality.people)
    }

    pub(super) fn seats(&self) -> Option<Seats> {
        self.scan.quality.as_ref().map(|quality| quality.seats)
    }

    pub(super) fn account_counts(&self) -> Option<AccountCounts> {
        self.scan.quality.as_ref().and_then(DataQuality::account_counts)
    }

    fn accounts(&self) -> Option<&[PortalAccount]> {
        self.scan.quality.as_ref()?.accounts.as_deref()
    }
}

impl Answer for Shown {
    fn heading(&self) -> String {
        heading(self)
    }

    fn columns(&self) -> &'static [&'static str] {
        CSV_COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        rows(self)
    }

    fn text(&self, width: u16) -> String {
        page(self, width)
    }
}

/// Its fields stay: counts first, then the findings.
impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unread: Vec<_> = self.scan.unread().map(ToString::to_string).collect();
        let findings: Vec<_> = self.findings().collect();
        let mut shown = serializer.serialize_struct("Shown", 12)?;
        shown.serialize_field("tenant", &self.tenant)?;
        shown.serialize_field("stage", &self.stage)?;
        shown.serialize_field("configuration", &self.configuration)?;
        shown.serialize_field("unread", &unread)?;
        shown.serialize_field("employees", &self.scan.employees.as_ref().ok())?;
        shown.serialize_field("links", &self.scan.links)?;
        shown.serialize_field("people", &self.people_counts())?;
        shown.serialize_field("seats", &self.seats())?;
        shown.serialize_field("account_counts", &self.account_counts())?;
        shown.serialize_field("kinds", &self.kinds())?;
        shown.serialize_field("findings", &findings)?;
        shown.serialize_field("accounts", &self.accounts())?;
        shown.end()
    }
}

const CSV_COLUMNS: &[&str] = &[
    "kind",
    "finding",
    "what is wrong",
    "employee",
    "person",
    "account",
    "field",
    "value seen",
    "note",
    "what follows",
    "what to do",
];

/// The rows of a spreadsheet, which is the customer's: one for each finding and each person it is about. Findings are
/// numbered, so that a reader can group the people who share a value.
fn rows(shown: &Shown) -> Vec<Vec<String>> {
    let findings = (1..).zip(shown.findings());
    findings
        .flat_map(|(number, finding)| finding.people.iter().map(move |person| row(number, finding, person)))
        .collect()
}

fn row(number: usize, finding: &DataQualityFinding, person: &AffectedPerson) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        finding.kind.to_string(),
        number.to_string(),
        finding.kind.title().to_owned(),
        text(person.employee_id.as_ref().map(EmployeeId::as_str)),
        person.person.clone(),
        text(person.user_name.as_ref().map(UserName::as_str)),
        text(person.field.as_deref()),
        text(person.seen.as_deref()),
        person.note.clone(),
        finding.kind.severity().as_str().to_owned(),
        finding.kind.what_to_do().to_owned(),
    ]
}

/// Returns the sources that were read, and those that could not be read.
fn heading(shown: &Shown) -> String {
    let Shown {
        tenant,
        stage,
        configuration,
        scan,
        ..
    } = shown;
    let first = format!("# {tenant} on stage {stage} under {configuration}: what would bite; nothing was written");
    let employees = scan.employees.as_ref().map_or_else(
        |_| "EmployeeConnect was not read".to_owned(),
        |employees| format!("{} from EmployeeConnect", counted(employees, "record")),
    );
    let accounts = scan.accounts.as_ref().map_or_else(
        |_| "Tribal Habits was not read".to_owned(),
        |accounts| format!("{} from Tribal Habits", counted(accounts, "account")),
    );
    let links = format!("{} from the table", counted(scan.links, "link"));
    let missing = scan.unread().map(|failure| format!("missing: {failure}"));
    let missing: Vec<_> = missing.collect();
    let second = format!("# {employees}, {accounts}, {links}; read here");
    [first, second]
        .into_iter()
        .chain(missing)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The whole page.
fn page(shown: &Shown, width: u16) -> String {
    let kinds = shown.kinds();
    let summary = (!kinds.is_empty()).then(|| summary(&kinds, width));
    let asked = kinds
        .iter()
        .filter(|count| shown.only.is_none_or(|only| count.kind == only));
    let sections: Vec<_> = asked.map(|count| section(shown, count, width)).collect();
    let nothing = sections.is_empty().then(|| nothing(shown));
    let next = (!sections.is_empty()).then(|| next(shown));
    let parts = [Some(heading(shown)), division(shown), summary, nothing];
    let sections = sections.into_iter().chain(next);
    parts
        .into_iter()
        .flatten()
        .chain(sections)
        .collect::<Vec<_>>()
        .join("\n\n")
        + "\n"
}

/// How the people and the accounts divide.
fn division(shown: &Shown) -> Option<String> {
    let people = shown.people_counts().map(|counts| lines_beside(None, counts));
    let accounts = shown.account_counts().map(|counts| accounts_in_words(&counts));
    let lines: Vec<_> = people
        .into_iter()
        .flatten()
        .chain(accounts.into_iter().flatten())
        .chain(shown.seats().map(|seats| seats_in_words(&seats)))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What there is none of is left out.
fn accounts_in_words(counts: &AccountCounts) -> [String; 1] {
    let parts = [
        (counts.accounts, "read"),
        (counts.managed, "managed"),
        (counts.matchable_by_user_name, "matchable by user name"),
        (counts.matchable_by_email, "matchable by e-mail"),
        (counts.not_adopted, "not adopted"),
        (counts.disputed, "disputed"),
        (counts.protected, "protected"),
        (counts.unknown, "unknown"),
    ];
    let said = parts.iter().filter(|(count, what)| *count > 0 || *what == "read");
    let said: Vec<_> = said.map(|(count, what)| format!("{count} {what}")).collect();
    let line = format!("{:<9} {}", "accounts", said.join(", "));
    [textwrap::fill(
        &line,
        textwrap::Options::new(99).subsequent_indent("          "),
    )]
}

fn summary(kinds: &[KindCount], width: u16) -> String {
    let row = |count: &KindCount| {
        vec![
            count.kind.to_string(),
            count.people.to_string(),
            count.severity.as_str().to_owned(),
            count.title.to_owned(),
        ]
    };
    grid(
        &["kind", "found", "what follows", "what is wrong"],
        kinds.iter().map(row).collect(),
        width,
    )
}

/// One kind: what it is, what to do, and the people.
fn section(shown: &Shown, count: &KindCount, width: u16) -> String {
    let kind = count.kind;
    let people = shown.people(kind);
    let shown_here = shown.limit.unwrap_or(people.len()).min(people.len());
    let (columns, rows) = columns_and_rows(&people[..shown_here]);
    let wrapped = textwrap::fill(kind.what_to_do(), usize::from(width).saturating_sub(1));
    let head = format!("{kind}: {}, {}\n{wrapped}", kind.title(), whom(kind, count));
    let left_out = people.len() - shown_here;
    let more = (left_out > 0).then(|| format!("… and {left_out} more: --limit 0, or --output csv"));
    let parts = [Some(head), Some(grid(&columns, rows, width)), more];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// How many of what a kind was found.
fn whom(kind: Kind, count: &KindCount) -> String {
    let noun = match kind {
        Kind::RecordWithoutId => "record",
        Kind::AccountUnknown | Kind::LeaverActive | Kind::WouldReactivate => "account",
        Kind::FieldUnseen => "field",
        Kind::ManagerLoop => {
            return format!(
                "{} of {}",
                counted(count.findings, "loop"),
                counted(count.people, "person")
            );
        }
        Kind::AccountDisputed => return counted(count.findings, "account"),
        _ => "person",
    };
    counted(count.people, noun)
}

/// The columns in which anything stands.
fn columns_and_rows(people: &[&AffectedPerson]) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let cells: Vec<[String; 6]> = people.iter().map(|person| cells(person)).collect();
    let is_used = |column: &usize| cells.iter().any(|cells| !cells[*column].is_empty());
    let used: Vec<_> = (0..COLUMNS.len()).filter(is_used).collect();
    let row = |cells: &[String; 6]| used.iter().map(|column| cells[*column].clone()).collect();
    (
        used.iter().map(|column| COLUMNS[*column]).collect(),
        cells.iter().map(row).collect(),
    )
}

const COLUMNS: [&str; 6] = ["employee", "person", "account", "field", "seen", "note"];

fn cells(person: &AffectedPerson) -> [String; 6] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        text(person.employee_id.as_ref().map(EmployeeId::as_str)),
        person.person.clone(),
        text(person.user_name.as_ref().map(UserName::as_str)),
        text(person.field.as_deref()),
        text(person.seen.as_deref()),
        person.note.clone(),
    ]
}

/// What to type next.
fn next(shown: &Shown) -> String {
    let tenant = &shown.tenant;
    format!(
        "the list for the customer: habitsync scan {tenant} --output csv\n\
         an account that is somebody's: habitsync link set {tenant} EMPLOYEE USER_NAME"
    )
}

/// Returns the text for an empty list.
fn nothing(shown: &Shown) -> String {
    match (&shown.scan.quality, shown.only) {
        (None, _) => "without EmployeeConnect nothing can be found".to_owned(),
        (Some(_), Some(only)) => format!("nothing was found of the kind {only}: {}", only.title()),
        (Some(_), None) => "nothing was found".to_owned(),
    }
}
