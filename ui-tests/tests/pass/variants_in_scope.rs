//! Variants such as `Some` and `Ok` may be the user's own.
#![deny(warnings)]
use dotdo::{Event, Flow, durable, every, noun, on, verbs};

#[derive(dotdo::Value)]
pub enum Answer {
    Some,
    None,
    Ok,
    Err,
}
#[allow(unused_imports)]
use Answer::*;

#[noun]
pub struct Question {
    #[index]
    #[default(Answer::None)]
    pub answer: Answer,
    #[range(..=5)]
    pub weight: i64,
}

#[verbs]
impl Question {
    #[verb]
    fn answer(&mut self, _cx: &mut dotdo::Tx, answer: Answer) -> dotdo::Result<Answer> {
        self.answer = answer.clone();
        dotdo::Result::Ok(answer)
    }
}

#[on(Question::answered, filter = |event| event.data != Answer::None)]
async fn note(_cx: Flow, _event: Event<Question, Answer>) -> dotdo::Result<()> {
    dotdo::Result::Ok(())
}

#[every("daily")]
async fn report(_cx: Flow) -> dotdo::Result<()> {
    dotdo::Result::Ok(())
}

#[durable(timeout = "1h")]
async fn ask(_answer: Answer) -> dotdo::Result<()> {
    dotdo::Result::Ok(())
}

dotdo::app! { domain: "quiz.example", Quiz { Question, note, report, ask } }

#[test]
fn works() {
    assert_eq!(Quiz::DEF.domain.is_some(), true);
}
