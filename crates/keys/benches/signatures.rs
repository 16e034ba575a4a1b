//! How many signatures a second keys make, per CPU-second of the whole process: sealed files against SoftHSM 2, in one run.
#![allow(clippy::print_stdout)]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clock::SystemEntropy;
use keys::{Algorithm, KeyStore, SealingKey, Signer, TokenConfig};
use testkit::SoftHsm;

/// What a credential is signed as: two hashes, or the signing input of a JWS.
const MESSAGE: [u8; 64] = [7; 64];
const MEASURE: Duration = Duration::from_secs(3);
/// Requests that are under way at once.
const CALLERS: usize = 16;
/// Of /proc/PID/stat; the kernel's interface, not its timer.
const TICKS_PER_SECOND: f64 = 100.0;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    // The module learns from the environment where the tokens are, so the measuring process is started with it.
    if std::env::var_os("SOFTHSM2_CONF").is_none() {
        let hsm = SoftHsm::create()?;
        hsm.token("bench", "1234-bench")?;
        let (name, value) = hsm.environment();
        let pin_file = hsm.folder().join("bench.pin");
        let done =
            Command::new(std::env::current_exe()?).env(name, value).env("BENCH_PIN", pin_file).status()?;
        return if done.success() { Ok(()) } else { Err("the measurement failed".into()) };
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?.block_on(measure_all())
}

async fn measure_all() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let open =
        |token: Option<&TokenConfig>| KeyStore::open(folder.path(), SealingKey::from_bytes([1; 32]), token);
    let token = TokenConfig {
        module: SoftHsm::module()?,
        token: "bench".to_owned(),
        pin_file: std::env::var_os("BENCH_PIN").map(Into::into),
        sessions: 4,
    };
    let (files, token) = (open(None)?, open(Some(&token))?);
    println!("  {:<36} {:>14} {:>18}", "signatures", "per second", "per CPU-second");
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        for (place, store) in [("sealed file", &files), ("SoftHSM 2, 4 sessions", &token)] {
            let name = format!("{place}-{}", algorithm.jose()).replace([' ', ','], "-");
            let key = store.load_or_create(&name, algorithm, &SystemEntropy)?;
            row(&format!("{algorithm:?}, {place}"), key).await?;
        }
    }
    Ok(())
}

async fn row(what: &str, key: Arc<dyn Signer>) -> Result<(), Failure> {
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (began, cpu) = (Instant::now(), cpu_seconds()?);
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let (key, stop, count) = (Arc::clone(&key), Arc::clone(&stop), Arc::clone(&count));
        callers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                key.sign(&MESSAGE).await?;
                count.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
            Ok::<(), keys::SignError>(())
        }));
    }
    let timer = Arc::clone(&stop);
    let timer = std::thread::spawn(move || {
        std::thread::sleep(MEASURE);
        timer.store(true, Ordering::Relaxed);
    });
    for caller in callers {
        caller.await??;
    }
    let _ = timer.join();
    #[expect(clippy::cast_precision_loss, reason = "a count of some seconds")]
    let count = count.load(Ordering::Relaxed) as f64;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    println!("  {what:<36} {:>14.0} {:>18.0}", count / wall, count / cpu);
    Ok(())
}

/// Used by every thread of this process, in the kernel and outside.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // proc(5): the name may have blanks, so fields are counted after it; utime is the 14th, stime the 15th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
}
