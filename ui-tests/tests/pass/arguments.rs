//! Arguments may be changed inside, unused, optional or absent.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Counter {
    pub count: i64,
}

#[verbs]
impl Counter {
    #[verb]
    fn add(&mut self, _: &mut Tx, mut by: i64, _why: Option<String>) -> Result<i64> {
        by += 1;
        self.count += by;
        Ok(self.count)
    }

    #[verb(event = cleared)]
    fn reset(&mut self, cx: &mut Tx<Self>) -> Result<()> {
        let _: Id<Counter> = cx.id();
        self.count = 0;
        Ok(())
    }

    #[query]
    fn args(&self, _cx: &View, args: i64, this: i64, cx: i64) -> Result<i64> {
        Ok(self.count + args + this + cx)
    }
}

#[durable]
async fn nothing() -> Result<()> {
    Ok(())
}

#[durable]
async fn pair(
    mut args: Vec<i64>,
    _note: Option<Note>,
    run: i64,
) -> Result<(i64, Option<Note>), Error> {
    args.push(run);
    Ok((args.iter().sum(), None))
}

#[derive(Value)]
pub struct Note(String);

#[durable]
async fn both(cx: Flow, event: i64, json: String) -> dotdo::Result<String> {
    cx.run(nothing()).await?;
    let (sum, _) = cx.run(pair(vec![event], None, 3)).await?;
    cx.run(both(sum, json.clone())).await
}

dotdo::app! { Counting { Counter, nothing, pair, both } }

#[test]
fn works() {
    let args = |args: &[dotdo::__private::Member]| -> Vec<(&str, bool)> {
        args.iter().map(|arg| (arg.name, arg.optional)).collect()
    };
    let verbs = Counting::DEF.entries[0].verbs.unwrap().verbs;
    assert_eq!(args(verbs[0].args), [("by", false), ("why", true)]);
    assert_eq!(
        (verbs[0].event, verbs[1].event, verbs[2].event),
        (Some("added"), Some("cleared"), None)
    );
    assert_eq!(
        args(Counting::DEF.entries[2].item.step().args),
        [("args", false), ("note", true), ("run", false)]
    );
    assert_eq!(
        args(Counting::DEF.entries[3].item.flow().args),
        [("event", false), ("json", false)]
    );
    let counter = Counter::stub(Id::new("c").unwrap());
    let _ = (counter.add(3, None), counter.reset(), counter.args(1, 2, 3));
}
