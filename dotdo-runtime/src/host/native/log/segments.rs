//! The segments of the log: files of one size that are used again and again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::Path;

use super::disk::{LogDisk, LogFile};
use super::frame::{Frame, Head, SECTOR, first_generation, frame, frame_length, frames, lost};
use super::record::Batch;
use crate::error::{Error, ErrorKind, Result};
use crate::host::recorder::Texts;

/// A segment that was found when the log was opened.
pub struct Found {
    /// What it says of itself.
    pub head: Head,
    number: u32,
    bytes: Vec<u8>,
}

/// What was found when the log was opened, oldest first.
#[derive(Default)]
pub struct Contents {
    segments: Vec<Found>,
    numbers: Vec<u32>,
    /// The generation of the newest segment.
    newest: u64,
    /// The number of the next frame.
    next: u64,
}

/// Reads the log. What was safe and is not there is an error.
pub fn read(disk: &dyn LogDisk, path: &Path) -> Result<Contents> {
    let cannot =
        |e: io::Error| Error::new(ErrorKind::Storage, format_args!("{}: {e}", path.display()));
    let mut numbers = disk.list().map_err(cannot)?;
    numbers.sort_unstable();
    let mut by_generation = HashMap::new();
    let mut headless = None;
    for &number in &numbers {
        let mut file = disk.open(number).map_err(cannot)?;
        let bytes = file.read().map_err(cannot)?;
        if let Some(head) = Head::read(&bytes)? {
            // What is taken up has consequences: it must not be lost any more.
            file.sync().map_err(cannot)?;
            let found = Found {
                head,
                number,
                bytes,
            };
            by_generation.insert(head.generation, found);
        } else {
            let generation = first_generation(&bytes).map(|generation| (generation, number));
            headless = headless.max(generation);
        }
    }
    let newest = by_generation.keys().max().copied();
    if let Some((generation, number)) = headless
        && newest.is_none_or(|newest| newest < generation)
    {
        // A head is safe before the first frame is written.
        return Err(lost(&format!("log/{number}.log"), 0, 0));
    }
    let Some(newest) = newest else {
        return Ok(Contents {
            numbers,
            next: 1,
            ..Contents::default()
        });
    };
    let mut segments = VecDeque::new();
    let (mut wanted, mut oldest, mut next) = (newest, 0, 1);
    // The frame up to which the one before has to be there.
    let mut safe = 0;
    loop {
        let Some(found) = by_generation.remove(&wanted) else {
            return Err(lost(
                &format!("the segment of generation {wanted}"),
                0,
                safe,
            ));
        };
        let frames = found.frames()?;
        let end = frames.last().map_or(found.head.first - 1, |f| f.number);
        if end < safe {
            return Err(lost(&found.name(), 0, end + 1));
        }
        next = next.max(end + 1);
        oldest = oldest.max(found.head.oldest);
        oldest = frames.iter().map(|f| f.oldest).fold(oldest, u64::max);
        (wanted, safe) = (found.head.previous, found.head.safe);
        segments.push_front(found);
        if wanted < oldest {
            break;
        }
    }
    Ok(Contents {
        segments: segments.into(),
        numbers,
        newest,
        next,
    })
}

impl Found {
    fn name(&self) -> String {
        format!("log/{}.log", self.number)
    }

    /// Its frames.
    pub fn frames(&self) -> Result<Vec<Frame<'_>>> {
        frames(&self.bytes, &self.head, &self.name())
    }
}

impl Contents {
    /// The segments that are needed, oldest first.
    pub fn segments(&self) -> &[Found] {
        &self.segments
    }
}

/// A segment that is written, or was.
struct Segment {
    number: u32,
    file: Box<dyn LogFile>,
    generation: u64,
}

