//! How far loading has come, told to whoever wants to show it.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// After how many records the observer is told.
const EVERY: u32 = 1024;

/// Whoever wants to know how far loading has come; `()` does not.
pub trait Progress {
    /// So many of so many bytes of all files have been read.
    fn read(&mut self, bytes: u64, of: u64);
}

impl Progress for () {
    fn read(&mut self, _: u64, _: u64) {}
}

/// Counts what is read from all files of a snapshot, and tells the observer now and then.
pub(super) struct Gauge<'p> {
    observer: &'p mut dyn Progress,
    read: Rc<Cell<u64>>,
    total: u64,
    since_told: u32,
}

impl<'p> Gauge<'p> {
    /// Nothing read yet.
    pub(super) fn new(observer: &'p mut dyn Progress) -> Gauge<'p> {
        Gauge { observer, read: Rc::default(), total: 0, since_told: 0 }
    }

    /// Counts what is read of a file of this size.
    pub(super) fn count<R>(&mut self, file: R, size: u64) -> Counted<R> {
        self.total += size;
        Counted { file, own: Rc::default(), all: Rc::clone(&self.read) }
    }

    /// A record more has been read.
    pub(super) fn step(&mut self) {
        self.since_told += 1;
        if self.since_told == EVERY {
            self.tell();
        }
    }

    /// Tells the observer how far it is.
    pub(super) fn tell(&mut self) {
        self.since_told = 0;
        // A workbook is read more than once.
        self.observer.read(self.read.get().min(self.total), self.total);
    }
}

/// A file of which the bytes read are counted.
pub(super) struct Counted<R> {
    file: R,
    own: Rc<Cell<u64>>,
    all: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    /// How much of this file has been read; goes on counting.
    pub(super) fn own(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.own)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        for count in [&self.own, &self.all] {
            count.set(count.get().saturating_add(read as u64));
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
