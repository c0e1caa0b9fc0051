//! Seeded mutations: the same number gives the same bytes on every machine.

/// A source of numbers (xorshift64*), small and the same everywhere.
pub struct Numbers(u64);

impl Numbers {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next one, below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or_default() % end.max(1)
    }
}

/// One input made of others: some bytes lost, doubled, changed, exchanged with those of another, and words put in.
pub fn mutation(numbers: &mut Numbers, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut bytes = corpus
        .get(numbers.below(corpus.len()))
        .cloned()
        .unwrap_or_default();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(12)).min(bytes.len());
        match numbers.below(7) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = b' ' + u8::try_from(numbers.below(95)).unwrap_or_default();
                }
            }
            3 => {
                if let Some(other) = corpus.get(numbers.below(corpus.len())) {
                    let from = numbers.below(other.len() + 1);
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[from..]);
                }
            }
            4 => drop(bytes.splice(at..at, "ß🦀\u{202e}é٣".bytes().take(numbers.below(12)))),
            _ => {
                if let Some(word) = words.get(numbers.below(words.len())) {
                    bytes.splice(at..at, word.bytes());
                }
            }
        }
    }
    bytes
}
