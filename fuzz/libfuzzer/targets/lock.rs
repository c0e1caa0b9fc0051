#![no_main]
//! See `dotdo_fuzz::TARGETS`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| dotdo_fuzz::run("lock", data));
