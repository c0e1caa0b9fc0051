//! How the log lies on the disk.
//!
//! A segment begins with a header and goes on with frames, one for each sync. Each begins on a sector of its own, so
//! that writing it touches nothing that was promised, and bears the generation of its segment, so that bytes from an
//! earlier use of the file are never taken for new ones.
//!
//! A frame is written only after the one before is safe. So the log ends where the first frame is not whole; but if
//! a whole one follows further on, the broken one had been safe, and the disk has lost what it promised to keep. Where
//! frames are not synced one by one, as the segment says, a segment is safe only when the next one is begun, and what
//! follows a broken frame means nothing.

use crate::error::{Error, ErrorKind, Result};

/// The smallest piece that a disk writes at once.
pub const SECTOR: usize = 512;
const FORMAT: u32 = 2;
const SEGMENT: [u8; 8] = *b"dotdolog";
const FRAME: [u8; 4] = *b"frme";
const SEGMENT_HEAD: usize = 53;
const FRAME_HEAD: usize = 36;

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which use of a file this is: each gets the next number.
    pub generation: u64,
    /// The generation before it in the log. Numbers in between belong to segments that were never begun.
    pub previous: u64,
    /// The segments from this generation on are needed.
    pub oldest: u64,
    /// The number of its first frame.
    pub first: u64,
    /// The last frame before it that was certainly safe.
    pub safe: u64,
    /// Whether each of its frames is synced before the next is written.
    pub syncs: bool,
}

/// A length filled up to whole sectors.
pub fn sectors(length: usize) -> usize {
    length.div_ceil(SECTOR) * SECTOR
}

impl Head {
    /// Its sector.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SECTOR);
        bytes.extend_from_slice(&SEGMENT);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        for number in [
            self.generation,
            self.previous,
            self.oldest,
            self.first,
            self.safe,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.push(u8::from(self.syncs));
        let sum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.resize(SECTOR, 0);
        bytes
    }

    /// Reads it; nothing if this is no segment in use. One of a later version of dotdo is an error.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(head) = bytes.get(..SEGMENT_HEAD + 4) else {
            return Ok(None);
        };
        let (head, sum) = head.split_at(SEGMENT_HEAD);
        if head[..8] != SEGMENT || crc32fast::hash(head) != small(sum, 0) {
            return Ok(None);
        }
        let format = small(head, 8);
        if format != FORMAT {
            return Err(Error::new(
                ErrorKind::Storage,
                format_args!(
                    "the log was written by another version of dotdo (format {format}, this program has {FORMAT}); start that one once and stop it, then this"
                ),
            ));
        }
        Ok(Some(Self {
            generation: large(head, 12),
            previous: large(head, 20),
            oldest: large(head, 28),
            first: large(head, 36),
            safe: large(head, 44),
            syncs: head[52] != 0,
        }))
    }
}

/// One frame of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its place in the whole log.
    pub number: u64,
    /// The segments from this generation on were needed when it was written.
    pub oldest: u64,
    /// What is in it.
    pub payload: &'a [u8],
}

/// How long a frame is on the disk.
pub fn frame_length(payload: usize) -> usize {
    sectors(FRAME_HEAD + payload)
}

/// A frame, filled up to whole sectors.
pub fn frame(generation: u64, number: u64, oldest: u64, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(frame_length(length));
    bytes.extend_from_slice(&FRAME);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&generation.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&oldest.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    for part in parts {
        bytes.extend_from_slice(part);
    }
    let sum = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    bytes.resize(sectors(bytes.len()), 0);
    bytes
}

/// The frame that begins here.
fn frame_at(bytes: &[u8], generation: u64) -> Option<Frame<'_>> {
    let head = bytes.get(..FRAME_HEAD)?;
    if head[..4] != FRAME || large(head, 8) != generation {
        return None;
    }
    let end = FRAME_HEAD.checked_add(usize::try_from(small(head, 32)).ok()?)?;
    let whole = bytes.get(8..end)?;
    (crc32fast::hash(whole) == small(head, 4)).then(|| Frame {
        number: large(head, 16),
        oldest: large(head, 24),
        payload: &bytes[FRAME_HEAD..end],
    })
}

/// The frames of a segment, in order. If they were synced one by one, one that is not whole while a later one is, is an
/// error: something that was safe has been lost.
pub fn frames<'a>(bytes: &'a [u8], head: &Head, name: &str) -> Result<Vec<Frame<'a>>> {
    let mut found = Vec::new();
    let mut at = SECTOR;
    let mut next = head.first;
    while let Some(frame) = bytes.get(at..).and_then(|b| frame_at(b, head.generation))
        && frame.number == next
    {
        found.push(frame);
        next += 1;
        at += frame_length(frame.payload.len());
    }
    if !head.syncs {
        return Ok(found);
    }
    let mut beyond = at;
    while let Some(rest) = bytes.get(beyond..) {
        if frame_at(rest, head.generation).is_some() {
            return Err(lost(name, at, next));
        }
        beyond += SECTOR;
    }
    Ok(found)
}

