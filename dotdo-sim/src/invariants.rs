//! What must hold when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use dotdo::runtime_app::ObjectKey;
use dotdo::{Action, Found, Kind, Op, Page, Sim, Status};
use dotdo_runtime::query::FindSpec;

use crate::business::{
    Account, Balance, Entry, Tally, World, account, is_delivered, is_told, tally,
};
use crate::client::{AccountModel, History, Known, RegisterModel, Size};
use crate::linear::is_linearizable;
use crate::outside;
use crate::program::Instruction;

type Check = Result<(), String>;

/// Checks everything.
pub async fn check(sim: &Sim<World>, size: Size, history: &History) -> Check {
    if let Some(oddity) = history.oddities.first() {
        return Err(oddity.clone());
    }
    answers_have_one_order(history)?;
    let look = Look {
        sim,
        history,
        outside: outside::done(),
    };
    let mut ledger = Expected::default();
    for (id, (program, known)) in &history.jobs {
        look.job(id, program, *known, &mut ledger).await?;
    }
    for ((account, key), (_, known)) in &history.lines {
        ledger.lines.insert(
            (account.clone(), key.clone()),
            match known {
                Known::Done => (1, 1),
                Known::Refused => (0, 0),
                Known::Unknown => (0, 1),
            },
        );
    }
    let clients = (0..size.accounts).map(|n| format!("c{n}"));
    let flows = (0..size.flow_accounts).map(|n| account(n).as_str().to_owned());
    for id in clients.chain(flows) {
        look.account(&id, &ledger).await?;
    }
    for n in 0..size.registers {
        look.at_rest(look.thing("Register", &format!("r{n}")))
            .await?;
    }
    look.at_rest(sim.home()).await?;
    look.outside(&ledger)?;
    look.schedules().await
}

/// No acknowledged write is lost, nothing is applied twice, and the answers of each object have one order.
fn answers_have_one_order(history: &History) -> Check {
    for (id, operations) in &history.accounts {
        if !is_linearizable(&AccountModel, (100, 0), operations) {
            return Err(format!(
                "no order explains what {id} answered: {operations:#?}"
            ));
        }
    }
    for (id, operations) in &history.registers {
        if !is_linearizable(&RegisterModel, (1, 0), operations) {
            return Err(format!(
                "no order explains what {id} answered: {operations:#?}"
            ));
        }
    }
    Ok(())
}

/// What the jobs must have done.
#[derive(Default)]
struct Expected {
    /// How often each line may stand in the ledger of each account: at least, at most.
    lines: BTreeMap<(String, String), (usize, usize)>,
    /// What must have been done outside.
    outside: BTreeSet<String>,
    /// What must not have been done outside.
    never: BTreeSet<String>,
    /// Something that begins so must have been done outside, once.
    drawn: BTreeSet<String>,
    /// The lines of the job's own ledger, and whether they stand there.
    marks: BTreeMap<String, bool>,
    /// Transfers: label, from, to, and whether what lies between fails.
    transfers: Vec<(String, String, String, bool)>,
}

impl Expected {
    /// Adds what a program does, up to where it fails. False if it fails; then what it holds is released.
    fn add(&mut self, label: &str, program: &[Instruction]) -> bool {
        let mut held = Vec::new();
        let lives = self.add_to(label, program, &mut held);
        for label in held {
            let released = format!("{label}/released");
            if lives {
                self.never.insert(released);
            } else {
                self.outside.insert(released);
            }
        }
        lives
    }

