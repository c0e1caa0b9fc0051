//! The businesses of the behaviour tests, all of which the program in workerd can be.

use dotdo::AppDef;

pub fn all() -> Vec<&'static AppDef> {
    vec![
        crate::events::House::DEF,
        crate::flows::retries::Shop::DEF,
        crate::flows::crashes::Agency::DEF,
        crate::flows::limits::Tasks::DEF,
        crate::lock::one::Hotel::DEF,
        crate::lock::between::Hotel::DEF,
        crate::lock::two::Hotel::DEF,
        crate::lock::three::Hotel::DEF,
        &crate::lock::ONE,
        &crate::lock::BETWEEN,
        &crate::lock::THREE,
        crate::migration::before::Hotel::DEF,
        crate::migration::after::Hotel::DEF,
        crate::migration::wrong::Hotel::DEF,
        crate::objects::Shop::DEF,
        crate::objects::many::Counters::DEF,
        crate::objects::refusals::Purses::DEF,
        crate::people::in_the_tenant::Shop::DEF,
        crate::people::in_objects::Shop::DEF,
        crate::people::mistakes::Shop::DEF,
        crate::sagas::trips::Trips::DEF,
        crate::sagas::crashes::Jobs::DEF,
        crate::schedules::one::Clockwork::DEF,
        crate::schedules::objects::Lamps::DEF,
        crate::things::Library::DEF,
        crate::together::Tasks::DEF,
        crate::untyped::Office::DEF,
        crate::versions::first::Shop::DEF,
        crate::versions::swapped::Shop::DEF,
        crate::versions::guarded::Shop::DEF,
        crate::versions::without::Shop::DEF,
        crate::versions::shortened::Shop::DEF,
        crate::versions::retyped_charge::retyped::Shop::DEF,
        crate::versions::retyped_charge::another::Shop::DEF,
        crate::waiting::Shop::DEF,
    ]
}
