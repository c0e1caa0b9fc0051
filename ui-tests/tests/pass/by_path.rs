//! Every macro may be called by its path, with nothing imported.
#![deny(warnings)]
#[dotdo::noun]
pub struct Customer {
    #[unique]
    pub email: String,
    #[backref(Order::customer)]
    pub orders: dotdo::Many<Order>,
}

#[dotdo::noun]
pub struct Order {
    pub customer: dotdo::Ref<Customer>,
    pub receipt: Option<Receipt>,
}

#[derive(dotdo::Value)]
pub struct Receipt {
    pub number: i64,
}

#[dotdo::form]
pub struct Review {
    pub release: bool,
}

#[dotdo::verbs]
impl Order {
    #[dotdo::verb(event = settled)]
    fn pay(&mut self, _cx: &mut dotdo::Tx, receipt: Receipt) -> dotdo::Result<Receipt> {
        self.receipt = Some(receipt.clone());
        Ok(receipt)
    }

    #[dotdo::query]
    fn buyer(&self, _cx: &dotdo::View) -> dotdo::Result<dotdo::Ref<Customer>> {
        Ok(self.customer.clone())
    }

    #[dotdo::on(Order::settled)]
    #[dotdo::durable(retry = 1)]
    async fn file(
        _cx: dotdo::Flow<Order>,
        _event: dotdo::Event<Order, Receipt>,
    ) -> dotdo::Result<()> {
        Ok(())
    }
}

#[dotdo::every("Monday 9am")]
async fn report(cx: dotdo::Flow) -> dotdo::Result<()> {
    cx.run(print("x".into())).await
}

#[dotdo::durable]
async fn print(text: String) -> dotdo::Result<()> {
    println!("{text}");
    Ok(())
}

dotdo::app! { Shop { Customer, Order, report, print } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 4);
    let _ = Review { release: true };
}