/// The segments of a log that is written.
pub struct Segments {
    disk: Box<dyn LogDisk>,
    size: u64,
    /// Whether each frame is synced before anybody hears of it. Otherwise a segment is when the next is begun.
    syncs: bool,
    current: Segment,
    /// Where the next frame goes.
    offset: u64,
    /// The texts that the current segment has.
    texts: HashSet<u32>,
    /// The templates that the current segment has.
    templates: HashSet<u64>,
    /// A frame could not be written or synced: nothing may follow it in this segment.
    broken: bool,
    full: VecDeque<Segment>,
    free: Vec<Segment>,
    /// The generation that was used last, also in vain.
    newest: u64,
    next: u64,
    safe: u64,
    /// The segments from this generation on are needed, as the last frame says.
    oldest_written: u64,
    /// The same as far as it is safe on the disk.
    oldest_on_disk: u64,
}

impl Segments {
    /// Begins an empty log. What was found has been taken up, and what it was about is safe.
    pub fn begin(
        disk: Box<dyn LogDisk>,
        size: u64,
        syncs: bool,
        found: &Contents,
    ) -> io::Result<Self> {
        let used: HashSet<u32> = found.segments.iter().map(|s| s.number).collect();
        let number = (0..=u32::MAX)
            .find(|number| !used.contains(number))
            .unwrap_or(u32::MAX);
        let generation = found.newest + 1;
        let head = Head {
            generation,
            previous: found.newest,
            oldest: generation,
            first: found.next,
            safe: found.next - 1,
            syncs,
        };
        let file = begin_segment(&*disk, None, number, size, &head)?;
        // Only now is what was found not needed any more.
        let mut free = Vec::new();
        for &other in found.numbers.iter().filter(|&&other| other != number) {
            free.push(Segment {
                number: other,
                file: disk.open(other)?,
                generation: 0,
            });
        }
        let mut segments = Self {
            disk,
            size,
            syncs,
            current: Segment {
                number,
                file,
                generation,
            },
            offset: SECTOR as u64,
            texts: HashSet::new(),
            templates: HashSet::new(),
            broken: false,
            full: VecDeque::new(),
            free,
            newest: generation,
            next: found.next,
            safe: found.next - 1,
            oldest_written: generation,
            oldest_on_disk: generation,
        };
        segments.trim();
        Ok(segments)
    }

    /// Removes those of the segments that nothing needs which were made when most was to be written: one waits for its turn,
    /// the others would keep their places and a descriptor each.
    fn trim(&mut self) {
        let needed = self.oldest_on_disk;
        let (free, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.free)
            .into_iter()
            .partition(|segment| segment.generation < needed);
        self.free = kept;
        for segment in free {
            if self.free.is_empty() {
                self.free.push(segment);
                continue;
            }
            let number = segment.number;
            drop(segment);
            // If it stays, the next start finds it.
            let _ = self.disk.remove(number);
        }
    }

    /// Writes a batch, and makes it safe where that is done for each. After an error it may be there or not, and nothing
    /// follows it in its segment.
    pub fn write(&mut self, batch: &Batch, texts: &Texts) -> io::Result<()> {
        let length = batch.most_bytes(texts);
        let filled = self.offset + frame_length(length) as u64;
        if self.broken || filled > self.size && self.offset > SECTOR as u64 {
            self.next_segment()?;
        }
        let first = batch.definitions(texts, &mut self.texts, &mut self.templates);
        let oldest = self.oldest();
        self.oldest_written = oldest;
        let number = self.next;
        // Whatever comes of it, no other frame has this number.
        self.next += 1;
        let bytes = frame(
            self.current.generation,
            number,
            oldest,
            &[&first, batch.bytes()],
        );
        let done = self.current.file.write(self.offset, &bytes);
        self.offset += bytes.len() as u64;
        self.broken = done.is_err();
        done?;
        if self.syncs {
            self.sync()?;
        }
        Ok(())
    }

    /// Whether each frame is synced before anybody hears of it.
    pub fn syncs(&self) -> bool {
        self.syncs
    }

