//! Content codings: compression, and the choice of the coding that a client accepts (RFC 9110, section 12.5.3).

use std::io::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};

/// The way in which the body of a response is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentCoding {
    /// No compression.
    Identity,
    /// The Brotli format.
    Br,
    /// The Zstandard format.
    Zstd,
    /// The gzip format.
    Gzip,
}

/// The size above which Brotli compresses with a lower quality, because the high one would take seconds.
const LARGE_BODY: usize = 8 << 20;

impl ContentCoding {
    /// All codings in the order of preference.
    pub(crate) const ALL: [Self; 4] = [Self::Br, Self::Zstd, Self::Gzip, Self::Identity];

    /// Returns the name in headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Br => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// Compresses bytes, or returns `None` if that does not make them smaller.
    pub(crate) fn encode(self, plain: &[u8]) -> Option<Vec<u8>> {
        let coded = match self {
            Self::Identity => return None,
            Self::Br => brotli(plain),
            Self::Zstd => zstd::bulk::compress(plain, 9).ok()?,
            Self::Gzip => gzip(plain)?,
        };
        (coded.len() < plain.len()).then_some(coded)
    }
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let quality = if plain.len() > LARGE_BODY { 5 } else { 9 };
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut writer = brotli::CompressorWriter::with_params(Vec::new(), 64 * 1024, &parameters);
    writer.write_all(plain).expect("memory takes all bytes");
    writer.into_inner()
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    writer.write_all(plain).ok()?;
    writer.finish().ok()
}

/// Chooses the coding of a response, or returns `None` if the client accepts none of the available codings.
///
/// A client without `Accept-Encoding` gets the plain bytes. Among codings of equal weight, the order of preference decides.
pub(crate) fn negotiate(headers: &HeaderMap, has: impl Fn(ContentCoding) -> bool) -> Option<ContentCoding> {
    let mut values = headers.get_all(header::ACCEPT_ENCODING).iter().peekable();
    if values.peek().is_none() {
        return Some(ContentCoding::Identity);
    }
    let accepted: Vec<(&str, u16)> = values.filter_map(text).flat_map(weighted_codings).collect();
    let weight = |coding: ContentCoding| {
        let of = |name: &str| {
            accepted.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, weight)| *weight)
        };
        let legacy = if coding == ContentCoding::Gzip { of("x-gzip") } else { None };
        // The plain bytes are acceptable unless they are excluded, but any coding with a name comes first.
        let default = u16::from(coding == ContentCoding::Identity);
        of(coding.name()).or(legacy).or_else(|| of("*")).unwrap_or(default)
    };
    let mut best: Option<(ContentCoding, u16)> = None;
    for coding in ContentCoding::ALL.into_iter().filter(|coding| has(*coding)) {
        let weight = weight(coding);
        if weight > best.map_or(0, |(_, best)| best) {
            best = Some((coding, weight));
        }
    }
    best.map(|(coding, _)| coding)
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// Returns the codings in one header with their weights in thousandths.
fn weighted_codings(header: &str) -> impl Iterator<Item = (&str, u16)> {
    header.split(',').filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((name, weight.map_or(1000, thousandths)))
    })
}

/// Converts a weight such as `0.5` to thousandths. An invalid weight is 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    match whole {
        "1" => 1000,
        "0" if is_weight => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_the_client_decide_and_then_the_order_of_preference() {
        use ContentCoding::{Br, Gzip, Identity, Zstd};
        for (accepted, expected) in [
            (&[][..], Some(Identity)),
            (&[""], Some(Identity)),
            (&["gzip"], Some(Gzip)),
            (&["x-gzip"], Some(Gzip)),
            (&["GZIP;Q=0.3"], Some(Gzip)),
            (&["gzip, deflate, br, zstd"], Some(Br)),
            (&["gzip", "zstd"], Some(Zstd)),
            (&["gzip;q=1.0, br;q=0.5"], Some(Gzip)),
            (&["br;q=0, gzip;q=0.001"], Some(Gzip)),
            (&["*"], Some(Br)),
            (&["*;q=0.5, gzip"], Some(Gzip)),
            (&["br;q=0, *"], Some(Zstd)),
            (&["identity"], Some(Identity)),
            (&["identity;q=0.5, gzip;q=0.1"], Some(Identity)),
            (&["deflate"], Some(Identity)),
            (&["identity;q=0"], None),
            (&["*;q=0"], None),
            (&["*;q=0, identity;q=0.1"], Some(Identity)),
            (&["gzip;q=nonsense"], Some(Identity)),
            (&["gzip;q=0.12345"], Some(Identity)),
        ] {
            let mut headers = HeaderMap::new();
            for value in accepted {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(negotiate(&headers, |_| true), expected, "{accepted:?}");
        }
    }

    #[test]
    fn a_coding_that_is_not_available_is_not_chosen() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip"));
        assert_eq!(
            negotiate(&headers, |coding| coding == ContentCoding::Identity),
            Some(ContentCoding::Identity)
        );
    }
}
