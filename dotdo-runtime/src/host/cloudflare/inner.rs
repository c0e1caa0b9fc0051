//! What the door asks of the object in whose instance it is: it does not cross the border, and nothing of it becomes JSON.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::app::ObjectKey;
use crate::error::Result;
use crate::object::{Answer, Request};

/// What the door has asked, as long as the object has not been told: the door runs while the instance is at work.
#[derive(Clone, Default)]
pub(super) struct Inbox(Rc<RefCell<VecDeque<(ObjectKey, Request, Reply)>>>);

impl Inbox {
    /// Asks the object, whose own key this is; the answer comes later.
    pub fn ask(&self, own: ObjectKey, request: Request) -> Reply {
        let reply = Reply::default();
        self.0.borrow_mut().push_back((own, request, reply.clone()));
        reply
    }

    /// The next question, the key of who is asked, and where its answer belongs.
    pub fn next(&self) -> Option<(ObjectKey, Request, Reply)> {
        self.0.borrow_mut().pop_front()
    }
}

/// An answer that is on its way.
#[derive(Clone, Default)]
pub(super) struct Reply(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    answer: Option<Result<Answer>>,
    waker: Option<Waker>,
}

impl Reply {
    /// Here it is.
    pub fn give(&self, answer: Result<Answer>) {
        let mut state = self.0.borrow_mut();
        state.answer = Some(answer);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Future for Reply {
    type Output = Result<Answer>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.borrow_mut();
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