    /// How long a frame may be that goes to the current segment.
    pub fn room_at_once(&self) -> usize {
        if self.broken {
            return 0;
        }
        usize::try_from(self.size.saturating_sub(self.offset)).unwrap_or(usize::MAX)
    }

    /// Makes all frames safe that were written, where they are not. After an error nothing follows them in their segment.
    pub fn make_safe(&mut self) -> io::Result<()> {
        if self.syncs || self.broken || self.safe + 1 == self.next {
            return Ok(());
        }
        self.sync()
    }

    fn sync(&mut self) -> io::Result<()> {
        let done = self.current.file.sync();
        self.broken = done.is_err();
        done?;
        self.safe = self.next - 1;
        self.oldest_on_disk = self.oldest_written;
        Ok(())
    }

    fn oldest(&self) -> u64 {
        self.full
            .front()
            .map_or(self.current.generation, |s| s.generation)
    }

    fn next_segment(&mut self) -> io::Result<()> {
        self.make_safe()?;
        // One that the disk still takes for a part of the log must not be written over.
        let place = self
            .free
            .iter()
            .position(|s| s.generation < self.oldest_on_disk);
        let used = place.map(|place| self.free.swap_remove(place));
        let number = used.as_ref().map_or_else(
            || {
                let all = self.full.iter().chain(&self.free).chain([&self.current]);
                all.map(|s| s.number + 1).max().unwrap_or(0)
            },
            |s| s.number,
        );
        self.newest += 1;
        let head = Head {
            generation: self.newest,
            previous: self.current.generation,
            oldest: self.oldest(),
            first: self.next,
            safe: self.safe,
            syncs: self.syncs,
        };
        let file = begin_segment(&*self.disk, used.map(|s| s.file), number, self.size, &head)?;
        let next = Segment {
            number,
            file,
            generation: self.newest,
        };
        self.full
            .push_back(std::mem::replace(&mut self.current, next));
        self.offset = SECTOR as u64;
        self.broken = false;
        self.texts.clear();
        self.templates.clear();
        self.oldest_on_disk = head.oldest;
        Ok(())
    }

    /// The newest segment that is full, if there is one, and how many there are.
    pub fn full(&self) -> Option<(u64, usize)> {
        self.full.back().map(|s| (s.generation, self.full.len()))
    }

    /// All that the full segments up to this one are about is safe: they can be used again.
    pub fn release(&mut self, generation: u64) {
        while self
            .full
            .front()
            .is_some_and(|s| s.generation <= generation)
        {
            self.free.extend(self.full.pop_front());
        }
    }

    /// All that the log is about is safe: begins it anew, empty.
    pub fn empty(&mut self) -> io::Result<()> {
        self.next_segment()?;
        let last = self.full.back().map_or(0, |s| s.generation);
        self.release(last);
        // A frame of its own says so: the head was written before.
        self.write(&Batch::default(), &Texts::default())?;
        self.make_safe()?;
        self.trim();
        Ok(())
    }
}

/// Makes a file a segment with this head, safely.
fn begin_segment(
    disk: &dyn LogDisk,
    used: Option<Box<dyn LogFile>>,
    number: u32,
    size: u64,
    head: &Head,
) -> io::Result<Box<dyn LogFile>> {
    let mut file = match used {
        Some(file) => file,
        None => disk.open(number)?,
    };
    if file.length()? != size && file.set_length(size).is_err() {
        // There is no room for all of it. It grows with what is written, as long as it can.
        file.set_length(0)?;
    }
    file.write(0, &head.bytes())?;
    file.sync()?;
    Ok(file)
}

#[cfg(test)]
impl Segments {
    /// The number of the last frame that was written, and of the last that is safe.
    pub fn last(&self) -> (u64, u64) {
        (self.next - 1, self.safe)
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.full.len() + self.free.len() + 1
    }
}
