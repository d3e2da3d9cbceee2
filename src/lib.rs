//! `hf-guard` keeps Hugging Face tokens, and the credentials that live beside them, out of git.
//!
//! ```text
//!  index, files, stdin
//!        │
//!     source ──► git            what is new, and its bytes
//!        ▼
//!      scan ──► prefilter ──► rules ──► checks
//!        ▼
//!     finding
//!        ▼
//!      allow ◄── config         what is accepted, and why
//!        ▼
//!     outcome ──► report        exit code; human, JSON, SARIF
//!        ▼
//!       cli ──► install         arguments, environment, hooks
//! ```
//!
//! Modules stand below in the order in which they may import each other: each only those above it.

pub mod allow;
pub mod checks;
pub mod cli;
pub mod config;
pub mod finding;
pub mod fingerprint;
pub mod git;
pub mod install;
pub mod outcome;
pub mod prefilter;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;
pub mod text;
