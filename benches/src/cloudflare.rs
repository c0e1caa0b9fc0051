//! The same on Cloudflare's engine: our objects beside Durable Objects written by hand in JavaScript, in one workerd.
//!
//! Both are asked in turn, several times, and the run in the middle counts. Processor time is workerd's, all of it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use workerd_tests::{Bundle, Class, Engine, wasm_as_deployed, workerd};

use crate::Failure;
use crate::client::{Load, Outcome, histogram, request, run};

const INDEX: &str = include_str!("beside.js");

const CLASSES: &[Class] = &[
    Class {
        noun: "",
        name: "Tenant",
    },
    Class {
        noun: "Counter",
        name: "Counter",
    },
    Class {
        noun: "Basket",
        name: "Basket",
    },
];

/// Lines of a basket, and extras of a line.
const LINES: u64 = 50;
const EXTRAS: u64 = 3;
/// By then, what is called much is compiled well.
const COMPILED: Duration = Duration::from_secs(4);
/// Objects that are woken.
const SLEEPERS: u64 = 150;

struct Options {
    time: Duration,
    rounds: usize,
    connections: usize,
    /// A word of the scenarios that are wanted.
    only: String,
    table: Option<PathBuf>,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            // What the machine can do changes within seconds, so both sides are asked in short turns, many times.
            time: Duration::from_millis(500),
            rounds: 41,
            connections: 16,
            only: String::new(),
            table: None,
        };
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(format!("`{arg}` wants a value"))?;
            match arg.as_str() {
                "--seconds" => options.time = Duration::from_secs_f64(value.parse()?),
                "--rounds" => options.rounds = value.parse::<usize>()?.max(1),
                "--connections" => options.connections = value.parse()?,
                "--only" => options.only = value,
                "--table" => options.table = Some(value.into()),
                other => return Err(format!("`bench cloudflare` has no option `{other}`").into()),
            }
        }
        Ok(options)
    }
}

/// Who is asked, and what.
#[derive(Clone, Copy)]
struct Side {
    /// What stands before the noun in a path.
    noun: &'static str,
    verb: &'static str,
}

/// The same work on both sides.
struct Scenario {
    what: &'static str,
    ours: Side,
    theirs: Side,
    body: fn() -> String,
    /// So many objects take turns.
    objects: u64,
    aim: Option<f64>,
}

fn by() -> String {
    r#"{"by":1}"#.to_owned()
}

