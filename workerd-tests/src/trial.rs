//! A business to try the host with: it counts, keeps every kind of value, calls across objects, waits, and breaks in every
//! way that there is.

use dotdo::prelude::*;

/// A number that goes up.
#[noun]
pub struct Counter {
    /// What it is called.
    #[unique]
    pub name: String,
    /// How far it is.
    #[default(0)]
    pub count: i64,
}

/// One value of each kind.
#[noun]
pub struct Sample {
    /// Any integer.
    #[index]
    pub whole: i64,
    /// Any float.
    pub real: f64,
    /// Yes or no.
    pub yes: bool,
    /// Any text.
    pub text: String,
    /// Any bytes.
    pub bytes: Option<Vec<u8>>,
}

/// Something with an object of its own.
#[noun(object)]
pub struct Order {
    /// Which counter it is counted by.
    pub counter: Ref<Counter>,
    /// What it costs.
    #[range(0..)]
    pub cents: i64,
    /// Whether it was counted.
    #[default(false)]
    pub counted: bool,
}

/// Something that is done by a flow.
#[noun]
pub struct Job {
    /// What is to be done.
    pub task: String,
    /// How it went.
    #[default(String::new())]
    pub outcome: String,
}

#[verbs]
impl Counter {
    /// Counts.
    #[verb]
    fn add(&mut self, _cx: &mut Tx, by: i64) -> Result<i64> {
        self.count += by;
        Ok(self.count)
    }

    /// Writes, then says no.
    #[verb(event = refused)]
    fn refuse(&mut self, cx: &mut Tx) -> Result<()> {
        self.count += 1000;
        cx.create(&a_counter("refused"))?;
        bail!("on principle")
    }

    /// Writes, then panics.
    #[verb(event = exploded)]
    fn explode(&mut self, cx: &mut Tx) -> Result<()> {
        self.count += 1000;
        cx.create(&a_counter("exploded"))?;
        panic!("on purpose: {}", self.count)
    }

    /// Writes, then exhausts the stack.
    #[verb(event = descended)]
    fn descend(&mut self, cx: &mut Tx) -> Result<i64> {
        self.count += 1000;
        cx.create(&a_counter("descended"))?;
        Ok(deeper(self.count))
    }

    /// Writes, then exhausts the memory.
    #[verb(event = hoarded)]
    fn hoard(&mut self, cx: &mut Tx) -> Result<i64> {
        self.count += 1000;
        cx.create(&a_counter("hoarded"))?;
        // Reserved and not filled: to write four gigabytes would take a while.
        let mut all: Vec<Vec<u8>> = Vec::new();
        loop {
            all.push(std::hint::black_box(Vec::with_capacity(1 << 24)));
        }
    }

    /// A question that writes.
    #[query]
    fn sly(&self, cx: &View) -> Result<i64> {
        cx.sql(r#"UPDATE "counters" SET "count" = 5000 RETURNING 1"#, &[])?;
        Ok(self.count)
    }
}

fn a_counter(name: &str) -> Counter {
    Counter {
        name: name.to_owned(),
        count: 0,
    }
}

#[allow(unconditional_recursion, reason = "that is what it is for")]
fn deeper(n: i64) -> i64 {
    let room = std::hint::black_box([n; 64]);
    deeper(n + 1) + room[std::hint::black_box(7)]
}

#[verbs]
impl Order {
    /// Notes that it was counted.
    #[verb(event = noted)]
    fn note(&mut self, _cx: &mut Tx) -> Result<()> {
        self.counted = true;
        Ok(())
    }

    /// By whom it is counted.
    #[query]
    fn counter(&self, _cx: &View) -> Result<Ref<Counter>> {
        Ok(self.counter.clone())
    }

    /// Is counted by its tenant's counter.
    #[on(Order::created)]
    async fn count(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        cx.run(Counter::stub(event.data.counter.clone()).add(1))
            .await?;
        cx.run(cx.this().note()).await
    }
}

#[verbs]
impl Job {
    /// Notes how it went.
    #[verb(event = ended)]
    fn end(&mut self, _cx: &mut Tx, outcome: String) -> Result<()> {
        self.outcome = outcome;
        Ok(())
    }
}

#[on(Job::created)]
async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
    let outcome = match event.data.task.as_str() {
        "sleep" => {
            cx.sleep(hours(1)).await?;
            "slept".to_owned()
        }
        "step" => cx.run(step("ok".to_owned())).await?,
        "broken step" => match cx.run(step("panic".to_owned())).await {
            Ok(value) => value,
            Err(error) => error.message().to_owned(),
        },
        "broken flow" => panic!("a flow on purpose"),
        task => match task.strip_prefix("fetch ") {
            Some(url) => cx.run(step(url.to_owned())).await?,
            None => bail!("no such task"),
        },
    };
    let job = Ref::<Job>::new(event.subject());
    cx.run(Job::stub(job).end(outcome)).await
}

#[durable(retry = 2, backoff = "10ms..20ms")]
async fn step(what: String) -> Result<String> {
    match what.as_str() {
        "panic" => panic!("a step on purpose"),
        "ok" => Ok("ok by step".to_owned()),
        url => {
            let body = format!("from {}", dotdo::secret("TRIAL_NAME")?);
            let request = dotdo::http::post(url).idempotent().body(body);
            let response = request.send().await?.ok()?;
            Ok(format!("{}: {}", response.status, response.text()))
        }
    }
}

dotdo::app! {
    /// All of it.
    pub Trial { Counter, Sample, Order, Job, work, step }
}

fn main() -> dotdo::Exit {
    Trial::main()
}
