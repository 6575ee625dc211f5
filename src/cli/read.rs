//! `dun read`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{colour_results, deliver};
use super::{Exit, day, fail};
use crate::read::reading::SegmentReading;
use crate::read::{self, Reading};
use crate::render;
use crate::suggest::{nearest, one_of};

/// Read a policy back in plain English, and as a picture of what happens when
#[derive(Debug, Args)]
#[command(after_help = "A picture of every segment, for whoever decides about the policy:\n\n  \
                        dun read policy.dun --format svg -o policy.svg")]
pub(super) struct ReadArguments {
    /// The policy file
    policy: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: ReadFormat,
    /// The segment to draw, with svg and mermaid [default: all]
    #[arg(long, value_name = "NAME")]
    segment: Option<String>,
    /// Show the addresses of roles in Markdown, which leaves them out; text and JSON show them always
    #[arg(long)]
    show_names: bool,
    /// Write it to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ReadFormat {
    /// For people
    #[default]
    Text,
    /// For pull requests and wikis, with a timeline for each segment
    Markdown,
    /// A timeline as a Mermaid diagram
    Mermaid,
    /// One JSON document: every rule with its stable id
    Json,
    /// A timeline as a picture
    Svg,
}

impl ReadArguments {
    pub(super) fn run(self) -> Exit {
        self.read().unwrap_or_else(|exit| exit)
    }

    fn read(&self) -> Result<Exit, Exit> {
        if self.segment.is_some() && !matches!(self.format, ReadFormat::Mermaid | ReadFormat::Svg) {
            return Err(fail("`--segment` chooses what is drawn: add `--format svg` or `--format mermaid`"));
        }
        let (_, policy) = day::open(&self.policy, None)?;
        let reading = read::reading(&policy);
        let segment = self.segment.as_deref().map(|name| find(&reading, name)).transpose()?;
        let colour = colour_results(self.output.as_deref());
        Ok(deliver(self.output.as_deref(), Exit::Done, |out| self.write(&reading, segment, colour, out)))
    }

    fn write(
        &self,
        reading: &Reading,
        segment: Option<&SegmentReading>,
        colour: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let text = match self.format {
            ReadFormat::Text => render::read::text(reading, colour),
            ReadFormat::Markdown => render::read::markdown(reading, self.show_names),
            ReadFormat::Mermaid => render::read::mermaid(reading, segment),
            ReadFormat::Svg => {
                let all = || reading.segments.iter().collect();
                render::read::svg(reading, &segment.map_or_else(all, |segment| vec![segment]))
            }
            ReadFormat::Json => return render::json::reading(reading, out),
        };
        out.write_all(text.as_bytes())
    }
}

/// The segment of a name.
fn find<'r>(reading: &'r Reading, name: &str) -> Result<&'r SegmentReading, Exit> {
    let names = || reading.segments.iter().map(|segment| &*segment.name);
    reading.segments.iter().find(|segment| *segment.name == *name).ok_or_else(|| {
        let advice = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the policy has {}", one_of(names())),
        };
        fail(&format!("there is no segment `{}`; {advice}", render::escape::clean(name)))
    })
}
