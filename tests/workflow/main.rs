//! The workflow that `dun init` writes and the action that it uses: what they may do, and their steps run as scripts
//! on pull requests of every kind.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write files and run commands")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod runner;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use runner::{Job, ROOT, Runner, action, can_run};
use serde_json::{Value, json};

/// A rule that is changed on the branch.
const LATER: [&str; 3] = ["policy.dun", "at D+20 call by shop", "at D+21 call by shop"];

fn changed() -> Runner {
    let runner = Runner::new(".");
    let [file, from, to] = LATER;
    runner.change(file, from, to);
    runner.change(file, "expect on 2026-09-21: call", "expect on 2026-09-22: call");
    runner
}

/// The outcomes of the steps, the failed and skipped ones named.
fn outcomes(other: &[(&str, &str)]) -> BTreeMap<String, String> {
    let names = ["data", "install", "check", "format", "test", "replay", "report"];
    let mut all: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), String::from("success"))).collect();
    all.extend(other.iter().map(|(name, outcome)| ((*name).to_owned(), (*outcome).to_owned())));
    all
}

/// The first lines of a report.
fn head(results: &str, about: &str) -> String {
    format!("<!-- dun -->\n### `policy.dun`\n\n{results}\n\n{about}\n")
}

const PASSED: &str = "check: success · format: success · tests: success · replay: success";
const ON_FIXTURES: &str = "Replayed from 2026-09-01 to 2026-09-30 on the sample data.\n";

// ---- what they may do

#[test]
fn the_workflow_runs_on_pull_requests_with_few_rights_and_once_for_each() {
    let workflow = Runner::new(".").workflow();
    assert_eq!(workflow["on"], "pull_request");
    assert_eq!(workflow["permissions"], json!({ "contents": "read", "pull-requests": "write" }));
    let group = json!({ "group": "dun-${{ github.event.pull_request.number }}", "cancel-in-progress": true });
    assert_eq!(workflow["concurrency"], group);
    let jobs = workflow["jobs"].as_object().unwrap();
    assert_eq!(jobs.keys().collect::<Vec<_>>(), ["policy"]);
    assert!(jobs["policy"].get("permissions").is_none());
    let uses = jobs["policy"]["steps"].as_array().unwrap().iter().filter_map(|step| step["uses"].as_str());
    let own = format!("OWNER/dun@v{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(uses.collect::<Vec<_>>(), ["actions/checkout@v4", own.as_str()]);
}

/// What others wrote, such as the name of a branch, reaches a script as a variable and never as its text.
#[test]
fn no_script_has_an_expression_in_it() {
    let workflow = Runner::new(".").workflow();
    let own = workflow["jobs"]["policy"]["steps"].as_array().unwrap();
    let steps = action()["runs"]["steps"].as_array().unwrap().clone();
    let scripts: Vec<&str> = own.iter().chain(&steps).filter_map(|step| step["run"].as_str()).collect();
    assert_eq!(scripts.len(), 7);
    assert!(scripts.iter().all(|script| !script.contains("${{")));
    for step in &steps {
        assert_eq!(step["shell"], "bash", "{step}");
        assert!(step["run"].as_str().unwrap().starts_with("set -euo pipefail\n"), "{step}");
        assert!(step.get("uses").is_none(), "{step}");
    }
}

#[test]
fn the_workflow_names_inputs_that_the_action_has() {
    let workflow = Runner::new("finance/rules").workflow();
    let with = workflow["jobs"]["policy"]["steps"].as_array().unwrap().last().unwrap()["with"].clone();
    let inputs: BTreeSet<String> = action()["inputs"].as_object().unwrap().keys().cloned().collect();
    let given: BTreeSet<String> = with.as_object().unwrap().keys().cloned().collect();
    assert!(given.is_subset(&inputs), "{given:?}");
    assert_eq!(with["policy"], "finance/rules/policy.dun");
    assert_eq!(with["fixtures"], "finance/rules/data");
    let listed = ["cases", "data", "fail-on", "fixtures", "from", "min-coverage", "policy", "to"];
    assert_eq!(inputs.iter().map(String::as_str).collect::<Vec<_>>(), listed);
}

// ---- what they do

#[test]
fn a_pull_request_gets_one_comment_which_is_kept_up_to_date() {
    if !can_run() {
        return;
    }
    let runner = changed();
    let before = runner.comments();
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[]), "{}", job.log);
    let after = runner.comments();
    assert_eq!(after[..2], before);
    assert!(after[2].starts_with(&head(PASSED, ON_FIXTURES)), "{}", after[2]);
    assert!(
        after[2].contains("<details><summary>The whole month under this policy</summary>"),
        "{}",
        after[2]
    );
    assert_eq!(after[2].matches("<!-- dun -->").count(), 1);

    runner.change("policy.dun", "policy \"Lantern Workshop\"", "policy   \"Lantern Workshop\"");
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("format", "failure")]), "{}", job.log);
    let again = runner.comments();
    assert_eq!((again.len(), &again[..2]), (3, &before[..]));
    let results = PASSED.replace("format: success", "format: failure");
    let why = "- **format** failed: `the policy is not in its usual form, which dun fmt writes`.\n\n";
    assert!(again[2].starts_with(&head(&results, &format!("{why}{ON_FIXTURES}"))), "{}", again[2]);
    let comments = "repos/acme/rules/issues/7/comments";
    let (list, create) = (format!("GET {comments}"), format!("POST {comments}"));
    let update = String::from("PATCH repos/acme/rules/issues/comments/102");
    assert_eq!(runner.calls(), [list.clone(), create, list, update]);
    assert_eq!(runner.summary(), "");
}

