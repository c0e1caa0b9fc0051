//! The hotel as a program: `cargo run -p hotel -- serve`.

fn main() -> dotdo::Exit {
    hotel::Hotel::main()
}
