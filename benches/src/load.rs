//! The scenarios.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dotdo::host::native::{Durability, Embedded, Server};
use dotdo::{Id, Noun as _};
use tokio::sync::oneshot;

use crate::client::{Load, Outcome, request, run};
use crate::import::{Import, import};
use crate::report::{Line, Unit, markdown, svg};
use crate::rivals::{Promise, serve};
use crate::shop::{Bench, Counter};
use crate::{Failure, life, rows};

/// How much is measured.
pub struct Options {
    pub time: Duration,
    pub rows: u64,
    pub objects: u64,
    durability: Durability,
    import: Option<Import>,
    table: Option<PathBuf>,
    plot: Option<PathBuf>,
}

impl Options {
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            time: Duration::from_secs(3),
            rows: 100_000,
            objects: 1000,
            durability: Durability::Batch,
            import: None,
            table: None,
            plot: None,
        };
        let (mut data, mut program) = (None, None);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(format!("`{arg}` wants a value"))?;
            match arg.as_str() {
                "--seconds" => options.time = Duration::from_secs_f64(value.parse()?),
                "--rows" => options.rows = value.parse()?,
                "--objects" => options.objects = value.parse()?,
                "--durability" => {
                    options.durability = value.parse().map_err(|e: dotdo::Error| e.to_string())?;
                }
                "--import" => data = Some(value.into()),
                "--record-store" => program = Some(value.into()),
                "--table" => options.table = Some(value.into()),
                "--plot" => options.plot = Some(value.into()),
                other => return Err(format!("`bench load` has no option `{other}`").into()),
            }
        }
        options.import = data
            .zip(program)
            .map(|(data, program)| Import { data, program });
        Ok(options)
    }

    /// As many requests as can be made in the time.
    pub fn load(&self, connections: usize) -> Load {
        Load {
            connections,
            time: self.time,
            requests: u64::MAX,
            rate: None,
        }
    }
}

/// A business that is served: the server on one thread, the objects on as many as there are processors.
pub struct Served {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<Result<(), String>>>,
    business: Arc<Embedded>,
}

impl Served {
    pub fn start(folder: &Path, durability: Durability) -> Result<Self, Failure> {
        let business = Arc::new(
            Embedded::of(Bench::DEF, folder)
                .durability(durability)
                .start()
                .map_err(|e| e.to_string())?,
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let (bound, address) = std::sync::mpsc::channel();
        let served = business.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|e| e.to_string())?;
            runtime.block_on(async move {
                let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None)
                    .await
                    .map_err(|e| e.to_string())?;
                bound
                    .send(server.address().map_err(|e| e.to_string())?)
                    .map_err(|e| e.to_string())?;
                let stop = async {
                    let _ = stopped.await;
                };
                server.serve(&served, stop).await.map_err(|e| e.to_string())
            })
        });
        Ok(Self {
            address: address.recv()?,
            stop: Some(stop),
            thread: Some(thread),
            business,
        })
    }

    /// Waits for all that was caused.
    pub fn settle(&self) -> Result<(), Failure> {
        block_on(self.business.settled())
    }

    /// Answers what is under way, and ends.
    pub fn end(mut self) -> Result<(), Failure> {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            thread.join().map_err(|_| "the server panicked")??;
        }
        let business = Arc::into_inner(self.business).ok_or("the server still has the business")?;
        block_on(business.shutdown())
    }
}

/// Waits for a future.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(future))
}

fn fold(noun: &str, number: u64) -> String {
    format!("/{noun}/{noun}-{number}")
}

/// Makes things with numbers from 0 on.
fn make(
    address: SocketAddr,
    noun: &'static str,
    body: &'static str,
    count: u64,
) -> Result<Outcome, Failure> {
    let load = Load {
        connections: 64,
        time: Duration::from_secs(120),
        requests: count,
        rate: None,
    };
    run(address, load, move |number| {
        let body = format!("{{\"$id\":\"{noun}-{number}\",{body}}}");
        request("POST", &format!("/{noun}"), &body)
    })
}

fn add(address: SocketAddr, load: Load, objects: u64) -> Result<Outcome, Failure> {
    run(address, load, move |number| {
        request(
            "POST",
            &format!("{}/add", fold("Counter", number % objects)),
            "{\"by\":1}",
        )
    })
}

/// A server by hand, which serves for as long as this process runs.
struct Rival {
    address: SocketAddr,
    folder: PathBuf,
    objects: u64,
}

impl Rival {
    fn start(folder: &Path, promise: Promise, load: Load, objects: u64) -> Result<Self, Failure> {
        let folder = folder.join(format!("{promise:?}-{}-{objects}", load.connections));
        std::fs::create_dir_all(&folder)?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let rival = Self {
            address: serve(&folder, promise, threads)?,
            folder,
            objects,
        };
        rival.call(warm(objects))?;
        Ok(rival)
    }

