//! The directory: how the tenant's own object hears of the state of an object's thing.
//!
//! What waits in the outbox for that is one row, which says that the directory may not have the newest state. What leaves
//! is the state as it is then, so that of several changes the last may stand for all, and it may arrive twice, because the
//! directory takes only what is newer than what it has.
//!
//! Each change leaves at once, unless there are many in a short time: then the newest state leaves every
//! [`INTERVAL`]. A thing that changes a thousand times a second costs its tenant two turns a second. When the next one leaves is
//! only in memory: an object that wakes sends what waits in any case, so the row need not say it.

use super::turn::Turn;
use super::{Object, Request};
use crate::app::ObjectKey;
use crate::error::Result;
use crate::store::{outbox, things};
use crate::stub::Op;

/// So often the newest state leaves while a thing goes on changing, in microseconds.
const INTERVAL: i64 = 500_000;
/// So many changes may leave without such a wait. One more may for each [`INTERVAL`] that has passed.
const BURST: i64 = 16;
/// From this many on in a short time, a thing is taken to go on changing.
const HOT: i64 = BURST / 2;

/// What this process knows of what the directory knows.
#[derive(Default)]
pub(super) struct Mirror {
    /// The row is in the outbox.
    marked: bool,
    /// When to look whether the state leaves, if before the row says so.
    look: Option<i64>,
    /// The version of the last change.
    newest: Option<u64>,
    /// The version that was sent and has not been answered.
    under_way: Option<u64>,
    /// The version that was answered last.
    known: Option<u64>,
    /// When all that has left would have left if it had kept to the [`INTERVAL`]: the theoretical arrival time of the
    /// generic cell rate algorithm (ITU-T I.371).
    paced: i64,
}

/// What a change of the thing causes.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    /// The row is to be made.
    marks: bool,
    /// The state leaves with this turn.
    leaves: bool,
    /// When to look next.
    look: i64,
}

/// What is to become of a row when its time or that of a look has come.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// The directory has the newest state: the row can go.
    Known,
    /// Send the newest state, and look again then.
    Send(i64),
    /// Look again then.
    Later(i64),
}

/// What is to become of a row whose message was answered.
#[derive(Debug, PartialEq, Eq)]
enum Answered {
    /// The directory has the newest state.
    Remove,
    /// There was a change meanwhile, which may leave.
    Send,
    /// The row's time will come.
    Wait,
}

impl Mirror {
    /// When the next may leave.
    fn next(&self) -> i64 {
        self.paced - (BURST - 1) * INTERVAL
    }

    fn may_leave(&self, now: i64) -> bool {
        self.under_way.is_none() && self.next() <= now
    }

    /// What `paced` is when one leaves now.
    fn paced_after(&self, now: i64) -> i64 {
        self.paced.max(now) + INTERVAL
    }

    /// When to look at the row that is sent now. As long as the thing goes on changing, its row stays, and is looked at
    /// again before long; else it goes with the answer, and this is for answers that fail to come.
    fn look(&self, now: i64) -> i64 {
        if self.paced_after(now) - now > HOT * INTERVAL {
            now + INTERVAL
        } else {
            now + outbox::REDELIVERY_MICROS
        }
    }

    fn is_hot(&self, now: i64) -> bool {
        self.paced - now > HOT * INTERVAL
    }

    fn is_known(&self) -> bool {
        self.newest.is_some() && self.newest == self.known
    }

    /// The thing was changed. Nothing is to be done if the row is there, and its time will come.
    fn changed(&self, now: i64) -> Option<Change> {
        let leaves = self.may_leave(now);
        let look = if leaves {
            self.look(now)
        } else {
            self.next().max(now)
        };
        (leaves || !self.marked).then_some(Change {
            marks: !self.marked,
            leaves,
            look,
        })
    }

    /// When to look whether the state leaves, if before the row says so.
    pub(super) fn next_look(&self) -> Option<i64> {
        self.look
    }

    /// That is the time from now on.
    pub(super) fn will_look(&mut self, at: i64) {
        self.look = Some(at);
    }

    /// The time has come to look, or that of the row.
    fn due(&self, now: i64) -> Due {
        if self.under_way.is_some() {
            // It is answered before long, whatever the answer is.
            Due::Later(now + 2 * INTERVAL)
        } else if self.is_known() {
            Due::Known
        } else if self.may_leave(now) {
            Due::Send(self.look(now))
        } else {
            Due::Later(self.next())
        }
    }

    fn sent(&mut self, version: u64, now: i64) {
        self.marked = true;
        self.newest = self.newest.max(Some(version));
        self.under_way = Some(version);
        self.paced = self.paced_after(now);
    }

    pub(super) fn wrote(&mut self, version: u64) {
        self.marked = true;
        self.newest = Some(version);
    }

    pub(super) fn removed(&mut self) {
        self.marked = false;
        self.look = None;
    }

