//! A condition as its clauses and their connectives; its truth for given truths of the clauses, and the clauses whose
//! change would change it.

use super::split::{Joined, split};
use crate::expressions::expression::Expression;

/// The greatest number of ways that are returned: no reader needs more.
const MOST_WAYS: usize = 12;

/// The number of clauses up to which every set is tried: a few thousand sets at most.
const MOST_TRIED: usize = 10;

/// How clauses are joined, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Clause(usize),
}

/// A condition: its clauses, each an expression of its own, and how they are joined.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) clauses: Vec<Expression>,
    tree: Tree,
}

/// The truth of a clause or a condition; none where it cannot be evaluated.
pub(super) type Truth = Option<bool>;

/// Clauses to change, each with the truth that it needs.
pub(super) type Way = Vec<(usize, bool)>;

impl Condition {
    pub(super) fn of(expression: &Expression) -> Self {
        let mut clauses = Vec::new();
        let tree = tree(expression.source(), expression, &mut clauses);
        Self { clauses, tree }
    }

    /// Returns the truth of each clause that favours the condition; none where either truth can.
    pub(super) fn wanted(&self) -> Vec<Option<bool>> {
        let mut wanted = vec![Vec::new(); self.clauses.len()];
        self.tree.note_wanted(true, &mut wanted);
        let only = |wanted: Vec<bool>| {
            wanted
                .first()
                .copied()
                .filter(|first| wanted.iter().all(|other| other == first))
        };
        wanted.into_iter().map(only).collect()
    }

    /// Returns the truth of the condition. A clause that fails does not matter where another one decides, as in CEL.
    pub(super) fn truth(&self, truths: &[Truth]) -> Truth {
        self.tree.truth(truths)
    }

    /// Returns the smallest sets of clauses whose change makes the condition equal to `wanted`. Each set has been
    /// tried; where there are too many clauses to try all sets, the search tries those that the tree suggests.
    pub(super) fn ways(&self, truths: &[Truth], wanted: bool) -> Vec<Way> {
        if self.truth(truths) == Some(wanted) {
            return vec![Way::new()];
        }
        let mut ways = if truths.len() <= MOST_TRIED {
            all_ways(truths)
        } else {
            suggested(&self.tree, truths, wanted)
        };
        ways.retain(|way| self.truth(&changed(truths, way)) == Some(wanted));
        let shortest = ways.iter().map(Vec::len).min();
        ways.retain(|way| Some(way.len()) == shortest);
        ways.truncate(MOST_WAYS);
        ways
    }
}

/// Every set of clauses that are otherwise.
fn all_ways(truths: &[Truth]) -> Vec<Way> {
    let otherwise = |clause: usize| match truths[clause] {
        Some(truth) => vec![!truth],
        None => vec![true, false],
    };
    (0..truths.len()).fold(vec![Way::new()], |ways, clause| {
        let more = ways.iter().flat_map(|way| {
            otherwise(clause)
                .into_iter()
                .map(|truth| [way.as_slice(), &[(clause, truth)]].concat())
        });
        let more: Vec<_> = more.collect();
        [ways, more].concat()
    })
}

/// Returns the ways that the tree suggests, as if no clause occurred twice.
fn suggested(tree: &Tree, truths: &[Truth], wanted: bool) -> Vec<Way> {
    let mut ways = tree.ways(truths, wanted);
    for way in &mut ways {
        way.sort_unstable();
        way.dedup();
    }
    ways.sort();
    ways.dedup();
    ways
}

/// The truths, with those of a way in their places.
fn changed(truths: &[Truth], way: &[(usize, bool)]) -> Vec<Truth> {
    let mut truths = truths.to_vec();
    for (clause, truth) in way {
        if let Some(place) = truths.get_mut(*clause) {
            *place = Some(*truth);
        }
    }
    truths
}

/// The tree of a text. A clause that is there already is the same clause: it cannot be true in one place and not in another.
fn tree(text: &str, whole: &Expression, clauses: &mut Vec<Expression>) -> Tree {
    let mut all = |parts: Vec<&str>| parts.into_iter().map(|part| tree(part, whole, clauses)).collect();
    match split(text) {
        Joined::All(parts) => Tree::All(all(parts)),
        Joined::Any(parts) => Tree::Any(all(parts)),
        Joined::Not(part) => Tree::Not(Box::new(tree(part, whole, clauses))),
        Joined::Clause(text) => {
            let known = clauses.iter().position(|clause| clause.source() == text);
            Tree::Clause(known.unwrap_or_else(|| {
                clauses.push(text.parse().unwrap_or_else(|_| whole.clone()));
                clauses.len() - 1
            }))
        }
    }
}

