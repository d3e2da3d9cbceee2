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
//!        ├────► issuer ◄── net   verify, revoke: only these two reach the network
//!        ├────► search           find: copies of what has leaked
//!        ├────► migrate          rules import: what a team wrote for another scanner
//!        ├────► register         inventory: one entry a credential, over repositories and machines
//!        ├────► respond          the plan for one incident
//!        └────► doctor           this machine's own hygiene
//! ```
//!
//! Modules stand below in the order in which they may import each other: each only those above it. (Blank lines keep
//! rustfmt from sorting them.)

pub mod order;

pub mod date;

pub mod packed;

pub mod parallel;

pub mod secret;

pub mod rules;

pub mod fingerprint;

pub mod text;

pub mod archive;

pub mod verification;

pub mod finding;

pub mod taxonomy;

pub mod checks;

pub mod prefilter;

pub mod scan;

pub mod outcome;

pub mod issuer;

#[cfg(feature = "network")]
pub mod net;

pub mod git;

pub mod config;

pub mod source;

pub mod search;

pub mod allow;

pub mod migrate;

pub mod install;

pub mod doctor;

pub mod register;

pub mod respond;

pub mod report;

pub mod cli;
