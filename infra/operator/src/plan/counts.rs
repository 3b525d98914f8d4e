//! How the people of a plan divide, a line for each part: what there is none of is left out.

use habitsync_domain::user_plan::{PlanCounts, Seats};

/// The parts, each with its own parts.
pub(super) fn lines(counts: &PlanCounts) -> Vec<String> {
    parts(counts).iter().filter_map(|(part, of)| line(part, of)).collect()
}

/// The same of two plans: `3 → 5 to change`.
pub(crate) fn lines_beside(before: Option<&PlanCounts>, after: &PlanCounts) -> Vec<String> {
    let Some(before) = before else {
        return lines(after);
    };
    let (before, after) = (parts(before), parts(after));
    let pairs = before.iter().zip(&after);
    pairs
        .filter_map(|((part, before), (_, after))| line_beside(part, before, after))
        .collect()
}

/// `seats     12 now, 198 after, 230 with what waits for approval`.
pub(crate) fn seats_in_words(seats: &Seats) -> String {
    let Seats {
        now,
        after,
        after_approval,
        of_whole_portal,
    } = *seats;
    let of = if of_whole_portal { "" } else { " (managed accounts)" };
    let approved = if after == after_approval {
        String::new()
    } else {
        format!(", {after_approval} with what waits for approval")
    };
    format!("{:<9} {now} now, {after} after{approved}{of}", "seats")
}

type Parts = Vec<(usize, &'static str)>;

fn parts(counts: &PlanCounts) -> [(&'static str, Parts); 5] {
    [
        (
            "people",
            vec![
                (counts.read, "read"),
                (counts.in_scope, "in scope"),
                (counts.leavers, "left"),
                (counts.excluded, "excluded"),
                (counts.starting_later, "starting later"),
                (counts.undecided, "undecided"),
                (counts.unusable, "unusable"),
                (counts.missing, "missing"),
            ],
        ),
        (
            "in scope",
            vec![
                (counts.to_create, "to create"),
                (counts.to_change, "to change"),
                (counts.creates_held, "held: create"),
                (counts.changes_held, "held: change"),
                (counts.unchanged, "unchanged"),
                (counts.set_aside, "set aside"),
                (counts.left_alone, "left alone"),
            ],
        ),
        (
            "left",
            removals(
                counts.leavers_to_deactivate,
                counts.leavers_held,
                counts.leavers_settled,
            ),
        ),
        (
            "excluded",
            removals(
                counts.excluded_to_deactivate,
                counts.excluded_held,
                counts.excluded_settled,
            ),
        ),
        (
            "missing",
            removals(
                counts.missing_to_deactivate,
                counts.missing_held,
                counts.missing_settled,
            ),
        ),
    ]
}

fn removals(to_deactivate: usize, held: usize, settled: usize) -> Parts {
    vec![
        (to_deactivate, "to deactivate"),
        (held, "held"),
        (settled, "as they are"),
    ]
}

fn line(part: &str, of: &Parts) -> Option<String> {
    let said: Vec<_> = of
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!said.is_empty()).then(|| format!("{part:<9} {}", said.join(", ")))
}

fn line_beside(part: &str, before: &Parts, after: &Parts) -> Option<String> {
    let pairs = before.iter().zip(after);
    let said: Vec<_> = pairs
        .filter_map(|((before, what), (after, _))| match (before, after) {
            (0, 0) => None,
            (before, after) if before == after => Some(format!("{after} {what}")),
            (before, after) => Some(format!("{before} → {after} {what}")),
        })
        .collect();
    (!said.is_empty()).then(|| format!("{part:<9} {}", said.join(", ")))
}