    fn add_to(&mut self, label: &str, program: &[Instruction], held: &mut Vec<String>) -> bool {
        for (place, instruction) in program.iter().enumerate() {
            let label = format!("{label}/{place}");
            let name = |number: usize| account(number).as_str().to_owned();
            match instruction {
                Instruction::Step { .. } => {
                    self.outside.insert(label);
                }
                Instruction::Draw => {
                    self.drawn.insert(format!("{label}/drawn/"));
                }
                Instruction::Apply {
                    account, refuse, ..
                } => {
                    // It may be refused for want of money as well.
                    let most = usize::from(!refuse);
                    self.lines.insert((name(*account), label), (0, most));
                }
                Instruction::Send { account, .. } => {
                    self.lines.insert((name(*account), label), (1, 1));
                }
                Instruction::Transfer {
                    from, to, fails, ..
                } => {
                    let (from, to) = (name(*from), name(*to));
                    self.lines
                        .insert((from.clone(), format!("{label}/take")), (0, 1));
                    self.lines
                        .insert((from.clone(), format!("{label}/back")), (0, 1));
                    self.lines
                        .insert((to.clone(), format!("{label}/give")), (0, 1));
                    self.transfers.push((label, from, to, *fails));
                }
                Instruction::Hold => {
                    self.outside.insert(format!("{label}/held"));
                    held.push(label);
                }
                Instruction::Together => {
                    self.outside.insert(format!("{label}/left"));
                    self.outside.insert(format!("{label}/right"));
                }
                Instruction::Race => {
                    self.outside.insert(format!("{label}/first"));
                    self.never.insert(format!("{label}/late"));
                }
                Instruction::Mark { refuse } => {
                    self.marks.insert(label, !refuse);
                }
                Instruction::Child(program) => {
                    if !self.add(&label, program) {
                        return false;
                    }
                }
                Instruction::Die => return false,
                Instruction::Attempt | Instruction::Sleep(_) | Instruction::Until(_) => {}
            }
        }
        true
    }
}

struct Look<'a> {
    sim: &'a Sim<World>,
    history: &'a History,
    outside: BTreeMap<String, BTreeSet<String>>,
}

fn told(error: &dotdo::Error) -> String {
    format!("when all was quiet: {error}")
}

