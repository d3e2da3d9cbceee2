//! The program as its users meet it: the real binary, real git, a repository of its own for each test.
#![allow(
    unreachable_pub,
    reason = "an integration binary has no outside; `pub` marks what its files share"
)]

mod all_history;
mod allowlist;
mod architecture;
mod attributes;
mod commits;
mod confidence;
mod config;
mod credential_files;
mod damage;
mod encodings;
mod failing_open;
mod faults;
mod findings;
mod formats;
mod framework;
mod hidden;
mod history;
mod history_faults;
mod history_missing;
mod hook;
mod index_file;
mod install;
mod large;
mod leaks;
mod lfs;
mod merges;
mod message;
mod messages;
mod model;
mod names;
mod objects;
mod oracle;
mod oracle_commits;
mod pack_file;
mod parts;
mod patch;
mod paths;
mod presets;
mod push;
mod push_advice;
mod push_formats;
mod push_objects;
mod push_oracle;
mod push_remote;
mod random;
mod ranges;
mod report;
mod rules;
mod sarif;
mod server;
mod server_break_glass;
mod server_faults;
mod server_layouts;
mod server_random;
mod server_trust;
mod staged;
mod state;
mod support;
mod tools;
mod types;
mod user_configuration;
