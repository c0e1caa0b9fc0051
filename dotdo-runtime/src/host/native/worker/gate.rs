//! What a turn caused leaves once its writes are safe.

use std::time::Duration;

use tokio::sync::oneshot;

use super::{Mail, Worker};
use crate::app::ObjectKey;
use crate::error::{Error, Result};
use crate::host::native::activity::Guard;
use crate::host::native::alarms::AT_ONCE;
use crate::host::native::load;
use crate::host::native::log::{Entry, Log};
use crate::host::native::shared::SYNCS_ALL;
use crate::object::{Answer, Output};

/// Who waits for the log looks so often whether the log waits for them.
const PATIENCE: Duration = Duration::from_millis(50);

/// Something to be done once the log is safe up to a place.
pub(super) struct Held {
    pub key: ObjectKey,
    pub output: Output,
    pub reply: Option<oneshot::Sender<Result<Answer>>>,
    #[allow(dead_code, reason = "it counts for as long as it lives")]
    pub guard: Option<Guard>,
}

impl Held {
    pub fn bytes(&self) -> usize {
        load::of_output(&self.output)
    }
}

impl Worker {
    /// Hands to the log what the turn wrote, and when the object wants to be woken.
    pub(super) fn append(&mut self, key: &ObjectKey) {
        if self.shared.log.as_ref().is_some_and(Log::is_crowded) {
            self.wait_for_log();
        }
        let (Some(log), Some(slot)) = (&self.shared.log, self.slots.get_mut(key)) else {
            return;
        };
        let recorded = slot.file.database.take_recorded();
        let alarm = slot.env.take_alarm();
        if recorded.is_none() && alarm.is_none() {
            return;
        }
        let template = recorded.as_ref().and_then(|_| slot.file.take_template());
        let entry = Entry {
            key: slot.env.text().to_owned(),
            is_new: template.is_some(),
            template,
            alarm,
            recorded: recorded.unwrap_or_default(),
        };
        self.appended = log.append(self.epoch, entry);
        slot.place = self.appended;
        match (slot.behind, slot.file.database.is_ahead()) {
            (None, true) => {
                slot.behind = Some(slot.place);
                self.settling.insert(slot.place, key);
            }
            (Some(since), false) => {
                slot.behind = None;
                self.settling.remove(since);
            }
            _ => {}
        }
        if self.unsettled.is_none() {
            self.unsettled = Some(self.shared.activity.begin());
        }
    }

    /// Makes safe what was written, or asks the log to do that.
    pub(super) fn flush(&mut self) {
        let Some(log) = &self.shared.log else {
            return;
        };
        if self.appended == self.asked {
            return;
        }
        self.asked = self.appended;
        match log.write_at_once(self.epoch) {
            Some(place) if place >= self.appended => self.safe(place),
            _ => log.ask(self.listener, self.epoch, self.appended),
        }
    }

    pub(super) fn safe(&mut self, place: u64) {
        self.synced = self.synced.max(place);
        if self.synced >= self.appended {
            self.unsettled = None;
        }
        let waiting = self.held.split_off(&(place + 1));
        for (_, held) in std::mem::replace(&mut self.held, waiting) {
            self.held_bytes -= held.iter().map(Held::bytes).sum::<usize>();
            self.release(held);
        }
    }

    /// The log has lost what was not safe: whoever waits for it hears so, and nothing of it leaves. What is in memory
    /// may be ahead of the log, so the objects are opened anew, once their files are safe by themselves.
    pub(super) fn lose(&mut self, error: &Error) {
        self.shared.report(error);
        self.held_bytes = 0;
        for one in std::mem::take(&mut self.held).into_values().flatten() {
            if let Some(reply) = one.reply {
                let _ = reply.send(Err(error.clone()));
            }
        }
        let ahead: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.place > self.synced)
            .map(|(key, _)| key.clone())
            .collect();
        for key in ahead {
            self.open_anew_later(&key);
            // The alarm was lost with the rest.
            let _ = self.shared.alarms().set(&key, Some(AT_ONCE));
            self.doubtful.insert(key);
        }
        self.synced = self.appended;
        self.unsettled = None;
        if let Some(log) = &self.shared.log {
            self.epoch = log.epoch();
        }
    }

    /// Waits until all is safe that was written. What is lost, the log says to this thread as well.
    pub(super) fn wait_for_log(&mut self) {
        if self.log_is_safe().is_ok() {
            self.safe(self.appended);
        }
    }

    pub(super) fn log_is_safe(&mut self) -> Result<()> {
        let shared = self.shared.clone();
        let Some(log) = &shared.log else {
            return Ok(());
        };
        loop {
            if let Some(done) = log.wait(self.epoch, self.appended, PATIENCE) {
                return done;
            }
            // The log may be full, and wait for files of this thread.
            self.settle(usize::MAX);
        }
    }

    /// Brings some files to what the log has, if somebody waits for that. All at once would keep this thread from
    /// everything else.
    pub(super) fn settle(&mut self, at_most: usize) {
        if !self.settling.is_asked(self.appended) {
            return;
        }
        for _ in 0..at_most {
            let Some((place, key)) = self.settling.first() else {
                let done = self.checkpoint();
                return self.settling.answer(&done);
            };
            if let Some(slot) = self.slots.get_mut(&key) {
                if let Err(error) = slot.file.database.settle() {
                    return self.settling.answer(&Err(error));
                }
                slot.behind = None;
            }
            self.settling.remove(place);
        }
    }

    /// Makes each open file safe by itself, where all cannot be made safe at once.
    fn checkpoint(&self) -> Result<()> {
        if SYNCS_ALL {
            return Ok(());
        }
        let mut files = self.slots.values().map(|slot| &slot.file.database);
        files.try_for_each(|database| database.checkpoint())
    }

    pub(super) fn release(&mut self, held: Vec<Held>) {
        for Held {
            key,
            output,
            reply,
            guard,
        } in held
        {
            match output {
                Output::Answer(_, answer) => {
                    if let Some(reply) = reply {
                        // Who asked may have gone.
                        let _ = reply.send(answer);
                    }
                }
                Output::News => self.shared.listeners.tell(&key),
                Output::Step(step) => {
                    let handle = self.handle.clone();
                    let (action, attempt) = (step.action.clone(), step.attempt);
                    let Some(guard) = guard else { continue };
                    let done = move |result| {
                        let owner = key.clone();
                        handle.tell(
                            &owner,
                            Mail::StepDone {
                                key,
                                action,
                                attempt,
                                result,
                                guard,
                            },
                        );
                    };
                    self.shared.steps.run(step, Box::new(done));
                }
                Output::Cancel { action, attempt } => self.shared.steps.cancel(&action, attempt),
                Output::Message { id, to, request } => {
                    let handle = self.handle.clone();
                    let Some(guard) = guard else { continue };
                    tokio::task::spawn_local(async move {
                        let result = crate::host::ask(&handle, to, request).await;
                        handle.tell(
                            &key.clone(),
                            Mail::MessageDone {
                                key,
                                id,
                                result,
                                guard,
                            },
                        );
                    });
                }
            }
        }
    }
}
