//! Steps and flows, whose runs may be under way.

use super::shapes::{Misfit, accepts_at, accepts_members};
use super::{LockedFunction, Report};
use crate::business::{AppDef, Entries, Entry, Item};
use crate::const_text::{contains, same};
use crate::value::{Member, Shape};

/// What the comparison needs of a step or flow of the program.
#[derive(Clone, Copy)]
pub(super) struct Function {
    flow: bool,
    version: u32,
    args: &'static [Member],
    output: Shape,
}

pub(super) const fn function_of(app: &AppDef, name: &str) -> Option<Function> {
    let mut entries = Entries::of(app);
    while let Some(Entry { item, verbs }) = entries.next() {
        match item {
            Item::Step(def) => {
                if same(def.name, name) {
                    return Some(Function {
                        flow: false,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
            }
            Item::Flow(def) => {
                if same(def.name, name) {
                    return Some(Function {
                        flow: true,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
            }
            Item::Noun(_) | Item::Part(_) => {}
        }
        if let Some(verbs) = verbs {
            let mut i = 0;
            while i < verbs.flows.len() {
                let def = verbs.flows[i];
                if same(def.name, name) {
                    return Some(Function {
                        flow: true,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
                i += 1;
            }
        }
    }
    None
}

pub(super) const fn compare_function(report: Report, app: &AppDef, old: &LockedFunction) -> Report {
    let Some(new) = function_of(app, old.name) else {
        if contains(app.dropped, old.name) {
            return report;
        }
        return report
            .next()
            .with(if old.flow { "the flow `" } else { "the step `" })
            .with(old.name)
            .with("` is gone, and runs of it may be under way\nif it has another name now, write `#[durable(name = \"")
            .with(old.name)
            .with("\")]` above it; if what is under way may be lost, write `dropped: [")
            .with(old.name)
            .with("]` before the name of the business");
    };
    if new.flow != old.flow {
        let (was, is) = if old.flow {
            ("flow", "step")
        } else {
            ("step", "flow")
        };
        return report
            .next()
            .with("`")
            .with(old.name)
            .with("` was a ")
            .with(was)
            .with(" and is a ")
            .with(is)
            .with(", and what is under way cannot change its kind\ngive the new one another name");
    }
    if new.version < old.version {
        return report
            .next()
            .with("`")
            .with(old.name)
            .with("` had version ")
            .number(old.version)
            .with(" and has version ")
            .number(new.version)
            .with("; versions only grow\nwrite `#[durable(version = ")
            .number(old.version)
            .with(")]`");
    }
    if new.version > old.version {
        return report;
    }
    let (part, misfit) = match accepts_members(new.args, old.args) {
        Misfit::Fits => ("result", accepts_at(new.output, old.output, "")),
        other => ("arguments", other),
    };
    let report = match misfit {
        Misfit::Fits => return report,
        Misfit::No => report
            .next()
            .with("the result of `")
            .with(old.name)
            .with("` was `")
            .shape(old.output)
            .with("` and is `")
            .shape(new.output)
            .with("`"),
        Misfit::At(inner) => {
            let report = report
                .next()
                .with("the ")
                .with(part)
                .with(" of `")
                .with(old.name)
                .with(if matches!(part.as_bytes(), b"result") {
                    "` has changed: "
                } else {
                    "` have changed: "
                });
            inner.say(report)
        }
    };
    let report = report.with(
        ", and journals of runs that are under way have the old form\ngive what is new the type `Option<…>` and keep the rest; or write `#[durable(version = ",
    );
    report
        .number(old.version + 1)
        .with(")]` above it, which says that it is another function now; or give the new one another name, and keep this one")
}
