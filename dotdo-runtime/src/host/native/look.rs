//! Looking at objects without waking them: what `inspect` does while nothing else runs.

use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};

use super::clock::Clock;
use super::file::{Keeping, ObjectFile};
use super::{embedded, path_of, recovery};
use crate::app::{App, ObjectKey};
use crate::error::{Error, Result};
use crate::host::{Env, Sql};
use crate::json::Json;
use crate::object::{Answer, Input, Object, Output, Request};
use crate::stub::Op;

struct Onlooker(Clock);

impl Env for Onlooker {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
    fn random(&self) -> u128 {
        0
    }
    fn arm(&self, _: Option<DateTime<Utc>>, _: bool) -> Result<()> {
        // Nothing changes, so no alarm does.
        Ok(())
    }
}

/// Asks each object what it holds. No timer fires, no step runs and no schema is brought up to date.
pub(super) fn look(app: App, folder: &Path, keys: Vec<ObjectKey>) -> Result<Vec<Json>> {
    let app: &'static App = Box::leak(Box::new(app));
    let _lock = embedded::lock(folder)?;
    recovery::take_up_and_leave(folder)?;
    keys.into_iter()
        .map(|key| look_at(app, folder, key))
        .collect()
}

fn look_at(app: &'static App, folder: &Path, key: ObjectKey) -> Result<Json> {
    let path = path_of(folder, &key);
    if !path.exists() {
        return Err(Error::not_found(format_args!("there is no {key}")));
    }
    let sql = ObjectFile::open(&path, Keeping::Nothing)?.database as Rc<dyn Sql>;
    let mut object = Object::asleep(app, key, sql, Rc::new(Onlooker(Clock::system())));
    let outputs = object.handle(Input::Request(Request::new("inspect", Op::Inspect), 0));
    outputs
        .into_iter()
        .find_map(|output| match output {
            Output::Answer(_, Ok(Answer::Done(report))) => Some(Ok(report)),
            Output::Answer(_, Err(error)) => Some(Err(error)),
            _ => None,
        })
        .unwrap_or_else(|| Err(Error::internal("the object gave no answer")))
}