    fn call(&self, load: Load) -> Result<Outcome, Failure> {
        let objects = self.objects;
        let outcome = run(self.address, load, move |number| {
            request("POST", &format!("/{}", number % objects), "{\"by\":1}")
        })?;
        // Ours make all files of the disk safe now and then, and this one's would be among them.
        rustix::fs::syncfs(std::fs::File::open(&self.folder)?)?;
        Ok(outcome)
    }
}

fn rival(folder: &Path, promise: Promise, load: Load, objects: u64) -> Result<Outcome, Failure> {
    Rival::start(folder, promise, load, objects)?.call(load)
}

/// So often both sides are asked in turn where there is an aim for many objects: what a machine can do changes from one
/// second to the next.
pub const ROUNDS: usize = 5;

/// Verbs of objects, and those of a rival; those of the round whose ratio is in the middle.
fn in_turn(
    served: &Served,
    rival: &Rival,
    load: Load,
    objects: u64,
) -> Result<(Outcome, f64), Failure> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let limit = rival.call(load)?;
        // They may have gone to sleep meanwhile.
        add(served.address, warm(objects), objects)?;
        let ours = add(served.address, load, objects)?;
        eprintln!(
            "  {:.0}/s of {:.0}/s; {:.0} µs of a processor each, of {:.0}",
            ours.rate(),
            limit.rate(),
            ours.cost(),
            limit.cost()
        );
        rounds.push((ours, limit.rate()));
    }
    let ratio = |(ours, limit): &(Outcome, f64)| ours.rate() / limit;
    rounds.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    Ok(rounds.swap_remove(ROUNDS / 2))
}

/// Calls before those that are measured, so that it is no beginning that is measured: files are open, statements are
/// prepared, and the directory hears of changes at the pace that it keeps.
const WARM: u64 = 20;

fn warm(objects: u64) -> Load {
    Load {
        connections: 64,
        time: Duration::from_secs(60),
        requests: WARM * objects,
        rate: None,
    }
}

/// A rate beside its limit.
pub fn rate(
    what: &'static str,
    ours: &Outcome,
    limit: f64,
    beside: &'static str,
    target: Option<f64>,
) -> Line {
    let line = Line {
        what,
        ours: ours.rate(),
        limit,
        beside,
        unit: Unit::Rate,
        target,
    };
    eprintln!(
        "{what}: {:.0}/s (p50 {} µs, p99 {} µs); {beside}: {limit:.0}/s",
        line.ours,
        ours.quantile(0.5),
        ours.quantile(0.99)
    );
    line
}

/// A time beside its limit.
pub fn time(
    what: &'static str,
    ours: f64,
    limit: f64,
    beside: &'static str,
    target: Option<f64>,
) -> Line {
    eprintln!("{what}: {ours} µs; {beside}: {limit} µs");
    Line {
        what,
        ours,
        limit,
        beside,
        unit: Unit::Micros,
        target,
    }
}

/// Runs all scenarios, prints the table, and writes it and the plot where that is asked for.
pub fn main(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let options = Options::read(args)?;
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path();
    let mut lines = Vec::new();
    calls(&options, folder, &mut lines)?;
    flows(&options, folder, &mut lines)?;
    rows::tenant(&options, folder, &mut lines)?;
    life::life(&options, folder, &mut lines)?;
    if let Some(what) = &options.import {
        import(what, folder, &mut lines)?;
    }
    let sync = crate::raw::fdatasync(folder, options.time)?;
    let normal = crate::raw::updates(folder, Promise::Relaxed, options.time)?;
    let full = crate::raw::updates(folder, Promise::Full, options.time)?;
    let [ceiling, synced] = ["`ceiling`", "`full`: one sync a write"].map(|name| {
        let line = lines.iter().find(|line| line.beside == name);
        line.map_or(f64::NAN, |line| line.limit)
    });
    let text = format!(
        "{}\n`ceiling` itself does {:.0} % of `full`. The disk of this run: {sync:.0} `fdatasync` of 512 bytes a second. `SQLite` on one thread: {normal:.0} updates a second with \
         WAL and `synchronous = NORMAL`, {full:.0} with `FULL`.\n",
        markdown(&lines),
        ceiling / synced * 100.0
    );
    println!("{text}");
    if let Some(path) = &options.table {
        std::fs::write(path, &text)?;
    }
    if let Some(path) = &options.plot {
        std::fs::write(path, svg(&lines))?;
    }
    Ok(())
}

