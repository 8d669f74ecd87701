//! How attribution survives damage: a healthy world, one damage at a time, and what is then said against what was true.
//!
//! The truth never stands in the exports: it is written down while the world is made, and each damage says which calls it
//! touched and whether anything in the exports still speaks against what it makes of them.

pub mod damage;
pub mod exports;
pub mod month;
pub mod page;
pub mod score;

pub use damage::{DAMAGES, Damage};
pub use exports::Export;
pub use month::{Company, Fact, healthy};
pub use score::{Outcome, Said, Scores};

/// What the committed page was made with.
pub const SEED: u64 = 20_260_302;
pub const SIZE: usize = 24;

/// A world with one damage at one rate.
pub fn damaged(seed: u64, size: usize, damage: &Damage, rate: f64) -> Company {
    let mut company = healthy(seed, size);
    (damage.apply)(&mut company, rate);
    company
}
