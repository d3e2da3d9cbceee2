//! The hook pre-push: what goes out to a remote is read, and nothing else.

mod advice;
mod formats;
mod objects;
mod oracle;
mod published;
pub mod remote;
