//! A verifier's report, read by the names of its checks.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Report(pub Value);

impl Report {
    /// The nine checks of every report, in order.
    pub const CHECKS: [&'static str; 9] = [
        "form",
        "proof",
        "issuerKey",
        "accreditation",
        "schema",
        "validity",
        "status",
        "holderBinding",
        "policy",
    ];

    #[must_use]
    pub fn outcome(&self) -> &str {
        self.0.get("outcome").and_then(Value::as_str).unwrap_or_default()
    }

    /// `pass`, `fail` or `notChecked`, with the code.
    pub fn check(&self, name: &str) -> Result<(&str, &str)> {
        let checks = self.0.get("checks").and_then(Value::as_array).context("no checks")?;
        let found = checks.iter().find(|check| check.get("name").and_then(Value::as_str) == Some(name));
        let found = found.with_context(|| format!("no check {name} in {}", self.0))?;
        let part = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok((part("result"), part("code")))
    }

    /// The evidence of a check.
    #[must_use]
    pub fn evidence(&self, name: &str) -> Value {
        let checks = self.0.get("checks").and_then(Value::as_array);
        let found =
            checks.and_then(|all| all.iter().find(|c| c.get("name").and_then(Value::as_str) == Some(name)));
        found.and_then(|check| check.get("evidence")).cloned().unwrap_or_default()
    }

    /// Every check is there by name, and the outcome is the one expected.
    pub fn expect(&self, outcome: &str) -> Result<()> {
        for name in Self::CHECKS {
            self.check(name)?;
        }
        ensure!(self.outcome() == outcome, "expected {outcome}: {}", self.summary());
        Ok(())
    }

    /// The named check failed, and nothing calls the whole valid.
    pub fn expect_failed(&self, name: &str) -> Result<()> {
        ensure!(self.outcome() == "invalid", "expected invalid: {}", self.summary());
        ensure!(self.check(name)?.0 == "fail", "expected {name} to fail: {}", self.summary());
        Ok(())
    }

    /// One line per check.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut out = format!("{}: {}", self.outcome(), self.0.get("sentence").unwrap_or(&Value::Null));
        for check in self.0.get("checks").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| check.get(name).and_then(Value::as_str).unwrap_or_default();
            out.push_str(&format!(
                "\n  {} {} {}: {}",
                part("name"),
                part("result"),
                part("code"),
                part("sentence")
            ));
        }
        out
    }
}