/// Neither gets a token that may write, nor a secret with which a ledger could be fetched.
#[test]
fn a_fork_and_dependabot_get_a_summary_and_nothing_is_asked_of_github() {
    if !can_run() {
        return;
    }
    let report = head(PASSED, ON_FIXTURES);
    let fork = Runner { head: "someone/rules", data_step: Some("exit 1"), ..changed() };
    let job = fork.run();
    assert_eq!(job.outcomes, outcomes(&[("data", "skipped")]), "{}", job.log);
    assert!(fork.summary().starts_with(&report), "{}", fork.summary());
    assert_eq!(fork.calls(), Vec::<String>::new());
    // A fork that has been deleted meanwhile has no name.
    let gone = Runner { head: "", ..changed() };
    assert!(!gone.run().failed() && gone.summary().starts_with(&report) && gone.calls().is_empty());
    let robot = Runner { actor: "dependabot[bot]", data_step: Some("exit 1"), ..changed() };
    assert!(!robot.run().failed() && robot.summary().starts_with(&report) && robot.calls().is_empty());
}

#[test]
fn a_failing_scenario_fails_the_job_and_is_told() {
    if !can_run() {
        return;
    }
    let runner = changed();
    runner.change("policy.dun", "expect on 2026-09-04: email", "expect on 2026-09-05: email");
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("test", "failure")]), "{}", job.log);
    assert!(job.failed());
    let results = PASSED.replace("tests: success", "tests: failure");
    let names = "`from a first word to a decision, line 51`, `a complaint stops the reminders, line 61`, \
                 `whoever has paid hears nothing more, line 76`";
    let told = head(&results, &format!("- **tests** failed: {names}.\n\n{ON_FIXTURES}"));
    assert!(runner.comments()[2].starts_with(&told), "{}", runner.comments()[2]);
}

/// What cannot be replayed is not hidden behind the comment of the run before.
#[test]
fn a_broken_policy_fails_the_job_with_annotations_and_the_comment_says_so() {
    if !can_run() {
        return;
    }
    let runner = changed();
    assert!(!runner.run().failed());
    runner.change("policy.dun", "email friendly_reminder", "email frendly_reminder");
    let job = runner.run();
    let failed = ["check", "test", "replay"].map(|name| (name, "failure"));
    assert_eq!(job.outcomes, outcomes(&failed[..]), "{}", job.log);
    let annotation =
        "::error file=policy.dun,line=30,col=17,endColumn=33,title=unknown-name::there is no template";
    assert!(job.log.contains(annotation), "{}", job.log);
    let comments = runner.comments();
    assert_eq!(comments.len(), 3);
    assert!(
        comments[2].contains("check: failure") && comments[2].contains("replay: failure"),
        "{}",
        comments[2]
    );
    assert!(!comments[2].contains("<details>") && !comments[2].contains("Replayed"), "{}", comments[2]);
    let missing = "there is no template 'frendly_reminder'";
    let why = format!(
        "- **check** failed: `policy.dun:30: {missing}`.\n\
         - **tests** failed: `{missing}`, `1 error in 'policy.dun'`.\n\
         - **replay** failed: `{missing}`, `1 error in 'policy.dun'`.\n"
    );
    assert!(comments[2].contains(&why), "{}", comments[2]);
}

/// The comment says which of the conditions of `fail-on` is met.
#[test]
fn a_change_that_is_not_allowed_fails_the_job_and_is_named() {
    if !can_run() {
        return;
    }
    let runner = Runner { with: &[("fail-on", "newly-contacted,no-longer-held")], ..Runner::new(".") };
    runner.change("policy.dun", "at D+20 call by shop", "at D+1 call by shop");
    let job = runner.run();
    assert_eq!(job.outcomes["replay"], "failure", "{}", job.log);
    let comment = &runner.comments()[2];
    let why = "- **replay** failed: `steps become 'no-longer-held', which '--fail-on' forbids`.\n\n";
    assert!(comment.contains(&format!("{why}{ON_FIXTURES}")), "{comment}");
    assert!(comment.contains("**No longer held: "), "{comment}");
}

