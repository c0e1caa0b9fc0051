//! Functions, arguments, values and texts may be in any language; only nouns and columns are part of addresses.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Kunde {
    #[default("Jürgen".to_owned())]
    pub name: String,
}

#[derive(Value)]
pub struct Größe {
    pub länge: i64,
    pub 幅: Option<i64>,
}

#[derive(Value)]
pub enum Farbe {
    Grün,
    Weiß,
}

#[verbs]
impl Kunde {
    #[verb(event = vermessen)]
    fn messen(&mut self, _cx: &mut Tx, größe: Größe, farbe: Farbe) -> Result<Größe> {
        ensure!(farbe == Farbe::Grün, "„{}“ ist nicht grün", self.name);
        Ok(größe)
    }
}

#[on(Kunde::vermessen)]
async fn grüßen(cx: Flow, event: Event<Kunde, Größe>) -> Result<()> {
    cx.run(drucke(event.data.länge)).await
}

#[durable]
async fn drucke(länge: i64) -> Result<()> {
    println!("{länge}");
    Ok(())
}

dotdo::app! { Laden { Kunde, grüßen, drucke } }

#[test]
fn works() {
    let größe = Größe {
        länge: 1, 幅: None
    };
    assert_eq!(größe, größe.clone());
    assert_eq!(format!("{:?}", Farbe::Weiß), "Weiß");
    assert_eq!(Laden::DEF.entries.len(), 3);
}
