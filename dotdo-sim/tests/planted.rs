//! Each planted bug is found, and without one nothing is.

#![allow(missing_docs, reason = "tests")]

use dotdo_runtime::planted::Bug;
use dotdo_sim::run::{Without, run};

/// Every bug is found within this many seeds.
const WITHIN: u64 = 1000;

#[test]
fn every_planted_bug_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let found = (0..WITHIN).find(|seed| {
            run(*seed, Some(*bug), &Without::default())
                .violation
                .is_some()
        });
        match found {
            Some(seed) => println!("{}: seed {seed}", bug.name()),
            None => missed.push(bug.name()),
        }
    }
    assert!(missed.is_empty(), "not found in {WITHIN} seeds: {missed:?}");
}

#[test]
fn some_seeds_hold() {
    for seed in 0..150 {
        let outcome = run(seed, None, &Without::default());
        assert_eq!(outcome.violation, None, "seed {seed}");
    }
}

/// Seeds that have failed once. Each line of the file is a seed and what it found.
#[test]
fn what_was_mended_stays_mended() {
    for line in include_str!("regressions.txt").lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let seed = line
            .split_whitespace()
            .next()
            .and_then(|seed| seed.parse().ok())
            .expect("a seed at the beginning of the line");
        let outcome = run(seed, None, &Without::default());
        assert_eq!(outcome.violation, None, "{line}");
    }
}

#[test]
fn a_seed_is_the_same_run_again() {
    for seed in [3, 4, 5] {
        let [one, two] = [(); 2].map(|()| run(seed, None, &Without::default()));
        assert_eq!(one.fingerprint, two.fingerprint, "seed {seed}");
        assert_eq!(one.stats, two.stats, "seed {seed}");
    }
}
