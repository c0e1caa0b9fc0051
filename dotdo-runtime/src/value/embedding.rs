//! Points in the space of meanings.

use std::fmt;

use serde::Serialize;
use serde::de::{self, SeqAccess, Visitor};

use super::{Cell, Shape, Value, misfit};
use crate::error::Result;

/// A point in the space of meanings: 128 numbers, stored as 512 bytes.
///
/// ```
/// use dotdo_runtime::Embedding;
/// let a = Embedding::new([0.5; 128]);
/// assert!((a.similarity(&a) - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Box<[f32; 128]>);

impl Embedding {
    /// From its 128 numbers.
    pub fn new(numbers: [f32; 128]) -> Self {
        Self(Box::new(numbers))
    }

    /// The numbers.
    pub fn numbers(&self) -> &[f32; 128] {
        &self.0
    }

    /// The cosine of the angle between two: 1 for the same direction, 0 for unrelated, -1 for opposite.
    pub fn similarity(&self, other: &Self) -> f32 {
        let (mut dot, mut a, mut b) = (0.0, 0.0, 0.0);
        for (x, y) in self.0.iter().zip(other.0.iter()) {
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        if a == 0.0 || b == 0.0 {
            0.0
        } else {
            dot / (a.sqrt() * b.sqrt())
        }
    }
}

impl Serialize for Embedding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Embedding {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Numbers)
    }
}

struct Numbers;

impl<'de> Visitor<'de> for Numbers {
    type Value = Embedding;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Embedding, A::Error> {
        let mut numbers = Box::new([0.0; 128]);
        let mut length = 0;
        while let Some(number) = list.next_element()? {
            if let Some(place) = numbers.get_mut(length) {
                *place = number;
            }
            length += 1;
        }
        if length == numbers.len() {
            return Ok(Embedding(numbers));
        }
        Err(de::Error::custom(format_args!(
            "an embedding has 128 numbers, this has {length}"
        )))
    }
}

#[diagnostic::do_not_recommend]
impl Value for Embedding {
    const SHAPE: Shape = Shape::Embedding;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Blob(
            self.0.iter().flat_map(|n| n.to_le_bytes()).collect(),
        ))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        match &cell {
            Cell::Blob(bytes) if bytes.len() == 512 => {
                let mut numbers = [0.0; 128];
                for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
                    *number = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                }
                Ok(Self::new(numbers))
            }
            other => Err(misfit::<Self>(other)),
        }
    }
}
