//! What one customer's table keeps of topics and their courses.

use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::identity::{CourseId, TopicId};
use habitsync_domain::jobs::job::Job;

use crate::faults::Call;
use crate::table::Table;
use habitsync_workflows::ports::courses::{FindTopic, LoadTopics, MarkCourseBroken, SaveTopic};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;

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
    async fn save_topic(&self, record: &TopicRecord) -> Result<(), SaveFailure> {
        let save = || {
            let mut state = self.under_lease(Job::CourseSync)?;
            if state.refused_topics.contains(&record.topic) {
                return Err(Self::refuse_item());
            }
            state.topics.insert(record.topic, record.clone());
            Ok(())
        };
        self.faults.call(Call::SaveTopic, save).await
    }
}

impl MarkCourseBroken for Table {
    async fn mark_course_broken(&self, topic: TopicId, course: &CourseId) -> Result<(), ServiceFailure> {
        let mark = || {
            let mut state = self.state();
            let linked = state.topics.get_mut(&topic).and_then(|record| record.course.as_mut());
            if let Some(linked) = linked.filter(|linked| linked.id == *course) {
                linked.broken = true;
            }
            Ok(())
        };
        self.faults.call(Call::MarkCourseBroken, mark).await
    }
}