    /// There was no answer. The row says when it is sent again.
    pub(super) fn unanswered(&mut self) {
        self.under_way = None;
        self.look = None;
    }

    /// There was an answer.
    fn answered(&mut self, now: i64) -> Answered {
        self.known = self.under_way.take().or(self.known);
        match self.is_known() {
            true if self.is_hot(now) => Answered::Wait,
            true => Answered::Remove,
            false if self.may_leave(now) => Answered::Send,
            false => Answered::Wait,
        }
    }
}

impl Object {
    /// Whether the message with this id is the one to the directory.
    pub(super) fn is_mirror(&self, message: &str) -> bool {
        let Some((noun, id)) = &self.key.thing else {
            return false;
        };
        message
            .strip_prefix("mirror/")
            .and_then(|rest| rest.strip_prefix(noun.as_str()))
            .and_then(|rest| rest.strip_prefix('/'))
            == Some(id)
    }

    /// The id of that message.
    fn mirror_id(&self) -> Option<String> {
        let (noun, id) = self.key.thing.as_ref()?;
        Some(format!("mirror/{noun}/{id}"))
    }

    /// Remembers with the transaction that the directory is to hear of what it changed.
    pub(super) fn mark_for_directory(&self, turn: &Turn) -> Result<()> {
        if turn.after().mirrored.is_none() {
            return Ok(());
        }
        let now = turn.micros();
        let Some(change) = self.mirror.changed(now) else {
            return Ok(());
        };
        let Some(message) = self.mirror_id() else {
            return Ok(());
        };
        if change.marks {
            let due = now + outbox::REDELIVERY_MICROS;
            outbox::mark(turn.sql(), &message, &self.home(), due)?;
        }
        let mut after = turn.after();
        after.look = Some(change.look);
        if change.leaves {
            after.messages.push(message);
        }
        Ok(())
    }

    fn home(&self) -> ObjectKey {
        ObjectKey::tenant(self.key.tenant.clone())
    }

    /// The state as it is now, as a message to the directory, and its version. Nothing if there is no thing.
    fn state(&self) -> Result<Option<(u64, ObjectKey, Request)>> {
        let Some((noun, id)) = &self.key.thing else {
            return Ok(None);
        };
        let Some(row) = things::load(&*self.sql, self.app.noun(noun)?.def, id)? else {
            return Ok(None);
        };
        let op = Op::Mirror {
            noun: noun.clone(),
            id: row.id.clone(),
            row: things::all_cells(&row),
        };
        Ok(Some((row.version, self.home(), Request::new("dotdo", op))))
    }

    /// The message to the directory, which is under way from now on.
    pub(super) fn mirrored(&mut self) -> Result<Option<(ObjectKey, Request)>> {
        let now = self.env.now().timestamp_micros();
        Ok(self.state()?.map(|(version, to, request)| {
            self.mirror.sent(version, now);
            (to, request)
        }))
    }

    /// The directory has taken over what it was sent.
    pub(super) fn directory_knows(&mut self, message: &str) -> Result<()> {
        match self.mirror.answered(self.env.now().timestamp_micros()) {
            Answered::Wait => Ok(()),
            Answered::Remove => {
                self.mirror.look = None;
                self.transact("dotdo", |_, turn| outbox::remove(turn.sql(), message))?;
                self.mirror.removed();
                Ok(())
            }
            // The row is there, and says no more than it did.
            Answered::Send => {
                if let Some((to, request)) = self.mirrored()? {
                    self.post(message.to_owned(), to, request);
                }
                Ok(())
            }
        }
    }

    /// What the directory was sent without success.
    pub(super) fn unmirrored(&self) -> Result<Option<(ObjectKey, Request)>> {
        Ok(self.state()?.map(|(_, to, request)| (to, request)))
    }

    /// The time has come to look whether the state leaves.
    pub(super) fn look_at_mirror(&mut self) {
        if let Some(message) = self.mirror_id() {
            // If the storage fails, the row is looked at in its time.
            let _ = self.directory_due(&message, false);
        }
    }

