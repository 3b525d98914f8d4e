//! Configuration that the template passes to this function.

use habitsync_lambda_support::{Environment, EnvironmentError};

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Part of the secrets' names.
    pub(crate) stage: String,
    /// The table's name.
    pub(crate) table: String,
    /// URL of the queue for completions.
    pub(crate) result_queue_url: String,
}

impl Settings {
    /// Reads all of them, or names every one that is wrong.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, EnvironmentError> {
        let stage = environment.text("HABITSYNC_STAGE");
        let table = environment.text("HABITSYNC_TABLE");
        let result_queue_url = environment.text("HABITSYNC_RESULT_QUEUE_URL");
        environment.finish(|| {
            Some(Self {
                stage: stage?,
                table: table?,
                result_queue_url: result_queue_url?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_is_named() {
        let error = Settings::read(Environment::from_pairs::<&str, &str>([]))
            .expect_err("nothing is set")
            .to_string();
        for name in ["HABITSYNC_STAGE", "HABITSYNC_TABLE", "HABITSYNC_RESULT_QUEUE_URL"] {
            assert!(error.contains(name), "{error}");
        }
    }
}
