//! How generated types are written and read by serde.
//!
//! serde's own derives would do, and cost more to compile than everything else that a noun becomes. What is the same
//! for all types stands here once; generated code only names the fields. What is written and read, and what is said of
//! a mistake, is what the derives do: `deny_unknown_fields`, duplicate and missing fields, structs given as a list.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::json::in_field;

/// A struct whose JSON is an object.
pub trait Record: Sized {
    /// Its name, as formats that want one write it.
    const NAME: &'static str;
    /// What a message calls it: "expected …".
    const EXPECTED: &'static str;
    /// The names of its fields.
    const FIELDS: &'static [&'static str];
    /// Whether a field that it does not know is a mistake.
    const STRICT: bool;

    /// Takes each field as it comes, then makes the struct of them.
    ///
    /// # Errors
    ///
    /// What was given does not fit.
    fn read<'de, F: Fields<'de>>(fields: &mut F) -> Result<Self, F::Error>;
}

/// The fields of a struct on their way in. The first mistake ends them, and [`Fields::end`] returns it.
pub trait Fields<'de> {
    /// What is said of a mistake.
    type Error: de::Error;

    /// The place of the field that comes next; `None` when there are no more.
    fn next(&mut self) -> Option<usize>;

    /// Reads the value of the field that has come.
    fn take<T: Deserialize<'de>>(&mut self, slot: &mut Option<T>);

    /// The value of a field when all have come. An `Option` need not have come.
    ///
    /// # Errors
    ///
    /// It has not come, or something before was wrong.
    fn end<T: Deserialize<'de>>(&mut self, slot: Option<T>, field: usize)
    -> Result<T, Self::Error>;
}

/// Reads a struct.
pub fn read<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::FIELDS, RecordVisitor::<T>(PhantomData))
}

/// The value of a field that has a default.
pub fn or<T>(slot: Option<T>, default: fn() -> T) -> T {
    slot.unwrap_or_else(default)
}

struct RecordVisitor<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for RecordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut fields = MapFields {
            map,
            names: T::FIELDS,
            strict: T::STRICT,
            name: "",
            error: None,
        };
        let made = T::read(&mut fields);
        fields.error.map_or(made, Err)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let mut fields = ListFields {
            list,
            count: T::FIELDS.len(),
            expected: T::EXPECTED,
            at: 0,
            error: None,
        };
        let made = T::read(&mut fields);
        fields.error.map_or(made, Err)
    }
}

/// Fields that come by name.
struct MapFields<A, E> {
    map: A,
    names: &'static [&'static str],
    strict: bool,
    /// The name of the field that has come.
    name: &'static str,
    error: Option<E>,
}

impl<'de, A: MapAccess<'de>> Fields<'de> for MapFields<A, A::Error> {
    type Error = A::Error;

    fn next(&mut self) -> Option<usize> {
        while self.error.is_none() {
            let name = Name {
                names: self.names,
                strict: self.strict,
            };
            match self.map.next_key_seed(name) {
                Ok(Some(Some(place))) => {
                    self.name = self.names[place];
                    return Some(place);
                }
                Ok(Some(None)) => self.error = self.map.next_value::<IgnoredAny>().err(),
                Ok(None) => return None,
                Err(error) => self.error = Some(error),
            }
        }
        None
    }

    fn take<T: Deserialize<'de>>(&mut self, slot: &mut Option<T>) {
        if slot.is_some() {
            self.error = Some(de::Error::duplicate_field(self.name));
            return;
        }
        match self.map.next_value() {
            Ok(value) => *slot = Some(value),
            Err(error) => {
                in_field(self.name);
                self.error = Some(error);
            }
        }
    }

    fn end<T: Deserialize<'de>>(
        &mut self,
        slot: Option<T>,
        field: usize,
    ) -> Result<T, Self::Error> {
        match (self.error.take(), slot) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => T::deserialize(Missing {
                field: self.names[field],
                error: PhantomData,
            }),
        }
    }
}

/// Fields that come in their order, as from formats that write no names.
struct ListFields<A, E> {
    list: A,
    count: usize,
    expected: &'static str,
    /// How many have come.
    at: usize,
    error: Option<E>,
}