/// The generation of the frame at the beginning of a segment, whatever the head says.
pub fn first_generation(bytes: &[u8]) -> Option<u64> {
    let bytes = bytes.get(SECTOR..)?;
    let generation = large(bytes.get(..FRAME_HEAD)?, 8);
    frame_at(bytes, generation).map(|_| generation)
}

/// The error of a log that has lost what was safe.
pub fn lost(name: &str, at: usize, number: u64) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!(
            "{name}: frame {number} at byte {at} is damaged, though it had been written safely: the disk or somebody has changed it. \
             Nothing was changed. Restore a backup; or, to go on without what is in the log, move the folder `log` away"
        ),
    )
}

fn small(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

fn large(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::{Head, SECTOR, frame, frame_length, frames};

    const HEAD: Head = Head {
        generation: 7,
        previous: 6,
        oldest: 6,
        first: 40,
        safe: 39,
        syncs: true,
    };

    fn segment(payloads: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = HEAD.bytes();
        for (number, payload) in (HEAD.first..).zip(payloads) {
            bytes.extend(frame(HEAD.generation, number, 6, &[payload]));
        }
        bytes.resize(bytes.len() + 4 * SECTOR, 0);
        bytes
    }

    fn read(bytes: &[u8], head: &Head) -> crate::Result<Vec<Vec<u8>>> {
        let frames = frames(bytes, head, "0.log")?;
        Ok(frames.iter().map(|f| f.payload.to_vec()).collect())
    }

    fn payloads() -> Vec<Vec<u8>> {
        vec![vec![1; 10], vec![2; 2000], vec![3; 476], vec![4; 477]]
    }

    #[test]
    fn a_segment_is_read_as_it_was_written() {
        let bytes = segment(&payloads());
        assert_eq!(Head::read(&bytes).unwrap(), Some(HEAD));
        assert_eq!(read(&bytes, &HEAD).unwrap(), payloads());
    }

    #[test]
    fn the_log_ends_where_the_last_frame_is_torn() {
        let bytes = segment(&payloads());
        let last = bytes.len() - 4 * SECTOR - frame_length(477);
        for at in last..last + 36 + 477 {
            let mut torn = bytes.clone();
            torn[at] ^= 0x10;
            assert_eq!(read(&torn, &HEAD).unwrap(), payloads()[..3]);
        }
    }

    #[test]
    fn a_broken_frame_before_a_whole_one_is_said_and_not_skipped() {
        let bytes = segment(&payloads());
        let end = bytes.len() - 4 * SECTOR - frame_length(477);
        for at in (SECTOR..end).step_by(3) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x10;
            // The filling at the end of a sector means nothing.
            if let Ok(read) = read(&broken, &HEAD) {
                assert_eq!(read, payloads(), "a changed byte {at}");
            }
        }
        let mut broken = bytes;
        broken[SECTOR + 30] ^= 1;
        let error = read(&broken, &HEAD).unwrap_err();
        assert!(error.message().contains("frame 40"), "{error}");
    }

    #[test]
    fn where_frames_are_not_synced_the_log_ends_at_a_broken_one() {
        let bytes = segment(&payloads());
        let unsynced = Head {
            syncs: false,
            ..HEAD
        };
        assert_eq!(read(&bytes, &unsynced).unwrap(), payloads());
        let mut broken = bytes;
        broken[SECTOR + frame_length(10) + 50] ^= 1;
        assert_eq!(read(&broken, &unsynced).unwrap(), payloads()[..1]);
    }

    #[test]
    fn what_an_earlier_use_of_the_file_left_is_not_read() {
        let mut bytes = segment(&payloads());
        let newer = Head {
            generation: 8,
            previous: 7,
            oldest: 8,
            first: 44,
            safe: 43,
            syncs: true,
        };
        bytes[..SECTOR].copy_from_slice(&newer.bytes());
        assert!(read(&bytes, &newer).unwrap().is_empty());
        let only = frame(8, 44, 8, &[b"new"]);
        bytes[SECTOR..SECTOR + only.len()].copy_from_slice(&only);
        assert_eq!(read(&bytes, &newer).unwrap(), [b"new".to_vec()]);
    }

    #[test]
    fn a_head_that_is_torn_is_none() {
        let bytes = segment(&payloads());
        for at in 0..57 {
            let mut torn = bytes.clone();
            torn[at] ^= 1;
            assert_eq!(Head::read(&torn).unwrap(), None);
        }
        assert_eq!(Head::read(&[]).unwrap(), None);
    }
}
