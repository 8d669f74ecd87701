//! What import workers do with one batch: expand, parse, understand, hash, compress. A pure function of the batch.

use sha2::{Digest, Sha256};

use crate::model::{Event, LossCode};
use crate::read::{Batch, Form};
use crate::sources::{Hints, Source, Understood, understand_chunk};

/// One batch, ready to be written in order.
pub(super) struct Prepared {
    /// The batch's text, compressed; empty where the batch has none.
    pub data: Vec<u8>,
    pub length: usize,
    pub hash: [u8; 32],
    pub items: Vec<Item>,
    /// Bytes of the decompressed export that this batch covers, for progress.
    pub covered: u64,
}

/// A record of the batch with its place.
pub(super) struct Item {
    pub offset: u64,
    pub length: u64,
    pub line: Option<u64>,
    /// First byte in the block.
    pub start: usize,
    pub content: ItemContent,
}

#[allow(clippy::large_enum_variant, reason = "nearly all items are records: a box would cost each an allocation")]
pub(super) enum ItemContent {
    Rejected { code: LossCode, detail: String },
    Record { hash: [u8; 16], envelope: Option<Envelope>, understood: Understood, shown_id: ShownId },
}

pub(super) struct Envelope {
    pub hash: [u8; 16],
    pub data: Vec<u8>,
}

/// The source's own id, else a hash of the bytes.
pub(super) enum ShownId {
    Own(String),
    Hashed(String),
}

/// zstd level 1: at this block size higher levels cost time and save nothing (reference measurements).
const LEVEL: i32 = 1;

pub(super) fn prepare(batch: Batch, source: &dyn Source, form: &Form, hints: &Hints) -> Result<Prepared, String> {
    let mut items = Vec::with_capacity(batch.chunks.len());
    let mut covered = 0;
    for chunk in &batch.chunks {
        covered = chunk.offset + chunk.length;
        if let Some((code, detail)) = &chunk.broken {
            items.push(Item {
                offset: chunk.offset,
                length: chunk.length,
                line: chunk.line,
                start: chunk.range.start,
                content: ItemContent::Rejected { code: *code, detail: detail.clone() },
            });
            continue;
        }
        let text = batch.text.get(chunk.range.clone()).unwrap_or_default();
        // The records of a chunk stand in order, so that their lines are counted once.
        let (mut counted, mut line) = (0, chunk.line);
        for (range, envelope, result) in understand_chunk(source, form, text, hints) {
            let between = text.get(counted..range.start).unwrap_or_default();
            line = line.map(|l| l + memchr::memchr_iter(b'\n', between).count() as u64);
            counted = counted.max(range.start);
            let bytes = text.get(range.clone()).unwrap_or_default();
            let content = match result {
                Ok(understood) => record(bytes, envelope, understood),
                Err(not) => ItemContent::Rejected { code: not.code, detail: not.detail },
            };
            items.push(Item {
                offset: chunk.offset + range.start as u64,
                length: bytes.len() as u64,
                line,
                start: chunk.range.start + range.start,
                content,
            });
        }
    }
    let data = if batch.text.is_empty() {
        Vec::new()
    } else {
        zstd::bulk::compress(&batch.text, LEVEL).map_err(|e| format!("compression failed: {e}"))?
    };
    Ok(Prepared { length: batch.text.len(), hash: *blake3::hash(&batch.text).as_bytes(), data, items, covered })
}

fn record(bytes: &[u8], envelope: Option<Vec<u8>>, mut understood: Understood) -> ItemContent {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes);
    let envelope = envelope.map(|data| {
        hasher.update(b"\0envelope\0").update(&data);
        Envelope { hash: short(&blake3::hash(&data)), data }
    });
    let shown_id = match &mut understood {
        Understood::Event(event) => own_id(event).map_or_else(|| hashed(bytes), ShownId::Own),
        _ => hashed(bytes),
    };
    ItemContent::Record { hash: short(&hasher.finalize()), envelope, understood, shown_id }
}

fn own_id(event: &mut Event) -> Option<String> {
    event.id.take().filter(|id| !id.trim().is_empty())
}

fn hashed(bytes: &[u8]) -> ShownId {
    let digest = Sha256::digest(bytes);
    let digits: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    ShownId::Hashed(format!("sha256:{digits}"))
}

fn short(hash: &blake3::Hash) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&hash.as_bytes()[..16]);
    out
}
