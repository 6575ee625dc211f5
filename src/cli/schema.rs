//! `dun schema`.

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::Exit;
use super::output::deliver;
use crate::{render, snapshot};

/// Print the JSON Schema of what dun reads or writes
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Of what
    #[arg(value_enum)]
    of: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// A plan: the JSON and YAML document, and under `$defs/Line` a line of JSON lines
    Plan,
    /// The data: a document with tables, or the snapshot.yaml beside them
    Snapshot,
    /// A policy read back: what `dun read --format json` prints
    Policy,
}

impl SchemaArguments {
    pub(super) fn run(self) -> Exit {
        let schema: Value = match self.of {
            Form::Plan => render::schema::plan(),
            Form::Snapshot => snapshot::schema(),
            Form::Policy => render::schema::policy(),
        };
        deliver(None, Exit::Done, |out| {
            serde_json::to_writer_pretty(&mut *out, &schema)?;
            writeln!(out)
        })
    }
}
