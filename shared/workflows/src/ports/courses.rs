//! What one customer's table keeps of topics and their courses.

use std::future::Future;

use habitsync_domain::course::TopicRecord;
use habitsync_domain::identity::TopicId;

use super::failure::ServiceFailure;

/// Reads every topic seen.
pub trait LoadTopics {
    /// All of them, in no particular order.
    fn load_topics(&self) -> impl Future<Output = Result<Vec<TopicRecord>, ServiceFailure>> + Send;
}

/// Reads one topic.
pub trait FindTopic {
    /// What was seen of it; none where it was never seen.
    fn find_topic(&self, topic: TopicId) -> impl Future<Output = Result<Option<TopicRecord>, ServiceFailure>> + Send;
}

/// Writes one topic.
pub trait SaveTopic {
    /// Stores the topic, its verdict and its course.
    fn save_topic(&self, record: &TopicRecord) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
