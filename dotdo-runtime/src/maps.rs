//! Maps whose code is small: the standard library's have some 8 KB of WebAssembly for each type that is in one.

use std::borrow::Borrow;
use std::collections::BTreeMap;

/// A map of few entries, or of entries that come in the order of their keys: a sorted list.
///
/// ```
/// use dotdo_runtime::maps::Few;
///
/// let mut ages = Few::new();
/// ages.insert("Bo", 30);
/// ages.insert("Ann", 20);
/// assert_eq!(ages.get("Ann"), Some(&20));
/// assert_eq!(ages.keys().copied().collect::<Vec<_>>(), ["Ann", "Bo"]);
/// ```
#[derive(Clone, Debug)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Few<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Keeps the entries for which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }
}

impl<K: Ord, V> Few<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0
            .binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// Puts a value in, and gives the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&self.0[place].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&mut self.0[place].1)
    }

    /// Takes the value of a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Whether there is a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }
}

/// A map of any number of named things. The names lead to places in a list, which is the same code for all things.
#[derive(Debug)]
pub(crate) struct Named<V> {
    places: BTreeMap<String, u32>,
    things: Vec<Option<V>>,
    /// The places that are empty.
    free: Vec<u32>,
}

impl<V> Default for Named<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Named<V> {
    pub const fn new() -> Self {
        Self {
            places: BTreeMap::new(),
            things: Vec::new(),
            free: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    pub fn get(&self, name: &str) -> Option<&V> {
        let place = *self.places.get(name)?;
        self.things.get(place as usize)?.as_ref()
    }

    /// The thing of a name; it is made if there is none.
    pub fn get_or(&mut self, name: String, thing: V) -> &mut V {
        let known = self.places.get(&name).copied();
        let place = known.unwrap_or_else(|| self.free_place());
        if known.is_none() {
            self.places.insert(name, place);
        }
        self.things[place as usize].get_or_insert(thing)
    }

    pub fn insert(&mut self, name: String, thing: V) {
        let known = self.places.get(&name).copied();
        let place = known.unwrap_or_else(|| self.free_place());
        if known.is_none() {
            self.places.insert(name, place);
        }
        self.things[place as usize] = Some(thing);
    }

    fn free_place(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            // What is in memory has an address, so there are never so many.
            u32::try_from(self.things.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.places.remove(name)?;
        self.free.push(place);
        self.things.get_mut(place as usize)?.take()
    }

    /// All things, in no order.
    pub fn things(&self) -> impl Iterator<Item = &V> {
        self.things.iter().flatten()
    }

    /// The first name and its thing.
    pub fn first(&self) -> Option<(&str, &V)> {
        let (name, place) = self.places.first_key_value()?;
        Some((name, self.things.get(*place as usize)?.as_ref()?))
    }

    /// Keeps the things whose name this holds of.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        let gone: Vec<String> = self
            .places
            .keys()
            .filter(|name| !keep(name))
            .cloned()
            .collect();
        for name in gone {
            self.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_are_maps(changes in prop::collection::vec((0_u8..4, 0_u8..8, any::<u32>()), 0..100)) {
            let mut model = BTreeMap::new();
            let (mut few, mut named) = (Few::new(), Named::new());
            for (what, key, value) in changes {
                let name = key.to_string();
                match what {
                    0 => {
                        prop_assert_eq!(few.remove(&key), model.remove(&name));
                        named.remove(&name);
                    }
                    1 => {
                        let kept = *model.entry(name.clone()).or_insert(value);
                        prop_assert_eq!(*named.get_or(name, value), kept);
                        few.insert(key, kept);
                    }
                    2 => {
                        model.retain(|other, _| *other <= name);
                        named.retain(|other| *other <= *name);
                        few.retain(|kept| model.values().any(|value| value == kept));
                    }
                    _ => {
                        few.insert(key, value);
                        named.insert(name.clone(), value);
                        model.insert(name, value);
                    }
                }
                let first = model.first_key_value().map(|(name, value)| (name.as_str(), value));
                prop_assert_eq!(named.first(), first);
                prop_assert_eq!(named.len(), model.len());
                prop_assert_eq!(named.things().count(), model.len());
                for key in 0..8 {
                    let name = key.to_string();
                    prop_assert_eq!(named.get(&name), model.get(&name));
                    prop_assert_eq!(named.contains(&name), model.contains_key(&name));
                }
            }
        }
    }

    #[test]
    fn the_same_value_may_be_there_twice() {
        let mut few = Few::new();
        assert_eq!(few.insert(2, 'b'), None);
        assert_eq!(few.insert(1, 'b'), None);
        assert_eq!(few.insert(2, 'c'), Some('b'));
        assert_eq!(few.values().collect::<String>(), "bc");
        if let Some(letter) = few.get_mut(&1) {
            *letter = 'a';
        }
        few.retain(|letter| *letter == 'a');
        assert!(few.contains_key(&1) && !few.contains_key(&2) && !few.is_empty());
    }
}