/// What cannot be read was not replayed, and the comment says what it is.
#[test]
fn a_ledger_that_cannot_be_read_is_told_and_not_taken_for_a_replay() {
    if !can_run() {
        return;
    }
    let command = "mkdir \"$RUNNER_TEMP/ledger\" && echo name > \"$RUNNER_TEMP/ledger/invoices.csv\"";
    let runner = Runner { data_step: Some(command), ..changed() };
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("replay", "failure")]), "{}", job.log);
    let comment = &runner.comments()[2];
    let why = "- **replay** failed: `invoices.csv:1: invoices need these columns: 'invoice_id', ";
    assert!(comment.contains(why) && !comment.contains("Replayed"), "{comment}");
}

/// Names are code, so that none of them addresses anybody, and the rest of them is counted.
#[test]
fn failing_tests_are_named_as_far_as_there_is_room() {
    if !can_run() {
        return;
    }
    let runner = changed();
    let mut text = fs::read_to_string(runner.repository().join("policy.dun")).unwrap();
    for number in 1..=7 {
        text.push_str(&format!(
            "\nscenario \"@all `x` {number}\":\n  invoice 1200 EUR due 2026-10-01\n  expect never: message\n"
        ));
    }
    fs::write(runner.repository().join("policy.dun"), text).unwrap();
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("test", "failure")]), "{}", job.log);
    let comment = &runner.comments()[2];
    assert!(comment.contains("- **tests** failed: `@all 'x' 1, line "), "{comment}");
    assert!(comment.contains("`@all 'x' 5, line ") && comment.contains("` and 2 more.\n"), "{comment}");
    assert!(!comment.contains("@all 'x' 6"), "{comment}");
}

/// Snapshot cases beside the policy are compared, and others where they are said to be; coverage is asked for.
#[test]
fn snapshot_cases_are_compared_and_coverage_is_measured() {
    if !can_run() {
        return;
    }
    let runner = Runner { with: &[("min-coverage", "100")], ..changed() };
    let case = |folder: &str| {
        let folder = runner.repository().join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("case.yaml"), "policy: ../../policy.dun\ndata: ../../data\n").unwrap();
    };
    case("cases/october");
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("test", "failure")]), "{}", job.log);
    let comment = &runner.comments()[2];
    assert!(comment.contains("- **tests** failed: `cases/october`.\n"), "{comment}");

    fs::remove_dir_all(runner.repository().join("cases")).unwrap();
    assert!(!runner.run().failed(), "all of the policy is reached by its scenarios");
    let text = fs::read_to_string(runner.repository().join("policy.dun")).unwrap();
    let (rules, _) = text.split_once("scenario ").unwrap();
    fs::write(runner.repository().join("policy.dun"), rules).unwrap();
    let job = runner.run();
    assert_eq!(job.outcomes["test"], "failure", "{}", job.log);
    let comment = &runner.comments()[2];
    assert!(comment.contains("- **tests** failed: `reached 0 %, too little`.\n"), "{comment}");

    fs::write(runner.repository().join("policy.dun"), text).unwrap();
    case("elsewhere/october");
    let runner = Runner { with: &[("cases", "elsewhere")], ..runner };
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[("test", "failure")]), "{}", job.log);
    assert!(runner.comments()[2].contains("`elsewhere/october`"), "{}", runner.comments()[2]);
}

/// A policy that was given another name is compared with what it was.
#[test]
fn a_renamed_policy_is_compared_with_what_it_was() {
    if !can_run() {
        return;
    }
    let runner = Runner { with: &[("policy", "rules.dun")], ..changed() };
    runner.git(&["mv", "policy.dun", "rules.dun"]);
    runner.commit("another name");
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[]), "{}", job.log);
    let comment = &runner.comments()[2];
    assert!(comment.contains("The policy was `policy.dun` before.\n"), "{comment}");
    assert!(comment.contains("moves from D+20 to D+21"), "{comment}");
}

#[test]
fn a_policy_without_a_sound_one_before_it_has_nothing_to_differ_from() {
    if !can_run() {
        return;
    }
    let new = changed();
    new.git(&["update-ref", "refs/remotes/origin/main", "main~1"]);
    assert_eq!(new.run().outcomes, outcomes(&[]));
    assert!(new.comments()[2].contains("\n\nThe policy is new.\n"), "{}", new.comments()[2]);

    let mended = changed();
    let [file, from, to] = LATER;
    mended.change(file, to, "at D+20 call by nobody_here");
    mended.git(&["update-ref", "refs/remotes/origin/main", "change"]);
    mended.change(file, "at D+20 call by nobody_here", from);
    mended.change(file, "expect on 2026-09-22: call", "expect on 2026-09-21: call");
    let job = mended.run();
    assert_eq!(job.outcomes, outcomes(&[]), "{}", job.log);
    let told = "\n\nThe policy was not sound before, so there is nothing to compare with.\n";
    assert!(mended.comments()[2].contains(told), "{}", mended.comments()[2]);
}

