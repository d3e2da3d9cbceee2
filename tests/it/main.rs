//! The program as its users meet it: the real binary, real git, a repository of its own for each test.

mod architecture;
mod hook;
mod paths;
mod report;
mod support;
