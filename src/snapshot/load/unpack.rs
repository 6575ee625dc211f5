//! Files packed with gzip, unpacked in a thread of their own while others read what came out of it before.

use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use flate2::read::MultiGzDecoder;

use super::limits::Unpacking;
use super::progress::Counted;
use super::stream::CHUNK;

/// So many chunks are unpacked ahead.
const AHEAD: usize = 8;

/// What a packed file holds.
pub(super) struct Unpacked {
    /// Chunks in order, an empty one at the end, or why there is no more.
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// Where chunks go that have been read, to be filled again.
    used: Sender<Vec<u8>>,
    chunk: Vec<u8>,
    /// How much of the chunk has been read.
    at: usize,
    ended: bool,
}

impl Unpacked {
    /// Begins to unpack a file.
    pub(super) fn of(file: Counted<File>) -> io::Result<Unpacked> {
        let read = file.own();
        let packed = Unpacking::new(MultiGzDecoder::new(file), read);
        let (full, chunks) = sync_channel(AHEAD);
        let (used, empty) = channel();
        thread::Builder::new().spawn(move || unpack(packed, &full, &empty))?;
        Ok(Unpacked { chunks, used, chunk: Vec::new(), at: 0, ended: false })
    }

    /// Waits for the next chunk.
    fn turn(&mut self) -> io::Result<()> {
        let next = self.chunks.recv().unwrap_or_else(|_| Err(io::Error::other("unpacking has stopped")));
        self.ended = next.as_ref().map_or(true, Vec::is_empty);
        // Nobody takes it any more when everything is unpacked.
        let _ = self.used.send(std::mem::replace(&mut self.chunk, next?));
        self.at = 0;
        Ok(())
    }
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() && !self.ended {
            self.turn()?;
        }
        let read = (&self.chunk[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

/// Fills chunks until there is no more, or nobody wants them.
fn unpack(mut packed: impl Read, full: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) {
    let mut wanted = true;
    while wanted {
        let mut chunk = empty.try_recv().unwrap_or_default();
        chunk.clear();
        let read = packed.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
        wanted = !chunk.is_empty();
        // What came out before a fault is read before the fault is told; an empty chunk is the end.
        if wanted || read.is_ok() {
            wanted &= full.send(Ok(chunk)).is_ok();
        }
        if let Err(fault) = read {
            let _ = full.send(Err(fault));
            return;
        }
    }
}
