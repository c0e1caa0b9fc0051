//! Bugs that can be switched on by name, so that the simulation can show that it finds them. Without the feature
//! `planted` every question here is the constant `false`.

macro_rules! bugs {
    ($($(#[$doc:meta])* $bug:ident = $name:literal),* $(,)?) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug { $($(#[$doc])* $bug),* }

        impl Bug {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$bug),*];

            /// The name by which it is planted.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$bug => $name),* }
            }
        }
    };
}

bugs! {
    /// A repeated request is performed again.
    SkippedInboxCheck = "skipped-inbox-check",
    /// An answer leaves before what it says is safe.
    AckBeforeCommit = "ack-before-commit",
    /// The host is not told when the object wants to be woken.
    LostAlarm = "lost-alarm",
    /// The event of a verb is written after the verb's transaction.
    EventOutsideTransaction = "event-outside-transaction",
    /// What came of a step is not stored before the flow goes on.
    StepResultNotStored = "step-result-not-stored",
    /// A step that failed is not tried again.
    RetryForgotten = "retry-forgotten",
    /// Each attempt of a step has a key of its own.
    StepKeyChanged = "step-key-changed",
    /// A message leaves the outbox when it is sent, not when it is answered.
    OutboxRemovedEarly = "outbox-removed-early",
    /// An update goes through whatever version was expected.
    VersionCheckSkipped = "version-check-skipped",
    /// A schedule that has run is not told so.
    ScheduleFiredTwice = "schedule-fired-twice",
    /// A message has another id each time it is sent.
    MessageIdChanged = "message-id-changed",
    /// A refused verb keeps what it had written.
    RefusalKept = "refusal-kept",
    /// What was under way when an object went down is not taken up again.
    ResumeForgotten = "resume-forgotten",
    /// What was done is undone twice.
    DoubleUndo = "double-undo",
    /// A flow that fails for good undoes nothing.
    UndoForgotten = "undo-forgotten",
    /// The branch that lost a race goes on.
    LoserNotCancelled = "loser-not-cancelled",
    /// A flow that failed for good leaves no dead letter.
    LetterNotWritten = "letter-not-written",
}

impl std::str::FromStr for Bug {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|bug| bug.name() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|bug| bug.name()).collect();
                format!(
                    "there is no bug named `{name}`; there are {}",
                    names.join(", ")
                )
            })
    }
}

#[cfg(feature = "planted")]
mod plot {
    use super::Bug;

    std::thread_local! {
        static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
    }

    /// Plants a bug in this thread, or none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether this bug is planted.
    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(not(feature = "planted"))]
mod plot {
    /// Whether this bug is planted: it is not.
    #[inline]
    pub const fn is(_: super::Bug) -> bool {
        false
    }
}

pub use plot::*;
