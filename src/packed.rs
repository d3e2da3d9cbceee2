//! Texts that the build script compressed into the program: unpacked when they are needed, which no hook does.

use libdeflater::Decompressor;

/// A text of the build script.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// Raw deflate.
    pub deflated: &'static [u8],
    /// Its length once it is unpacked, in bytes.
    pub bytes: usize,
}

impl Packed {
    /// The text.
    #[must_use]
    pub fn unpack(self) -> Vec<u8> {
        let mut text = vec![0; self.bytes];
        Decompressor::new()
            .deflate_decompress(self.deflated, &mut text)
            .expect("the build script compressed it");
        text
    }
}