/// Creates objects and calls their verbs, and nothing else, so that a profiler sees nothing else.
pub fn verbs(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let options = Options::read(args)?;
    let scratch = tempfile::tempdir()?;
    let served = Served::start(scratch.path(), options.durability)?;
    let say = |what: &str, outcome: &Outcome| {
        println!(
            "{what}: {:.0}/s (p50 {} µs, p99 {} µs)",
            outcome.rate(),
            outcome.quantile(0.5),
            outcome.quantile(0.99)
        );
    };
    let created = make(served.address, "Counter", "\"count\":0", options.objects)?;
    say("create", &created);
    served.settle()?;
    add(served.address, warm(options.objects), options.objects)?;
    let called = add(served.address, options.load(64), options.objects)?;
    say("verb", &called);
    served.end()
}

/// Verbs of many objects beside their limit, round for round, and nothing else.
pub fn beside(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let options = Options::read(args)?;
    let scratch = tempfile::tempdir()?;
    let promise = match options.durability {
        Durability::Batch => Promise::Ceiling,
        Durability::Relaxed => Promise::Relaxed,
        Durability::Sync => Promise::Full,
    };
    verbs_beside(&options, scratch.path(), options.durability, promise)?;
    Ok(())
}

fn verbs_beside(
    options: &Options,
    folder: &Path,
    durability: Durability,
    promise: Promise,
) -> Result<(Outcome, f64), Failure> {
    let many = options.load(64);
    let rival = Rival::start(folder, promise, many, options.objects)?;
    let served = Served::start(&folder.join(format!("{durability:?}")), durability)?;
    make(served.address, "Counter", "\"count\":0", options.objects)?;
    served.settle()?;
    let measured = in_turn(&served, &rival, many, options.objects)?;
    served.end()?;
    Ok(measured)
}

/// Verb calls and queries, at every promise.
fn calls(options: &Options, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let many = options.load(64);
    let one = options.load(1);
    let echo = rival(folder, Promise::Echo, many, 1)?.rate();
    let rival_of_many = Rival::start(folder, Promise::Ceiling, many, options.objects)?;
    let served = Served::start(&folder.join("batch"), Durability::Batch)?;
    let created = make(served.address, "Counter", "\"count\":0", options.objects)?;
    served.settle()?;
    let (busy, ceiling) = in_turn(&served, &rival_of_many, many, options.objects)?;
    lines.push(rate(
        "verb, 1,000 objects, 64 connections",
        &busy,
        ceiling,
        "`ceiling`",
        Some(0.6),
    ));
    let full = Rival::start(folder, Promise::Full, many, options.objects)?;
    for (load, beside) in [
        (many, "`full`: one sync a write"),
        (one, "`full`, one connection: one sync after the other"),
    ] {
        let limit = full.call(load)?.rate();
        lines.push(rate("the same", &busy, limit, beside, Some(10.0)));
    }
    let paced = add(
        served.address,
        Load {
            rate: Some(busy.rate() / 2.0),
            ..many
        },
        options.objects,
    )?;
    eprintln!(
        "at half that rate (open loop): p50 {} µs, p99 {} µs, p99.9 {} µs",
        paced.quantile(0.5),
        paced.quantile(0.99),
        paced.quantile(0.999)
    );
    let limit = rival(folder, Promise::Ceiling, many, 1)?.rate();
    let ours = add(served.address, many, 1)?;
    lines.push(rate(
        "verb, 1 object, 64 connections",
        &ours,
        limit,
        "`ceiling`",
        None,
    ));
    let limit = rival(folder, Promise::Ceiling, one, options.objects)?.rate();
    // They may have gone to sleep meanwhile.
    add(served.address, warm(options.objects), options.objects)?;
    let ours = add(served.address, one, options.objects)?;
    lines.push(rate(
        "verb, 1,000 objects, 1 connection",
        &ours,
        limit,
        "`ceiling`",
        None,
    ));
    let limit = rival(folder, Promise::Ceiling, one, 1)?.rate();
    let ours = add(served.address, one, 1)?;
    lines.push(rate(
        "verb, 1 object, 1 connection",
        &ours,
        limit,
        "`ceiling`",
        None,
    ));
    let objects = options.objects;
    let ours = run(served.address, many, move |number| {
        request(
            "GET",
            &format!("{}/value", fold("Counter", number % objects)),
            "",
        )
    })?;
    lines.push(rate(
        "query, 64 connections",
        &ours,
        echo,
        "axum alone",
        None,
    ));
    lines.push(rate(
        "create an object, 64 connections",
        &created,
        ceiling,
        "`ceiling`, a verb",
        None,
    ));
    served.end()?;
    relaxed(options, folder, lines)
}

