//! The two switches of libgit2 that must be set before a repository is opened.

use std::{ffi::c_int, sync::Once};

/// Makes libgit2 flush what it writes to the disk, and open partial clones.
///
/// libgit2 ignores `core.fsync`, and git2 does not expose its own switch. Without it a power cut after a sync could leave
/// a branch that points at an empty file.
pub(super) fn set() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        libgit2_sys::init();
        let option = c_int::try_from(libgit2_sys::GIT_OPT_ENABLE_FSYNC_GITDIR);
        let option = option.expect("libgit2 numbers its options from zero");
        #[expect(unsafe_code, reason = "git2 has no safe way to set these; `Once` keeps other threads away")]
        // SAFETY: libgit2 is initialised; the first option takes one `int`. Both only set global state, which nobody
        // reads before `Once` lets the first repository be opened.
        unsafe {
            libgit2_sys::git_libgit2_opts(option, 1 as c_int);
            // Fails only where memory runs out; then partial clones are refused with their reason.
            let _ = git2::opts::set_extensions(&["partialclone"]);
        }
    });
}
