/// A customer hears from us a day later, whatever happens.
#[dotdo::test(seeds = 100, faults = "crashes")]
async fn welcomes(sim: Sim<Crm>) -> Result<()> {
    let mails = sim.mock::<send_mail>().with(|_| Ok(()));
    sim.create(ann()).await?;
    sim.advance(days(2)).await;
    assert_eq!(mails.distinct(), 1);
    Ok(())
}
