//! What one customer's table keeps of topics and their courses.

use habitsync_domain::course::TopicRecord;
use habitsync_domain::identity::TopicId;

use crate::faults::Call;
use crate::table::Table;
use habitsync_workflows::ports::courses::{FindTopic, LoadTopics, SaveTopic};
use habitsync_workflows::ports::failure::ServiceFailure;

impl LoadTopics for Table {
    async fn load_topics(&self) -> Result<Vec<TopicRecord>, ServiceFailure> {
        let load = || Ok(self.state().topics.values().cloned().collect());
        self.faults.call(Call::LoadTopics, load).await
    }
}

impl FindTopic for Table {
    async fn find_topic(&self, topic: TopicId) -> Result<Option<TopicRecord>, ServiceFailure> {
        let find = || Ok(self.state().topics.get(&topic).cloned());
        self.faults.call(Call::FindTopic, find).await
    }
}

impl SaveTopic for Table {
    async fn save_topic(&self, record: &TopicRecord) -> Result<(), ServiceFailure> {
        let save = || {
            self.state().topics.insert(record.topic, record.clone());
            Ok(())
        };
        self.faults.call(Call::SaveTopic, save).await
    }
}
