//! The life of objects: new ones, sleeping ones, open ones.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dotdo::host::native::Embedded;
use dotdo::{Id, Noun as _};
use rusqlite::Connection;

use crate::load::{Options, ROUNDS, block_on, time};
use crate::report::{Line, Unit};
use crate::shop::{Bench, Counter};
use crate::{Failure, raw};

/// Between calls that do not come one right after the other.
const PAUSE: Duration = Duration::from_millis(5);

/// The life of objects, and nothing else, so that a profiler sees nothing else.
pub fn main(args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let scratch = tempfile::tempdir()?;
    let mut lines = Vec::new();
    life(&Options::read(args)?, scratch.path(), &mut lines)?;
    for line in &lines {
        println!(
            "{}: {:.1}; {}: {:.1}",
            line.what, line.ours, line.beside, line.limit
        );
    }
    Ok(())
}

/// New objects, sleeping ones, open ones.
pub fn life(options: &Options, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let data = folder.join("life");
    let count = options.objects.min(500);
    let start = || {
        Embedded::of(Bench::DEF, &data)
            .start()
            .map_err(|e| Failure::from(e.to_string()))
    };
    let id = |number: u64| Id::<Counter>::new(format!("{number}")).map_err(|e| e.to_string());
    let business = start()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let created = raw::times(count, |number| {
        runtime
            .block_on(business.run(Counter { count: 1 }.create_as(&id(number)?)))
            .map_err(|e| e.to_string())?;
        Ok(())
    })?;
    runtime.block_on(business.settled());
    runtime.block_on(business.shutdown());
    let files = files_of(&data.join("objects/bench.example/Counter"))?;

    let template = std::fs::read(&files[0])?;
    let limit = raw::create(folder, &template, count)?;
    lines.push(time(
        "new object to its first durable answer",
        raw::micros(&created, 0.5),
        raw::micros(&limit, 0.5),
        "write a template, open, update, sync",
        Some(2.0),
    ));
    let here = "open the same file, read the row";
    let there = "the same on a thread that owns its files";
    for (what, how, rival, beside, target) in [
        (
            "sleeping object to its first answer",
            "spaced",
            "raw",
            here,
            Some(1.5),
        ),
        (
            "the same, one right after the other",
            "warm",
            "handed",
            there,
            Some(1.5),
        ),
        ("the same", "warm", "raw", here, None),
        (
            "the same, on one processor",
            "alone",
            "raw",
            here,
            Some(1.5),
        ),
        (
            "the same, its file not in memory",
            "cold",
            "raw",
            here,
            None,
        ),
    ] {
        let (ours, limit) = apart_in_turn(["woken", how, "ours"], ["woken", how, rival], &data)?;
        lines.push(time(what, ours, limit, beside, target));
    }
    let (ours, tuned) = (
        apart(&["footprint", "ours"], &data)?,
        apart(&["footprint", "raw"], &data)?,
    );
    eprintln!(
        "an open object: {:.1} KB and {} files; a connection: {:.1} KB and {} files",
        ours.0, ours.1, tuned.0, tuned.1
    );
    lines.push(Line {
        what: "memory of an open object",
        ours: ours.0,
        limit: tuned.0,
        beside: "a tuned connection to the same file",
        unit: Unit::Kilobytes,
        target: Some(1.3),
    });
    Ok(())
}

/// What two processes say in turn, several times: the first numbers of the round whose ratio is in the middle.
fn apart_in_turn(ours: [&str; 3], limit: [&str; 3], data: &Path) -> Result<(f64, f64), Failure> {
    let mut rounds = (0..ROUNDS)
        .map(|_| Ok((apart(&ours, data)?.0, apart(&limit, data)?.0)))
        .collect::<Result<Vec<_>, Failure>>()?;
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    Ok(rounds.swap_remove(ROUNDS / 2))
}

/// Two numbers from a process of its own: memory that one gave back would be used by the other.
fn apart(args: &[&str], data: &Path) -> Result<(f64, f64), Failure> {
    let out = Command::new(crate::this_program()?)
        .args(args)
        .arg(data)
        .output()?;
    let text = String::from_utf8(out.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(one)), Some(Ok(other))) => Ok((one, other)),
        _ => Err(Failure::from(String::from_utf8_lossy(&out.stderr))),
    }
}

