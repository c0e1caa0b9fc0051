//! One instance: the program says which business it is, and then messages come in.

use std::cell::RefCell;
use std::process::ExitCode;

use super::entrance::Entrance;
use super::limits;
use super::outside::{self, Say, error_of, say};
use super::slot::Slot;
use super::tasks::Tasks;
use super::wire::Parts;
use crate::app::App;
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

/// What an instance is: an object, or the door. It shows with the first message.
struct Instance {
    app: &'static App,
    slot: Slot,
    entrance: Option<Entrance>,
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

/// What has crossed the border. What makes no sense may have been what somebody waits for, or say what was done: it ends
/// the instance, and the next one takes up from what is stored.
pub(super) fn whole<T>(read: Result<T>) -> T {
    read.unwrap_or_else(|error| panic!("{}", error.message()))
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
                let app = self.app;
                let tasks = &mut self.tasks;
                let entrance = self
                    .entrance
                    .get_or_insert_with(|| Entrance::new(app, tasks));
                entrance.request(parts, tasks)
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
            other => Err(Error::internal(format_args!("message {other} is unknown"))),
        }
    }

    /// Lets every task go on that can, and what it brought about in the object.
    fn go_on(&mut self) {
        while let Some(done) = self.tasks.poll() {
            match done {
                Done::Http { call, reply } => super::entrance::respond(call, reply)
                    .unwrap_or_else(|error| log("error", error.message())),
                done => self.slot.done(done, &mut self.tasks),
            }
        }
        self.slot.settle_alarm();
    }
}
