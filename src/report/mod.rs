//! An outcome in words: for a person, for a program, for a code host.

pub mod human;