/// The lines of a basket as JSON.
fn lines() -> String {
    let mut text = String::from(r#"{"lines":["#);
    for line in 0..LINES {
        let comma = if line == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}{{"sku":"SKU-{line:05}","name":"Something to buy, no. {line}","quantity":{},"price_cents":{},"extras":["#,
            1 + line % 4,
            990 + line
        );
        for extra in 0..EXTRAS {
            let comma = if extra == 0 { "" } else { "," };
            let _ = write!(
                text,
                r#"{comma}{{"name":"With an extra, no. {extra}","price_cents":{}}}"#,
                50 + extra
            );
        }
        text.push_str("]}");
    }
    text.push_str("]}");
    text
}

const COUNTER: Side = Side {
    noun: "Counter",
    verb: "add",
};
const BY_HAND: Side = Side {
    noun: "js/JsCounter",
    verb: "add",
};

const RECORDED: Side = Side {
    noun: "js/JsRecorded",
    verb: "add",
};

const BASKET: Side = Side {
    noun: "Basket",
    verb: "fill",
};

const SCENARIOS: &[Scenario] = &[
    Scenario {
        what: "counter, one object",
        ours: COUNTER,
        theirs: BY_HAND,
        body: by,
        objects: 1,
        aim: Some(1.0 / 1.25),
    },
    Scenario {
        what: "counter, 50 objects",
        ours: COUNTER,
        theirs: BY_HAND,
        body: by,
        objects: 50,
        aim: Some(1.0 / 1.25),
    },
    Scenario {
        what: "counter that records as ours does, one object",
        ours: COUNTER,
        theirs: RECORDED,
        body: by,
        objects: 1,
        aim: Some(1.0 / 1.25),
    },
    Scenario {
        what: "counter that records as ours does, 50 objects",
        ours: COUNTER,
        theirs: RECORDED,
        body: by,
        objects: 50,
        aim: Some(1.0 / 1.25),
    },
    Scenario {
        what: "counter as a tenant's row",
        ours: Side {
            noun: "Tally",
            verb: "add",
        },
        theirs: RECORDED,
        body: by,
        objects: 1,
        aim: None,
    },
    Scenario {
        what: "50 lines of JSON with 3 extras each, one object",
        ours: BASKET,
        theirs: Side {
            noun: "js/JsBasket",
            verb: "fill",
        },
        body: lines,
        objects: 1,
        aim: Some(1.0),
    },
    Scenario {
        what: "the same beside one that records as ours does",
        ours: BASKET,
        theirs: Side {
            noun: "js/JsRecordedBasket",
            verb: "fill",
        },
        body: lines,
        objects: 1,
        aim: Some(1.0),
    },
];

fn ask(side: Side, object: u64, body: &str) -> Vec<u8> {
    let Side { noun, verb } = side;
    request("POST", &format!("/{noun}/o{object}/{verb}"), body)
}

/// One measurement: what was answered, and workerd's processor time a request, in microseconds.
struct Sample {
    outcome: Outcome,
    cpu: f64,
}

struct Bench {
    engine: Engine,
    options: Options,
    #[allow(dead_code, reason = "the data live as long as this")]
    folder: tempfile::TempDir,
}

impl Bench {
    fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.engine.port()).into()
    }

    /// Makes our objects; those by hand make themselves.
    fn make(&self, noun: &'static str, count: u64) -> Result<(), Failure> {
        let fields = match noun {
            "Basket" => r#""lines":[],"total_cents":0"#,
            _ => r#""count":0"#,
        };
        let load = Load {
            connections: 4,
            time: Duration::from_secs(120),
            requests: count,
            rate: None,
        };
        run(self.address(), load, move |number| {
            let body = format!(r#"{{"$id":"o{number}",{fields}}}"#);
            request("POST", &format!("/{noun}"), &body)
        })?;
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "counts")]
    fn load(&self, scenario: &Scenario, side: Side, time: Duration) -> Result<Sample, Failure> {
        let load = Load {
            connections: self.options.connections,
            time,
            requests: u64::MAX,
            rate: None,
        };
        let (body, objects) = ((scenario.body)(), scenario.objects);
        let before = cpu(self.engine.id())?;
        let outcome = run(self.address(), load, move |number| {
            ask(side, number % objects, &body)
        })?;
        let used = cpu(self.engine.id())?.saturating_sub(before);
        let cpu = used.as_micros() as f64 / outcome.requests.max(1) as f64;
        Ok(Sample { outcome, cpu })
    }

    /// Both sides in turn; those of the round whose ratio is in the middle.
    fn beside(&self, scenario: &Scenario) -> Result<[Sample; 2], Failure> {
        let round = |time| -> Result<[Sample; 2], Failure> {
            Ok([
                self.load(scenario, scenario.ours, time)?,
                self.load(scenario, scenario.theirs, time)?,
            ])
        };
        round(COMPILED)?;
        let mut rounds: Vec<_> = (0..self.options.rounds)
            .map(|_| round(self.options.time))
            .collect::<Result<_, _>>()?;
        rounds.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let at = |part: usize| ratio(&rounds[(rounds.len() - 1) * part / 4]) * 100.0;
        let [ours, theirs] = &rounds[rounds.len() / 2];
        eprintln!(
            "{}: {:.0} %, half of the rounds from {:.0} to {:.0} %; by processor time {:.0} %",
            scenario.what,
            at(2),
            at(1),
            at(3),
            theirs.cpu / ours.cpu * 100.0
        );
        Ok(rounds.swap_remove(rounds.len() / 2))
    }

    /// First calls of objects that have a state and are asleep, one after the other, in an engine that has just started
    /// and has answered one call of the kind. Microseconds.
    fn cold(&mut self, side: Side) -> Result<hdrhistogram::Histogram<u64>, Failure> {
        self.engine.restart()?;
        let address = self.address();
        let first = |object: u64| {
            let load = Load {
                connections: 1,
                time: Duration::from_secs(20),
                requests: 1,
                rate: None,
            };
            run(address, load, move |_| ask(side, object, &by()))
        };
        first(0)?;
        let mut all = histogram();
        for object in 1..SLEEPERS {
            all.add(&first(object)?.latency)
                .map_err(|e| e.to_string())?;
        }
        Ok(all)
    }
}

