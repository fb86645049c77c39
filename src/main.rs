//! The `modreg` program.

fn main() {}