/// Verb calls that survive a crash of the process, not power loss.
fn relaxed(options: &Options, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let (ours, limit) = verbs_beside(options, folder, Durability::Relaxed, Promise::Relaxed)?;
    lines.push(rate(
        "verb, relaxed, 64 connections",
        &ours,
        limit,
        "`relaxed-ceiling`",
        Some(0.6),
    ));
    Ok(())
}

/// Handlers, flows and chains, until everything is done.
fn flows(options: &Options, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let served = Served::start(&folder.join("flows"), Durability::Batch)?;
    // Of all three nouns together no more than are kept open: waking has a row of its own.
    let objects = options.objects / 4;
    make(served.address, "Counter", "\"count\":0", objects)?;
    make(served.address, "Bell", "\"rung\":0,\"heard\":0", objects)?;
    make(served.address, "Parcel", "\"sent\":0", objects)?;
    served.settle()?;
    add(served.address, warm(objects), objects)?;
    let verb = add(served.address, options.load(64), objects)?.rate();
    served.settle()?;
    let caused = |noun: &'static str, verb: &'static str| {
        let call = move |number| {
            let path = format!("{}/{verb}", fold(noun, number % objects));
            request("POST", &path, "{}")
        };
        run(served.address, warm(objects), call)?;
        served.settle()?;
        let load = Load {
            requests: 20 * objects,
            time: Duration::from_secs(120),
            ..options.load(64)
        };
        let begun = Instant::now();
        let mut outcome = run(served.address, load, call)?;
        served.settle()?;
        outcome.time = begun.elapsed();
        Ok::<_, Failure>(outcome)
    };
    let ours = caused("Bell", "ring")?;
    lines.push(rate(
        "event, its handler, a verb of that",
        &ours,
        verb / 2.0,
        "two verb calls of ours",
        None,
    ));
    let ours = caused("Parcel", "post")?;
    lines.push(rate(
        "three-step flow, with the call before",
        &ours,
        verb / 4.0,
        "four verb calls of ours",
        Some(0.4),
    ));
    // Embedded, because a chain over HTTP is one request a link.
    let business = &served.business;
    let run_one = |text: String| async move {
        let id: Id<Counter> = Id::new(text)?;
        business
            .run(Counter { count: 0 }.create_as(&id).add(1))
            .await
    };
    block_on(async {
        let chained = median(options.time, async |n| {
            run_one(format!("chain-{n}")).await.map(|_| ())
        })
        .await?;
        let parted = median(options.time, async |n| {
            let id: Id<Counter> = Id::new(format!("apart-{n}"))?;
            business.run(Counter { count: 0 }.create_as(&id)).await?;
            business.run(Counter::stub(&id).add(1)).await.map(|_| ())
        })
        .await?;
        lines.push(time(
            "chain `create().add(1)`, embedded",
            chained,
            parted,
            "the two calls one after the other",
            None,
        ));
        Ok::<_, Failure>(())
    })??;
    served.end()
}

/// The median time of calls made one after the other, in microseconds.
async fn median(
    limit: Duration,
    call: impl AsyncFn(u64) -> dotdo::Result<()>,
) -> Result<f64, Failure> {
    let mut all = crate::client::histogram();
    let begun = Instant::now();
    let mut number = 0;
    while begun.elapsed() < limit {
        let at = Instant::now();
        call(number).await.map_err(|e| e.to_string())?;
        let micros = u64::try_from(at.elapsed().as_micros())?;
        all.record(micros.max(1)).map_err(|e| e.to_string())?;
        number += 1;
    }
    Ok(crate::raw::micros(&all, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Bell, Parcel};

    #[test]
    fn each_noun_is_made_and_called_over_http() {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::start(folder.path(), Durability::Relaxed).unwrap();
        let load = Load {
            connections: 2,
            time: Duration::from_secs(60),
            requests: 6,
            rate: None,
        };
        make(served.address, "Counter", "\"count\":0", 3).unwrap();
        assert_eq!(add(served.address, load, 3).unwrap().requests, 6);
        make(served.address, "Bell", "\"rung\":0,\"heard\":0", 1).unwrap();
        make(served.address, "Parcel", "\"sent\":0", 1).unwrap();
        for path in ["/Bell/Bell-0/ring", "/Parcel/Parcel-0/post"] {
            let once = Load {
                requests: 1,
                ..load
            };
            run(served.address, once, move |_| request("POST", path, "{}")).unwrap();
        }
        served.settle().unwrap();
        let bell = block_on(
            served
                .business
                .run(Bell::stub(Id::new("Bell-0").unwrap()).get()),
        );
        assert_eq!(bell.unwrap().unwrap().heard, 1);
        let parcel = block_on(
            served
                .business
                .run(Parcel::stub(Id::new("Parcel-0").unwrap()).get()),
        );
        assert_eq!(parcel.unwrap().unwrap().sent, 1);
        served.end().unwrap();
    }
}