impl Look<'_> {
    fn thing(&self, noun: &str, id: &str) -> ObjectKey {
        ObjectKey::thing(self.sim.app().domain(), noun, id)
    }

    async fn rows<N: dotdo::Noun>(&self, object: &ObjectKey) -> Result<Vec<Found<N>>, String> {
        let spec = FindSpec {
            limit: Some(1000),
            ..FindSpec::all(N::NAME)
        };
        let page: Page<Found<N>> = self
            .sim
            .ask(object.clone(), Op::Find(spec))
            .await
            .map_err(|e| told(&e))?;
        Ok(page.items)
    }

    /// Every accepted effect is done or among the dead letters, and nothing waits to be sent.
    async fn at_rest(&self, object: ObjectKey) -> Result<Vec<Action>, String> {
        let actions = self
            .sim
            .actions_at(object.clone())
            .await
            .map_err(|e| told(&e))?;
        let letters = self
            .sim
            .dead_letters_at(object.clone())
            .await
            .map_err(|e| told(&e))?;
        let letters: BTreeSet<_> = letters.into_iter().map(|letter| letter.id).collect();
        for action in &actions {
            let awaited = action
                .parent
                .as_deref()
                .is_some_and(|parent| !parent.starts_with('$'))
                && action.durability != dotdo_runtime::journal::Durability::Send;
            match action.status {
                Status::Completed | Status::Cancelled => {}
                Status::Failed if action.kind == Kind::Verb || awaited => {}
                Status::Failed if letters.contains(&action.id) => {}
                Status::Failed => {
                    return Err(format!(
                        "{object}: `{}` ({}) failed for good and is not among the dead letters",
                        action.name, action.id
                    ));
                }
                _ => {
                    return Err(format!(
                        "{object}: `{}` ({}) is still {} after {} attempts",
                        action.name,
                        action.id,
                        action.status.word(),
                        action.attempts
                    ));
                }
            }
        }
        let inspected: serde_json::Value = self
            .sim
            .ask(object.clone(), Op::Inspect)
            .await
            .map_err(|e| told(&e))?;
        if inspected["outbox"].as_i64().unwrap_or(0) > 0 {
            return Err(format!("{object}: messages still wait in the outbox"));
        }
        Ok(actions)
    }

    async fn job(
        &self,
        id: &str,
        program: &[Instruction],
        known: Known,
        ledger: &mut Expected,
    ) -> Check {
        let object = self.thing("Job", id);
        let exists = match self
            .sim
            .ask::<serde_json::Value>(
                object.clone(),
                Op::Get {
                    noun: "Job".into(),
                    id: id.into(),
                    at: None,
                },
            )
            .await
        {
            Ok(_) => true,
            Err(error) if error.kind() == dotdo::ErrorKind::NotFound => false,
            Err(error) => return Err(told(&error)),
        };
        match (exists, known) {
            (false, Known::Done) => return Err(format!("the job {id} was accepted and is lost")),
            (true, Known::Refused) => return Err(format!("the job {id} was refused and is there")),
            (false, _) => return Ok(()),
            (true, _) => {}
        }
        let actions = self.at_rest(object.clone()).await?;
        let lives = ledger.add(id, program);
        let mut marks = ledger.marks.clone();
        marks.retain(|label, stands| label.split('/').next() == Some(id) && *stands);
        let mut found: Vec<_> = self.rows::<Entry>(&object).await?;
        found.sort_by(|a, b| a.key.cmp(&b.key));
        let found: Vec<&String> = found.iter().map(|entry| &entry.key).collect();
        if found != marks.keys().collect::<Vec<_>>() {
            return Err(format!(
                "the job {id} has the lines {found:?}, and should have {:?}",
                marks.keys()
            ));
        }
        let works: Vec<_> = actions
            .iter()
            .filter(|a| a.name == "Job::work" || a.name == "work")
            .collect();
        match works[..] {
            [work] if lives == (work.status == Status::Completed) => Ok(()),
            [work] => Err(format!(
                "the job {id} is {}, with {:?}; its program {}",
                work.status.word(),
                work.error,
                if lives { "does not fail" } else { "fails" }
            )),
            _ => Err(format!(
                "the job {id} was begun {} times: {:?}",
                works.len(),
                actions.iter().map(|a| &a.name).collect::<Vec<_>>()
            )),
        }
    }

    async fn account(&self, id: &str, ledger: &Expected) -> Check {
        let object = self.thing("Account", id);
        self.at_rest(object.clone()).await?;
        let rows = self.rows::<Account>(&object).await?;
        let [row] = &rows[..] else {
            return Err(format!("there are {} rows of {id}", rows.len()));
        };
        let entries = self.rows::<Entry>(&object).await?;
        let (sum, count) = (
            entries.iter().map(|entry| entry.amount).sum::<i64>(),
            i64::try_from(entries.len()).unwrap_or(0),
        );
        if (row.balance, row.count) != (100 + sum, count) {
            return Err(format!(
                "{id} holds {} in {} lines, and its ledger 100 + {sum} in {count}",
                row.balance, row.count
            ));
        }
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &entries {
            *found.entry(&entry.key).or_default() += 1;
        }
        for (key, count) in &found {
            let most = ledger
                .lines
                .get(&(id.to_owned(), (*key).to_owned()))
                .map_or(0, |(_, most)| *most);
            if *count > most {
                return Err(format!(
                    "`{key}` stands {count} times in the ledger of {id}, and may stand there {most} times"
                ));
            }
        }
        for ((whose, key), (least, _)) in &ledger.lines {
            if whose == id && found.get(key.as_str()).copied().unwrap_or(0) < *least {
                return Err(format!("`{key}` is missing in the ledger of {id}"));
            }
        }
        for (label, from, to, fails) in &ledger.transfers {
            if from == id {
                let taken = found.contains_key(format!("{label}/take").as_str());
                let back = found.contains_key(format!("{label}/back").as_str());
                if back != (taken && *fails) {
                    return Err(format!(
                        "the transfer {label}: taken {taken}, given back {back}"
                    ));
                }
            }
            if to == id {
                let taken = self.outside.contains_key(&format!("{label}/between"));
                let given = found.contains_key(format!("{label}/give").as_str());
                if given != taken {
                    return Err(format!(
                        "the transfer {label}: on its way {taken}, given {given}"
                    ));
                }
            }
        }
        self.events(id, &object, count).await?;
        self.directory(id, row).await
    }

    /// An event for each line, and what it causes once.
    async fn events(&self, id: &str, object: &ObjectKey, count: i64) -> Check {
        let events = self
            .sim
            .events_at(object.clone())
            .await
            .map_err(|e| told(&e))?;
        let applied: Vec<_> = events.iter().filter(|e| e.verb == "applied").collect();
        if i64::try_from(applied.len()).unwrap_or(0) != count {
            return Err(format!("{id}: {count} lines and {} events", applied.len()));
        }
        let mut heard = 0;
        for event in applied {
            let data: Balance = event.data.read().map_err(|e| told(&e))?;
            let keys = self
                .outside
                .get(&format!("told/{}", event.id))
                .map_or(0, BTreeSet::len);
            let wanted = usize::from(is_told(&data));
            heard += i64::try_from(wanted).unwrap_or(0);
            if keys != wanted {
                return Err(format!(
                    "the event {} of {id} was told {keys} times",
                    event.id
                ));
            }
            let keys = self
                .outside
                .get(&format!("heard/{}", event.id))
                .map_or(0, BTreeSet::len);
            if keys != usize::from(is_delivered(&data)) {
                return Err(format!(
                    "the event {} of {id} was heard {keys} times",
                    event.id
                ));
            }
        }
        let tally: Found<Tally> = self
            .sim
            .ask(
                self.sim.home(),
                Op::Get {
                    noun: "Tally".into(),
                    id: tally(id).as_str().to_owned(),
                    at: None,
                },
            )
            .await
            .map_err(|e| told(&e))?;
        if tally.count != heard {
            return Err(format!(
                "{heard} events of {id} were to be counted, and {} were",
                tally.count
            ));
        }
        Ok(())
    }

    /// The tenant's directory says what the object says.
    async fn directory(&self, id: &str, row: &Found<Account>) -> Check {
        let all = self.rows::<Account>(&self.sim.home()).await?;
        let listed = all.iter().find(|other| other.id.as_str() == id);
        match listed {
            Some(listed) if (listed.balance, listed.count) == (row.balance, row.count) => Ok(()),
            Some(listed) => Err(format!(
                "the directory says that {id} holds {}, and it holds {}",
                listed.balance, row.balance
            )),
            None => Err(format!("{id} is not in the directory")),
        }
    }

    /// What was to be done outside was, each under one key.
    fn outside(&self, ledger: &Expected) -> Check {
        for (label, keys) in &self.outside {
            if keys.len() > 1 {
                return Err(format!(
                    "`{label}` was done under {} keys: {keys:?}",
                    keys.len()
                ));
            }
        }
        for label in &ledger.outside {
            if !self.outside.contains_key(label) {
                return Err(format!("`{label}` was never done"));
            }
        }
        if let Some(label) = ledger
            .never
            .iter()
            .find(|label| self.outside.contains_key(*label))
        {
            return Err(format!("`{label}` was done, and was not to be"));
        }
        for start in &ledger.drawn {
            let count = self
                .outside
                .range(start.clone()..)
                .take_while(|(label, _)| label.starts_with(start))
                .count();
            if count != 1 {
                return Err(format!("`{start}…` was done {count} times"));
            }
        }
        Ok(())
    }

    /// Each schedule ran as its policy says, and never twice for one instant.
    async fn schedules(&self) -> Check {
        let actions = self.sim.actions().await.map_err(|e| told(&e))?;
        let begin: DateTime<Utc> = "2026-11-02T12:00:00Z".parse().map_err(|_| "a time")?;
        for (name, every, policy) in [
            ("each_tick", 90, "all"),
            ("some_ticks", 300, "once"),
            ("prompt_ticks", 120, "skip"),
        ] {
            let mut ran = Vec::new();
            for action in actions.iter().filter(|a| a.name == name) {
                let at: DateTime<Utc> = action.input.read().map_err(|e| told(&e))?;
                ran.push(at);
            }
            ran.sort();
            if ran.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(format!("`{name}` ran twice for one instant"));
            }
            let passed = (self.sim.now() - begin).num_seconds();
            let expected = usize::try_from(passed / every).unwrap_or(0);
            // The phrase counts from the hour, so the first run is one period away.
            let due = |n: usize| begin + TimeDelta::seconds(every * i64::try_from(n).unwrap_or(0));
            if let Some(odd) = ran
                .iter()
                .find(|at| (**at - begin).num_seconds() % every != 0)
            {
                return Err(format!("`{name}` ran for {odd}, which it is not due at"));
            }
            match policy {
                "all" if ran.len() != expected => {
                    return Err(format!("`{name}` ran {} times, not {expected}", ran.len()));
                }
                "all" => {}
                // The clock went on smoothly for minutes before this, so the last run was not missed.
                _ if expected > 0 && ran.last() != Some(&due(expected)) => {
                    return Err(format!(
                        "`{name}` ran last for {:?}, and was due at {}",
                        ran.last(),
                        due(expected)
                    ));
                }
                _ => {}
            }
        }
        let _ = self.history;
        Ok(())
    }
}
