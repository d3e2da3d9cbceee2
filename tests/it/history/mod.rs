//! `--all-history`: what a repository has ever held, where it lies and since when, however git keeps it.

mod faults;
mod formats;
mod index;
mod large;
mod missing;
mod narrowing;
mod objects;
mod oracle;
mod places;
mod scan;
mod strays;
mod streams;
