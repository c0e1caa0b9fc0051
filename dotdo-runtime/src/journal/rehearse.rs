//! Recorded journals, and whether the code of this program can follow them. Nothing is performed.

use std::task::{Context, Poll, Waker};

use serde::{Deserialize, Serialize};

use super::{Run, Stray};
use crate::app::{App, ObjectKey};
use crate::effect::guarded;
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::object::flows::this_of;
use crate::store::actions::{self, Action, Kind};

/// The journal of one run of a flow, as it was when it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// The object in which it runs.
    pub object: ObjectKey,
    /// The run.
    pub flow: Action,
    /// What it has asked for, and what came of it.
    pub journal: Vec<Action>,
}

impl Recorded {
    /// The journals of an object's flows: of those under way, or of all.
    pub(crate) fn of_object(sql: &dyn Sql, object: &ObjectKey, all: bool) -> Result<Vec<Self>> {
        actions::of_kind(sql, Kind::Flow)?
            .into_iter()
            .filter(|flow| all || flow.is_open())
            .map(|flow| {
                Ok(Self {
                    object: object.clone(),
                    journal: actions::children(sql, &flow.id)?,
                    flow,
                })
            })
            .collect()
    }

    /// Runs the code of this program against the journal. An error says why the flow would be parked.
    pub fn rehearse(&self, app: &App) -> Result<()> {
        let flow = &self.flow;
        let Some(def) = app.flow(&flow.name) else {
            return Err(Stray::report_missing(flow));
        };
        if flow.version > def.version {
            return Err(Stray::newer(flow, def).report(flow, def));
        }
        let key = this_of(&self.object, def, &flow.input);
        let run = Run::new(flow, &key, flow.created_at, self.journal.clone());
        let mut future = guarded(|| (def.start)(run.clone(), flow.input.clone()))?;
        let mut cx = Context::from_waker(Waker::noop());
        let polled = guarded(|| future.as_mut().poll(&mut cx))?;
        if let Some(stray) = run.stray() {
            return Err(stray.report(flow, def));
        }
        match polled {
            // A run that has ended must end the same way.
            Poll::Pending if !flow.is_open() && !run.is_waiting() => {
                Err(Stray::goes_on(&run.take_commands()).report(flow, def))
            }
            Poll::Ready(Ok(output)) => self.same_end(&output),
            Poll::Ready(Err(_)) | Poll::Pending => Ok(()),
        }
    }

    fn same_end(&self, output: &Json) -> Result<()> {
        match &self.flow.output {
            Some(before) if before != output => Err(Error::permanent(format_args!(
                "the flow `{}` gave {before}, and the code gives {output} now",
                self.flow.name
            ))),
            _ => Ok(()),
        }
    }
}
