//! The plan for one incident: what is known of a leaked secret, and the file with which it is taken out of a history.
//!
//! In: reports (`record`), which hold no secret, and for the file the secrets themselves. Out: an [`Incident`], from which
//! `report::plan` writes the checklist; and [`replacement`], the one file of hf-guard that holds secrets (`file`).

pub mod file;
mod incident;
mod obstacle;
mod record;
pub mod replacement;

pub use incident::{Incident, Plan, Remedy, Remotes, Unfound};
pub use obstacle::{Kind, Obstacle, obstacles};
pub use record::{Record, answers_to, records};
