//! Bytes that came from a repository, read and shown as text.
//!
//! [`escape`] makes them safe for a terminal, [`path`] names them in a report, [`position`] counts lines as an editor
//! does, [`view`] and [`passage`] find the UTF-16 that git shows as binary, [`layer`] decodes what is written in base64 or escapes,
//! [`strings`] reads those of pickles and GGUF, [`bits`] measures stretches of bytes.

pub mod bits;
pub mod escape;
pub mod layer;
pub mod passage;
pub mod path;
pub mod position;
pub mod strings;
pub mod view;
