//! Is there one order of what was asked that explains every answer?
//!
//! The search of Wing and Gong, with the memory of Lowe: each operation takes effect at one instant between its question
//! and its answer. One whose answer is not known may take effect at any time after its question, or never. Histories are
//! checked object by object, for an object's answers depend on no other object.

use std::collections::HashSet;
use std::hash::Hash;

/// How a thing behaves, one operation at a time.
pub trait Model {
    /// What it remembers.
    type State: Clone + Eq + Hash;
    /// What is asked of it.
    type Ask;
    /// What it answers.
    type Answer;

    /// The state after an operation, if that explains the answer; an unknown answer is explained by any.
    fn step(
        &self,
        state: &Self::State,
        ask: &Self::Ask,
        answer: Option<&Self::Answer>,
    ) -> Option<Self::State>;
}

/// What was asked, when, and what was answered, when.
#[derive(Clone, Debug)]
pub struct Operation<A, R> {
    /// When it was asked: a number that grows with each event of the history.
    pub asked: u64,
    /// When it was answered, and what; none if the answer is not known.
    pub answered: Option<(u64, R)>,
    /// What was asked.
    pub ask: A,
}

/// Whether some order explains the history.
pub fn is_linearizable<M: Model>(
    model: &M,
    start: M::State,
    history: &[Operation<M::Ask, M::Answer>],
) -> bool {
    let mut order: Vec<_> = history.iter().collect();
    order.sort_by_key(|operation| operation.asked);
    let words = order.len().div_ceil(64);
    let mut search = Search {
        model,
        order,
        seen: HashSet::new(),
    };
    search.explains(&mut vec![0; words], &start)
}

struct Search<'a, M: Model> {
    model: &'a M,
    order: Vec<&'a Operation<M::Ask, M::Answer>>,
    /// What was tried before: which operations had taken effect, and what the state was then.
    seen: HashSet<(Vec<u64>, M::State)>,
}

impl<M: Model> Search<'_, M> {
    fn explains(&mut self, done: &mut Vec<u64>, state: &M::State) -> bool {
        // What has not taken effect must do so before anything that was asked after its answer.
        let mut limit = u64::MAX;
        let mut waits = false;
        for (place, operation) in self.order.iter().enumerate() {
            if done[place / 64] >> (place % 64) & 1 == 0
                && let Some((at, _)) = &operation.answered
            {
                waits = true;
                limit = limit.min(*at);
            }
        }
        // What is left has no known answer, and may never take effect.
        if !waits {
            return true;
        }
        if !self.seen.insert((done.clone(), state.clone())) {
            return false;
        }
        for place in 0..self.order.len() {
            let operation = self.order[place];
            if operation.asked > limit {
                break;
            }
            if done[place / 64] >> (place % 64) & 1 == 1 {
                continue;
            }
            let answer = operation.answered.as_ref().map(|(_, answer)| answer);
            if let Some(next) = self.model.step(state, &operation.ask, answer) {
                done[place / 64] |= 1 << (place % 64);
                if self.explains(done, &next) {
                    return true;
                }
                done[place / 64] &= !(1 << (place % 64));
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Model, Operation, is_linearizable};

    /// A cell that is read (`None`) and written.
    struct Register;
    impl Model for Register {
        type State = i64;
        type Ask = Option<i64>;
        type Answer = i64;
        fn step(&self, state: &i64, ask: &Option<i64>, answer: Option<&i64>) -> Option<i64> {
            let next = ask.unwrap_or(*state);
            answer.is_none_or(|answer| *answer == next).then_some(next)
        }
    }

    fn op(
        asked: u64,
        answered: Option<(u64, i64)>,
        ask: Option<i64>,
    ) -> Operation<Option<i64>, i64> {
        Operation {
            asked,
            answered,
            ask,
        }
    }

    #[test]
    fn overlapping_operations_may_take_effect_in_any_order() {
        let write = op(1, Some((6, 7)), Some(7));
        let early = op(2, Some((3, 0)), None);
        let late = op(4, Some((5, 7)), None);
        assert!(is_linearizable(&Register, 0, &[write, early, late]));
    }

    #[test]
    fn what_was_read_once_is_not_unread() {
        let write = op(1, Some((8, 7)), Some(7));
        let early = op(2, Some((3, 7)), None);
        let late = op(4, Some((5, 0)), None);
        assert!(!is_linearizable(&Register, 0, &[write, early, late]));
    }

    #[test]
    fn an_acknowledged_write_is_not_lost() {
        let write = op(1, Some((2, 7)), Some(7));
        let read = op(3, Some((4, 0)), None);
        assert!(!is_linearizable(&Register, 0, &[write, read]));
    }

    #[test]
    fn an_unknown_write_may_take_effect_late_or_never() {
        let write = op(1, None, Some(7));
        let before = op(2, Some((3, 0)), None);
        let after = op(4, Some((5, 7)), None);
        assert!(is_linearizable(
            &Register,
            0,
            &[write.clone(), before.clone(), after.clone()]
        ));
        assert!(is_linearizable(&Register, 0, &[write.clone(), before]));
        // But not before it was asked, and once at most.
        let undone = op(6, Some((7, 0)), None);
        assert!(!is_linearizable(&Register, 0, &[write, after, undone]));
    }
}
