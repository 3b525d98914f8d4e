//! `habitsync tenant show`: the configuration in force, as it was applied.

use habitsync_domain::tenant::TenantId;
use serde::Serialize;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::Answer;

/// A configuration in force.
#[derive(Debug, Serialize)]
struct Shown {
    tenant: TenantId,
    stage: String,
    version: u64,
    source: String,
}

/// Prints the file, comments included.
pub(crate) async fn show(stage: &Stage, tenant: &TenantId) -> Result<(), CommandError> {
    let stored = stage.in_force(tenant).await?;
    stage.print(&Shown {
        tenant: tenant.clone(),
        stage: stage.name.clone(),
        version: stored.version,
        source: stored.source,
    })
}

impl Answer for Shown {
    fn heading(&self) -> String {
        let Self {
            tenant, stage, version, ..
        } = self;
        format!("# version {version} of {tenant} on stage {stage}, from the table")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "source"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        vec![vec![self.version.to_string(), self.source.clone()]]
    }

    /// The file as it is: it may be kept, changed and applied.
    fn text(&self, _: u16) -> String {
        format!("{}\n{}", self.heading(), self.source)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn shown() -> Shown {
        Shown {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            version: 3,
            source: "tenant = \"acme\"\n\n# a comment\n".to_owned(),
        }
    }

    #[test]
    fn people_get_the_file_as_it_was_applied_and_spreadsheets_one_cell() {
        let table = written(&shown(), Output::Table, 20).expect("written");
        let head = "# version 3 of acme on stage test, from the table\n";
        assert_eq!(table, format!("{head}tenant = \"acme\"\n\n# a comment\n"));
        let csv = written(&shown(), Output::Csv, 20).expect("written");
        assert_eq!(
            csv,
            "\u{feff}version,source\r\n3,\"tenant = \"\"acme\"\"\n\n# a comment\n\"\r\n"
        );
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(shown()).expect("JSON")]
    }
}
