//! Files that are no files: pipes end, devices may not.

use std::fs::Metadata;

/// Whether it is a pipe, named or not.
#[cfg(unix)]
pub(super) fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo()
}

/// Whether it is a device, be it a disk, a terminal, or one that gives nothing or never ends.
#[must_use]
#[cfg(unix)]
pub fn is_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    kind.is_char_device() || kind.is_block_device()
}

/// Here no path names one.
#[cfg(not(unix))]
pub(super) fn is_pipe(_: &Metadata) -> bool {
    false
}

/// Here no path names one.
#[must_use]
#[cfg(not(unix))]
pub fn is_device(_: &Metadata) -> bool {
    false
}
