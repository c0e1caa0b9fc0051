//! Nouns may have the names that generated code gives its type parameters.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct S {
    pub d: Ref<D>,
}

#[noun]
pub struct D {
    pub s: Option<Ref<S>>,
}

#[noun]
pub struct N {
    pub p: P,
}

#[derive(Value)]
pub struct P {
    pub e: E,
}

#[derive(Value)]
pub enum E {
    R,
    T(Box<Self>),
}

#[verbs]
impl S {
    #[verb(event = placed)]
    fn set(&mut self, _cx: &mut Tx, d: Ref<D>) -> Result<Ref<D>> {
        self.d = d.clone();
        Ok(d)
    }

    #[verb(event = changed)]
    fn change(&mut self, _cx: &mut Tx, p: P) -> Result<E> {
        Ok(p.e)
    }
}

dotdo::app! { X { S, D, N } }

#[test]
fn works() {
    assert_eq!(X::DEF.name, "X");
    let p = P {
        e: E::T(Box::new(E::R)),
    };
    assert_eq!(p, p.clone());
}
