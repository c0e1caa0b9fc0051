//! The business that every seed simulates: accounts with ledgers, registers, and jobs that run any program.

use std::time::Duration;

use dotdo::prelude::*;

use crate::outside;
use crate::program::Instruction;

/// What an account holds.
#[derive(Value)]
pub struct Balance {
    /// The sum of its entries.
    pub balance: i64,
    /// How many there are.
    pub count: i64,
}

/// An account: an object of its own, whose ledger is rows in it.
#[noun(object)]
pub struct Account {
    /// The sum of its entries.
    #[default(0)]
    pub balance: i64,
    /// How many there are.
    #[default(0)]
    pub count: i64,
}

/// One line of a ledger.
#[noun]
pub struct Entry {
    /// Whose doing it is.
    #[index]
    pub key: String,
    /// By how much.
    pub amount: i64,
}

/// How many events of an account were heard of; a row in the tenant's object.
#[noun]
pub struct Tally {
    /// How many.
    pub count: i64,
}

/// A value that is replaced by who knows its version.
#[noun(object)]
pub struct Register {
    /// The value.
    pub value: i64,
}

/// A job: its flow runs the program.
#[noun(object)]
pub struct Job {
    /// The program, as JSON.
    pub program: String,
}

/// The events that are told to the tenant.
pub fn is_told(balance: &Balance) -> bool {
    balance.count % 3 == 0
}

/// The events that are delivered to the tally.
pub fn is_delivered(balance: &Balance) -> bool {
    balance.count % 4 == 1
}

#[verbs]
impl Account {
    /// Writes a line, then may say no.
    #[verb]
    fn apply(&mut self, cx: &mut Tx, key: String, amount: i64, refuse: bool) -> Result<Balance> {
        self.balance += amount;
        self.count += 1;
        cx.create(&Entry { key, amount })?;
        ensure!(!refuse, "refused on purpose");
        ensure!(self.balance >= 0, "the account would be overdrawn");
        Ok(Balance {
            balance: self.balance,
            count: self.count,
        })
    }

    /// What it holds.
    #[query]
    fn read(&self, _cx: &View) -> Result<Balance> {
        Ok(Balance {
            balance: self.balance,
            count: self.count,
        })
    }

    /// Tells the tenant.
    #[on(Account::applied, filter = |event| is_told(&event.data))]
    async fn tell(cx: Flow<Account>, event: Event<Account, Balance>) -> Result<()> {
        cx.run(note(format!("told/{}", event.id), 0)).await?;
        cx.run(Tally::stub(tally(cx.id().as_str())).bump()).await?;
        Ok(())
    }
}

/// The tally of an account.
///
/// # Panics
///
/// If the account is not one of ours.
pub fn tally(account: &str) -> Id<Tally> {
    Id::new(format!("t-{account}")).expect("a plain id")
}

/// An account by its number.
#[allow(
    clippy::missing_panics_doc,
    reason = "a letter and a number are a plain id"
)]
pub fn account(number: usize) -> Id<Account> {
    Id::new(format!("a{number}")).expect("a plain id")
}

#[verbs]
impl Tally {
    /// One more.
    #[verb(emits = none)]
    fn bump(&mut self, _cx: &mut Tx) -> Result<i64> {
        self.count += 1;
        Ok(self.count)
    }

    /// Hears of the event in its own object, to which the event is delivered.
    #[on(Account::applied, filter = |event| is_delivered(&event.data), to = |event| tally(event.subject().id().as_str()))]
    async fn hear(cx: Flow<Tally>, event: Event<Account, Balance>) -> Result<()> {
        cx.run(note(format!("heard/{}", event.id), 0)).await?;
        Ok(())
    }
}

#[verbs]
impl Job {
    /// Writes a line, then may say no.
    #[verb]
    fn mark(&mut self, cx: &mut Tx, key: String, refuse: bool) -> Result<()> {
        cx.create(&Entry { key, amount: 1 })?;
        ensure!(!refuse, "refused on purpose");
        Ok(())
    }

    /// Runs the program.
    #[on(Job::created)]
    #[durable(retry = 0)]
    async fn work(cx: Flow<Job>, event: Event<Job>) -> Result<()> {
        let label = cx.id().as_str().to_owned();
        perform(&cx, &label, &event.data.program).await
    }
}

/// Something outside.
#[durable(retry = 9, backoff = "100ms..2s")]
async fn note(label: String, fails: u32) -> Result<u64> {
    outside::perform(&label, fails).await
}

/// Something outside that can be undone.
#[durable(retry = 9, backoff = "100ms..2s")]
async fn hold(label: String) -> Result<String> {
    outside::perform(&format!("{label}/held"), 0).await?;
    Ok(label)
}

/// Undoes it.
#[durable(retry = 9, backoff = "100ms..2s")]
async fn release(label: String) -> Result<()> {
    outside::perform(&format!("{label}/released"), 0).await?;
    Ok(())
}

/// Something outside that is not possible.
#[durable(retry = 1, backoff = "100ms..2s")]
async fn refuse(label: String) -> Result<()> {
    bail!("`{label}` cannot be done")
}

