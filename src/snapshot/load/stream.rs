//! Bytes of a data file as UTF-8 with plain line ends: unpacked, decoded, peeked into.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use memchr::memchr;

use super::limits::{Allowance, Allowed};

/// How much is read at a time.
pub(super) const CHUNK: usize = 1 << 17;

/// A data file opened for reading.
pub(super) struct Stream {
    pub(super) reader: Box<dyn BufRead + Send>,
    /// Bytes were translated, so that one that does not belong shows as U+FFFD.
    pub(super) decoded: bool,
    /// To be renewed for each record.
    pub(super) allowance: Allowance,
}

/// Decodes what `raw` gives; `encoding` is what the mapping says.
pub(super) fn open(raw: Box<dyn Read + Send>, encoding: Option<&'static Encoding>) -> io::Result<Stream> {
    let (start, raw) = peek(raw, 3)?;
    let marked = Encoding::for_bom(&start);
    let encoding = marked.map(|(encoding, _)| encoding).or(encoding).unwrap_or(UTF_8);
    let allowance = Allowance::new();
    if encoding != UTF_8 {
        let decoded = Allowed::new(Decoded::new(raw, encoding), allowance.clone());
        return Ok(Stream { reader: Box::new(buffered(Newlines::new(decoded))), decoded: true, allowance });
    }
    let skip = marked.map_or(0, |(_, length)| length);
    let mut reader = buffered(Newlines::new(Allowed::new(raw, allowance.clone())));
    reader.read_exact(&mut [0; 3][..skip])?;
    Ok(Stream { reader: Box::new(reader), decoded: false, allowance })
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(CHUNK, reader)
}

/// The first bytes, up to `count`, and a reader that gives them again.
fn peek(mut raw: Box<dyn Read + Send>, count: usize) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut start = Vec::new();
    raw.by_ref().take(count as u64).read_to_end(&mut start)?;
    let again: Box<dyn Read + Send> = Box::new(Cursor::new(start.clone()).chain(raw));
    Ok((start, again))
}

/// The first lines, as far as they are likely to hold a header, and a reader from the start again.
pub(super) fn head(mut reader: Box<dyn BufRead + Send>) -> io::Result<(Vec<u8>, Box<dyn BufRead + Send>)> {
    let mut head = Vec::new();
    reader.by_ref().take(CHUNK as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(reader))))
}

/// The delimiter that stands most often in a line, outside quotation marks.
pub(super) fn likely_delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for &byte in line {
        quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && byte == *delimiter);
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |&(delimiter, _)| delimiter)
}

/// Turns CR LF and CR into LF and ends the last line, so that a record's line can be told from where it ends.
struct Newlines<R> {
    inner: R,
    after_return: bool,
    last: u8,
}

impl<R> Newlines<R> {
    fn new(inner: R) -> Newlines<R> {
        Newlines { inner, after_return: false, last: b'\n' }
    }

    /// Rewrites a chunk in place; the length that remains.
    fn rewrite(&mut self, chunk: &mut [u8]) -> usize {
        let (mut from, mut to) = (0, 0);
        while from < chunk.len() {
            if std::mem::take(&mut self.after_return) && chunk[from] == b'\n' {
                from += 1;
                continue;
            }
            let end = memchr(b'\r', &chunk[from..]).map_or(chunk.len(), |length| from + length);
            if from > to {
                chunk.copy_within(from..end, to);
            }
            (from, to) = (end, to + end - from);
            if from < chunk.len() {
                chunk[to] = b'\n';
                self.after_return = true;
                (from, to) = (from + 1, to + 1);
            }
        }
        to
    }
}

impl<R: Read> Read for Newlines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(into)?;
            if read == 0 {
                let missing = self.last != b'\n' && !into.is_empty();
                if missing {
                    into[0] = b'\n';
                    self.last = b'\n';
                }
                return Ok(usize::from(missing));
            }
            let length = self.rewrite(&mut into[..read]);
            if length > 0 {
                self.last = into[length - 1];
                return Ok(length);
            }
        }
    }
}

/// Translates an encoding into UTF-8.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    finished: bool,
}

impl<R> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Decoded<R> {
        let decoder = encoding.new_decoder_with_bom_removal();
        Decoded { inner, decoder, input: vec![0; CHUNK], start: 0, end: 0, at_end: false, finished: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.start == self.end && !self.at_end {
                self.start = 0;
                self.end = self.inner.read(&mut self.input)?;
                self.at_end = self.end == 0;
            }
            let source = &self.input[self.start..self.end];
            let (result, read, written, _) = self.decoder.decode_to_utf8(source, into, self.at_end);
            self.start += read;
            self.finished = self.at_end && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &'static [u8], encoding: Option<&'static Encoding>) -> String {
        let mut text = String::new();
        open(Box::new(bytes), encoding).unwrap().reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn line_ends_and_marks_are_made_plain() {
        assert_eq!(text(b"a\r\nb\rc\n", None), "a\nb\nc\n");
        assert_eq!(text(b"\xef\xbb\xbfa\nb", None), "a\nb\n");
        assert_eq!(text(b"\xff\xfea\0\xe9\0\r\0\n\0", None), "a\u{e9}\n");
        assert_eq!(text(b"\xc9ch\xe9ance", Some(encoding_rs::WINDOWS_1252)), "Échéance\n");
        assert_eq!(text(b"", None), "");
    }

    #[test]
    fn the_delimiter_is_the_most_frequent_in_the_header() {
        for (header, expected) in
            [("a;b,c;d\n", b';'), ("a\tb\n", b'\t'), ("\"a;b;c\",d\n", b','), ("a", b',')]
        {
            assert_eq!(likely_delimiter(header.as_bytes()), expected, "{header}");
        }
    }

    #[test]
    fn the_head_is_read_again() {
        let text = "a\n".repeat(CHUNK);
        let (head, mut again) = head(Box::new(Cursor::new(text.clone().into_bytes()))).unwrap();
        let mut all = String::new();
        again.read_to_string(&mut all).unwrap();
        assert_eq!((head.len(), all), (CHUNK, text));
    }
}
