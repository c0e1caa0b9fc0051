//! Schedules: they fire when they should, survive everything, and never double.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use support::{Log, Test};

pub(crate) mod one {
    use super::*;
    static LOG: Log = Log::new();

    #[every("every 15 minutes")]
    async fn tick(cx: Flow) -> Result<()> {
        LOG.say(format!("tick {}", cx.now().await?.format("%H:%M")));
        Ok(())
    }

    #[every("Monday 9am", tz = "Europe/Berlin", missed = "once")]
    async fn report(cx: Flow) -> Result<()> {
        LOG.say(format!("report {}", cx.now().await?.format("%d %H:%M")));
        Ok(())
    }

    #[every("daily at 6am", missed = "all")]
    async fn daily(_cx: Flow) -> Result<()> {
        LOG.say("daily");
        Ok(())
    }

    #[every("daily at 7am", missed = "skip")]
    async fn only_live(_cx: Flow) -> Result<()> {
        LOG.say("live");
        Ok(())
    }

    dotdo::app! { pub Clockwork { tick, report, daily, only_live } }

    #[tokio::test]
    async fn schedules_fire_survive_and_never_double() {
        let mut test = Test::of(Clockwork::DEF);
        test.settled().await;
        test.advance(minutes(14)).await;
        assert!(LOG.take().is_empty());
        test.advance(minutes(1)).await;
        assert_eq!(LOG.take(), ["tick 12:15"]);

        // A restart changes nothing, whatever way it happens.
        test.crash().await;
        test.restart().await;
        test.advance(minutes(14)).await;
        assert!(LOG.take().is_empty());
        test.advance(minutes(1)).await;
        assert_eq!(LOG.take(), ["tick 12:30"]);

        // Three days without the process: from Monday 12:30 to Thursday 12:30.
        test.stop().await;
        test.skip_time(days(3));
        test.start();
        test.settled().await;
        let lines = LOG.take();
        let count = |what: &str| lines.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!(
            count("tick"),
            1,
            "one run makes up for all that were missed"
        );
        assert_eq!(count("daily"), 3, "each missed run is made up for");
        assert_eq!(count("live"), 0, "missed runs are left out");
        assert_eq!(count("report"), 0);

        // Up to the next Monday, 8:00 UTC, which is 9:00 in Berlin in winter.
        test.advance(days(3) + hours(19)).await;
        LOG.take();
        test.advance(minutes(1)).await;
        while !LOG.take().iter().any(|line| line == "report 09 08:00") {
            assert!(
                test.now() < support::noon() + chrono::TimeDelta::days(8),
                "the report never came"
            );
            test.advance(minutes(1)).await;
        }
    }
}

pub(crate) mod objects {
    use super::*;
    static LOG: Log = Log::new();

    #[noun(object)]
    pub struct Lamp {
        pub room: String,
    }

    #[verbs]
    impl Lamp {
        #[every("daily at 6pm")]
        async fn light(cx: Flow<Lamp>) -> Result<()> {
            LOG.say(format!("light {}", cx.id()));
            Ok(())
        }
    }

    dotdo::app! { pub Lamps { Lamp } }

    #[tokio::test]
    async fn each_object_keeps_the_schedules_of_its_noun() {
        let mut test = Test::of(Lamps::DEF);
        for id in ["hall", "attic"] {
            test.run(Lamp { room: id.into() }.create_as(Id::new(id).unwrap()))
                .await
                .unwrap();
        }
        test.crash().await;
        test.advance(hours(7)).await;
        let mut lines = LOG.take();
        lines.sort();
        assert_eq!(lines, ["light attic", "light hall"]);
    }
}
