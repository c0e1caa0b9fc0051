//! Very many sleeping objects, each with state and a pending timer, beside a thousand of them: what they cost, and how
//! one of them wakes.
//!
//! Each part runs in a process of its own, so that the memory of one is not that of another.

mod table;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use dotdo::host::native::Embedded;
use dotdo::{Error, ErrorKind, Id, Noun as _, Result};
use tokio::task::LocalSet;

use crate::client::histogram;
use crate::load::block_on;
use crate::meters::{Meter, Meters};
use crate::{Failure, raw};

/// What the many are compared with.
const FEW: u64 = 1000;
/// Room on the disk that is left to others.
const LEFT: u64 = 8 << 30;
/// Rounds in which it is looked what objects leave behind.
const LEAVING: usize = 3;
/// Calls at once, where there are several.
const AT_ONCE: usize = 64;
/// An object that has nothing to do sleeps after this.
const IDLE: Duration = Duration::from_millis(500);
/// An idle object that is not asleep after this never will be.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one part found, by name.
type Found = BTreeMap<String, f64>;

struct Options {
    objects: Option<u64>,
    calls: u64,
    data: Option<PathBuf>,
    table: Option<PathBuf>,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            objects: None,
            calls: 20_000,
            data: None,
            table: None,
        };
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(format!("`{arg}` wants a value"))?;
            match arg.as_str() {
                "--objects" => options.objects = Some(value.parse()?),
                "--calls" => options.calls = value.parse()?,
                "--data" => options.data = Some(value.into()),
                "--table" => options.table = Some(value.into()),
                other => return Err(format!("`bench million` has no option `{other}`").into()),
            }
        }
        Ok(options)
    }
}

/// Measures, and prints the table.
pub fn main(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let options = Options::read(args)?;
    let scratch = match &options.data {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            tempfile::tempdir_in(folder)?
        }
        None => tempfile::tempdir()?,
    };
    let (few, many) = (scratch.path().join("few"), scratch.path().join("many"));
    let calls = options.calls.to_string();
    let made_few = part("make", &few, &[&FEW.to_string()])?;
    let objects = room(scratch.path(), made_few["bytes"], options.objects)?;
    eprintln!("making {objects} objects");
    let made = part("make", &many, &[&objects.to_string()])?;
    let asked_few = part("ask", &few, &[&FEW.to_string(), &calls])?;
    let asked = part("ask", &many, &[&objects.to_string(), &calls])?;
    let text = table::table(objects, &[&made_few, &asked_few], &[&made, &asked]);
    println!("{text}");
    if let Some(path) = &options.table {
        std::fs::write(path, &text)?;
    }
    Ok(())
}

/// How many objects are made: as many as were asked for, or a million, if the disk has room for them.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "gigabytes"
)]
fn room(folder: &Path, each: f64, wanted: Option<u64>) -> Result<u64, Failure> {
    let disk = rustix::fs::statvfs(folder)?;
    let free = (disk.f_bavail * disk.f_frsize).saturating_sub(LEFT) as f64;
    let fits = ((free / each) as u64).min(disk.f_favail / 2);
    let gigabytes = |bytes: f64| bytes / f64::from(1 << 30);
    eprintln!(
        "each takes {each:.0} bytes; the disk has {:.0} GB for them, which is room for {fits}",
        gigabytes(free)
    );
    let objects = wanted.unwrap_or(1_000_000);
    if objects <= fits {
        return Ok(objects);
    }
    if wanted.is_some() || fits < FEW {
        return Err(format!(
            "{objects} objects take {:.0} GB, and the disk has room for {fits}; say `--objects`, or `--data` for another disk",
            gigabytes(each * objects as f64)
        )
        .into());
    }
    eprintln!("ATTENTION: that is less than a million, so it is {fits}");
    Ok(fits)
}

/// Runs a part in a process of its own.
fn part(name: &str, data: &Path, args: &[&str]) -> Result<Found, Failure> {
    let out = Command::new(crate::this_program()?)
        .args(["million-part", name])
        .arg(data)
        .args(args)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !out.status.success() {
        return Err(format!("the part `{name}` ended with {}", out.status).into());
    }
    String::from_utf8(out.stdout)?
        .lines()
        .map(|line| {
            let (name, value) = line.split_once(' ').ok_or("a line is a name and a value")?;
            Ok((name.to_owned(), value.parse()?))
        })
        .collect()
}

