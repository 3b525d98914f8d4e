//! `habitsync tenant history`: every version of a customer's configuration, and what each changed.

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::tenants::{AppliedVersion, ListVersions};
use jiff::Timestamp;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, counted};

/// Which versions are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// What this version changed, line by line, instead of the list.
    #[arg(long)]
    pub(crate) version: Option<u64>,
}

/// A customer's versions, the newest first.
#[derive(Debug, Serialize)]
struct History {
    tenant: TenantId,
    stage: String,
    versions: Vec<Entry>,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Entry {
    version: u64,
    applied_at: Timestamp,
    lines_added: usize,
    lines_removed: usize,
    in_force: bool,
}

/// What one version changed.
#[derive(Debug, Serialize)]
struct Change {
    tenant: TenantId,
    stage: String,
    version: u64,
    /// Line by line, as a unified diff.
    changes: String,
}

/// Prints the list, or what one version changed.
pub(crate) async fn show(stage: &Stage, asked: &HistoryArguments) -> Result<(), CommandError> {
    let versions = stage.table().list_versions(&asked.tenant).await?;
    if versions.is_empty() {
        return Err(CommandError::NoSuchTenant(asked.tenant.clone()));
    }
    if let Some(version) = asked.version {
        let changes = changes(&versions, version).ok_or_else(|| CommandError::NoSuchVersion {
            tenant: asked.tenant.clone(),
            version,
        })?;
        return stage.print(&Change {
            tenant: asked.tenant.clone(),
            stage: stage.name.clone(),
            version,
            changes,
        });
    }
    let history = History {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        versions: listed(&versions),
    };
    stage.print(&history)
}

impl Answer for History {
    fn heading(&self) -> String {
        let Self {
            tenant,
            stage,
            versions,
        } = self;
        format!(
            "# {} of {tenant} on stage {stage}, from the table",
            counted(versions.len(), "version")
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "applied", "lines added", "lines removed", ""]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |version: &Entry| {
            vec![
                version.version.to_string(),
                format!("{:.0}", version.applied_at),
                version.lines_added.to_string(),
                version.lines_removed.to_string(),
                if version.in_force { "in force" } else { "" }.to_owned(),
            ]
        };
        self.versions.iter().map(row).collect()
    }
}

impl Answer for Change {
    fn heading(&self) -> String {
        let Self {
            tenant, stage, version, ..
        } = self;
        format!("# what version {version} of {tenant} changed on stage {stage}, from the table")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "line"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let lines = self.changes.lines();
        lines
            .map(|line| vec![self.version.to_string(), line.to_owned()])
            .collect()
    }

    fn text(&self, _: u16) -> String {
        format!("{}\n{}", self.heading(), self.changes)
    }
}

fn listed(versions: &[AppliedVersion]) -> Vec<Entry> {
    let befores = versions.iter().skip(1).map(|version| version.source.as_str());
    let pairs = versions.iter().zip(befores.chain([""]));
    let version = |(index, (version, before)): (usize, (&AppliedVersion, &str))| {
        let diff = TextDiff::from_lines(before, &version.source);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        Entry {
            version: version.version,
            applied_at: version.applied_at,
            lines_added: count(ChangeTag::Insert),
            lines_removed: count(ChangeTag::Delete),
            in_force: index == 0,
        }
    };
    pairs.enumerate().map(version).collect()
}

/// What a version changed of the one before it.
fn changes(versions: &[AppliedVersion], number: u64) -> Option<String> {
    let index = versions.iter().position(|version| version.version == number)?;
    let name = |version: &AppliedVersion| format!("version {}", version.version);
    let after = &versions[index];
    let before = versions
        .get(index + 1)
        .map(|before| (name(before), before.source.as_str()));
    let before = before.as_ref().map(|(name, source)| (name.as_str(), *source));
    Some(difference(before, (&name(after), &after.source)))
}

/// What another text says differently, line by line, as a unified diff; all of it where there is none to compare with. Each
/// comes with what it is called.
pub(crate) fn difference(before: Option<(&str, &str)>, after: (&str, &str)) -> String {
    let (name, source) = before.unwrap_or(("nothing", ""));
    let diff = TextDiff::from_lines(source, after.1);
    diff.unified_diff().header(name, after.0).to_string()
}

#[cfg(test)]
pub(crate) mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn versions() -> Vec<AppliedVersion> {
        let version = |version, source: &str| AppliedVersion {
            version,
            applied_at: "2026-03-01T20:30:00Z".parse().expect("a time"),
            source: source.to_owned(),
        };
        vec![
            version(2, "tenant = \"acme\"\nstatus = \"live\"\n"),
            version(1, "tenant = \"acme\"\nstatus = \"draft\"\n"),
        ]
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> [Vec<serde_json::Value>; 2] {
        let (tenant, stage) = ("acme".parse().expect("a tenant"), "test".to_owned());
        let change = Change {
            tenant,
            stage: stage.clone(),
            version: 2,
            changes: changes(&versions(), 2).expect("there"),
        };
        let history = History {
            tenant: change.tenant.clone(),
            stage,
            versions: listed(&versions()),
        };
        let history = serde_json::to_value(history).expect("JSON");
        [vec![history], vec![serde_json::to_value(change).expect("JSON")]]
    }

    #[test]
    fn each_version_says_when_it_was_applied_and_how_much_it_changed() {
        let history = History {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            versions: listed(&versions()),
        };
        assert_snapshot!(written(&history, Output::Table, 100).expect("written"));
    }

    #[test]
    fn what_a_version_changed_is_shown_line_by_line_and_of_the_first_all_of_it() {
        assert_snapshot!(changes(&versions(), 2).expect("there"));
        assert!(changes(&versions(), 1).is_some_and(|changes| changes.contains("+status = \"draft\"")));
        assert_eq!(changes(&versions(), 3), None);
    }
}