impl Tree {
    fn note_wanted(&self, truth: bool, wanted: &mut [Vec<bool>]) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.note_wanted(truth, wanted)),
            Self::Not(part) => part.note_wanted(!truth, wanted),
            Self::Clause(clause) => wanted[*clause].push(truth),
        }
    }

    fn truth(&self, truths: &[Truth]) -> Truth {
        match self {
            Self::All(parts) => decided(parts, truths, false),
            Self::Any(parts) => decided(parts, truths, true),
            Self::Not(part) => part.truth(truths).map(|truth| !truth),
            Self::Clause(clause) => truths.get(*clause).copied().flatten(),
        }
    }

    fn ways(&self, truths: &[Truth], wanted: bool) -> Vec<Way> {
        match self {
            Self::Clause(clause) if truths.get(*clause) == Some(&Some(wanted)) => vec![Way::new()],
            Self::Clause(clause) => vec![vec![(*clause, wanted)]],
            Self::Not(part) => part.ways(truths, !wanted),
            Self::All(parts) if wanted => together(parts, truths, true),
            Self::Any(parts) if !wanted => together(parts, truths, false),
            Self::All(parts) | Self::Any(parts) => cheapest(parts, truths, wanted),
        }
    }
}

/// One part that is `decisive` decides; otherwise every part has to be known.
fn decided(parts: &[Tree], truths: &[Truth], decisive: bool) -> Truth {
    let mut parts: Vec<_> = parts.iter().map(|part| part.truth(truths)).collect();
    parts.sort_unstable();
    if parts.contains(&Some(decisive)) {
        return Some(decisive);
    }
    (!parts.contains(&None)).then_some(!decisive)
}

/// Every part has to come to it.
fn together(parts: &[Tree], truths: &[Truth], wanted: bool) -> Vec<Way> {
    parts.iter().fold(vec![Way::new()], |ways, part| {
        let more = part.ways(truths, wanted);
        let joined = ways
            .iter()
            .flat_map(|way| more.iter().map(|more| [way.as_slice(), more].concat()));
        joined.take(MOST_WAYS).collect()
    })
}

/// One part has to come to it: whichever takes least.
fn cheapest(parts: &[Tree], truths: &[Truth], wanted: bool) -> Vec<Way> {
    let ways: Vec<_> = parts.iter().flat_map(|part| part.ways(truths, wanted)).collect();
    let shortest = ways.iter().map(Vec::len).min();
    let shortest = ways.into_iter().filter(|way| Some(way.len()) == shortest);
    shortest.take(MOST_WAYS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(source: &str) -> Condition {
        Condition::of(&source.parse().expect("compiles"))
    }

    fn sources(condition: &Condition) -> Vec<&str> {
        condition.clauses.iter().map(Expression::source).collect()
    }

    #[test]
    fn the_examples_filter_has_three_clauses() {
        let acme: crate::configuration::TenantConfiguration =
            include_str!("../../configuration/acme.toml").parse().expect("valid");
        let condition = Condition::of(acme.users.filter.as_ref().expect("has one"));
        assert_eq!(
            sources(&condition),
            [
                "employee.workEmail != null",
                "lower(employee.workEmail).endsWith(\"@acme.com.au\")",
                "employee.location in [\"Fiji\"]"
            ]
        );
        assert_eq!(condition.wanted(), [Some(true), Some(true), Some(false)]);
        assert_eq!(condition.truth(&[Some(true), Some(true), Some(true)]), Some(false));
        assert_eq!(
            condition.ways(&[Some(true), Some(true), Some(true)], true),
            [[(2, false)]]
        );
        assert_eq!(
            condition.ways(&[Some(true), Some(true), Some(false)], false),
            [[(0, false)], [(1, false)], [(2, true)]]
        );
    }

    #[test]
    fn a_clause_that_is_there_twice_is_one() {
        let condition = condition("(a && b) || (!a && c)");
        assert_eq!(sources(&condition), ["a", "b", "c"]);
        assert_eq!(condition.wanted(), [None, Some(true), Some(true)]);
        assert_eq!(
            condition.ways(&[Some(true), Some(false), Some(false)], true),
            [[(1, true)]],
            "a cannot be false on one side only"
        );
    }

    #[test]
    fn what_fails_counts_for_nothing_where_another_clause_decides() {
        let both = condition("a && b");
        assert_eq!(both.truth(&[None, Some(false)]), Some(false));
        assert_eq!(both.truth(&[None, Some(true)]), None);
        assert_eq!(both.ways(&[None, Some(false)], true), [vec![(0, true), (1, true)]]);
        assert_eq!(condition("a || b").truth(&[None, Some(true)]), Some(true));
    }

    #[test]
    fn of_many_clauses_those_are_tried_that_the_tree_suggests() {
        let clauses: Vec<_> = (0..16).map(|n| format!("c{n}")).collect();
        let (any, all) = (condition(&clauses.join(" || ")), condition(&clauses.join(" && ")));
        let none = vec![Some(false); 16];
        assert_eq!(any.ways(&none, true).len(), MOST_WAYS);
        assert_eq!(any.ways(&none, true)[0].len(), 1);
        assert_eq!(all.ways(&none, true)[0].len(), 16);
    }
}
