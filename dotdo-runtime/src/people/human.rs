//! Asking somebody, as an effect.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;

use super::{Answer, AskSpec, Escalation, Notice, Notify, Signed, Stored};
use crate::effect::{Deed, Effect, Options, Step};
use crate::error::{Error, Result};
use crate::form::Form;
use crate::json::Json;

/// The longest name of a role or of a person, in characters.
const LONGEST_NAME: usize = 200;

/// Somebody who can be asked: whoever has a role, or a person by name.
///
/// ```
/// use dotdo_runtime::people::Human;
/// let team = Human::role("risk");
/// let ann = Human::user("ann@shop.example");
/// # let _ = (team, ann);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Human {
    role: Option<String>,
    user: Option<String>,
}

impl Human {
    /// Whoever has this role. The first who claims it has it.
    pub fn role(role: impl Into<String>) -> Self {
        Self {
            role: Some(role.into()),
            user: None,
        }
    }

    /// One person, by the name that they act under: an address, or what else tells people apart. Something that is
    /// no human is named with its kind: `Agent/claude`.
    pub fn user(name: impl Into<String>) -> Self {
        let name: String = name.into();
        Self {
            role: None,
            user: Some(super::person(&name).to_owned()),
        }
    }

    /// Asks them to fill in a form. A flow runs it: `cx.run(Human::role("risk").ask::<Review>("Release it?")).await?`.
    pub fn ask<F: Form>(self, question: impl Into<String>) -> Ask<Answer<F>> {
        let question: String = question.into();
        let named = self.check();
        let error = if question.trim().is_empty() {
            Some(Error::invalid(
                "the question is empty; say what is to be decided",
            ))
        } else {
            named.err()
        };
        Ask {
            spec: AskSpec {
                form: F::FORM,
                stored: Stored {
                    question,
                    role: self.role,
                    user: self.user,
                    form: F::FORM.name.to_owned(),
                    about: None,
                    remind: None,
                    escalate: Vec::new(),
                    notify: None,
                    signed: false,
                },
                error,
            },
            within: None,
            output: PhantomData,
        }
    }

    fn check(&self) -> Result<()> {
        let named = [("role", &self.role), ("name", &self.user)];
        for (what, name) in named {
            let Some(name) = name else { continue };
            if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(Error::invalid(format_args!(
                    "the {what} of who is asked has 1 to {LONGEST_NAME} characters, found `{name}`"
                )));
            }
        }
        Ok(())
    }
}

/// A question to somebody: an effect whose output is an [`Answer`].
///
/// While a flow waits for the answer it is a row and holds no memory; it survives restarts. The question is in the
/// tenant's inbox, where it is claimed, handed on and answered.
#[must_use = "nobody is asked until a flow runs it: `cx.run(..).await?`"]
#[derive(Clone, Debug)]
pub struct Ask<R> {
    spec: AskSpec,
    within: Option<Duration>,
    output: PhantomData<fn() -> R>,
}

impl<R> Ask<R> {
    /// How long the question stands. After that the answer is [`Answer::TimedOut`]. Without a limit it stands for
    /// ever.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// What the question is about, shown beside it: an order, a sum, anything that is JSON.
    pub fn about(mut self, what: &impl Serialize) -> Self {
        match Json::of(what) {
            Ok(json) => self.spec.stored.about = Some(json),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Who is told that they are asked: a step, which gets a [`Notice`] when the question is asked, at each reminder,
    /// at each escalation and when it is handed on. It is retried like any step, and failing holds nothing up.
    pub fn notify(mut self, step: impl FnOnce(Notice) -> Step<()>) -> Self {
        let sample = Notice {
            ask: String::new(),
            occasion: super::Occasion::Asked,
            question: String::new(),
            role: None,
            user: None,
            about: None,
            due: None,
        };
        match step(sample).into_deed() {
            Deed::Step(def, Ok(_)) if def.args.len() == 1 => {
                self.spec.stored.notify = Some(Notify {
                    step: def.name.to_owned(),
                    argument: def.args[0].name.to_owned(),
                });
            }
            Deed::Step(def, Ok(_)) => self.fail(Error::internal(format_args!(
                "`{}` ({}:{}) tells people of an ask, so it takes the notice and nothing else",
                def.name, def.at.0, def.at.1
            ))),
            Deed::Step(_, Err(error)) => self.fail(error),
            _ => self.fail(Error::internal("a step that is none")),
        }
        self
    }

    /// Tells the step of [`notify`](Self::notify) again each time this has passed without an answer.
    pub fn remind(mut self, every: Duration) -> Self {
        if every < Duration::from_secs(1) {
            self.fail(Error::invalid("reminders are at least a second apart"));
        }
        self.spec.stored.remind = Some(every);
        self
    }

    /// Asks somebody else when this has passed since the question without an answer. A claim ends with it. Several
    /// are a ladder: `.escalate_to(Human::role("lead"), hours(4)).escalate_to(Human::user("eve"), days(1))`.
    pub fn escalate_to(mut self, whom: Human, after: Duration) -> Self {
        if let Err(error) = whom.check() {
            self.fail(error);
        }
        self.spec.stored.escalate.push(Escalation {
            role: whom.role,
            user: whom.user,
            after,
        });
        self
    }

    fn fail(&mut self, error: Error) {
        self.spec.error.get_or_insert(error);
    }
}

impl<F: Form> Ask<Answer<F>> {
    /// The same question, whose answer says who gave it and when.
    pub fn signed(mut self) -> Ask<Answer<Signed<F>>> {
        self.spec.stored.signed = true;
        Ask {
            spec: self.spec,
            within: self.within,
            output: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: crate::Value> Effect for Ask<R> {
    type Output = R;
    fn into_deed(self) -> Deed {
        Deed::Ask(Box::new(self.spec))
    }
    fn options(&self) -> Options {
        Options {
            within: self.within,
            ..Options::default()
        }
    }
}
