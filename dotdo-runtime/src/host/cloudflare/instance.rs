//! One instance: the program says which business it is, and then messages come in.

use std::cell::RefCell;
use std::process::ExitCode;

use super::entrance::{Entrance, read, respond, wake_home};
use super::inner::Inbox;
use super::limits;
use super::outside::{self, Say, address, error_of, say};
use super::slot::{Caller, Slot};
use super::tasks::Tasks;
use super::wire::{Parts, whole};
use crate::app::{App, ObjectKey};
use crate::business::AppDef;
use crate::door::Reply;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::value::CellRef;

/// What a business's `main` returns.
pub type Exit = ExitCode;

/// What a task of an instance gave.
pub(super) enum Done {
    Step {
        action: String,
        attempt: u32,
        result: Result<Json>,
    },
    Message {
        id: String,
        result: Result<Json>,
    },
    Http {
        call: i64,
        reply: Reply,
    },
    Woken,
}

/// What an instance is: an object with a door, or the door in front. It shows with the first message.
struct Instance {
    app: &'static App,
    slot: Slot,
    entrance: Option<Entrance>,
    /// What the door asks of the object.
    inbox: Inbox,
    /// What is under way at the door.
    visits: Tasks<Done>,
    /// What is under way for the object.
    tasks: Tasks<Done>,
}

thread_local! {
    static INSTANCE: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// The program that a business is: here it only says which one. Everything else comes with the host's messages.
pub fn main(def: &'static AppDef) -> Exit {
    std::panic::set_hook(Box::new(|panic| {
        // The instance ends here. The shim keeps what was said, and tells it to the next one.
        let payload = panic.payload();
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        log("panic", text);
        log(
            "error",
            &format!("panicked at {}", place.unwrap_or_default()),
        );
    }));
    let app = match App::new(def).and_then(limits::checked) {
        // For the life of the instance: what is made here is a few tables of pointers into constants.
        Ok(app) => Box::leak(Box::new(app)),
        Err(error) => {
            log("panic", error.message());
            return ExitCode::FAILURE;
        }
    };
    let instance = Instance {
        app,
        slot: Slot::new(app),
        entrance: None,
        inbox: Inbox::default(),
        visits: Tasks::new(),
        tasks: Tasks::new(),
    };
    INSTANCE.with_borrow_mut(|place| *place = Some(instance));
    dotdo_wasm::receive(|message| {
        INSTANCE.with_borrow_mut(|instance| {
            let Some(instance) = instance else { return };
            whole(instance.take(&message));
            instance.go_on();
        });
    });
    ExitCode::SUCCESS
}

/// Says something in the log of the platform.
pub(super) fn log(level: &str, text: &str) {
    say(Say::Log, &[level.into(), text.into()]);
}

/// A variable or secret of the environment.
pub(crate) fn variable(name: &str) -> Option<String> {
    let reply = dotdo_wasm::variable(name);
    Parts::of(&reply).ok()?.text().ok()
}

impl Instance {
    fn take(&mut self, message: &[u8]) -> Result<()> {
        let mut parts = Parts::of(message)?;
        match parts.number()? {
            1 => {
                let (call, key) = (parts.number()?, parts.text()?);
                let request = parts.text_or_null()?;
                self.slot.call(call, &key, request, &mut self.tasks)
            }
            2 => {
                let call = parts.number()?;
                self.slot.alarm(&mut self.tasks)?;
                say(Say::Answer, &[CellRef::Integer(call), "null".into()]);
                Ok(())
            }
            3 => {
                self.stand_in_front();
                let (call, request) = (parts.number()?, read(parts)?);
                let (entrance, inbox, tasks, _) = self.entrance();
                entrance.request(call, request, inbox, |_| false, tasks)
            }
            4 => {
                let ask = parts.number()?;
                outside::arrived(ask, Ok(parts));
                Ok(())
            }
            5 => {
                let (ask, kind, text) = (parts.number()?, parts.text()?, parts.text()?);
                outside::arrived(ask, Err(error_of(&kind, &text)));
                Ok(())
            }
            6 => {
                let (action, text) = (parts.text_or_null()?, parts.text()?);
                self.slot.stopped(action, &text);
                Ok(())
            }
            7 => {
                let (call, feed) = (parts.number()?, parts.text()?);
                self.slot.listen(call, &feed, &mut self.tasks)
            }
            8 => {
                self.stand_in_front();
                let (call, request) = (parts.number()?, read(parts)?);
                self.entrance().0.find(call, request);
                Ok(())
            }
            9 => {
                let call = parts.number()?;
                let (noun, name) = (parts.text()?, parts.text_or_null()?);
                let request = read(parts)?;
                let (entrance, inbox, tasks, slot) = self.entrance();
                // The door in front may be that of another version, with another opinion.
                let here = |object: &ObjectKey| match &name {
                    Some(name) => address(object) == (noun.as_str(), name.into()),
                    None => slot.is(object),
                };
                entrance.request(call, request, inbox, here, tasks)
            }
            10 => {
                let (call, path) = (parts.number()?, parts.text()?);
                let error = error_of(&parts.text()?, &parts.text()?);
                self.entrance().0.failed(call, &error, &path)
            }
            other => Err(Error::internal(format_args!("message {other} is unknown"))),
        }
    }

    /// The door, and what it needs.
    fn entrance(&mut self) -> (&Entrance, &Inbox, &mut Tasks<Done>, &Slot) {
        let entrance = self.entrance.get_or_insert_with(|| Entrance::new(self.app));
        (entrance, &self.inbox, &mut self.visits, &self.slot)
    }

    /// This is no object but the door in front of all.
    fn stand_in_front(&mut self) {
        if self.entrance.is_none() {
            wake_home(self.app, &mut self.visits);
        }
    }

    /// Lets everything go on that can, and what it brought about in the object. What the user's steps and flows do may stop
    /// the instance, so they come last: what was done before is kept, and has been said.
    fn go_on(&mut self) {
        loop {
            if let Some(done) = self.visits.poll() {
                if let Done::Http { call, reply } = done {
                    respond(call, reply).unwrap_or_else(|error| log("error", error.message()));
                }
            } else if let Some((key, request, reply)) = self.inbox.next() {
                let caller = Caller::Door(reply);
                self.slot.perform(caller, &key, request, &mut self.tasks);
            } else if self.slot.has_to_go_on() {
                self.slot.go_on(&mut self.tasks);
            } else if let Some(done) = self.tasks.poll() {
                self.slot.done(done, &mut self.tasks);
            } else {
                break;
            }
        }
        self.slot.settle_alarm();
    }
}
