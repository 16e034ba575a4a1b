use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// One recorder serves the whole process: `up` runs four services in it, told apart by the label `service`.
pub(crate) fn install() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || PrometheusBuilder::new().set_buckets(&SECONDS).ok()?.install_recorder().ok();
    HANDLE.get_or_init(install).as_ref()
}

/// What Prometheus scrapes from one service: its own series, and those of the process, which name no service.
pub(crate) fn render(service: &str) -> String {
    let Some(handle) = install() else { return String::new() };
    handle.run_upkeep();
    let own = format!("service=\"{service}\"");
    let mut text = String::new();
    for line in handle.render().lines() {
        if line.starts_with('#') || !line.contains("service=\"") || line.contains(&own) {
            text.push_str(line);
            text.push('\n');
        }
    }
    if let Some(bytes) = resident_bytes() {
        text.push_str("# TYPE process_resident_memory_bytes gauge\n");
        text.push_str(&format!("process_resident_memory_bytes {bytes}\n"));
    }
    text
}

/// Linux only, as is deployment; elsewhere the series is absent.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
