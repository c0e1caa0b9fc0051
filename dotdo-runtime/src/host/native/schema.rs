//! The commands about the schema: `schema`, `schema sql`, `schema diff`, `schema lock`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use dotdo_core::lock::{FILE, Function, Lock, State};
use dotdo_core::migration::{Plan, StepKind, Work, plan_through};
use dotdo_core::table::Schema;
use serde_json::json;

use super::cli::print;
use crate::app::App;
use crate::business::AppDef;
use crate::error::{Error, ErrorKind, Result};

/// `schema` and what stands behind it.
pub(super) fn command(json: &dyn Fn() -> Arg) -> Command {
    Command::new("schema")
        .about("Show the schema: its SQL, what has changed since dotdo.lock; accept the change")
        .after_help("Without a subcommand it prints the SQL of every table.")
        .arg(json())
        .subcommand(
            Command::new("sql")
                .about("Print the SQL of every table, or the SQL that leads there from a locked version")
                .arg(
                    Arg::new("from")
                        .long("from")
                        .value_name("VERSION")
                        .value_parser(value_parser!(u32).range(1..))
                        .help("A version of dotdo.lock; the SQL brings its data to the schema of the program"),
                )
                .arg(json()),
        )
        .subcommand(
            Command::new("diff")
                .about("Show what has changed since dotdo.lock; ends with 0 if nothing has, 1 if something has, 2 if values are lost")
                .arg(json()),
        )
        .subcommand(
            Command::new("lock")
                .about("Accept the schema of the program: write it to dotdo.lock as the newest version")
                .arg(
                    Arg::new("check")
                        .long("check")
                        .action(ArgAction::SetTrue)
                        .help("Write nothing; end with 1 if the file is not up to date"),
                )
                .arg(json()),
        )
}

/// Runs them.
pub(super) fn run(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let app = App::new(def)?;
    let json = |inner: &ArgMatches| inner.get_flag("json") || args.get_flag("json");
    match args.subcommand() {
        Some(("sql", inner)) => match inner.get_one::<u32>("from") {
            Some(version) => sql_from(&app, *version, json(inner)),
            None => sql(&app, json(inner)),
        },
        Some(("diff", inner)) => diff(&app, json(inner)),
        Some(("lock", inner)) => lock(&app, inner.get_flag("check"), json(inner)),
        _ => sql(&app, args.get_flag("json")),
    }
}

/// The tenant's object and the object nouns.
fn objects(app: &App) -> Vec<Option<&'static str>> {
    let objects = app.nouns().filter(|noun| noun.def.object);
    std::iter::once(None)
        .chain(objects.map(|noun| Some(noun.def.name)))
        .collect()
}

fn title(noun: Option<&str>) -> String {
    match noun {
        None => "-- A tenant's own object".to_owned(),
        Some(noun) => format!("\n-- The object of each {noun}"),
    }
}

