//! Objects that are stored whole, inflated a chunk at a time.
//!
//! In: an object's name. Out: every place where it is stored as it is, in a pack or loose, each of which hands its text
//! over in chunks. So a text of any size can be read in little memory. One that is stored as a delta cannot be: what it copies may
//! stand anywhere in its base. git makes no deltas of large files (`core.bigFileThreshold`, 512 MB).

use flate2::{Decompress, FlushDecompress, Status};

use super::super::hash::{Algorithm, Summing};
use super::super::loose;
use super::super::map::Bytes;
use super::entry::{self, Shape};
use super::{Kind, Oid, Pack, Store};

/// Bytes of a chunk.
const CHUNK: usize = 1 << 18;

/// An object that is stored whole in some place.
#[derive(Debug)]
pub struct Whole<'a> {
    /// What it is.
    pub kind: Kind,
    /// Length of its text in bytes, as stated.
    pub size: u64,
    oid: Oid,
    data: Data<'a>,
}

/// Compressed bytes.
#[derive(Debug)]
enum Data<'a> {
    Packed(&'a [u8]),
    /// And the length of the header within what they inflate to.
    Loose(Bytes, usize),
}

/// Whether the next chunk is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is.
    More,
    /// Nothing more is.
    Stop,
}

/// Sees a text, a chunk at a time.
pub type Sink<'s> = dyn FnMut(&[u8]) -> Next + 's;

impl Store {
    /// Every place where the object `oid` is stored whole.
    #[must_use]
    pub fn stored_whole(&self, oid: &Oid) -> Vec<Whole<'_>> {
        let packed = self.packs().iter().filter_map(|pack| packed(pack, oid));
        let loose = loose::paths(self.folders(), oid)
            .filter_map(|path| loose_whole(Bytes::map(&path).ok()?, oid));
        packed.chain(loose).collect()
    }
}

fn packed<'a>(pack: &'a Pack, oid: &Oid) -> Option<Whole<'a>> {
    let entry = pack.entry(pack.index_offset(oid)?..pack.end()).ok()?;
    let header = entry::header(entry, pack.hash_len()).ok()?;
    let Shape::Whole(kind) = header.shape else {
        return None;
    };
    Some(Whole {
        kind,
        size: header.size as u64,
        oid: *oid,
        data: Data::Packed(&entry[header.len..]),
    })
}

fn loose_whole<'a>(deflated: Bytes, oid: &Oid) -> Option<Whole<'a>> {
    let (kind, size, header_len) = loose::stated(&deflated)?;
    Some(Whole {
        kind,
        size: size as u64,
        oid: *oid,
        data: Data::Loose(deflated, header_len),
    })
}

impl Whole<'_> {
    /// Hands over the text, and compares its name with what it hashes to; [`Next::Stop`] where the sink has had enough.
    ///
    /// # Errors
    /// What is wrong with it, to follow "object …:". What was handed over by then may be anything.
    pub fn read(&self, sink: &mut Sink<'_>) -> Result<Next, &'static str> {
        let mut sum = Summing::new(Algorithm::of(&self.oid));
        let (compressed, mut skipped) = match &self.data {
            Data::Packed(compressed) => {
                sum.add(format!("{} {}\0", self.kind.name(), self.size).as_bytes());
                (*compressed, 0)
            }
            Data::Loose(bytes, header_len) => (&**bytes, *header_len),
        };
        let mut len = 0;
        let ended = inflate(compressed, &mut |chunk| {
            sum.add(chunk);
            let header = skipped.min(chunk.len());
            skipped -= header;
            len += (chunk.len() - header) as u64;
            // Whatever comes after its size is no part of it.
            if len > self.size {
                return Next::Stop;
            }
            sink(&chunk[header..])
        })?;
        if len > self.size {
            return Err("it is longer than its header says");
        }
        if ended == Next::Stop {
            return Ok(Next::Stop);
        }
        if len < self.size {
            return Err("it is shorter than its header says");
        }
        if sum.done() != self.oid {
            return Err("its content does not match its name");
        }
        Ok(Next::More)
    }
}