/// A program in a flow of its own.
#[durable(retry = 0)]
async fn child(cx: Flow, label: String, program: String) -> Result<()> {
    perform(&cx, &label, &program).await
}

/// Moves money, and gives it back if what lies between fails for good.
#[durable(retry = 0)]
async fn transfer(
    cx: Flow,
    label: String,
    from: u32,
    to: u32,
    amount: i64,
    fails: bool,
) -> Result<()> {
    let (from, to) = (account(from as usize), account(to as usize));
    let taken = cx
        .run(Account::stub(from.clone()).apply(format!("{label}/take"), -amount, false))
        .await;
    if let Err(error) = taken {
        ensure!(
            error.kind() == dotdo::ErrorKind::Refused,
            "not taken: {error}"
        );
        return Ok(());
    }
    let between = if fails {
        cx.run(refuse(label.clone())).await
    } else {
        cx.run(note(format!("{label}/between"), 0))
            .await
            .map(|_| ())
    };
    let (whose, what) = match between {
        Ok(()) => (to, "give"),
        Err(_) => (from, "back"),
    };
    cx.run(Account::stub(whose).apply(format!("{label}/{what}"), amount, false))
        .await?;
    Ok(())
}

async fn perform<N: 'static>(cx: &Flow<N>, label: &str, program: &str) -> Result<()> {
    let program: Vec<Instruction> = serde_json::from_str(program)?;
    let job = label.split('/').next().unwrap_or_default().to_owned();
    for (place, instruction) in program.into_iter().enumerate() {
        let label = format!("{label}/{place}");
        match instruction {
            Instruction::Step { fails } => {
                cx.run(note(label, fails)).await?;
            }
            Instruction::Attempt => {
                // It may fail; it must not be tried again.
                let _ = cx.attempt(note(label, 0)).await;
            }
            Instruction::Sleep(millis) => cx.sleep(Duration::from_millis(millis)).await?,
            Instruction::Until(millis) => {
                let now = cx.now().await?;
                cx.until(now + Duration::from_millis(millis)).await?;
            }
            Instruction::Draw => {
                let drawn = cx.random().await?;
                cx.run(note(format!("{label}/drawn/{drawn}"), 0)).await?;
            }
            Instruction::Apply {
                account: number,
                amount,
                refuse,
            } => {
                let call = Account::stub(account(number)).apply(label, amount, refuse);
                if let Err(error) = cx.run(call).await {
                    ensure!(
                        error.kind() == dotdo::ErrorKind::Refused,
                        "not applied: {error}"
                    );
                }
            }
            Instruction::Hold => {
                cx.run(hold(label).undo(release)).await?;
            }
            Instruction::Together => {
                let (left, right) = (format!("{label}/left"), format!("{label}/right"));
                cx.all((note(left, 1), note(right, 0))).await?;
            }
            Instruction::Race => {
                let (first, late) = (format!("{label}/first"), format!("{label}/late"));
                let slow = cx.branch(|cx| async move {
                    cx.sleep(hours(1)).await?;
                    cx.run(note(late, 0)).await
                });
                let _ = cx.race((note(first, 0), slow)).await?;
            }
            Instruction::Mark { refuse } => {
                let job = Job::stub(Id::new(job.as_str())?);
                if let Err(error) = cx.run(job.mark(label, refuse)).await {
                    ensure!(
                        error.kind() == dotdo::ErrorKind::Refused,
                        "not marked: {error}"
                    );
                }
            }
            Instruction::Send {
                account: number,
                amount,
            } => cx.send(Account::stub(account(number)).apply(label, amount, false)),
            Instruction::Transfer {
                from,
                to,
                amount,
                fails,
            } => {
                cx.run(transfer(
                    label,
                    u32::try_from(from)?,
                    u32::try_from(to)?,
                    amount,
                    fails,
                ))
                .await?;
            }
            Instruction::Child(program) => {
                cx.run(child(label, serde_json::to_string(&program)?))
                    .await?;
            }
            Instruction::Die => bail!("on purpose"),
        }
    }
    Ok(())
}

/// Every missed run is made up for.
#[every("every 90 seconds", missed = "all")]
async fn each_tick(cx: Flow) -> Result<()> {
    tick(&cx).await
}

/// One run makes up for all that were missed.
#[every("every 5 minutes", missed = "once")]
async fn some_ticks(cx: Flow) -> Result<()> {
    tick(&cx).await
}

/// What was missed is left out.
#[every("every 2 minutes", missed = "skip")]
async fn prompt_ticks(cx: Flow) -> Result<()> {
    tick(&cx).await
}

async fn tick(cx: &Flow) -> Result<()> {
    cx.run(note(format!("tick/{}", cx.run_id()), 0)).await?;
    Ok(())
}

dotdo::app! {
    domain: "world.example",
    /// Everything that a seed simulates.
    pub World {
        Account, Entry, Tally, Register, Job, note, hold, release, refuse, child, transfer, each_tick, some_ticks, prompt_ticks
    }
}
