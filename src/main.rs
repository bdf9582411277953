//! The command `nixpacks-fix`.
fn main() {}
