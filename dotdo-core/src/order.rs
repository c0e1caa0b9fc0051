//! Order, for lists of anything.

use std::cmp::Ordering;

/// Sorts a list; what is equal stays in its order.
///
/// The standard library's sort is compiled anew, some 4 KB of WebAssembly, for each type that is sorted anywhere, and a
/// business has many that are sorted once and are short. This one sorts the places, which is the same for all.
///
/// ```
/// let mut names = vec!["pay", "Ship", "buy"];
/// dotdo_core::order::sort_by(&mut names, |a, b| a.to_lowercase().cmp(&b.to_lowercase()));
/// assert_eq!(names, ["buy", "pay", "Ship"]);
/// ```
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    for (to, &place) in places.iter().enumerate() {
        // What was at a place that has been filled has moved to where its filling came from.
        let mut from = place;
        while from < to {
            from = places[from];
        }
        list.swap(to, from);
    }
}

/// Sorts a list of what has a natural order, and leaves one of each.
pub fn sort_dedup<T: Ord>(list: &mut Vec<T>) {
    sort_by(list, T::cmp);
    list.dedup();
}

/// The places of a list in the order of what is there.
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&a, &b| compare(a, b));
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_order_of_the_standard_library(numbers in prop::collection::vec(0_u8..20, 0..200)) {
            // The places tell equals apart.
            let mut ours: Vec<_> = numbers.into_iter().enumerate().collect();
            let mut theirs = ours.clone();
            sort_by(&mut ours, |(_, a), (_, b)| a.cmp(b));
            theirs.sort_by_key(|(_, number)| *number);
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn one_of_each_is_left() {
        let mut list = vec!["b", "a", "b"];
        sort_dedup(&mut list);
        assert_eq!(list, ["a", "b"]);
    }
}