/// Inflates zlib's format; what stands behind its end is not looked at.
fn inflate(mut compressed: &[u8], sink: &mut Sink<'_>) -> Result<Next, &'static str> {
    const DAMAGED: &str = "its compressed data are damaged";
    let mut inflater = Decompress::new(true);
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        let before = inflater.total_in();
        let filled = chunk.len();
        let status = inflater
            .decompress_vec(compressed, &mut chunk, FlushDecompress::None)
            .map_err(|_| DAMAGED)?;
        let read = usize::try_from(inflater.total_in() - before).unwrap_or(usize::MAX);
        compressed = compressed.get(read..).unwrap_or_default();
        let is_end = status == Status::StreamEnd;
        if !is_end && read == 0 && chunk.len() == filled {
            return Err(DAMAGED);
        }
        if is_end || chunk.len() == chunk.capacity() {
            if sink(&chunk) == Next::Stop {
                return Ok(Next::Stop);
            }
            chunk.clear();
        }
        if is_end {
            return Ok(Next::More);
        }
    }
}

#[cfg(test)]
mod tests {
    use libdeflater::{CompressionLvl, Compressor};

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut deflater = Compressor::new(CompressionLvl::fastest());
        let mut out = vec![0; deflater.zlib_compress_bound(bytes.len())];
        let len = deflater
            .zlib_compress(bytes, &mut out)
            .expect("it has room");
        out.truncate(len);
        out
    }

    /// The same object as a pack has it, and as a loose file.
    fn stored(text: &[u8]) -> [(Oid, Vec<u8>, bool); 2] {
        let oid = Algorithm::Sha1.name(Kind::Blob, text);
        let header = format!("blob {}\0", text.len());
        let loose = deflated(&[header.as_bytes(), text].concat());
        [(oid, deflated(text), false), (oid, loose, true)]
    }

    fn whole(oid: Oid, size: usize, data: &[u8], is_loose: bool) -> Option<Whole<'_>> {
        if is_loose {
            return loose_whole(Bytes::Owned(data.to_vec()), &oid);
        }
        Some(Whole {
            kind: Kind::Blob,
            size: size as u64,
            oid,
            data: Data::Packed(data),
        })
    }

    fn read(whole: &Whole<'_>) -> Result<Vec<u8>, &'static str> {
        let mut text = Vec::new();
        let ended = whole.read(&mut |chunk| {
            assert!(chunk.len() <= CHUNK);
            text.extend_from_slice(chunk);
            Next::More
        })?;
        assert_eq!(ended, Next::More);
        Ok(text)
    }

    #[test]
    fn texts_of_every_size_come_back() {
        for len in [0, 1, 1_000, CHUNK - 9, CHUNK, CHUNK + 1, 5 * CHUNK + 77] {
            let text: Vec<u8> = (0..251_u8).cycle().take(len).collect();
            for (oid, data, is_loose) in stored(&text) {
                // In a pack other entries stand behind it.
                let data = [&data[..], b"and more"].concat();
                let whole = whole(oid, len, &data, is_loose).expect("it has a header");
                assert_eq!((whole.kind, whole.size), (Kind::Blob, len as u64));
                assert_eq!(read(&whole), Ok(text.clone()));
            }
        }
    }

    #[test]
    fn who_has_had_enough_is_given_no_more() {
        let text = vec![b'a'; 10 * CHUNK];
        for (oid, data, is_loose) in stored(&text) {
            let mut chunks = 0;
            let whole = whole(oid, text.len(), &data, is_loose).expect("it has a header");
            let ended = whole.read(&mut |_| {
                chunks += 1;
                if chunks == 3 { Next::Stop } else { Next::More }
            });
            assert_eq!((ended, chunks), (Ok(Next::Stop), 3));
        }
    }

    #[test]
    fn every_cut_and_flip_is_noticed() {
        let text = b"token = os.environ[\"HF_TOKEN\"]\n";
        for (oid, data, is_loose) in stored(text) {
            for len in 0..data.len() {
                let cut = whole(oid, text.len(), &data[..len], is_loose);
                assert!(cut.is_none_or(|cut| read(&cut).is_err()), "cut at {len}");
            }
            for at in 0..data.len() {
                let mut flipped = data.clone();
                flipped[at] ^= 0x20;
                if let Some(Ok(read)) =
                    whole(oid, text.len(), &flipped, is_loose).map(|it| read(&it))
                {
                    assert_eq!(read, text, "flip at {at}");
                }
            }
            if !is_loose {
                for size in [0, text.len() - 1, text.len() + 1] {
                    let lying = whole(oid, size, &data, false).expect("it has a header");
                    assert!(read(&lying).is_err());
                }
            }
        }
    }
}
