//! The HTTP server around the door.
/// x
#[derive(Debug)]
pub struct Server;
