//! A process that holds keys leaves no picture of its memory behind.

use std::io;

/// No core dump of this process, by nobody: its limit is zero for good, and the kernel takes it for one whose memory is
/// not to be dumped or attached to by the same user (`PR_SET_DUMPABLE`). To be called before any key is read.
pub fn refuse_core_dumps() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}
