//! `dun explain`.

use clap::{Args, ValueEnum};

use super::day::DayArguments;
use super::output::{colour_results, deliver};
use super::{Exit, fail};
use crate::compile::Program;
use crate::evaluate::explain::Subject;
use crate::evaluate::{self, Options};
use crate::render;

/// Explain a customer or an invoice: why, why not, and when
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    day: DayArguments,
    #[command(flatten)]
    subject: SubjectArguments,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    format: ExplainFormat,
}

/// Whom or what to explain.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct SubjectArguments {
    /// The invoice to explain
    #[arg(long, value_name = "ID")]
    invoice: Option<String>,
    /// The customer to explain, with all invoices
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ExplainFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

impl ExplainArguments {
    pub(super) fn run(self) -> Exit {
        self.explain().unwrap_or_else(|exit| exit)
    }

    fn explain(&self) -> Result<Exit, Exit> {
        let (project, policy) = self.day.open(None)?;
        let snapshot = self.day.load(&policy)?;
        let as_of = self.day.day(&policy, &snapshot)?;
        let subject = match (&self.subject.invoice, &self.subject.customer) {
            (Some(id), _) => Subject::Invoice(id.clone()),
            (None, id) => Subject::Customer(id.clone().unwrap_or_default()),
        };
        let program = Program::new(policy);
        let options = Options { replay: self.day.replay };
        let explained = evaluate::explain(&program, &project.templates, &snapshot, as_of, options, &subject);
        let explanation = explained.map_err(|unknown| fail(&render::explain::not_found(&unknown)))?;
        let exit = DayArguments::refusal(explanation.refused.as_ref());
        Ok(deliver(None, exit, |out| match self.format {
            ExplainFormat::Text => {
                out.write_all(render::explain::text(&explanation, colour_results(None)).as_bytes())
            }
            ExplainFormat::Json => render::json::explanation(&explanation, out),
        }))
    }
}