/// What [`part`] runs: `benches million-part make|ask <data> <objects> [<calls>]`.
pub fn run_part(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let name = args.next().ok_or("which part?")?;
    let data = PathBuf::from(args.next().ok_or("where?")?);
    let objects = args.next().ok_or("how many?")?.parse()?;
    let found = match name.as_str() {
        "make" => make(&data, objects)?,
        "ask" => ask(&data, objects, args.next().ok_or("how often?")?.parse()?)?,
        other => return Err(format!("no part `{other}`").into()),
    };
    for (name, value) in found {
        println!("{name} {value}");
    }
    Ok(())
}

fn start(data: &Path) -> Result<Rc<Embedded>, Failure> {
    let business = Embedded::of(Meters::DEF, data).idle(IDLE).start();
    Ok(Rc::new(business.map_err(|e| e.to_string())?))
}

fn stop(business: Rc<Embedded>) -> Result<(), Failure> {
    let business = Rc::into_inner(business).ok_or("somebody still has the business")?;
    block_on(business.shutdown())
}

fn id(number: u64) -> Result<Id<Meter>> {
    // Spread as real ids are.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Id::new(format!("m{spread:016x}"))
}

#[allow(clippy::cast_precision_loss, reason = "for people")]
fn make(data: &Path, objects: u64) -> Result<Found, Failure> {
    let business = start(data)?;
    block_on(business.settled())?;
    let before = disk_use(data)?.0;
    let (begun, said) = (Instant::now(), Rc::new(Cell::new(Instant::now())));
    let making = business.clone();
    at_once(objects, 4 * AT_ONCE, move |number| {
        let (business, said) = (making.clone(), said.clone());
        if said.get().elapsed() > Duration::from_secs(30) {
            said.set(Instant::now());
            eprintln!("{number} of {objects}");
        }
        async move {
            let meter = Meter {
                place: format!("house {number}"),
                total: 0,
            };
            // Objects are made faster than the tenant's directory takes them in.
            loop {
                match business.run(meter.clone().create_as(id(number)?)).await {
                    Err(error) if error.kind() == ErrorKind::Overloaded => {
                        tokio::time::sleep(IDLE / 5).await;
                    }
                    other => return other.map(drop),
                }
            }
        }
    })?;
    block_on(business.settled())?;
    let time = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    stop(business)?;
    let ended = begun.elapsed().as_secs_f64();
    let (bytes, files) = disk_use(data)?;
    Ok(Found::from([
        ("created".to_owned(), objects as f64 / time),
        ("ended".to_owned(), ended),
        (
            "bytes".to_owned(),
            bytes.saturating_sub(before) as f64 / objects as f64,
        ),
        ("files".to_owned(), files as f64),
    ]))
}

#[allow(clippy::cast_precision_loss, reason = "for people")]
fn ask(data: &Path, objects: u64, count: u64) -> Result<Found, Failure> {
    let mut found = Found::new();
    let mut note = |name: &str, value: f64| {
        eprintln!("  {name}: {value:.1}");
        found.insert(name.to_owned(), value);
    };
    let begun = Instant::now();
    let business = start(data)?;
    // The first answer, too: what a start puts off has to be done by then.
    block_on(business.run(Meter::stub(id(0).map_err(|e| e.to_string())?).add(0)))?
        .map_err(|e| e.to_string())?;
    note("start", begun.elapsed().as_secs_f64() * 1e3);
    let timers = business.alarms().map_err(|e| e.to_string())?;
    note("timers", timers as f64);
    let asleep = all_asleep()?;
    note("resident", resident()? as f64);
    note("descriptors", asleep as f64);

    let one = count.min(FEW);
    let random = Rc::new(Random(Cell::new(0x2545_f491_4f6c_dd1d)));
    let call = |numbers: Vec<u64>, tasks: usize| calls(&business, numbers, tasks);
    let some: Vec<u64> = (0..one).map(|_| random.below(objects)).collect();
    if std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok() {
        note("cold", call(some.clone(), 1)?.p50);
    } else {
        call(some.clone(), 1)?;
    }
    all_asleep()?;
    // The same once more: their files are in the system's cache now.
    let warm = call(some.clone(), 1)?;
    note("warm", warm.p50);
    note("warm99", warm.p99);
    let again = call(vec![some[0]; usize::try_from(one)?], 1)?;
    note("open", again.p50);
    let many: Vec<u64> = (0..count).map(|_| random.below(objects)).collect();
    let many = call(many, AT_ONCE)?;
    note("steady", many.rate);
    note("steady50", many.p50);
    note("steady99", many.p99);

    // What objects leave behind that were open: what was before made what there is once. The allocator takes memory from the
    // system, and gives it back, in its own time; what is left behind is left behind in each round.
    let count = count.min(objects);
    let mut left = (f64::INFINITY, f64::INFINITY);
    all_asleep()?;
    for _ in 0..LEAVING {
        let before = raw::footprint()?;
        let other: Vec<u64> = (0..count).map(|_| random.below(objects)).collect();
        call(other, AT_ONCE)?;
        all_asleep()?;
        let after = raw::footprint()?;
        left.0 = left
            .0
            .min((after.0 as f64 - before.0 as f64) / count as f64);
        left.1 = left.1.min(after.1 as f64 - before.1 as f64);
    }
    note("left", left.0);
    note("left_files", left.1);
    note("resident_then", resident()? as f64);
    stop(business)?;
    Ok(found)
}

