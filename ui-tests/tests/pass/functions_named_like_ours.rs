//! A body sees the user's own functions, whatever they are called.
#![deny(warnings)]
use dotdo::prelude::*;

fn run() -> i64 {
    1
}
fn body() -> i64 {
    2
}
fn args() -> i64 {
    3
}
fn step() -> i64 {
    4
}

#[durable]
async fn charge(run_: i64) -> Result<i64> {
    let event = run() + body() + args() + step();
    Ok(event + run_)
}

#[durable]
async fn flow(cx: Flow) -> Result<i64> {
    let run = run();
    cx.run(charge(run)).await
}

/// Like macros of Rust and of dotdo.
#[durable]
async fn print(text: String) -> Result<i64> {
    Ok(i64::try_from(text.len())?)
}
#[durable]
async fn ensure() -> Result<()> {
    Ok(())
}
#[durable]
async fn found() -> Result<()> {
    Ok(())
}

dotdo::app! { Shop { charge, flow, print, ensure, found } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 5);
}
