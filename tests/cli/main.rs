//! The program as its users meet it: real repositories, the real binary, nothing of this machine's settings.

mod harness;
mod own_registry;
mod partial;
mod publishing;
mod push;
mod readme;
mod signing;
