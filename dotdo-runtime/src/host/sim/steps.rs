//! The user's steps: they run here as well, each poll an event, and what a test says stands in for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::core::Core;
use super::mocks::{Instead, instead};
use super::world::{Event, World};
use crate::app::ObjectKey;
use crate::effect::{Keyed, LocalFuture};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::object::{Input, StepStart};

/// An attempt of a step.
pub(super) struct Running {
    key: ObjectKey,
    start: StepStart,
    /// None until it begins, and while it is polled.
    future: Option<LocalFuture<Result<Json>>>,
    begun: bool,
    /// The object that waits for it; none of this life does any more if it has gone.
    life: u64,
}

/// The steps that can go on.
#[derive(Default)]
pub(super) struct Ready(Mutex<ReadyList>);

#[derive(Default)]
struct ReadyList {
    steps: Vec<u64>,
    /// Who drives the simulation, if it has nothing else to do than to wait for a step.
    driver: Option<Waker>,
}

impl Ready {
    fn list(&self) -> MutexGuard<'_, ReadyList> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn take(&self) -> Vec<u64> {
        std::mem::take(&mut self.list().steps)
    }
    pub fn is_empty(&self) -> bool {
        self.list().steps.is_empty()
    }
    /// Waits until a step can go on.
    pub fn wait(&self, cx: &Context<'_>) -> Poll<()> {
        let mut list = self.list();
        if list.steps.is_empty() {
            list.driver = Some(cx.waker().clone());
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

struct WakeStep(Arc<Ready>, u64);

impl Wake for WakeStep {
    fn wake(self: Arc<Self>) {
        let driver = {
            let mut list = self.0.list();
            list.steps.push(self.1);
            list.driver.take()
        };
        if let Some(driver) = driver {
            driver.wake();
        }
    }
}

impl World {
    pub fn begin_step(&mut self, key: &ObjectKey, start: StepStart) {
        let Some(life) = self.slots.get(key).map(|slot| slot.life) else {
            // It was closed meanwhile; when it wakes, it begins the step again.
            return;
        };
        let step = self.next_step;
        self.next_step += 1;
        self.steps.insert(
            step,
            Running {
                key: key.clone(),
                start,
                future: None,
                begun: false,
                life,
            },
        );
        self.soon(self.faults.step_latency, Event::Step(step));
    }

    pub fn cancel_step(&mut self, key: &ObjectKey, action: &str, attempt: u32) {
        self.steps.retain(|_, step| {
            step.key != *key || step.start.action != action || step.start.attempt != attempt
        });
    }

    /// Steps of lives that have ended: some end with them, some go on outside, where nobody stops them.
    pub fn orphan_steps(&mut self, mut gone: impl FnMut(&ObjectKey) -> bool) {
        let mut ended = Vec::new();
        for (id, step) in &mut self.steps {
            if gone(&step.key) && step.life != 0 {
                if step.begun && self.random.below(2) == 0 {
                    step.life = 0;
                } else {
                    ended.push(*id);
                }
            }
        }
        for id in ended {
            self.steps.remove(&id);
        }
    }

    /// Whether a step of a life that goes on has begun and not ended.
    pub fn has_running_steps(&self) -> bool {
        self.steps.values().any(|step| step.life != 0)
    }

    pub fn step_done(&mut self, step: u64, result: Result<Json>) {
        let Some(Running {
            key, start, life, ..
        }) = self.steps.remove(&step)
        else {
            return;
        };
        self.say(format_args!(
            "step {} of {key} {}",
            start.name,
            result.as_ref().map_or_else(Error::message, |_| "is done")
        ));
        if self.faults.crash_at_steps && life != 0 && self.failed.insert(start.action.clone()) {
            self.crash(false);
            return;
        }
        if self.slots.get(&key).is_none_or(|slot| slot.life != life) {
            return;
        }
        let input = Input::StepDone {
            action: start.action,
            attempt: start.attempt,
            result,
        };
        self.turn(&key, input, None);
    }

    /// Whether the simulation makes this attempt fail. No action fails so more than once, and none that gives up at once.
    fn fails(&mut self, start: &StepStart, chance: u32) -> bool {
        let patient = self
            .app
            .step(&start.name)
            .is_some_and(|def| def.policy.retry > 0);
        let fails = patient && !self.failed.contains(&start.action) && self.random.permille(chance);
        if fails {
            self.failed.insert(start.action.clone());
            self.stats.faults += 1;
        }
        fails
    }
}

fn outage(what: &str) -> Error {
    Error::from(std::io::Error::other(what.to_owned()))
}

impl Core {
    /// Lets a step go on. The user's code runs while nothing of the simulation is borrowed.
    pub(super) fn poll_step(&self, step: u64) {
        let (start, future) = {
            let mut world = self.world.borrow_mut();
            let Some(running) = world.steps.get_mut(&step) else {
                return;
            };
            let start = running.start.clone();
            if std::mem::replace(&mut running.begun, true) {
                match running.future.take() {
                    Some(future) => (start, Some(future)),
                    // It is being polled, further up this stack.
                    None => return,
                }
            } else {
                world.stats.steps += 1;
                let chance = world.faults.step_fails;
                if world.fails(&start, chance) {
                    let result = Err(outage("simulated: it could not be reached"));
                    world.after(0, Event::StepDone { step, result });
                    return;
                }
                world.say(format_args!("step {} begins", start.name));
                (start, None)
            }
        };
        let mut future = future.unwrap_or_else(|| self.future_of(&start));
        let waker = Waker::from(Arc::new(WakeStep(self.ready.clone(), step)));
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        let mut world = self.world.borrow_mut();
        match polled {
            Poll::Ready(result) => {
                let chance = world.faults.step_answer_lost;
                let result = if result.is_ok() && world.fails(&start, chance) {
                    Err(outage("simulated: the answer was lost"))
                } else {
                    result
                };
                let taking = self.taking(&start.name);
                let micros = i64::try_from(taking.as_micros()).unwrap_or(i64::MAX);
                world.after(micros, Event::StepDone { step, result });
            }
            Poll::Pending => {
                if let Some(running) = world.steps.get_mut(&step) {
                    running.future = Some(future);
                }
            }
        }
    }

    fn taking(&self, name: &str) -> Duration {
        self.standins
            .borrow()
            .get(name)
            .map_or(Duration::ZERO, |standin| standin.taking)
    }

    fn future_of(&self, start: &StepStart) -> LocalFuture<Result<Json>> {
        let ready = |result| Box::pin(std::future::ready(result)) as LocalFuture<Result<Json>>;
        match instead(&self.standins, &start.name, start.key.as_str(), &start.args) {
            Instead::Fail(error) => ready(Err(error)),
            Instead::Run(body) => {
                let args = start.args.clone();
                Box::pin(Keyed::new(start.key.clone(), move || {
                    Box::pin(std::future::ready(body(&args)))
                }))
            }
            Instead::Nothing => match self.world.borrow().app.step(&start.name) {
                Some(def) => Box::pin(start.run(def)),
                None => ready(Err(Error::permanent(format_args!(
                    "this program has no step named `{}`",
                    start.name
                )))),
            },
        }
    }
}
