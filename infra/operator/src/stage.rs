//! The stage that commands work on: its table, its secrets, its schedules, found by their names.

use habitsync_aws_adapters::{Aws, Schedules, Secrets, Table};
use habitsync_vendor_http::VendorHosts;
use habitsync_workflows::ports::failure::ServiceFailure;

use crate::arguments::Place;
use crate::failure::Failure;

/// One deployed stage.
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) aws: Aws,
    /// Where vendors may be called from here.
    pub(crate) vendor_hosts: VendorHosts,
}

impl Stage {
    /// Connects to the stage; nothing is called yet.
    pub(crate) async fn connect(place: Place) -> Result<Self, Failure> {
        Ok(Self {
            vendor_hosts: VendorHosts::new(&place.vendor_hosts, place.private_vendors)?,
            name: place.stage,
            aws: Aws::connect_as(place.profile, place.region).await?,
        })
    }

    pub(crate) fn table(&self) -> Table {
        self.aws.table(&format!("habitsync-{}", self.name))
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.aws.secrets(&self.name)
    }

    pub(crate) async fn schedules(&self) -> Result<Schedules, ServiceFailure> {
        let targets = self.aws.find_job_targets(&self.name).await?;
        Ok(self.aws.schedules(&self.name, targets))
    }
}
