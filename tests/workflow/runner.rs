//! A small runner: a repository with a policy in it, and the steps of the workflow and of the action run one after
//! another, as GitHub would, by the expressions and the environment that they use.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A repository on a branch off `main`, and what surrounds it on a runner.
pub(crate) struct Runner {
    /// What holds all of it.
    pub(crate) folder: TempDir,
    /// The repository that the branch comes from; ours is `acme/rules`.
    pub(crate) head: &'static str,
    /// Who pushed.
    pub(crate) actor: &'static str,
    /// What a user writes into the step that fetches the ledger.
    pub(crate) data_step: Option<&'static str>,
    /// What a user sets of the action besides.
    pub(crate) with: &'static [(&'static str, &'static str)],
}

/// How a job went: each step's outcome by its name, and what was printed.
pub(crate) struct Job {
    pub(crate) outcomes: BTreeMap<String, String>,
    pub(crate) log: String,
}

impl Job {
    /// Whether any step failed, which fails the job.
    pub(crate) fn failed(&self) -> bool {
        self.outcomes.values().any(|outcome| outcome == "failure")
    }
}

/// A YAML file as a value.
pub(crate) fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn action() -> Value {
    yaml(&Path::new(ROOT).join("action.yml"))
}

/// Whether the programs that the steps and the stand-in for `gh` need are here.
pub(crate) fn can_run() -> bool {
    let found = |name: &str| Command::new(name).arg("--version").output().is_ok();
    let missing: Vec<&str> = ["bash", "git", "jq"].into_iter().filter(|name| !found(name)).collect();
    if !missing.is_empty() {
        eprintln!("skipped: the steps need {}", missing.join(", "));
    }
    missing.is_empty()
}

