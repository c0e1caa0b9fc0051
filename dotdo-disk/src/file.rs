//! One file: what the process sees, what is safe, and what lies between.

/// Gives a number below the one it is given.
pub type Choose<'a> = dyn FnMut(u64) -> u64 + 'a;

#[derive(Debug, Default)]
pub(crate) struct File {
    /// What the process sees.
    pub live: Vec<u8>,
    /// What survives.
    safe: Vec<u8>,
    /// What was done since the last sync, oldest first.
    pending: Vec<Change>,
    /// How many changes are safe.
    synced: u64,
}

#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => write(to, *offset, bytes),
            Self::Length(length) => to.resize(*length, 0),
        }
    }
}

fn write(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[offset..end].copy_from_slice(bytes);
}

impl File {
    pub fn holding(bytes: Vec<u8>) -> Self {
        Self {
            safe: bytes.clone(),
            live: bytes,
            ..Self::default()
        }
    }

    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        write(&mut self.live, offset, bytes);
        self.pending.push(Change::Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    pub fn set_length(&mut self, length: usize) {
        self.live.resize(length, 0);
        self.pending.push(Change::Length(length));
    }

    pub fn position(&self) -> u64 {
        self.synced + self.pending.len() as u64
    }

    pub fn unsynced(&self) -> usize {
        self.pending.len()
    }

    pub fn sync_to(&mut self, position: u64) {
        let count = usize::try_from(position.saturating_sub(self.synced))
            .unwrap_or(usize::MAX)
            .min(self.pending.len());
        for change in self.pending.drain(..count) {
            change.apply(&mut self.safe);
        }
        self.synced += count as u64;
    }

    /// The power goes: of what was not synced, the choice decides what is kept.
    pub fn lose(&mut self, sector: usize, choose: &mut Choose<'_>) {
        let count = self.pending.len();
        if count == 0 {
            return;
        }
        let mut kept = std::mem::take(&mut self.safe);
        match choose(4) {
            0 => {}
            1 => self.pending.iter().for_each(|c| c.apply(&mut kept)),
            // The disk wrote them in order, and was interrupted in the middle of one.
            2 => {
                let whole = usize::try_from(choose(count as u64)).unwrap_or(0);
                self.pending[..whole]
                    .iter()
                    .for_each(|c| c.apply(&mut kept));
                tear(&self.pending[whole], sector, &mut kept, choose);
            }
            // The disk wrote them as it liked.
            _ => {
                for change in &self.pending {
                    match choose(4) {
                        0 => {}
                        1 => tear(change, sector, &mut kept, choose),
                        _ => change.apply(&mut kept),
                    }
                }
            }
        }
        self.synced += count as u64;
        self.pending.clear();
        self.live.clone_from(&kept);
        self.safe = kept;
    }
}

/// Applies some sectors of a write.
fn tear(change: &Change, sector: usize, to: &mut Vec<u8>, choose: &mut Choose<'_>) {
    match change {
        Change::Length(_) => {
            if choose(2) == 1 {
                change.apply(to);
            }
        }
        Change::Write { offset, bytes } => {
            let mut at = 0;
            while at < bytes.len() {
                let end = ((offset + at) / sector * sector + sector - offset).min(bytes.len());
                if choose(2) == 1 {
                    write(to, offset + at, &bytes[at..end]);
                }
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn what_is_synced_is_kept_and_of_the_rest_what_the_choice_says() {
        let mut file = File::default();
        file.write(0, b"one");
        let first = file.position();
        file.write(3, b"two");
        file.sync_to(first);
        assert_eq!(file.unsynced(), 1);
        file.lose(512, &mut |_| 0);
        assert_eq!(file.live, b"one", "the second write is lost");

        file.write(3, b"two");
        file.lose(512, &mut |_| 1);
        assert_eq!(file.live, b"onetwo", "the disk had written it by itself");

        file.set_length(2);
        file.lose(512, &mut |_| 0);
        assert_eq!(file.live, b"onetwo");
    }

    #[test]
    fn a_torn_write_is_torn_between_sectors() {
        let mut file = File::holding(vec![0; 2048]);
        file.write(0, &[7; 2048]);
        // In order, none whole, then every other sector.
        let mut answers = [2, 0, 1, 0, 1, 0].into_iter();
        file.lose(512, &mut |_| answers.next().unwrap_or(0));
        let kept: Vec<_> = file.live.chunks(512).map(|sector| sector[0]).collect();
        assert_eq!(kept, [7, 0, 7, 0]);
    }
}
