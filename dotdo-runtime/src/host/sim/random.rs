//! Random numbers from a seed: the same on every machine, for ever.

/// A source of random numbers (xoshiro256**).
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

impl Random {
    /// The source that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        // splitmix64, as its authors advise.
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        u64::try_from((u128::from(self.any()) * u128::from(n)) >> 64).unwrap_or(0)
    }

    /// A number from a range, ends included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// True in so many of a thousand cases. Draws nothing if that is none, so that a fault that is switched off does
    /// not change the rest of the run.
    pub fn permille(&mut self, chance: u32) -> bool {
        chance > 0 && self.below(1000) < u64::from(chance)
    }

    /// One of several; none of an empty list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(usize::try_from(self.below(list.len() as u64)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_seed_others() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            [random.any(), random.any(), random.below(10)]
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1)[..2], draw(2)[..2]);
        let mut random = Random::new(3);
        assert!((0..1000).all(|_| random.between(4, 6).abs_diff(5) <= 1));
        assert!((0..100).all(|_| !random.permille(0) && random.permille(1000)));
    }
}
