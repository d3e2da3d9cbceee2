//! bzip2: streams, one after the other, as several programs write them at once.
//!
//! In: a file. Out: what its streams hold, as a reader. Zeros may fill the last block of a tape.

use std::io::{self, ErrorKind, Read};

use bzip2::{Decompress, Status};

/// How a block begins, and how the end does: the digits of π and of its root.
const BLOCK: &[u8] = b"1AY&SY";
const END: &[u8] = b"\x17\x72\x45\x38\x50\x90";

/// Whether `bytes` begin with a header, and a block that can be one: no text goes on so.
pub(super) fn is_bzip2(bytes: &[u8]) -> bool {
    let [b'B', b'Z', b'h', level @ b'1'..=b'9', rest @ ..] = bytes else {
        return false;
    };
    // Behind the checksum a bit, and where in the block its first byte is: 24 bits.
    match rest.strip_prefix(BLOCK) {
        Some([_, _, _, _, a, b, c, d, ..]) => {
            let first = u32::from_be_bytes([a & 0x7f, *b, *c, *d]) >> 7;
            first < u32::from(level - b'0') * 100_000
        }
        Some(_) => false,
        None => rest.starts_with(END) && rest.len() >= END.len() + 4,
    }
}

/// What is packed in a file.
pub(super) struct Streams<'a> {
    rest: &'a [u8],
    stream: Option<Decompress>,
    is_first: bool,
}

impl<'a> Streams<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            stream: None,
            is_first: true,
        }
    }
}

impl Read for Streams<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let is_filler = !self.is_first && self.rest.iter().all(|&byte| byte == 0);
            if self.stream.is_none() && is_filler {
                return Ok(0);
            }
            let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
            self.is_first = false;
            let before = (stream.total_in(), stream.total_out());
            let status = stream.decompress(self.rest, out)?;
            let len = |now: u64, before| usize::try_from(now - before).map_err(io::Error::other);
            let taken = len(stream.total_in(), before.0)?;
            let given = len(stream.total_out(), before.1)?;
            self.rest = &self.rest[taken..];
            match status {
                Status::StreamEnd => self.stream = None,
                Status::MemNeeded => return Err(ErrorKind::OutOfMemory.into()),
                _ if taken == 0 && given == 0 => return Err(ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
            if given > 0 {
                return Ok(given);
            }
        }
    }
}