impl<'de, A: SeqAccess<'de>> Fields<'de> for ListFields<A, A::Error> {
    type Error = A::Error;

    fn next(&mut self) -> Option<usize> {
        if self.error.is_some() || self.at == self.count {
            return None;
        }
        self.at += 1;
        Some(self.at - 1)
    }

    fn take<T: Deserialize<'de>>(&mut self, slot: &mut Option<T>) {
        match self.list.next_element() {
            Ok(Some(value)) => *slot = Some(value),
            Ok(None) => self.at = self.count,
            Err(error) => self.error = Some(error),
        }
    }

    fn end<T: Deserialize<'de>>(
        &mut self,
        slot: Option<T>,
        field: usize,
    ) -> Result<T, Self::Error> {
        match (self.error.take(), slot) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(de::Error::invalid_length(field, &self.expected)),
        }
    }
}

/// Reads the name of a field as its place; `None` for one that is passed over.
struct Name {
    names: &'static [&'static str],
    strict: bool,
}

impl Name {
    fn place<E: de::Error>(&self, name: &str) -> Result<Option<usize>, E> {
        let place = self.names.iter().position(|known| *known == name);
        if place.is_none() && self.strict {
            return Err(E::unknown_field(name, self.names));
        }
        Ok(place)
    }
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_u64<E: de::Error>(self, place: u64) -> Result<Self::Value, E> {
        let place = usize::try_from(place).ok();
        Ok(place.filter(|&place| place < self.names.len()))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        self.place(name)
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        self.place(&String::from_utf8_lossy(name))
    }
}

/// What a field is read from that has not come: nothing for an `Option`, an error for everything else.
struct Missing<E> {
    field: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.field))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Writes a struct. The first mistake is kept for [`Writer::end`].
pub struct Writer<S: Serializer>(Result<S::SerializeStruct, S::Error>);

impl<S: Serializer> Writer<S> {
    /// Begins a struct of so many fields.
    pub fn new(serializer: S, name: &'static str, fields: usize) -> Self {
        Self(serializer.serialize_struct(name, fields))
    }

    /// Writes a field.
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if let Ok(out) = &mut self.0
            && let Err(error) = out.serialize_field(name, value)
        {
            self.0 = Err(error);
        }
    }

    /// Ends the struct.
    ///
    /// # Errors
    ///
    /// A field could not be written.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
}

/// An enum of names only: a text with a list of values.
pub trait Choice: Sized {
    /// Its name, as formats that want one write it.
    const NAME: &'static str;
    /// What a message calls it: "expected …".
    const EXPECTED: &'static str;
    /// The names of its variants.
    const NAMES: &'static [&'static str];

    /// Which of the names this is.
    fn place(&self) -> usize;

    /// The variant at a place; the last one at any place that there is not.
    fn at(place: usize) -> Self;
}

/// The name of a choice.
pub fn name<T: Choice>(choice: &T) -> &'static str {
    T::NAMES[choice.place()]
}

/// The choice of this name.
pub fn named<T: Choice>(name: &str) -> Option<T> {
    let place = T::NAMES.iter().position(|known| *known == name);
    place.map(T::at)
}

/// Writes a choice.
pub fn write_choice<T: Choice, S: Serializer>(
    choice: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let place = choice.place();
    // A list of four thousand million names would not compile.
    let index = u32::try_from(place).unwrap_or(u32::MAX);
    serializer.serialize_unit_variant(T::NAME, index, T::NAMES[place])
}

/// Reads a choice.
pub fn read_choice<'de, T: Choice, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let visitor = ChoiceVisitor {
        expected: T::EXPECTED,
        names: T::NAMES,
    };
    deserializer
        .deserialize_enum(T::NAME, T::NAMES, visitor)
        .map(T::at)
}

struct ChoiceVisitor {
    expected: &'static str,
    names: &'static [&'static str],
}

impl<'de> Visitor<'de> for ChoiceVisitor {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<usize, A::Error> {
        let (place, variant) = data.variant_seed(VariantName(self.names))?;
        variant.unit_variant()?;
        Ok(place)
    }
}

/// Reads the name of a variant as its place.
struct VariantName(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for VariantName {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for VariantName {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("variant identifier")
    }

    fn visit_u64<E: de::Error>(self, index: u64) -> Result<usize, E> {
        let place = usize::try_from(index).ok();
        place
            .filter(|&place| place < self.0.len())
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(index), &"the index of a variant"))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        let place = self.0.iter().position(|known| *known == name);
        place.ok_or_else(|| E::unknown_variant(name, self.0))
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<usize, E> {
        self.visit_str(&String::from_utf8_lossy(name))
    }
}
