//! The store under `kill -9`, again and again, at any moment, with each durability: `TORTURE_SECONDS` says for how long.

use std::time::{Duration, Instant};

use super::*;

/// How long it takes where nothing else is said: `cargo xtask torture` takes a minute.
const SECONDS: u64 = 4;

/// When to kill, from one time to the next: xorshift, so that a run can be had again.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // Often in the first moments, when files are opened and what was under way is taken up again.
        let most = if self.0.is_multiple_of(3) { 60 } else { 700 };
        Duration::from_millis(self.0 / 3 % most)
    }
}

/// Lets a command run for a while, then kills it. What it said, if it was done by then.
fn kill_after(mut command: Command, moment: Duration) -> Option<Output> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while begun.elapsed() < moment {
        if child.try_wait().unwrap().is_some() {
            return Some(child.wait_with_output().unwrap());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output)
}

fn everything_is_there(output: &Output, expected: &Value, data: &Path, file: &Path) {
    assert_eq!(figures(output).0, *expected);
    nothing_charged_twice(data, file);
    nobody_got_two_mails(data);
}

#[test]
fn with_sync() {
    killed_again_and_again_it_keeps_its_figures("sync");
}

#[test]
fn with_batch() {
    killed_again_and_again_it_keeps_its_figures("batch");
}

#[test]
fn with_relaxed() {
    killed_again_and_again_it_keeps_its_figures("relaxed");
}

fn killed_again_and_again_it_keeps_its_figures(durability: &str) {
    let seconds = std::env::var("TORTURE_SECONDS")
        .map_or(SECONDS, |text| text.parse().expect("a number of seconds"));
    let folder = Folder::new(&format!("torture-{durability}"));
    let (file, expected) = data_set(&folder);
    let import = |data: &Path| {
        let mut command = import(&file, data);
        command.args(["--durability", durability]);
        command
    };
    let mut moments = Moments(0x0070_7274_7572_6500 | seconds);
    let (mut kills, mut rounds, mut charges) = (0, 0, 0);
    let begun = Instant::now();
    let data = |round: u32| folder.0.join(format!("data-{round}"));
    while begun.elapsed() < Duration::from_secs(seconds) {
        let data = data(rounds);
        match kill_after(import(&data), moments.next()) {
            None => {
                kills += 1;
                let now = nothing_charged_twice(&data, &file);
                assert!(now >= charges, "the ledger forgot a charge");
                charges = now;
            }
            Some(output) => {
                everything_is_there(&output, &expected, &data, &file);
                std::fs::remove_dir_all(&data).unwrap();
                (rounds, charges) = (rounds + 1, 0);
            }
        }
    }
    let data = data(rounds);
    everything_is_there(&run(import(&data)), &expected, &data, &file);
    eprintln!(
        "{durability}: {kills} kills in {seconds} s, over {} whole imports",
        rounds + 1
    );
    assert!(kills >= 3, "only {kills} kills");
}
