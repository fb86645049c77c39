//! Loose objects, read without libgit2: that one never returns from an object whose file was cut off.

use std::{fs, io::Read as _};

use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
    object::Hasher,
};
use flate2::read::ZlibDecoder;

/// The most bytes that a header takes: the longest kind, a size of 64 bits, a space and a NUL.
const MAX_HEADER: usize = 32;

impl Repository {
    /// Returns the kind and the content of a loose object, or `None` if the file does not exist: the object is in a pack, in
    /// another object directory, or missing. What is not whole is damaged.
    pub(in crate::git) fn loose(
        &self,
        id: ObjectId,
    ) -> Result<Option<(git2::ObjectType, Vec<u8>)>, GitError> {
        let name = id.to_string();
        let path = self.objects().join(&name[..2]).join(&name[2..]);
        let Ok(file) = fs::read(&path) else { return Ok(None) };
        unpack(&file, id).map(Some).map_err(|reason| {
            let kind = GitErrorKind::DamagedObject { id, reason };
            GitError::new(format!("could not read object {id}"), kind)
        })
    }
}

/// Inflates the file of a loose object: `kind SP size NUL content`.
fn unpack(file: &[u8], id: ObjectId) -> Result<(git2::ObjectType, Vec<u8>), String> {
    let mut bytes = Vec::new();
    let inflated = ZlibDecoder::new(file).read_to_end(&mut bytes);
    inflated.map_err(|error| format!("it cannot be inflated: {error}"))?;
    let end = bytes.iter().take(MAX_HEADER).position(|&byte| byte == 0).ok_or("it has no header")?;
    let header = str::from_utf8(&bytes[..end]).ok().and_then(|header| header.split_once(' '));
    let kind = header.and_then(|(kind, _)| git2::ObjectType::from_str(kind)).ok_or("its kind is unknown")?;
    let mut hash = Hasher::new(id.format());
    hash.update(&bytes);
    if hash.finish() != id {
        return Err("its content has another id".to_owned());
    }
    bytes.drain(..=end);
    Ok((kind, bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;
    use crate::domain::ObjectFormat;

    #[test]
    fn a_file_that_is_cut_off_or_changed_is_damaged() {
        let bytes = [b"blob 200\0".as_slice(), &[b'x'; 200]].concat();
        let mut hash = Hasher::new(ObjectFormat::Sha1);
        hash.update(&bytes);
        let id = hash.finish();
        let mut file = ZlibEncoder::new(Vec::new(), Compression::none());
        file.write_all(&bytes).unwrap();
        let file = file.finish().unwrap();
        assert_eq!(unpack(&file, id), Ok((git2::ObjectType::Blob, vec![b'x'; 200])));
        for end in 0..file.len() {
            assert!(unpack(&file[..end], id).is_err(), "cut off at {end}");
        }
        for at in 0..file.len() {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            let read = unpack(&flipped, id);
            assert!(read.is_err() || read == unpack(&file, id), "byte {at} flipped");
        }
    }
}
