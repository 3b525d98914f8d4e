//! What a scan found, as it is written.

use habitsync_domain::data_quality::{AccountCounts, Concerned, DataQuality, Finding, Kind, PortalAccount, Severity};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{PlanCounts, Seats};
use habitsync_workflows::scan_customer::Scan;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{csv, table};
use crate::terminal::Answer;

/// What was found, and how much of it is asked for.
pub(super) struct Shown {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// `version 3`, or the file's name.
    pub(super) configuration: String,
    pub(super) scan: Scan,
    pub(super) only: Option<Kind>,
    pub(super) limit: Option<usize>,
}

/// One kind of what was found.
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

    fn all(&self) -> impl Iterator<Item = &Finding> {
        self.scan.quality.iter().flat_map(|quality| &quality.findings)
    }

    /// What is asked for of what was found.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.all()
            .filter(|finding| self.only.is_none_or(|only| finding.kind == only))
    }

    /// Everybody of one kind, in the order of the findings.
    pub(super) fn people(&self, kind: Kind) -> Vec<&Concerned> {
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
        table::heading(self)
    }

    fn columns(&self) -> &'static [&'static str] {
        csv::COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        csv::rows(self)
    }

    fn text(&self, width: u16) -> String {
        table::page(self, width)
    }
}

/// Its fields stay: counts first, then everybody.
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
