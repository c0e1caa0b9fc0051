//! Names that are looked up while compiling. The compiler evaluates constants slowly, so a business of hundreds of nouns needs
//! better than comparing each name with each.

use crate::const_text::same;

/// At most `N` names, each with the place it comes from.
pub(crate) struct Names<const N: usize> {
    texts: [&'static str; N],
    hashes: [u64; N],
    /// Which of the names is where in the order of hashes.
    order: [usize; N],
    length: usize,
}

/// FNV-1a, 64 bits.
const fn hash(name: &str) -> u64 {
    let name = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < name.len() {
        hash = (hash ^ name[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

impl<const N: usize> Names<N> {
    pub(crate) const fn new() -> Self {
        Self {
            texts: [""; N],
            hashes: [0; N],
            order: [0; N],
            length: 0,
        }
    }

    pub(crate) const fn push(&mut self, name: &'static str) {
        self.texts[self.length] = name;
        self.hashes[self.length] = hash(name);
        self.order[self.length] = self.length;
        self.length += 1;
    }

    /// Puts the names in the order of their hashes: a heap sort, which needs no room and has no bad case.
    pub(crate) const fn sort(&mut self) {
        let mut start = self.length / 2;
        while start > 0 {
            start -= 1;
            self.sift_down(start, self.length);
        }
        let mut end = self.length;
        while end > 1 {
            end -= 1;
            self.swap(0, end);
            self.sift_down(0, end);
        }
    }

    const fn sift_down(&mut self, mut root: usize, end: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.at(child) < self.at(child + 1) {
                child += 1;
            }
            if self.at(root) >= self.at(child) {
                return;
            }
            self.swap(root, child);
            root = child;
        }
    }

    const fn swap(&mut self, a: usize, b: usize) {
        let kept = self.order[a];
        self.order[a] = self.order[b];
        self.order[b] = kept;
    }

    const fn at(&self, place: usize) -> u64 {
        self.hashes[self.order[place]]
    }

    /// A name that is there twice. The names are sorted.
    pub(crate) const fn twice(&self) -> Option<&'static str> {
        let mut i = 0;
        while i < self.length {
            let mut other = i + 1;
            while other < self.length && self.at(other) == self.at(i) {
                let (a, b) = (self.texts[self.order[i]], self.texts[self.order[other]]);
                if same(a, b) {
                    return Some(a);
                }
                other += 1;
            }
            i += 1;
        }
        None
    }

    /// Whether a name is there. The names are sorted.
    pub(crate) const fn contains(&self, name: &str) -> bool {
        let wanted = hash(name);
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.at(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        while low < self.length && self.at(low) == wanted {
            if same(self.texts[self.order[low]], name) {
                return true;
            }
            low += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn what_is_there_is_found_and_what_is_there_twice_is_told() {
        for count in 0..40 {
            let all: Vec<&'static str> = (0..count)
                .map(|n| &*Box::leak(format!("Noun{n}").into_boxed_str()))
                .collect();
            let mut names = Names::<64>::new();
            for name in &all {
                names.push(name);
            }
            names.sort();
            assert!(all.iter().all(|name| names.contains(name)));
            assert!(!names.contains("Noun") && !names.contains("Noun99"));
            assert_eq!(names.twice(), None);
            for name in &all {
                let mut names = Names::<64>::new();
                for name in &all {
                    names.push(name);
                }
                names.push(name);
                names.sort();
                assert_eq!(names.twice(), Some(*name));
            }
        }
    }
}
