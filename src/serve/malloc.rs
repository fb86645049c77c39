//! Configuration of the memory allocator.
//!
//! Loading a snapshot needs buffers as large as the whole registry for a short time. By default the allocator of glibc
//! starts to keep such buffers for later use, but the server does not need them until the branch moves again.

/// The size above which a freed buffer is returned to the system. It is the initial value of glibc, which otherwise grows.
#[cfg(target_env = "gnu")]
const MMAP_THRESHOLD: i32 = 128 * 1024;

/// Makes the allocator of this process return large buffers to the system when they are freed.
pub(crate) fn return_large_buffers() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt(3) takes two numbers and keeps no reference. It sets one word of the allocator; a thread that allocates
    // at the same time uses the old or the new value.
    #[expect(unsafe_code, reason = "no safe wrapper exists")]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MMAP_THRESHOLD);
    }
}
