//! The threads on which the steps run: user code that waits for the world, kept away from the threads that own
//! objects, so that a step that blocks holds up no turn.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, LocalSet};

use crate::app::App;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::object::StepStart;

pub(super) type Done = Box<dyn FnOnce(Result<Json>) + Send>;

enum Order {
    Run(StepStart, Done),
    Cancel(String, u32),
}

/// The threads on which the steps run.
pub(super) struct Steps {
    threads: Vec<(mpsc::UnboundedSender<Order>, thread::JoinHandle<()>)>,
    next: AtomicUsize,
}

impl Steps {
    pub fn start(app: &'static App, count: usize) -> Result<Self> {
        let threads = (0..count.max(1))
            .map(|n| {
                let (orders, inbox) = mpsc::unbounded_channel();
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                let thread = thread::Builder::new()
                    .name(format!("dotdo-step-{n}"))
                    .spawn(move || LocalSet::new().block_on(&runtime, run(app, inbox)))?;
                Ok((orders, thread))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            threads,
            next: AtomicUsize::new(0),
        })
    }

    pub fn run(&self, step: StepStart, done: Done) {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.threads.len();
        // A thread that is gone is shutting down: the step runs again after the restart.
        let _ = self.threads[place].0.send(Order::Run(step, done));
    }

    pub fn cancel(&self, action: &str, attempt: u32) {
        for (orders, _) in &self.threads {
            let _ = orders.send(Order::Cancel(action.to_owned(), attempt));
        }
    }
}

async fn run(app: &'static App, mut inbox: mpsc::UnboundedReceiver<Order>) {
    let mut running: HashMap<(String, u32), AbortHandle> = HashMap::new();
    while let Some(order) = inbox.recv().await {
        match order {
            Order::Run(step, done) => {
                let Some(def) = app.step(&step.name) else {
                    done(Err(Error::permanent(format_args!(
                        "this program has no step named `{}`",
                        step.name
                    ))));
                    continue;
                };
                let name = (step.action.clone(), step.attempt);
                let future = step.run(def);
                let task = tokio::task::spawn_local(async move { done(future.await) });
                running.retain(|_, task| !task.is_finished());
                running.insert(name, task.abort_handle());
            }
            Order::Cancel(action, attempt) => {
                if let Some(task) = running.remove(&(action, attempt)) {
                    task.abort();
                }
            }
        }
    }
}
