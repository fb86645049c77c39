//! Memory that is no longer needed goes back to the system.
//!
//! Each snapshot takes buffers as large as the whole registry for a moment. The allocator of glibc keeps such memory once
//! it has given some back, for programs that need it again soon; a server does not, until the branch moves again.

/// Larger buffers are given back as soon as they are freed: what glibc begins with, but it moves.
#[cfg(target_env = "gnu")]
const MMAP_THRESHOLD: i32 = 128 * 1024;

/// Has large buffers given back, from now on and in the whole process.
pub(crate) fn return_large_buffers() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt(3) takes two numbers and keeps no reference to anything. It sets one word of the allocator: a thread
    // that asks for memory meanwhile goes by the old or by the new one.
    #[expect(unsafe_code, reason = "nothing wraps it")]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MMAP_THRESHOLD);
    }
}
