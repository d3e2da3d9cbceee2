//! zstd: frames, one after the other, some of which are to be skipped.
//!
//! In: a file. Out: what its frames hold, as a reader. Size and checksum of a frame are held against what it held, if it tells them.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc8878>

use std::io::{self, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest block.
const MAX_BLOCK_BYTES: u32 = 128 << 10;

/// Whether `bytes` begin with the header of a frame and that of a block; others may be skipped before.
pub(super) fn is_zstd(mut bytes: &[u8]) -> bool {
    loop {
        match bytes {
            [0x28, 0xb5, 0x2f, 0xfd, header @ ..] => return is_header(header),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, rest @ ..] => {
                let skipped = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d]));
                match skipped.ok().and_then(|skipped| rest.get(skipped..)) {
                    Some([]) => return true,
                    Some(rest) => bytes = rest,
                    None => return false,
                }
            }
            _ => return false,
        }
    }
}

/// Whether a frame can go on so behind the four bytes that tell it.
fn is_header(header: &[u8]) -> bool {
    let Some(&descriptor) = header.first() else {
        return false;
    };
    let is_whole = descriptor & 0x20 != 0;
    let size = match descriptor >> 6 {
        0 => usize::from(is_whole),
        log => 1 << log,
    };
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let block = 1 + usize::from(!is_whole) + dictionary + size;
    let Some([a, b, c]) = header.get(block..).and_then(|block| block.first_chunk()) else {
        return false;
    };
    let block = u32::from_le_bytes([*a, *b, *c, 0]);
    // Of the flags one must not be set, of the kinds of blocks one is none.
    descriptor & 8 == 0 && block >> 1 & 3 != 3 && block >> 3 <= MAX_BLOCK_BYTES
}

/// What is packed in a file.
pub(super) struct Frames<'a> {
    rest: &'a [u8],
    decoder: FrameDecoder,
    /// How much the open frame gave.
    given: Option<u64>,
}

impl<'a> Frames<'a> {
    /// Those of `bytes`; none of them may look back further than so many.
    pub(super) fn of(bytes: &'a [u8], max_window_bytes: usize) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(max_window_bytes as u64);
        Self {
            rest: bytes,
            decoder,
            given: None,
        }
    }

    /// Opens the next frame, or skips it.
    fn open(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.rest) {
            Ok(()) => self.given = Some(0),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let skipped = usize::try_from(length).map_err(io::Error::other)?;
                self.rest = self.rest.get(skipped..).ok_or(ErrorKind::UnexpectedEof)?;
            }
            Err(FrameDecoderError::DictNotProvided { .. }) => {
                return Err(ErrorKind::NotFound.into());
            }
            Err(FrameDecoderError::WindowSizeTooBig { .. }) => {
                return Err(ErrorKind::OutOfMemory.into());
            }
            Err(_) => return Err(ErrorKind::InvalidData.into()),
        }
        Ok(())
    }

    /// Whether the frame that gave so much is what it says that it is.
    fn is_sound(&self, given: u64) -> bool {
        let size = self.decoder.content_size();
        let checksum = self.decoder.get_checksum_from_data();
        (size == 0 || size == given)
            && (checksum.is_none() || checksum == self.decoder.get_calculated_checksum())
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(given) = self.given else {
                if self.rest.is_empty() {
                    return Ok(0);
                }
                self.open()?;
                continue;
            };
            if self.decoder.can_collect() > 0 {
                let len = self.decoder.read(out)?;
                self.given = Some(given + len as u64);
                return Ok(len);
            }
            if !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let is_decoded = self.decoder.decode_blocks(&mut self.rest, one);
                is_decoded.map_err(|_| ErrorKind::InvalidData)?;
            } else if self.is_sound(given) {
                self.given = None;
            } else {
                return Err(ErrorKind::InvalidData.into());
            }
        }
    }
}
