//! Topics as last seen, each with its verdict and its course.

use habitsync_domain::course::TopicRecord;
use habitsync_domain::identity::TopicId;
use habitsync_workflows::ports::courses::{FindTopic, LoadTopics, SaveTopic};
use habitsync_workflows::ports::failure::ServiceFailure;

use super::TenantTable;
use super::item::Item;
use super::keys::{Key, Prefix};

impl LoadTopics for TenantTable {
    async fn load_topics(&self) -> Result<Vec<TopicRecord>, ServiceFailure> {
        Ok(self.all(Prefix::Course).await?)
    }
}

impl FindTopic for TenantTable {
    async fn find_topic(&self, topic: TopicId) -> Result<Option<TopicRecord>, ServiceFailure> {
        Ok(self.table.get_body(&Key::course(&self.tenant, topic)).await?)
    }
}

impl SaveTopic for TenantTable {
    async fn save_topic(&self, record: &TopicRecord) -> Result<(), ServiceFailure> {
        let item = Item::new(&Key::course(&self.tenant, record.topic)).with_body(record);
        Ok(self.table.replace(item).await?)
    }
}
