//! How much may still be unpacked of one file, on all levels together.

use super::{Limits, RATIO_MATTERS};

/// The longest that one byte of deflated data becomes, nearly: 258 bytes for two bits.
pub(super) const MOST_PER_BYTE: usize = 1_040;

/// Why something is not unpacked that is no bomb.
pub(super) const TOO_LARGE: &str = "it unpacks to more than is read here; unpack it first";

/// What may still be unpacked.
pub(super) struct Room {
    limits: Limits,
    packed: u64,
    unpacked: u64,
}

impl Room {
    /// That of the file `bytes`, nothing of which is unpacked.
    pub(super) fn of(bytes: &[u8], limits: Limits) -> Self {
        Self {
            limits,
            packed: bytes.len() as u64,
            unpacked: 0,
        }
    }

    /// Whether `size` bytes more may be unpacked of a member of which `before` bytes are; else why not.
    pub(super) fn holds(&self, size: usize, before: usize) -> Result<(), &'static str> {
        let all = self.unpacked.saturating_add(size as u64);
        if all > RATIO_MATTERS && all / self.limits.max_ratio > self.packed {
            return Err("it unpacks to many times its size, as a bomb does; unpack it first");
        }
        if size.saturating_add(before) > self.limits.max_member_bytes || all > self.limits.max_bytes
        {
            return Err(TOO_LARGE);
        }
        Ok(())
    }

    /// How many bytes a member may have.
    pub(super) fn most_of_one(&self) -> usize {
        self.limits.max_member_bytes
    }

    /// Notes that so many bytes were.
    pub(super) fn take(&mut self, size: usize) {
        self.unpacked = self.unpacked.saturating_add(size as u64);
    }
}
