//! Steps the automaton over a text.
//!
//! Each step waits for the load of the step before it, some seven cycles of which the processor uses one. So a text is
//! cut into segments that are stepped in turn, a lane each. A lane does not know the state in which the one before it
//! will end, so it first reads the last [`HEAD`] bytes before its segment: no state looks back further.

use std::ops::Range;

use super::table::{CLASSES, HEAD, Row, Table, class};

/// Segments stepped in turn: as many as registers hold the states of, and half as many in what remains.
const MANY: usize = 8;
const FEW: usize = 4;

/// Bytes of a segment in a long text, in what remains of it, and in what remains of that; the last few dozen bytes
/// are stepped in one lane.
const LONG: usize = 1024;
const MIDDLE: usize = 128;
const SHORT: usize = 32;
const SHORTEST: usize = 16;

/// Calls `matched` with the state and the offset one past the byte that led to it, for each match state that is
/// entered in `range` of `text`. Offsets do not come in order.
pub(super) fn run(
    table: &Table,
    text: &[u8],
    range: Range<usize>,
    matched: &mut dyn FnMut(usize, usize),
) {
    let mut walk = Walk {
        rows: &table.rows,
        plain: &table.rows[..table.first_match],
        root: table.root,
        state: table.root,
        at: range.start,
    };
    walk.single(
        &text[range.start.saturating_sub(HEAD)..range.start],
        &mut |_, _| {},
    );
    walk.at = range.start;
    let mut rest = &text[range];
    rest = walk.blocks::<MANY, LONG>(rest, matched);
    rest = walk.blocks::<MANY, MIDDLE>(rest, matched);
    rest = walk.blocks::<MANY, SHORT>(rest, matched);
    rest = walk.blocks::<FEW, SHORT>(rest, matched);
    rest = walk.blocks::<FEW, SHORTEST>(rest, matched);
    walk.single(rest, matched);
}

/// Where a run stands.
struct Walk<'a> {
    rows: &'a [Row],
    plain: &'a [Row],
    root: usize,
    state: usize,
    at: usize,
}

impl Walk<'_> {
    /// Takes whole blocks, a segment for every lane, off the front of `text` and gives what is left.
    fn blocks<'t, const LANES: usize, const SEGMENT: usize>(
        &mut self,
        text: &'t [u8],
        matched: &mut dyn FnMut(usize, usize),
    ) -> &'t [u8] {
        let (segments, _) = text.as_chunks::<SEGMENT>();
        let (blocks, _) = segments.as_chunks::<LANES>();
        if !blocks.is_empty() {
            let mut classes = [[0; SEGMENT]; LANES];
            for block in blocks {
                for (classes, bytes) in classes
                    .as_flattened_mut()
                    .iter_mut()
                    .zip(block.as_flattened())
                {
                    *classes = class(*bytes);
                }
                self.block(&classes, matched);
            }
        }
        &text[blocks.len() * LANES * SEGMENT..]
    }

    #[expect(
        clippy::needless_range_loop,
        reason = "`at` is the same place in every lane"
    )]
    fn block<const LANES: usize, const SEGMENT: usize>(
        &mut self,
        classes: &[[u8; SEGMENT]; LANES],
        matched: &mut dyn FnMut(usize, usize),
    ) {
        const {
            assert!(
                SEGMENT > HEAD,
                "a lane is warmed up on its neighbour's bytes"
            );
            assert!(LANES == 8 || LANES == 4, "each lane has a line below");
        };
        let mut states = [self.root; LANES];
        for at in SEGMENT - HEAD..SEGMENT {
            for lane in 1..LANES {
                states[lane] = self.next(states[lane], classes[lane - 1][at]);
            }
        }
        states[0] = self.state;
        for lane in 0..LANES {
            states[lane] = self.next(states[lane], classes[lane][0]);
        }
        for at in 1..SEGMENT {
            let mut step = |lane: usize| {
                let end = self.at + lane * SEGMENT + at;
                states[lane] = self.report_and_next(states[lane], classes[lane][at], end, matched);
            };
            // Compilers do not unroll a loop of eight, and then the states are in memory: half as fast.
            step(0);
            step(1);
            step(2);
            step(3);
            if LANES == 8 {
                step(4);
                step(5);
                step(6);
                step(7);
            }
        }
        for (state, lane) in states.into_iter().zip(1..) {
            self.report(state, self.at + lane * SEGMENT, matched);
        }
        self.state = states[LANES - 1];
        self.at += LANES * SEGMENT;
    }

    fn single(&mut self, text: &[u8], matched: &mut dyn FnMut(usize, usize)) {
        let [first, rest @ ..] = text else { return };
        let mut state = self.next(self.state, class(*first));
        for (&byte, end) in rest.iter().zip(self.at + 1..) {
            state = self.report_and_next(state, class(byte), end, matched);
        }
        self.at += text.len();
        self.report(state, self.at, matched);
        self.state = state;
    }

    #[inline(always)]
    fn next(&self, state: usize, class: u8) -> usize {
        usize::from(self.rows[state][usize::from(class) % CLASSES])
    }

    /// The same, after reporting `state`, which the byte before `end` led to. The one compare that tells match states
    /// from others is the bounds check of the others' rows.
    #[inline(always)]
    fn report_and_next(
        &self,
        state: usize,
        class: u8,
        end: usize,
        matched: &mut dyn FnMut(usize, usize),
    ) -> usize {
        let row = match self.plain.get(state) {
            Some(row) => row,
            None => self.report_slow(state, end, matched),
        };
        usize::from(row[usize::from(class) % CLASSES])
    }

    fn report(&self, state: usize, end: usize, matched: &mut dyn FnMut(usize, usize)) {
        if state >= self.plain.len() {
            self.report_slow(state, end, matched);
        }
    }

    /// Out of line, so that the lanes' states stay in registers.
    #[cold]
    #[inline(never)]
    fn report_slow(&self, state: usize, end: usize, matched: &mut dyn FnMut(usize, usize)) -> &Row {
        matched(state, end);
        &self.rows[state]
    }
}