/// Prints the median and the 99th percentile of the microseconds that it takes to wake each object: `benches woken
/// spaced|warm|alone|cold ours|raw|handed <data>`, after [`life`] has made the data. With `handed`, another thread opens the files,
/// and who asks waits for its answer. With `spaced`, each call comes some milliseconds after the last answer; else they come one
/// right after the other. With `alone` there is one processor, so that none has to be roused from its idleness when a call is
/// handed to the thread that owns the object. Cold ones have nothing of their files in memory.
pub fn woken(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let how = args.next().ok_or("how?")?;
    let is_cold = how == "cold";
    if how == "alone" {
        raw::stay_here()?;
    }
    let whose = args.next().ok_or("whose?")?;
    let data = PathBuf::from(args.next().ok_or("where?")?);
    let files = files_of(&data.join("objects/bench.example/Counter"))?;
    let before = |file: &Path| {
        if how == "spaced" {
            std::thread::sleep(PAUSE);
        }
        if is_cold {
            raw::leave_memory(file)?;
        }
        Ok(())
    };
    let times = if whose == "raw" || whose == "handed" {
        let table: String = Connection::open(&files[0])?.query_row(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%\"count\"%'",
            [],
            |row| row.get(0),
        )?;
        let statement = format!("SELECT \"count\" FROM \"{table}\"");
        if whose == "raw" {
            raw::wake(&files, before, &statement)?
        } else {
            raw::wake_there(&files, before, statement)?
        }
    } else {
        let business = Embedded::of(Bench::DEF, &data)
            .start()
            .map_err(|e| e.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(business.settled());
        let times = raw::times_each(&files, before, |file| {
            let id = id_of(file).map_err(|e| e.to_string())?;
            let value = runtime
                .block_on(business.run(Counter::stub(&id).value()))
                .map_err(|e| e.to_string())?;
            if value == 1 {
                Ok(())
            } else {
                Err(format!("{} is at {value}", file.display()).into())
            }
        })?;
        // So that each finds its log where the one before left it.
        runtime.block_on(business.shutdown());
        times
    };
    println!("{} {}", raw::micros(&times, 0.5), raw::micros(&times, 0.99));
    Ok(())
}

fn id_of(file: &Path) -> Result<Id<Counter>, dotdo::Error> {
    Id::new(file.file_stem().unwrap_or_default().to_string_lossy())
}

/// Prints the kilobytes and the open files that one more open object costs: `benches footprint ours|raw <data>`, after
/// [`life`] has made the data.
#[allow(clippy::cast_precision_loss, reason = "kilobytes")]
pub fn footprint(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let whose = args.next().ok_or("whose?")?;
    let data = PathBuf::from(args.next().ok_or("where?")?);
    let files = files_of(&data.join("objects/bench.example/Counter"))?;
    let (half, rest) = files.split_at(files.len() / 2);
    let each = |before: (u64, u64), after: (u64, u64)| {
        println!(
            "{} {}",
            (after.0 - before.0) as f64 / 1024.0 / rest.len() as f64,
            (after.1 - before.1) as f64 / rest.len() as f64
        );
    };
    // The first half warms up what there is once.
    if whose == "raw" {
        let mut kept = raw::open_all(half)?;
        let before = raw::footprint()?;
        kept.extend(raw::open_all(rest)?);
        each(before, raw::footprint()?);
        drop(kept);
        return Ok(());
    }
    let business = Embedded::of(Bench::DEF, &data)
        .start()
        .map_err(|e| e.to_string())?;
    let ask = |files: &[PathBuf]| {
        block_on(async {
            for file in files {
                business.run(Counter::stub(&id_of(file)?).value()).await?;
            }
            business.settled().await;
            Ok(())
        })?
        .map_err(|e: dotdo::Error| Failure::from(e.to_string()))
    };
    ask(half)?;
    let before = raw::footprint()?;
    ask(rest)?;
    each(before, raw::footprint()?);
    Ok(())
}

/// The databases under a folder.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_of(&path)?);
        } else if path.extension().is_some_and(|end| end == "sqlite") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