fn ratio([ours, theirs]: &[Sample; 2]) -> f64 {
    ours.outcome.rate() / theirs.outcome.rate()
}

/// The processor time that a process has used.
fn cpu(id: u32) -> Result<Duration, Failure> {
    // Clock ticks in a second: what Linux reports to programs on every architecture.
    const TICKS: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The second field is a name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')').ok_or("a strange /proc/…/stat")?;
    let mut ticks = 0;
    for field in rest.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u64>()?;
    }
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}

/// Measures, and prints the tables.
pub fn main(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let options = Options::read(args)?;
    let workerd =
        workerd().ok_or("workerd is not installed; `cargo xtask bench cloudflare` installs it")?;
    let wasm = wasm_as_deployed("workerd-tests", "beside");
    let folder = tempfile::tempdir()?;
    let bundle = Bundle {
        wasm: &wasm,
        classes: CLASSES,
        own: &["JsCounter", "JsRecorded", "JsBasket", "JsRecordedBasket"],
        variables: &[],
        index: INDEX,
    };
    let engine = Engine::start(&workerd, folder.path(), &bundle)?;
    let mut bench = Bench {
        engine,
        options,
        folder,
    };
    bench.make("Counter", SLEEPERS)?;
    bench.make("Tally", 1)?;
    bench.make("Basket", 1)?;
    let mut text = String::from(
        "| | ours | JavaScript | ratio | aim | p50 / p99, ours | p50 / p99, JavaScript | CPU a call, ours | JavaScript |\n\
         | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |\n",
    );
    for scenario in SCENARIOS {
        if !scenario.what.contains(&bench.options.only) {
            continue;
        }
        let round = bench.beside(scenario)?;
        line(&mut text, scenario, &round);
    }
    // The objects by hand have a state, too.
    for object in 0..SLEEPERS {
        let once = Load {
            connections: 1,
            time: Duration::from_secs(20),
            requests: 1,
            rate: None,
        };
        run(bench.address(), once, move |_| ask(BY_HAND, object, &by()))?;
    }
    let ours = bench.cold(COUNTER)?;
    let theirs = bench.cold(BY_HAND)?;
    let shown = |all: &hdrhistogram::Histogram<u64>| {
        let [half, most] = [0.5, 0.99].map(|part| all.value_at_quantile(part));
        format!("{half} / {most} µs")
    };
    let _ = writeln!(
        text,
        "\nThe first call of an object that has a state and is asleep, p50 / p99: ours {}, JavaScript {}.",
        shown(&ours),
        shown(&theirs)
    );
    println!("{text}");
    if let Some(path) = &bench.options.table {
        std::fs::write(path, &text)?;
    }
    Ok(())
}

fn line(text: &mut String, scenario: &Scenario, round: &[Sample; 2]) {
    let ratio = ratio(round);
    let [ours, theirs] = round;
    let aim = scenario.aim.map_or_else(
        || "–".to_owned(),
        |aim| {
            let word = if ratio >= aim { "met" } else { "missed" };
            format!("≥ {:.0} %, {word}", aim * 100.0)
        },
    );
    let times = |sample: &Sample| {
        let [half, most] = [0.5, 0.99].map(|part| sample.outcome.quantile(part));
        format!("{half} / {most} µs")
    };
    let _ = writeln!(
        text,
        "| {} | {:.0}/s | {:.0}/s | {:.0} % | {aim} | {} | {} | {:.0} µs | {:.0} µs |",
        scenario.what,
        ours.outcome.rate(),
        theirs.outcome.rate(),
        ratio * 100.0,
        times(ours),
        times(theirs),
        ours.cpu,
        theirs.cpu
    );
}

#[cfg(test)]
mod tests {
    use super::{LINES, cpu, lines};

    #[test]
    fn a_basket_is_json() {
        let basket: serde_json::Value = serde_json::from_str(&lines()).unwrap();
        let count = u64::try_from(basket["lines"].as_array().unwrap().len()).unwrap();
        assert_eq!(count, LINES);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_uses_time() {
        let before = cpu(std::process::id()).unwrap();
        let begun = std::time::Instant::now();
        while cpu(std::process::id()).unwrap() == before {
            assert!(begun.elapsed().as_secs() < 20);
        }
    }
}
