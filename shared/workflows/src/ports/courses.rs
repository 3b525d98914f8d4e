//! What one customer's table keeps of topics and their courses.

use std::future::Future;

use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::identity::{CourseId, TopicId};

use super::failure::ServiceFailure;
use super::lease::SaveFailure;

/// Reads every topic seen.
pub trait LoadTopics {
    /// Loads all topics, in no particular order.
    fn load_topics(&self) -> impl Future<Output = Result<Vec<TopicRecord>, ServiceFailure>> + Send;
}

/// Reads one topic.
pub trait FindTopic {
    /// Returns the stored record of a topic; none where no run has seen the topic.
    fn find_topic(&self, topic: TopicId) -> impl Future<Output = Result<Option<TopicRecord>, ServiceFailure>> + Send;
}

/// Writes one topic, under the lease of the course sync.
pub trait SaveTopic {
    /// Stores the topic, its verdict and its course.
    fn save_topic(&self, record: &TopicRecord) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Marks a course that EmployeeConnect does not know.
pub trait MarkCourseBroken {
    /// Marks the topic's course as broken by one conditional write, if it still is this course. The rest of the topic's
    /// item stays, so that no course sync is undone.
    fn mark_course_broken(
        &self,
        topic: TopicId,
        course: &CourseId,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
