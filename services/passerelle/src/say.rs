//! What a command tells the person in front of it, and why it failed.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's voice")]

use std::io::IsTerminal as _;
use std::time::Instant;

pub fn line(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}

/// A step with its time, as it ends: "  registry node   0.4 s".
pub fn step(what: &str, since: Instant) {
    println!("  {} {what:<44} {:>5.1} s", good("✓"), since.elapsed().as_secs_f32());
}

pub fn heading(text: &str) {
    if std::io::stdout().is_terminal() {
        println!("\x1b[1m{text}\x1b[0m");
    } else {
        println!("{text}");
    }
}

pub fn failure(text: &str) {
    eprintln!("passerelle: {text}");
}

fn good(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\x1b[32m{text}\x1b[0m") } else { text.to_owned() }
}
