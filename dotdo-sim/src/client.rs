//! Who asks, and the history of what was asked and answered.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use dotdo::object::Request;
use dotdo::prelude::*;
use dotdo::runtime_app::ObjectKey;
use dotdo::{ErrorKind, Json, Op, Sim};
use dotdo_runtime::host::ask;
use dotdo_runtime::host::sim::Random;

use crate::business::{Balance, World};
use crate::linear::{Model, Operation};
use crate::program::{self, Instruction};

/// How an account behaves.
#[derive(Debug)]
pub struct AccountModel;

/// What an account is asked.
#[derive(Clone, Debug)]
pub enum AccountAsk {
    /// What it holds.
    Read,
    /// A line in its ledger.
    Apply {
        /// By how much.
        amount: i64,
        /// Whether it says no.
        refuse: bool,
    },
}

/// What an account or a register answers: two numbers, or no.
pub type Answer = Option<(i64, i64)>;

impl Model for AccountModel {
    type State = (i64, i64);
    type Ask = AccountAsk;
    type Answer = Answer;

    fn step(
        &self,
        state: &(i64, i64),
        ask: &AccountAsk,
        answer: Option<&Answer>,
    ) -> Option<(i64, i64)> {
        let (next, expected) = match ask {
            AccountAsk::Read => (*state, Some(*state)),
            AccountAsk::Apply { amount, refuse } => {
                if *refuse || state.0 + amount < 0 {
                    (*state, None)
                } else {
                    let next = (state.0 + amount, state.1 + 1);
                    (next, Some(next))
                }
            }
        };
        answer
            .is_none_or(|answer| *answer == expected)
            .then_some(next)
    }
}

/// How a register behaves: a version and a value.
#[derive(Debug)]
pub struct RegisterModel;

/// What a register is asked.
#[derive(Clone, Debug)]
pub enum RegisterAsk {
    /// What it holds.
    Read,
    /// To hold another value, if it has this version.
    Replace {
        /// The version.
        version: i64,
        /// The value.
        value: i64,
    },
}

impl Model for RegisterModel {
    type State = (i64, i64);
    type Ask = RegisterAsk;
    type Answer = Answer;

    fn step(
        &self,
        state: &(i64, i64),
        ask: &RegisterAsk,
        answer: Option<&Answer>,
    ) -> Option<(i64, i64)> {
        let (next, expected) = match ask {
            RegisterAsk::Read => (*state, Some(*state)),
            RegisterAsk::Replace { version, .. } if *version != state.0 => (*state, None),
            RegisterAsk::Replace { value, .. } => {
                let next = (state.0 + 1, *value);
                (next, Some(next))
            }
        };
        answer
            .is_none_or(|answer| *answer == expected)
            .then_some(next)
    }
}

/// What is known of a request when its client gave up or was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It took effect.
    Done,
    /// It took none.
    Refused,
    /// It may have.
    Unknown,
}

/// Everything that was asked and answered.
#[derive(Default)]
pub struct History {
    clock: u64,
    /// By account.
    pub accounts: BTreeMap<String, Vec<Operation<AccountAsk, Answer>>>,
    /// By register.
    pub registers: BTreeMap<String, Vec<Operation<RegisterAsk, Answer>>>,
    /// The ledger lines that clients asked for, by account and key.
    pub lines: BTreeMap<(String, String), (i64, Known)>,
    /// The jobs, with their programs.
    pub jobs: BTreeMap<String, (Vec<Instruction>, Known)>,
    /// What was answered that nothing explains.
    pub oddities: Vec<String>,
}

impl History {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }
}

/// How much is asked.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Clients at work at one time.
    pub clients: u64,
    /// Requests of each.
    pub requests: u64,
    /// Accounts that only clients use.
    pub accounts: u64,
    /// Accounts that flows use.
    pub flow_accounts: usize,
    /// Registers.
    pub registers: u64,
}

/// A client.
pub struct Client {
    /// The simulation.
    pub sim: Sim<World>,
    /// What all clients write down.
    pub history: Rc<RefCell<History>>,
    /// What this one draws from.
    pub random: Random,
    /// Which it is.
    pub number: u64,
    /// How much is asked.
    pub size: Size,
}

impl Client {
    /// Asks all it has to ask.
    pub async fn work(mut self) {
        for place in 0..self.size.requests {
            let pause = self.random.below(1500);
            self.sim.pause(Duration::from_millis(pause)).await;
            let key = format!("c{}-{place}", self.number);
            match self.random.below(10) {
                0..=3 => self.apply(key).await,
                4 | 5 => self.read().await,
                6 => self.job(key).await,
                7 => self.look(),
                _ => self.replace(key).await,
            }
        }
    }

    /// Asks once, or again and again under one key until there is an answer. None if it is not known.
    async fn ask(&mut self, to: ObjectKey, key: Option<String>, op: Op) -> Option<Result<Json>> {
        let insists = key.is_some() && self.random.below(3) > 0;
        let request = Request {
            id: key.map(|key| format!("client/{key}")),
            actor: format!("client {}", self.number),
            ops: vec![op],
        };
        let tries = if insists { 60 } else { 1 };
        for _ in 0..tries {
            match ask(&self.sim.peers(), to.clone(), request.clone()).await {
                Err(error)
                    if matches!(error.kind(), ErrorKind::Overloaded | ErrorKind::Storage) =>
                {
                    self.sim.pause(Duration::from_millis(300)).await;
                }
                done => return Some(done),
            }
        }
        None
    }

    fn thing(&self, noun: &str, id: &str) -> ObjectKey {
        ObjectKey::thing(self.sim.app().domain(), noun, id)
    }

