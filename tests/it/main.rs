//! The program as its users meet it: the real binary, real git, a repository of its own for each test.

mod allowlist;
mod architecture;
mod config;
mod hook;
mod install;
mod paths;
mod report;
mod support;