    /// The time of the message to the directory has come: that of a look, or that of its row.
    pub(super) fn directory_due(&mut self, message: &str, row: bool) -> Result<()> {
        self.mirror.look = None;
        let gone = self.transact("dotdo", |object, turn| {
            let now = turn.micros();
            let look = match object.mirror.due(now) {
                Due::Known => {
                    outbox::remove(turn.sql(), message)?;
                    return Ok(true);
                }
                Due::Send(look) => {
                    turn.after().messages.push(message.to_owned());
                    look
                }
                Due::Later(look) => look,
            };
            turn.after().look = Some(look);
            if row {
                outbox::look_at(turn.sql(), message, now + outbox::REDELIVERY_MICROS)?;
            }
            Ok(false)
        })?;
        if gone {
            self.mirror.removed();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Answered, BURST, Due, INTERVAL, Mirror};
    use crate::store::outbox::REDELIVERY_MICROS;

    /// The thing of a mirror, its row in the outbox, and what the directory has.
    #[derive(Default)]
    struct World {
        mirror: Mirror,
        now: i64,
        version: u64,
        /// The time of the row, if there is one.
        row: Option<i64>,
        under_way: Option<u64>,
        directory: u64,
        sent: usize,
        looks: usize,
    }

    impl World {
        fn send(&mut self) {
            assert!(self.row.is_some(), "nothing would remember it");
            self.mirror.sent(self.version, self.now);
            assert_eq!(self.under_way.replace(self.version), None, "one at a time");
            self.sent += 1;
        }

        fn change(&mut self) {
            self.version += 1;
            let marked = self.mirror.changed(self.now);
            self.mirror.wrote(self.version);
            let Some(change) = marked else {
                assert!(self.row.is_some(), "nothing would remember it");
                return;
            };
            assert_eq!(change.marks, self.row.is_none());
            if change.marks {
                self.row = Some(self.now + REDELIVERY_MICROS);
            }
            self.mirror.will_look(change.look);
            if change.leaves {
                self.send();
            }
        }

        fn answer(&mut self) {
            let Some(version) = self.under_way.take() else {
                return;
            };
            self.directory = self.directory.max(version);
            match self.mirror.answered(self.now) {
                Answered::Remove => {
                    self.row = None;
                    self.mirror.removed();
                }
                Answered::Send => self.send(),
                Answered::Wait => {}
            }
        }

        fn lose(&mut self) {
            if self.under_way.take().is_some() {
                self.mirror.unanswered();
                self.row = Some(self.now + INTERVAL);
            }
        }

        fn pass(&mut self, time: i64) {
            let until = self.now + time;
            while let Some(at) = self.row.into_iter().chain(self.mirror.next_look()).min()
                && at <= until
            {
                self.now = self.now.max(at);
                self.looks += 1;
                let due = self.mirror.due(self.now);
                let look = match due {
                    Due::Known => {
                        self.row = None;
                        self.mirror.removed();
                        continue;
                    }
                    Due::Send(look) | Due::Later(look) => look,
                };
                assert!(look > self.now, "it would look for ever");
                self.mirror.will_look(look);
                if self.row.is_some_and(|row| row <= self.now) {
                    self.row = Some(self.now + REDELIVERY_MICROS);
                }
                if matches!(due, Due::Send(_)) {
                    self.send();
                }
            }
            self.now = until;
        }
    }

    #[test]
    fn a_change_now_and_then_leaves_at_once_and_leaves_nothing_behind() {
        let mut world = World::default();
        for _ in 0..100 {
            world.change();
            world.answer();
            assert_eq!((world.directory, world.row), (world.version, None));
            world.pass(INTERVAL);
        }
        assert_eq!((world.sent, world.looks), (100, 0));
    }

    #[test]
    fn many_changes_leave_as_a_few() {
        let mut world = World::default();
        // A thousand a second, for ten seconds.
        for _ in 0..10_000 {
            world.change();
            world.answer();
            world.pass(1_000);
        }
        let most = usize::try_from(BURST).unwrap() + 20;
        assert!(world.sent <= most, "{} were sent", world.sent);
        world.pass(INTERVAL);
        world.answer();
        assert_eq!(world.directory, 10_000, "at most an interval later");
        world.pass(2 * INTERVAL);
        assert_eq!(world.row, None);
    }

    #[derive(Clone, Debug)]
    enum Act {
        Change(usize),
        Answer,
        Lose,
        Restart,
        Pass(i64),
    }

    proptest! {
        #[test]
        fn whatever_happens_the_directory_has_it_in_the_end(acts in prop::collection::vec(prop_oneof![
            4 => (1_usize..30).prop_map(Act::Change),
            4 => Just(Act::Answer),
            1 => Just(Act::Lose),
            1 => Just(Act::Restart),
            3 => (0_i64..3 * INTERVAL).prop_map(Act::Pass),
        ], 0..200)) {
            let mut world = World::default();
            for act in acts {
                match act {
                    Act::Change(times) => (0..times).for_each(|_| world.change()),
                    Act::Answer => world.answer(),
                    Act::Lose => world.lose(),
                    Act::Restart => {
                        world.mirror = Mirror::default();
                        world.under_way = None;
                        // What waits is sent when the object wakes.
                        if world.row.is_some() {
                            world.send();
                        }
                    }
                    Act::Pass(time) => world.pass(time),
                }
                prop_assert!(world.row.is_some() || world.directory == world.version);
            }
            world.answer();
            for _ in 0..4 {
                world.pass(2 * INTERVAL);
                world.answer();
            }
            world.pass(2 * REDELIVERY_MICROS);
            prop_assert_eq!((world.directory, world.row), (world.version, None));
        }
    }
}