fn sql(app: &App, json: bool) -> Result<ExitCode> {
    if json {
        let all: serde_json::Map<_, _> = objects(app)
            .into_iter()
            .map(|noun| {
                Ok((
                    noun.unwrap_or("tenant").to_owned(),
                    serde_json::to_value(app.schema_of(noun))?,
                ))
            })
            .collect::<Result<_>>()?;
        print(&serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for noun in objects(app) {
        print(&title(noun))?;
        for statement in app.schema_of(noun).create() {
            print(&format!("{statement};"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn no_lock() -> Error {
    Error::new(
        ErrorKind::NotFound,
        format_args!("there is no {FILE} yet; `schema lock` writes the first version"),
    )
}

fn sql_from(app: &App, version: u32, json: bool) -> Result<ExitCode> {
    let lock = app.lock().ok_or_else(no_lock)?;
    if lock.at(version).is_none() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format_args!(
                "there is no version {version}; {FILE} has {} to {}",
                lock.oldest(),
                lock.version()
            ),
        ));
    }
    let plans: Vec<_> = objects(app)
        .into_iter()
        .map(|noun| (noun, plan_from(app, lock, version, noun)))
        .collect();
    if json {
        let all: serde_json::Map<_, _> = plans
            .iter()
            .map(|(noun, plan)| (noun.unwrap_or("tenant").to_owned(), steps(plan)))
            .collect();
        print(&serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (noun, plan) in plans {
        print(&title(noun))?;
        if plan.is_empty() {
            print("-- nothing to do")?;
        }
        for step in &plan.steps {
            let mark = if step.destructive {
                " (loses values)"
            } else {
                ""
            };
            match &step.column {
                Some(column) => print(&format!("-- {}.{column}: {}{mark}", step.table, step.why))?,
                None => print(&format!("-- {}: {}{mark}", step.table, step.why))?,
            }
            for work in step.work() {
                match work {
                    Work::Sql(sql) => print(&format!("{sql};"))?,
                    Work::Compute(compute) => print(&format!(
                        "-- here the program reads `{}` and fills `{}` by its own functions",
                        compute.from, compute.into
                    ))?,
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn plan_from(app: &App, lock: &Lock, version: u32, own: Option<&str>) -> Plan {
    let versions = lock.since(version, own);
    let versions: Vec<&Schema> = versions.iter().collect();
    plan_through(&versions, &app.schema_of(own), &app.stated().0)
}

fn steps(plan: &Plan) -> serde_json::Value {
    let kind = |kind: StepKind| {
        let name = format!("{kind:?}");
        dotdo_core::names::snake(&name)
    };
    plan.steps
        .iter()
        .map(|step| {
            json!({
                "kind": kind(step.kind),
                "table": step.table,
                "column": step.column,
                "why": step.why,
                "destructive": step.destructive,
                "refused": step.refusal.as_ref().map(ToString::to_string),
                "sql": step.sql,
                "functions": step.compute.is_some(),
            })
        })
        .collect()
}

/// What has changed between the lock and the program.
struct Difference {
    from: u32,
    plan: Plan,
    functions: Vec<String>,
    /// Whether a function with runs under way is given up.
    stranded: bool,
}

impl Difference {
    fn of(app: &App, lock: &Lock, state: &State) -> Self {
        let plan = plan_from(app, lock, lock.version(), None);
        let mut functions = Vec::new();
        let mut stranded = false;
        let kind = |function: &Function| if function.flow { "flow" } else { "step" };
        for new in &state.functions {
            match lock.latest().function(&new.name) {
                None => functions.push(format!("  {} {}: new", kind(new), new.name)),
                Some(old) if old != new => {
                    functions.push(format!("  {} {}: was {old}", kind(new), new.name));
                    functions.push(format!("  {} {}: is  {new}", kind(new), new.name));
                }
                Some(_) => {}
            }
        }
        for old in &lock.latest().functions {
            if state.function(&old.name).is_none() {
                stranded = true;
                let why = "gone; what is under way of it is lost";
                functions.push(format!("! {} {}: {why}", kind(old), old.name));
            }
        }
        Self {
            from: lock.version(),
            plan,
            functions,
            stranded,
        }
    }

    fn loses(&self) -> bool {
        self.plan.is_destructive() || self.stranded
    }

    fn text(&self) -> String {
        let mut text = if self.plan.is_empty() {
            String::new()
        } else {
            self.plan.to_string()
        };
        for line in &self.functions {
            text.push_str(line);
            text.push('\n');
        }
        text.trim_end().to_owned()
    }

    fn json(&self, changed: bool) -> serde_json::Value {
        json!({
            "version": self.from,
            "changed": changed,
            "destructive": self.loses(),
            "steps": steps(&self.plan),
            "functions": self.functions.iter().map(|line| line.trim_start()).collect::<Vec<_>>(),
        })
    }
}

fn diff(app: &App, json: bool) -> Result<ExitCode> {
    let lock = app.lock().ok_or_else(no_lock)?;
    let state = app.state();
    let changed = !lock.latest().same(&state);
    let difference = Difference::of(app, lock, &state);
    if json {
        print(&serde_json::to_string_pretty(&difference.json(changed))?)?;
    } else if changed {
        print(&format!("since version {} of {FILE}:\n", difference.from))?;
        print(&difference.text())?;
        print("\n`schema lock` accepts it")?;
    } else {
        print(&format!(
            "nothing has changed since version {} of {FILE}",
            difference.from
        ))?;
    }
    Ok(ExitCode::from(match (changed, difference.loses()) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }))
}

fn lock(app: &App, check: bool, json: bool) -> Result<ExitCode> {
    let path = place(app.def)?;
    let on_disk = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(e.into()),
    };
    if on_disk.as_deref() != app.def.lock.map(|lock| lock.text) {
        return Err(Error::new(
            ErrorKind::Conflict,
            format_args!(
                "{} is not what this program was built with; build it again, then lock",
                path.display()
            ),
        ));
    }
    let state = app.state();
    let begun = app.lock().is_none();
    let mut lock = app
        .lock()
        .cloned()
        .unwrap_or_else(|| Lock::begin(app.def.name, state.clone()));
    let difference = Difference::of(app, &lock, &state);
    let changed = begun || lock.accept(state);
    if changed && !check {
        std::fs::write(&path, lock.to_string())?;
        if on_disk.is_none() {
            // Cargo does not know of a file that was not there.
            touch(app.def);
        }
    }
    if json {
        let mut report = difference.json(changed);
        report["version"] = lock.version().into();
        report["path"] = path.display().to_string().into();
        print(&serde_json::to_string_pretty(&report)?)?;
    } else if begun {
        let verb = if check { "would begin" } else { "begins" };
        print(&format!(
            "{} {verb} with version 1; keep it in version control",
            path.display()
        ))?;
    } else if changed {
        let verb = if check { "is not up to date" } else { "has" };
        print(&format!(
            "{}\n\n{} {verb}{}",
            difference.text(),
            path.display(),
            if check {
                String::new()
            } else {
                format!(" version {} now", lock.version())
            }
        ))?;
    } else {
        print(&format!(
            "{} is up to date, with version {}",
            path.display(),
            lock.version()
        ))?;
    }
    Ok(ExitCode::from(u8::from(check && changed)))
}

/// Where the lock is, or is to be.
fn place(def: &AppDef) -> Result<PathBuf> {
    let (manifest, _) = def.at;
    let path = match def.lock.map(|lock| Path::new(lock.path)) {
        Some(path) if path.is_absolute() => path.to_owned(),
        Some(path) => source(def)
            .and_then(|source| Some(source.parent()?.join(path)))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    format_args!(
                        "the source that {} stands beside is not here",
                        path.display()
                    ),
                )
            })?,
        None if manifest.is_empty() => {
            return Err(Error::invalid(
                "this business says `lock: none`; remove that to keep a lock",
            ));
        }
        None => Path::new(manifest).join(FILE),
    };
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(path),
        _ => Err(Error::new(
            ErrorKind::NotFound,
            format_args!(
                "the folder of {} is not here; the lock is written where the program is built",
                path.display()
            ),
        )),
    }
}

/// The source file in which the business stands. The compiler names it from the folder that cargo was called for, which
/// is the crate's or one above it.
fn source(def: &AppDef) -> Option<PathBuf> {
    let (manifest, file) = def.at;
    Path::new(manifest)
        .ancestors()
        .map(|folder| folder.join(file))
        .find(|path| path.is_file())
}

/// Makes cargo look at the business again. If it cannot, the next change of the source does.
fn touch(def: &AppDef) {
    if let Some(path) = source(def)
        && let Ok(file) = std::fs::File::options().append(true).open(path)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}
