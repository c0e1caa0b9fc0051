use dotdo::prelude::*;
/// Tells the owner how many there are.
pub async fn weekly_report(cx: Flow) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub struct weekly_report {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for weekly_report {
        const ITEM: __dotdo::Item = __dotdo::Item::Flow(
            &__dotdo::FlowDef {
                name: "weekly_report",
                version: 1,
                noun: __dotdo::None,
                policy: __dotdo::Policy::DEFAULT,
                trigger: __dotdo::Trigger::Every(__dotdo::Timetable {
                    phrase: "Monday 9am",
                    zone: "Europe/Berlin",
                    missed: __dotdo::Missed::All,
                    read: __dotdo::read_timetable,
                }),
                args: &[],
                output: __dotdo::Shape::Nothing,
                doc: "Tells the owner how many there are.",
                at: (::core::file!(), ::core::line!()),
                start: |run, _| __dotdo::run_every(run, weekly_report),
            },
        );
    }
};