impl Runner {
    /// A repository whose `main` has the policy that `dun init` writes into a folder, with a branch off it.
    pub(crate) fn new(policy_folder: &str) -> Runner {
        let folder = TempDir::new().unwrap();
        for name in ["repository", "temp", "bin", "state"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let runner = Runner { folder, head: "acme/rules", actor: "ada", data_step: None, with: &[] };
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dun"), runner.folder.path().join("bin").join("dun"))
            .unwrap();
        runner.program("gh", &fs::read_to_string(format!("{ROOT}/tests/workflow/gh")).unwrap());
        let others = serde_json::json!([
            { "id": 1, "user": { "login": "ada" }, "body": "<!-- dun -->\nquoted by a person" },
            { "id": 2, "user": { "login": "github-actions[bot]" }, "body": "of another program" },
        ]);
        fs::write(runner.state("comments.json"), others.to_string()).unwrap();
        runner.git(&["init", "--quiet", "--initial-branch=main"]);
        runner.git(&["commit", "--quiet", "--allow-empty", "--message=before the policy"]);
        let mut init = Command::new(env!("CARGO_BIN_EXE_dun"));
        let init = init.args(["init", policy_folder]).current_dir(runner.repository()).output().unwrap();
        assert!(init.status.success(), "{init:?}");
        runner.commit("the policy");
        runner.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        runner.git(&["checkout", "--quiet", "-b", "change"]);
        runner
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    pub(crate) fn temp(&self) -> PathBuf {
        self.folder.path().join("temp")
    }

    /// A file that GitHub, or its stand-in, keeps.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join("state").join(name)
    }

    /// Puts a program on the path.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"];
        let git =
            Command::new("git").args(who).args(arguments).current_dir(self.repository()).output().unwrap();
        assert!(git.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&git.stderr));
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Replaces text of a file and commits that.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let path = self.repository().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
        self.commit(to);
    }

    /// The requests that were made of GitHub.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.state("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    /// The comments of the pull request.
    pub(crate) fn comments(&self) -> Vec<String> {
        let comments: Value =
            serde_json::from_str(&fs::read_to_string(self.state("comments.json")).unwrap()).unwrap();
        let body = |comment: &Value| comment["body"].as_str().unwrap().to_owned();
        comments.as_array().unwrap().iter().map(body).collect()
    }

    pub(crate) fn summary(&self) -> String {
        fs::read_to_string(self.state("summary.md")).unwrap_or_default()
    }

    pub(crate) fn workflow(&self) -> Value {
        yaml(&self.repository().join(".github/workflows/dun.yml"))
    }

    /// Runs the workflow in the checkout as the run before left it, as on a runner of one's own; only the folder for
    /// temporary files is new: its own commands, then those of the action.
    pub(crate) fn run(&self) -> Job {
        let mut job = Job { outcomes: BTreeMap::new(), log: String::new() };
        fs::remove_dir_all(self.temp()).unwrap();
        fs::create_dir(self.temp()).unwrap();
        let workflow = self.workflow();
        let steps = workflow["jobs"]["policy"]["steps"].as_array().unwrap();
        for step in steps.iter().filter(|step| step["run"].is_string()) {
            let mut step = step.clone();
            if let Some(command) = self.data_step {
                step["run"] = command.into();
            }
            self.step(&step, &Value::Null, &mut job);
        }
        let last = steps.last().unwrap();
        assert!(last["uses"].as_str().unwrap().contains("/dun@"), "{last}");
        let mut with = last["with"].clone();
        self.with.iter().for_each(|(name, value)| with[*name] = Value::from(*value));
        self.action(&with, &mut job);
        job
    }

    fn action(&self, with: &Value, job: &mut Job) {
        for step in action()["runs"]["steps"].as_array().unwrap() {
            self.step(step, with, job);
        }
    }

    /// Runs one step, unless its condition or an earlier failure is against it.
    pub(crate) fn step(&self, step: &Value, with: &Value, job: &mut Job) {
        let name = step["id"].as_str().or(step["name"].as_str()).unwrap().to_owned();
        let wanted = match step["if"].as_str() {
            Some(condition) => self.holds(inside(condition).unwrap(), with, job),
            None => !job.failed(),
        };
        let outcome = if !wanted {
            "skipped"
        } else if self.shell(step, with, job) {
            "success"
        } else {
            "failure"
        };
        job.outcomes.insert(name, String::from(outcome));
    }

    /// Runs the commands of a step, as `shell: bash` does.
    fn shell(&self, step: &Value, with: &Value, job: &mut Job) -> bool {
        let script = self.temp().join("step.sh");
        fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let bin = self.folder.path().join("bin");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(script)
            .current_dir(self.repository())
            .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
            .env("GH_STATE", self.folder.path().join("state"))
            .env("RUNNER_TEMP", self.temp())
            .env("GITHUB_ACTION_PATH", ROOT)
            .env("GITHUB_ACTOR", self.actor)
            .env("GITHUB_PATH", self.state("path"))
            .env("GITHUB_REPOSITORY", "acme/rules")
            .env("GITHUB_STEP_SUMMARY", self.state("summary.md"));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.text(value.as_str().unwrap(), with, job));
        }
        let output = command.output().unwrap();
        job.log.push_str(&String::from_utf8_lossy(&output.stdout));
        job.log.push_str(&String::from_utf8_lossy(&output.stderr));
        output.status.success()
    }

    /// A text with its expressions replaced by their values.
    fn text(&self, text: &str, with: &Value, job: &Job) -> String {
        match text.split_once("${{") {
            None => text.to_owned(),
            Some((before, rest)) => {
                let (expression, after) = rest.split_once("}}").unwrap();
                let value = self.value(expression.trim(), with, job);
                format!("{before}{value}{}", self.text(after, with, job))
            }
        }
    }

    /// Whether a condition holds: terms with `&&` between them.
    fn holds(&self, condition: &str, with: &Value, job: &Job) -> bool {
        let equal = |(left, right)| self.value(left, with, job) == self.value(right, with, job);
        condition.split("&&").map(str::trim).all(|term| {
            match (term.split_once(" == "), term.split_once(" != ")) {
                (Some(sides), _) => equal(sides),
                (None, Some(sides)) => !equal(sides),
                (None, None) => term == "!cancelled()" || panic!("the condition `{term}` is not known"),
            }
        })
    }

    /// The value of a literal or a name.
    fn value(&self, name: &str, with: &Value, job: &Job) -> String {
        if let Some(literal) = name.strip_prefix('\'') {
            return literal.trim_end_matches('\'').to_owned();
        }
        if let Some(input) = name.strip_prefix("inputs.") {
            let default = &action()["inputs"][input]["default"];
            let given = with.get(input).unwrap_or(default);
            return self.text(given.as_str().unwrap(), &Value::Null, job);
        }
        if let Some(id) = name.strip_prefix("steps.").and_then(|rest| rest.strip_suffix(".outcome")) {
            return job.outcomes[id].clone();
        }
        match name {
            "github.actor" => String::from(self.actor),
            "github.event.pull_request.number" => String::from("7"),
            "github.event.pull_request.base.ref" => String::from("main"),
            "github.event.pull_request.head.repo.full_name" => String::from(self.head),
            "github.repository" => String::from("acme/rules"),
            "github.token" => String::from("token"),
            "runner.temp" => self.temp().display().to_string(),
            _ => panic!("`{name}` is not known"),
        }
    }
}

/// What stands between `${{` and `}}` of a text that is an expression and nothing else.
fn inside(text: &str) -> Option<&str> {
    text.strip_prefix("${{")?.strip_suffix("}}").map(str::trim)
}
