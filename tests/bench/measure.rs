//! What the kernel knows about a server process, and a load of several requests at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use testkit::{Mode, Service, Stack, StackOptions};

/// Linux reports process times in hundredths of a second to user space, whatever its tick is.
const TICKS_PER_SECOND: f64 = 100.0;
const AT_ONCE: usize = 8;

/// User and system time that the server process has used.
pub fn cpu_seconds(stack: &Stack, service: Service) -> Result<f64> {
    cpu_of(&stack.pid(service).context("not running")?.to_string())
}

/// The same of a process by its number, or of this one (`self`).
pub fn cpu_of(pid: &str) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // proc(5): the name, in parentheses, may contain spaces; utime and stime are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).context("proc stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

pub fn resident_mb(stack: &Stack, service: Service) -> Result<f64> {
    memory_mb(stack, service, "VmRSS:")
}

/// The most that it ever had.
pub fn peak_mb(stack: &Stack, service: Service) -> Result<f64> {
    memory_mb(stack, service, "VmHWM:")
}

fn memory_mb(stack: &Stack, service: Service, which: &str) -> Result<f64> {
    let pid = stack.pid(service).context("not running")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(which)).context("no such memory")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kilobytes / 1024.0)
}

/// How long a row runs.
pub fn seconds() -> Duration {
    let length = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    Duration::from_secs(length)
}

/// How much was done, by the server's CPU time and by the clock.
pub struct Rate {
    pub per_cpu_second: f64,
    pub per_second: f64,
}

/// Runs `one` again and again, and prints how many were done per second of the server's CPU time.
pub async fn row<F>(
    stack: &Stack,
    service: Service,
    what: &str,
    one: impl Fn() -> F + Clone + Send + 'static,
) -> Result<()>
where
    F: Future<Output = Result<bool>> + Send,
{
    let Rate { per_cpu_second, per_second } = rate(stack, service, one).await?;
    println!("  {what:<52} {per_cpu_second:>9.0} per CPU-second {per_second:>8.0} per second");
    Ok(())
}

/// Runs `one` again and again, eight at once, until it says that there is no more or time is up.
pub async fn rate<F>(
    stack: &Stack,
    service: Service,
    one: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Rate>
where
    F: Future<Output = Result<bool>> + Send,
{
    let until = Instant::now() + seconds();
    let done = Arc::new(AtomicU64::new(0));
    let (cpu, begun) = (cpu_seconds(stack, service)?, Instant::now());
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let (one, done) = (one.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            while Instant::now() < until && one().await? {
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let (cpu, wall) = (cpu_seconds(stack, service)? - cpu, begun.elapsed().as_secs_f64());
    let done = u32::try_from(done.load(Ordering::Relaxed)).map_or(f64::NAN, f64::from);
    Ok(Rate { per_cpu_second: done / cpu.max(0.01), per_second: done / wall })
}

/// One process each, and a verifier whose clients may ask as often as they can.
pub async fn without_limits() -> Result<Stack> {
    let apart = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let path = apart.data().join("config/verifier.toml");
    let text = std::fs::read_to_string(&path)? + "\n[limits]\nrequests_per_minute = 1000000000\n";
    std::fs::write(&path, text)?;
    apart.kill(Service::Verifier)?;
    apart.restart(Service::Verifier).await?;
    Ok(apart)
}
