// An app has a name and a list.

fn main() {}

dotdo::app! {}