/// What `main` got since the branch began is not taken for a change of the branch.
#[test]
fn the_policy_before_is_the_one_without_the_change() {
    if !can_run() {
        return;
    }
    let runner = changed();
    runner.git(&["checkout", "--quiet", "main"]);
    runner.change("policy.dun", "once every 5 days", "once every 6 days");
    runner.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    runner.git(&["checkout", "--quiet", "change"]);
    assert!(!runner.run().failed());
    let before = fs::read_to_string(runner.temp().join("dun-before/policy.dun")).unwrap();
    assert!(before.contains("once every 5 days") && before.contains(LATER[1]));
}

#[test]
fn the_ledger_that_a_step_provides_takes_the_place_of_the_sample_data() {
    if !can_run() {
        return;
    }
    let command = "mkdir \"$RUNNER_TEMP/ledger\" && cp data/* \"$RUNNER_TEMP/ledger\" && \
                   sed -i 's/2026-10-05/2026-11-15/' \"$RUNNER_TEMP/ledger/snapshot.yaml\"";
    let runner = Runner { data_step: Some(command), ..changed() };
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[]), "{}", job.log);
    let about = "Replayed from 2026-10-01 to 2026-10-31 on the ledger.\n";
    assert!(runner.comments()[2].starts_with(&head(PASSED, about)), "{}", runner.comments()[2]);
}

/// Names that a shell would take apart or run are names.
#[test]
fn a_folder_with_a_hostile_name_is_a_folder() {
    if !can_run() {
        return;
    }
    let folder = "it's $(touch run) \"so\" `touch run` ; touch run";
    let runner = Runner::new(folder);
    let job = runner.run();
    assert_eq!(job.outcomes, outcomes(&[]), "{}", job.log);
    let files = fs::read_dir(runner.repository()).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(files, [".git", ".github", folder].map(String::from).into());
}

/// A report by the last step alone, of a replay that has been written already.
fn report(runner: &Runner, changes: &str, month: &str) -> String {
    let out = runner.temp().join("dun-report");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("changes.md"), format!("<!-- dun -->\n{changes}")).unwrap();
    fs::write(out.join("month.md"), month).unwrap();
    let done = ["install", "check", "format", "test", "replay"];
    let outcomes = done.map(|name| (String::from(name), String::from("success")));
    let mut job = Job { outcomes: outcomes.into(), log: String::new() };
    let steps = action()["runs"]["steps"].clone();
    runner.step(steps.as_array().unwrap().last().unwrap(), &Value::Null, &mut job);
    assert!(!job.failed(), "{}", job.log);
    runner.comments().pop().unwrap()
}

#[test]
fn a_long_report_loses_the_month_and_then_its_end() {
    if !can_run() {
        return;
    }
    let line = "é".repeat(49) + "\n";
    let short = report(&Runner::new("."), &line.repeat(10), &line.repeat(10));
    assert_eq!((short.matches(&line).count(), short.contains("left out")), (20, false));
    let no_month = report(&Runner::new("."), &line.repeat(500), &line.repeat(500));
    assert_eq!((no_month.matches(&line).count(), no_month.contains("left out")), (500, false));
    let cut = report(&Runner::new("."), &line.repeat(2000), "month");
    assert!(cut.starts_with("<!-- dun -->\n_The end is left out: it is longer than a comment can be._\n"));
    assert!(cut.len() < 61_000 && cut.ends_with(&line), "{}", cut.len());
}

#[test]
fn dun_is_built_from_the_action_where_it_is_not_installed() {
    if !can_run() {
        return;
    }
    let runner = Runner::new(".");
    let note = "#!/bin/bash\necho \"$(basename \"$0\") $*\"\n";
    ["rustup", "cargo"].iter().for_each(|name| runner.program(name, note));
    let mut install = action()["runs"]["steps"][0].clone();
    let script = install["run"].as_str().unwrap().replace("command -v dun", "command -v dun-is-not-here");
    install["run"] = script.into();
    let mut job = Job { outcomes: BTreeMap::new(), log: String::new() };
    runner.step(&install, &Value::Null, &mut job);
    let root = runner.temp().join("dun");
    let expected = format!(
        "rustup toolchain install stable --profile minimal\n\
         cargo +stable install --locked --path {ROOT} --root {}\n",
        root.display()
    );
    assert_eq!(job.log, expected);
    let path = fs::read_to_string(runner.state("path")).unwrap();
    assert_eq!(path, format!("{}\n", root.join("bin").display()));
}
