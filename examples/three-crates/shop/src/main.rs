//! `cargo run -p shop -- serve`.

fn main() -> dotdo::Exit {
    shop::Shop::main()
}
