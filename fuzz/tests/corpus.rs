//! Every target on its corpus, and on mutations of it.
//!
//! `DOTDO_FUZZ_SECONDS=60` goes on for so long, from another seed each time; `DOTDO_FUZZ_TARGET=schedule` takes one target.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use dotdo_fuzz::mutate::{Numbers, mutation};
use dotdo_fuzz::{TARGETS, Target};

/// How many mutations of each target a test run tries; a macro does a thousand times more than a parser.
const MUTATIONS: usize = 3_000;
const MUTATIONS_OF_MACROS: usize = 400;
/// Work on an input of two thousand letters that takes longer than this does not end soon enough.
const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn what_must_hold_holds() {
    let only = std::env::var("DOTDO_FUZZ_TARGET").ok();
    let seconds = std::env::var("DOTDO_FUZZ_SECONDS").ok();
    let time = seconds.map(|text| Duration::from_secs(text.parse().expect("a number of seconds")));
    if let Some(only) = &only {
        let known = TARGETS.iter().any(|target| target.name == only);
        assert!(known, "there is no target `{only}`");
    }
    for target in TARGETS {
        if only.as_deref().is_none_or(|only| only == target.name) {
            try_out(target, time);
        }
    }
}

fn try_out(target: &Target, time: Option<Duration>) {
    let corpus = corpus(target.name);
    assert!(!corpus.is_empty(), "`{}` has no corpus", target.name);
    for input in &corpus {
        run(target, input);
    }
    let seed = match time {
        Some(_) => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(1, |now| now.as_secs()),
        None => 1,
    };
    let mut numbers = Numbers::new(seed);
    let (begun, mut tried) = (Instant::now(), 0_usize);
    let enough = if target.name == "macros" {
        MUTATIONS_OF_MACROS
    } else {
        MUTATIONS
    };
    while time.map_or(tried < enough, |time| begun.elapsed() < time) {
        run(target, &mutation(&mut numbers, &corpus, target.words));
        tried += 1;
    }
    println!("{}: {tried} inputs", target.name);
}

/// Says which input it was when something does not hold.
fn run(target: &Target, input: &[u8]) {
    struct Input<'a>(&'a Target, &'a [u8]);
    impl Drop for Input<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!(
                    "the input of `{}` was {:?}",
                    self.0.name,
                    String::from_utf8_lossy(self.1)
                );
            }
        }
    }
    let _input = Input(target, input);
    let begun = Instant::now();
    (target.run)(input);
    assert!(begun.elapsed() < LIMIT, "it took {:?}", begun.elapsed());
}

/// The files of a folder; in text files each paragraph is an input, so that small ones need no file each.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).expect("a text");
            // A lock is one input; other files hold several.
            if path.extension().is_some_and(|end| end == "lock") {
                return vec![text.into_bytes()];
            }
            let inputs: Vec<_> = text
                .split("\n\n")
                .map(|input| input.trim_end().as_bytes().to_vec())
                .collect();
            inputs
        })
        .collect()
}
