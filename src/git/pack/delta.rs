//! Deltas: a text told as copies out of a base and new bytes.
//!
//! In: the inflated data of a delta entry and the length of its base. Out: checked [`Instruction`]s, which can then
//! be applied without a further check, and read without being applied.
//! Source: <https://git-scm.com/docs/gitformat-pack>, "Deltified representation".

/// A run of the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// Bytes of the base.
    Copy { from: u32, len: u32 },
    /// Bytes of the delta's own data.
    Insert { from: u32, len: u32 },
}

/// Git writes a length of 0 for this one.
const IMPLIED_COPY_LEN: u32 = 0x10000;

const TRUNCATED: &str = "its delta is cut short";

/// Reads `delta` into `instructions` and gives the length of the text that they make.
///
/// Copies that continue each other are joined: git cuts a long one every 64 KB.
pub(super) fn decode(
    delta: &[u8],
    base_len: usize,
    instructions: &mut Vec<Instruction>,
) -> Result<usize, &'static str> {
    instructions.clear();
    if u32::try_from(delta.len()).is_err() {
        return Err("its delta is longer than 4 GB");
    }
    let mut at = 0;
    if size(delta, &mut at)? != base_len as u64 {
        return Err("its delta is made for a base of another size");
    }
    let stated = size(delta, &mut at)?;
    let mut made = 0_u64;
    while let Some(&opcode) = delta.get(at) {
        at += 1;
        let len = if opcode & 0x80 != 0 {
            let from = operand(delta, &mut at, opcode, 0..4)?;
            let len = match operand(delta, &mut at, opcode, 4..7)? {
                0 => IMPLIED_COPY_LEN,
                len => len,
            };
            if u64::from(from) + u64::from(len) > base_len as u64 {
                return Err("its delta copies from beyond the end of its base");
            }
            copy(instructions, from, len);
            len
        } else if opcode > 0 {
            let len = u32::from(opcode);
            let from = u32::try_from(at).map_err(|_| TRUNCATED)?;
            at += usize::from(opcode);
            if at > delta.len() {
                return Err(TRUNCATED);
            }
            instructions.push(Instruction::Insert { from, len });
            len
        } else {
            return Err("its delta has an instruction that git does not know");
        };
        made += u64::from(len);
    }
    if made != stated {
        return Err("its delta makes another size than it states");
    }
    usize::try_from(made).map_err(|_| "its size does not fit this machine")
}

fn copy(instructions: &mut Vec<Instruction>, from: u32, len: u32) {
    if let Some(Instruction::Copy {
        from: last_from,
        len: last_len,
    }) = instructions.last_mut()
        && last_from.checked_add(*last_len) == Some(from)
        && let Some(joined) = last_len.checked_add(len)
    {
        *last_len = joined;
    } else {
        instructions.push(Instruction::Copy { from, len });
    }
}

/// A little-endian number whose bytes are there as `bits` of the opcode say.
fn operand(
    delta: &[u8],
    at: &mut usize,
    opcode: u8,
    bits: std::ops::Range<u8>,
) -> Result<u32, &'static str> {
    let mut value = 0;
    for (byte, bit) in bits.enumerate() {
        if opcode & 1 << bit != 0 {
            value |= u32::from(*delta.get(*at).ok_or(TRUNCATED)?) << (8 * byte);
            *at += 1;
        }
    }
    Ok(value)
}

/// A little-endian number of seven bits a byte.
fn size(delta: &[u8], at: &mut usize) -> Result<u64, &'static str> {
    let mut size = 0;
    let mut shift = 0;
    loop {
        let byte = *delta.get(*at).ok_or(TRUNCATED)?;
        *at += 1;
        let bits = u64::from(byte & 0x7f);
        if shift > 63 || bits << shift >> shift != bits {
            return Err("a size in its delta does not fit 64 bits");
        }
        size |= bits << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
}

/// Writes the text that `instructions`, decoded from `delta` for this very `base`, make.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    instructions: &[Instruction],
    len: usize,
    text: &mut Vec<u8>,
) {
    make_room(text, len);
    text.clear();
    for instruction in instructions {
        text.extend_from_slice(run(base, delta, instruction));
    }
}

/// Sees to it that `len` bytes fit. What is left over in `text` may go: growing would copy it.
pub(super) fn make_room(text: &mut Vec<u8>, len: usize) {
    if text.capacity() < len {
        *text = Vec::new();
        text.reserve_exact(len);
    }
}

/// The bytes that one instruction stands for.
pub(super) fn run<'a>(base: &'a [u8], delta: &'a [u8], instruction: &Instruction) -> &'a [u8] {
    let (source, from, len) = match *instruction {
        Instruction::Copy { from, len } => (base, from, len),
        Instruction::Insert { from, len } => (delta, from, len),
    };
    &source[from as usize..][..len as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &[u8] = b"0123456789";

    fn text(delta: &[u8]) -> Result<Vec<u8>, &'static str> {
        let mut instructions = Vec::new();
        let len = decode(delta, BASE.len(), &mut instructions)?;
        let mut text = vec![9; 3];
        apply(BASE, delta, &instructions, len, &mut text);
        assert_eq!(text.len(), len);
        Ok(text)
    }

    #[test]
    fn copies_and_inserts_make_the_text() {
        let delta = [10, 8, 0x91, 2, 3, 2, b'a', b'b', 0x90, 2, 0x91, 9, 1];
        assert_eq!(text(&delta), Ok(b"234ab019".to_vec()));
    }

    #[test]
    fn copies_that_continue_each_other_are_one() {
        let mut instructions = Vec::new();
        let delta = [10, 5, 0x91, 2, 3, 0x91, 5, 2];
        assert_eq!(decode(&delta, 10, &mut instructions), Ok(5));
        assert_eq!(instructions, [Instruction::Copy { from: 2, len: 5 }]);
    }

    #[test]
    fn a_length_of_zero_is_64_kb() {
        let mut instructions = Vec::new();
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(decode(&delta, 0x10000, &mut instructions), Ok(0x10000));
    }

    #[test]
    fn bent_deltas_are_refused() {
        for delta in [
            &[][..],
            &[10],
            &[0x8a],
            &[9, 1, 1, b'x'],
            &[10, 2, 1, b'x'],
            &[10, 2, 2, b'x'],
            &[10, 1, 0],
            &[10, 11, 0x90, 11],
            &[10, 1, 0x91, 10, 1],
            &[10, 3, 0x91, 2],
            &[
                10, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f, 1, b'x',
            ],
        ] {
            assert!(text(delta).is_err(), "{delta:x?}");
        }
    }
}
