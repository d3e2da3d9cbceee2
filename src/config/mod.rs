//! `.hf-guard.toml`: what a team accepts, and the rules it adds.

use serde::Deserialize;

/// A parsed configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}
