#[::core::prelude::v1::test]
/// A customer hears from us a day later, whatever happens.
fn welcomes() {
    async fn welcomes(sim: Sim<Crm>) -> Result<()> {
        let mails = sim.mock::<send_mail>().with(|_| Ok(()));
        sim.create(ann()).await?;
        sim.advance(days(2)).await;
        assert_eq!(mails.distinct(), 1);
        Ok(())
    }
    ::dotdo::__private::sim::run(
        &::dotdo::__private::sim::Options {
            test: ::core::concat!(::core::module_path!(), "::", "welcomes"),
            package: ::core::env!("CARGO_PKG_NAME"),
            seed: 0u64,
            seeds: 100u64,
            faults: ::dotdo::__private::sim::Faults::crashes(),
            crash: ::dotdo::__private::sim::Crash::Never,
            start: ::dotdo::__private::None,
        },
        welcomes,
    )
}