    async fn read(&mut self) {
        let id = format!("c{}", self.random.below(self.size.accounts));
        let asked = self.history.borrow_mut().tick();
        let op = Op::Call {
            noun: "Account".into(),
            id: id.clone(),
            verb: "read".into(),
            args: Json::null(),
        };
        let done = self.ask(self.thing("Account", &id), None, op).await;
        self.note_account(id, asked, AccountAsk::Read, done);
    }

    async fn apply(&mut self, key: String) {
        let id = format!("c{}", self.random.below(self.size.accounts));
        let amount = i64::try_from(self.random.below(50)).unwrap_or(0) - 15;
        let refuse = self.random.permille(100);
        let asked = self.history.borrow_mut().tick();
        let op = Op::Call {
            noun: "Account".into(),
            id: id.clone(),
            verb: "apply".into(),
            args: Json::of(&serde_json::json!({"key": key, "amount": amount, "refuse": refuse}))
                .unwrap_or_else(|_| Json::null()),
        };
        let done = self
            .ask(self.thing("Account", &id), Some(key.clone()), op)
            .await;
        let known = self.note_account(
            id.clone(),
            asked,
            AccountAsk::Apply { amount, refuse },
            done,
        );
        self.history
            .borrow_mut()
            .lines
            .insert((id, key), (amount, known));
    }

    fn note_account(
        &mut self,
        id: String,
        asked: u64,
        ask: AccountAsk,
        done: Option<Result<Json>>,
    ) -> Known {
        let mut history = self.history.borrow_mut();
        let now = history.tick();
        let (answered, known) = match done {
            None => (None, Known::Unknown),
            Some(Ok(json)) => match json.read::<Balance>() {
                Ok(Balance { balance, count }) => {
                    (Some((now, Some((balance, count)))), Known::Done)
                }
                Err(error) => {
                    history
                        .oddities
                        .push(format!("{id} answered {json:?}: {error}"));
                    (None, Known::Unknown)
                }
            },
            Some(Err(error)) if error.kind() == ErrorKind::Refused => {
                (Some((now, None)), Known::Refused)
            }
            Some(Err(error)) => {
                history
                    .oddities
                    .push(format!("{id} answered {ask:?} with {error}"));
                (None, Known::Unknown)
            }
        };
        history.accounts.entry(id).or_default().push(Operation {
            asked,
            answered,
            ask,
        });
        known
    }

    async fn replace(&mut self, key: String) {
        let id = format!("r{}", self.random.below(self.size.registers));
        let to = self.thing("Register", &id);
        let asked = self.history.borrow_mut().tick();
        let op = Op::Get {
            noun: "Register".into(),
            id: id.clone(),
            at: None,
        };
        let done = self.ask(to.clone(), None, op).await;
        let Some((version, _)) = self.note_register(id.clone(), asked, RegisterAsk::Read, done)
        else {
            return;
        };
        let pause = self.random.below(400);
        self.sim.pause(Duration::from_millis(pause)).await;
        let value = i64::try_from(self.random.below(1_000_000)).unwrap_or(0);
        let asked = self.history.borrow_mut().tick();
        let op = Op::Update {
            noun: "Register".into(),
            id: id.clone(),
            patch: Json::of(&serde_json::json!({ "value": value }))
                .unwrap_or_else(|_| Json::null()),
            if_match: u64::try_from(version).ok(),
        };
        let done = self.ask(to, Some(key), op).await;
        self.note_register(id, asked, RegisterAsk::Replace { version, value }, done);
    }

    fn note_register(
        &mut self,
        id: String,
        asked: u64,
        ask: RegisterAsk,
        done: Option<Result<Json>>,
    ) -> Answer {
        let mut history = self.history.borrow_mut();
        let now = history.tick();
        let answer = match done {
            None => None,
            Some(Ok(json)) => {
                let tree = json.tree();
                match (tree["version"].as_i64(), tree["data"]["value"].as_i64()) {
                    (Some(version), Some(value)) => Some(Some((version, value))),
                    _ => {
                        history.oddities.push(format!("{id} answered {tree}"));
                        None
                    }
                }
            }
            Some(Err(error)) if error.kind() == ErrorKind::Precondition => Some(None),
            Some(Err(error)) => {
                history
                    .oddities
                    .push(format!("{id} answered {ask:?} with {error}"));
                None
            }
        };
        history.registers.entry(id).or_default().push(Operation {
            asked,
            answered: answer.map(|answer| (now, answer)),
            ask,
        });
        answer.flatten()
    }

    async fn job(&mut self, id: String) {
        let program = program::program(&mut self.random, self.size.flow_accounts, 2);
        let data = serde_json::json!({
            "program": serde_json::to_string(&program).unwrap_or_default()
        });
        let op = Op::Create {
            noun: "Job".into(),
            id: Some(id.clone()),
            data: Json::of(&data).unwrap_or_else(|_| Json::null()),
            visibility: None,
        };
        let done = self.ask(self.thing("Job", &id), Some(id.clone()), op).await;
        let mut history = self.history.borrow_mut();
        let known = match done {
            None => Known::Unknown,
            Some(Ok(_)) => Known::Done,
            Some(Err(error)) => {
                history
                    .oddities
                    .push(format!("the job {id} was not taken: {error}"));
                Known::Refused
            }
        };
        history.jobs.insert(id, (program, known));
    }

    /// The machine is asleep for a while.
    fn look(&mut self) {
        if self.random.below(4) == 0 {
            let millis = self.random.below(600_000);
            self.sim.skip(Duration::from_millis(millis));
        }
    }
}
