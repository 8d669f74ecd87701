//! Bytes to chunks: what a container may not do.

use std::io::Cursor;

use behalf_engine::model::LossCode;
use behalf_engine::read::{Form, Limits, Splitter};

/// A chunk as a reviewer sees it: its place, its bytes, and why it is none.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut {
    pub offset: u64,
    pub bytes: Vec<u8>,
    pub broken: Option<LossCode>,
}

/// The chunks of a text, the same whatever the size of a batch; each where it says, none within another.
pub fn hold(form: &Form, text: &[u8]) -> Vec<Cut> {
    let whole = cuts(form, text, usize::MAX >> 1);
    for batch in [1, 61] {
        // A byte at a time costs the square of the text.
        if batch > 1 || text.len() < 512 {
            assert_eq!(whole, cuts(form, text, batch), "{form:?} in batches of {batch}");
        }
    }
    whole
}

fn cuts(form: &Form, text: &[u8], batch_bytes: usize) -> Vec<Cut> {
    let limits = Limits { batch_bytes: batch_bytes.min(text.len() + 1), ..Limits::default() };
    let (mut splitter, mut source) = (Splitter::new(form, &limits), Cursor::new(text));
    let (mut found, mut end) = (Vec::new(), 0);
    while let Some(batch) = splitter.next_batch(&mut source).unwrap() {
        for chunk in &batch.chunks {
            assert!(
                end <= chunk.offset && chunk.length > 0,
                "{form:?}: a chunk at {} of {}",
                chunk.offset,
                chunk.length
            );
            assert_eq!(chunk.index, found.len() as u64);
            end = chunk.offset + chunk.length;
            let bytes = batch.bytes(chunk).to_vec();
            assert_eq!(text.get(chunk.offset as usize..end as usize), Some(bytes.as_slice()), "{form:?}");
            found.push(Cut { offset: chunk.offset, bytes, broken: chunk.broken.as_ref().map(|b| b.0) });
        }
    }
    found
}
