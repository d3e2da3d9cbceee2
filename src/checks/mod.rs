//! Pure functions on a matched secret: is it whole, is it real, what does it say of itself.

pub mod boundary;
pub mod entropy;
