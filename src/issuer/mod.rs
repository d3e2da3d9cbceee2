//! Asking issuers about credentials, and telling them to withdraw some: all but the network itself.
//!
//! In: credentials with their rules, and a [`Transport`]. Out: a [`crate::verification::Verification`] for each, or what became
//! of its withdrawal. What is known of an issuer is data, in `issuers.toml`. No scan comes here.

mod ask;
mod body;
mod exchange;
mod group;
mod offline;
mod read;
mod table;
mod whoami;
mod withdraw;

pub use ask::Asker;
pub use exchange::{
    Endpoints, Outgoing, Reply, RequestError, Transport, Unanswered, is_trustworthy,
};
pub use group::{Credential, credentials};
pub use table::{Issuers, Known, Trust, check};
pub use withdraw::{Withdrawal, withdraw};
