//! What the window and the command line share: the bridge between an interface and the engine.

pub mod bridge;
