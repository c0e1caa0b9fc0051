//! References may go in circles.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Category {
    pub parent: Option<Ref<Self>>,
    pub best: Option<Ref<Product>>,
    #[backref(Product::category)]
    pub products: Many<Product>,
    #[backref(Category::parent)]
    pub children: Many<Self>,
}

#[noun(object)]
pub struct Product {
    #[index]
    pub category: Ref<Category>,
    pub path: Vec<Ref<Category>>,
}

#[verbs]
impl Product {
    #[query]
    fn rivals(&self, _cx: &View<Self>) -> Result<Vec<Ref<Self>>> {
        Ok(Vec::new())
    }
}

#[verbs]
impl Category {
    #[verb]
    fn crown(
        &mut self,
        _cx: &mut Tx<Category>,
        product: Ref<Product>,
    ) -> Result<Option<Ref<Self>>> {
        self.best = Some(product);
        Ok(self.parent.clone())
    }

    #[query]
    fn champion(&self, _cx: &View) -> Result<Ref<Product>> {
        self.best.clone().ok_or_else(|| Error::refused("none"))
    }
}

dotdo::app! { Shop { Category, Product } }

#[test]
fn works() {
    let columns: Vec<_> = <Category as dotdo::Noun>::DEF
        .columns
        .iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(columns, ["parent", "best"]);
    let category: Category = dotdo::Json::of(&serde_free()).unwrap().read().unwrap();
    assert_eq!(category.children, Many::default());
    // One expression, one round trip.
    let _ = Category::stub(Id::new("c").unwrap()).champion().rivals();
    assert_eq!(Shop::DEF.name, "Shop");
}

fn serde_free() -> std::collections::BTreeMap<String, Option<String>> {
    [("parent".to_owned(), Some("root".to_owned()))].into()
}