/// Waits until each object sleeps: the process has as few files open as it can have. Gives their number.
fn all_asleep() -> Result<u64, Failure> {
    let begun = Instant::now();
    let mut fewest = u64::MAX;
    let mut since = Instant::now();
    loop {
        let now = raw::footprint()?.1;
        if now < fewest {
            (fewest, since) = (now, Instant::now());
        }
        if since.elapsed() > 4 * IDLE {
            eprintln!("  open: {}", raw::open_files()?);
            return Ok(fewest);
        }
        if begun.elapsed() > PATIENCE {
            return Err("objects do not go to sleep".into());
        }
        std::thread::sleep(IDLE / 5);
    }
}

struct Times {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// Calls objects, so many at once; times in microseconds.
#[allow(clippy::cast_precision_loss, reason = "for people")]
fn calls(business: &Rc<Embedded>, numbers: Vec<u64>, tasks: usize) -> Result<Times, Failure> {
    let times = Rc::new(RefCell::new(histogram()));
    let count = numbers.len() as u64;
    let begun = Instant::now();
    let (business, seen, numbers) = (business.clone(), times.clone(), Rc::new(numbers));
    let asked = business.clone();
    at_once(count, tasks, move |turn| {
        let (business, times, numbers) = (asked.clone(), seen.clone(), numbers.clone());
        async move {
            let number = numbers[usize::try_from(turn).map_err(Error::internal)?];
            let begun = Instant::now();
            business.run(Meter::stub(id(number)?).add(1)).await?;
            let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            times
                .borrow_mut()
                .record(took.max(1))
                .map_err(Error::internal)?;
            Ok(())
        }
    })?;
    let time = begun.elapsed().as_secs_f64();
    block_on(business.settled())?;
    let times = times.borrow();
    Ok(Times {
        rate: count as f64 / time,
        p50: times.value_at_quantile(0.5) as f64,
        p99: times.value_at_quantile(0.99) as f64,
    })
}

/// Runs a piece of work for each number below a count, so many at once.
fn at_once<F: Future<Output = Result<()>> + 'static>(
    count: u64,
    tasks: usize,
    work: impl Fn(u64) -> F + Clone + 'static,
) -> Result<(), Failure> {
    let next = Rc::new(Cell::new(0));
    let done = block_on(LocalSet::new().run_until(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|_| {
                let (next, work) = (next.clone(), work.clone());
                tokio::task::spawn_local(async move {
                    while next.get() < count {
                        let number = next.get();
                        next.set(number + 1);
                        work(number).await?;
                    }
                    Ok::<(), Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.map_err(Error::internal)??;
        }
        Ok::<(), Error>(())
    }))?;
    done.map_err(|e| e.to_string().into())
}

/// Random numbers, the same in each run.
struct Random(Cell<u64>);

impl Random {
    fn below(&self, n: u64) -> u64 {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        state % n
    }
}

/// The bytes of this process that are in memory, its program included.
fn resident() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("memory is read from /proc, which is Linux's")?
        .parse()?;
    Ok(kilobytes * 1024)
}

/// The bytes that all below a folder takes up on the disk, and how many files there are.
fn disk_use(folder: &Path) -> Result<(u64, u64), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let mut sum = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let data = entry.metadata()?;
            sum.0 += data.blocks() * 512;
            if data.is_dir() {
                folders.push(entry.path());
            } else {
                sum.1 += 1;
            }
        }
    }
    Ok(sum)
}
