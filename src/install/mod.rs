//! Puts the hooks of `hooks/` in place and takes them away.
