//! The bytes of a pack: one stream of many objects (git's `gitformat-pack`, version 2, no deltas).

use std::io::{self, Write};

use crate::{
    domain::ObjectFormat,
    object::{Hasher, Object, ObjectKind},
};
use flate2::{Compression, write::ZlibEncoder};
use rayon::prelude::*;

/// Packs objects, each deflated on its own and all cores at once; the same objects give the same bytes.
pub(super) fn pack(format: ObjectFormat, objects: &[&Object]) -> io::Result<Vec<u8>> {
    let count =
        u32::try_from(objects.len()).map_err(|_| io::Error::other("too many objects for one pack"))?;
    let packed = objects.par_iter().map(|object| pack_object(object)).collect::<io::Result<Vec<_>>>()?;
    let mut bytes = Vec::with_capacity(32 + packed.iter().map(Vec::len).sum::<usize>());
    bytes.extend_from_slice(b"PACK");
    bytes.extend_from_slice(&2_u32.to_be_bytes());
    bytes.extend_from_slice(&count.to_be_bytes());
    for object in &packed {
        bytes.extend_from_slice(object);
    }
    let mut hash = Hasher::new(format);
    hash.update(&bytes);
    bytes.extend_from_slice(hash.finish().as_bytes());
    Ok(bytes)
}

fn pack_object(object: &Object) -> io::Result<Vec<u8>> {
    let mut bytes = header(object.kind(), object.bytes().len());
    bytes.reserve(object.bytes().len() / 2);
    // Level 1: half the time of the default for a tenth more bytes; `git gc` repacks anyway.
    let mut deflate = ZlibEncoder::new(bytes, Compression::fast());
    deflate.write_all(object.bytes())?;
    deflate.finish()
}

/// Returns the kind and the size: three bits and four bits, then seven at a time, the lowest first.
fn header(kind: ObjectKind, size: usize) -> Vec<u8> {
    let kind: u8 = match kind {
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
    };
    let mut bytes = vec![kind << 4 | low_bits(size, 4)];
    let mut rest = size >> 4;
    while rest > 0 {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(low_bits(rest, 7));
        rest >>= 7;
    }
    bytes
}

fn low_bits(number: usize, bits: u32) -> u8 {
    let mask = (1_usize << bits) - 1;
    u8::try_from(number & mask).expect("at most seven bits are left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_hold_the_size_seven_bits_at_a_time() {
        for (kind, size, bytes) in [
            (ObjectKind::Blob, 0, vec![0x30]),
            (ObjectKind::Blob, 15, vec![0x3f]),
            (ObjectKind::Blob, 16, vec![0xb0, 0x01]),
            (ObjectKind::Tree, 2047, vec![0xaf, 0x7f]),
            (ObjectKind::Tree, 2048, vec![0xa0, 0x80, 0x01]),
        ] {
            assert_eq!(header(kind, size), bytes, "{kind:?} {size}");
        }
    }
}
