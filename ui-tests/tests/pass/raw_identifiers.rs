//! A raw identifier is known by its plain name.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Parcel {
    pub r#type: String,
    #[index]
    #[default(1)]
    pub r#fn: i64,
}

#[derive(Value)]
pub struct Place {
    pub r#in: String,
}

#[verbs]
impl Parcel {
    #[verb]
    fn r#move(&mut self, _cx: &mut Tx, r#in: Place) -> Result<Place> {
        self.r#type = r#in.r#in.clone();
        Ok(r#in)
    }
}

#[on(Parcel::moved)]
async fn note(cx: Flow, event: Event<Parcel, Place>) -> Result<()> {
    cx.run(r#try(event.data.r#in)).await
}

#[durable]
async fn r#try(r#where: String) -> Result<()> {
    let _ = r#where;
    Ok(())
}

dotdo::app! { Post { Parcel, note, r#try } }

#[test]
fn works() {
    let columns: Vec<_> = <Parcel as dotdo::Noun>::DEF
        .columns
        .iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(columns, ["type", "fn"]);
    let place: Place = dotdo::Json::of(&Place {
        r#in: "here".into(),
    })
    .unwrap()
    .read()
    .unwrap();
    assert_eq!(place.r#in, "here");
    let _ = Parcel::stub(Id::new("p").unwrap()).r#move(place);
    let step = Post::DEF.entries[2].item.step();
    assert_eq!((step.name, step.args[0].name), ("try", "where"));
}
