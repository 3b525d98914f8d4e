//! How this vendor's API looks.

use habitsync_simulator_harness::Dialect;
use serde_json::json;

/// How this vendor's API looks.
pub(crate) const DIALECT: Dialect = Dialect {
    prefix: "/papi",
    records: "/records",
    total: "/total_records",
    page: "/current_page",
    error: |_, text| json!({ "error": text }),
};
