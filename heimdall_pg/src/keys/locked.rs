//! Memory for keys: locked, so that it is not swapped out, and left out of core files.

use std::ptr::NonNull;

use heimdall_core::protect::Secret;
use pgrx::PgSqlErrorCode;
use zeroize::Zeroize;

use crate::error::Error;

/// What the system locks and leaves out is pages. Where they are larger, it rounds up.
const PAGE: usize = 4096;

/// A secret on a page of its own, which is wiped and given back when this is dropped.
///
/// A process that is forked inherits the page and that no core file has it. It does not inherit the lock, and needs
/// none: as long as nobody writes, it is the page of the process that has locked it.
pub struct LockedSecret(NonNull<[u8; 32]>);

impl LockedSecret {
    pub fn new(secret: &Secret) -> Result<LockedSecret, Error> {
        // SAFETY: a mapping of its own, at an address that the system chooses, of nothing but memory.
        let page = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                PAGE,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        let page = if page == libc::MAP_FAILED { None } else { NonNull::new(page.cast::<[u8; 32]>()) };
        let Some(page) = page else {
            let code = PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY;
            return Err(Error::new(code, "there is no memory for a key"));
        };
        // SAFETY: that mapping, which is larger than a secret and to which nobody else refers. Where the system
        // does not lock or leave out, the key has to be kept all the same.
        unsafe {
            libc::mlock(page.as_ptr().cast(), PAGE);
            libc::madvise(page.as_ptr().cast(), PAGE, libc::MADV_DONTDUMP);
            page.write(*secret.bytes());
        }
        Ok(LockedSecret(page))
    }

    /// A copy for the primitives, which is wiped after its use.
    pub fn secret(&self) -> Secret {
        // SAFETY: the page lives as long as this and was written when it was made.
        Secret::from(unsafe { self.0.as_ref() })
    }
}

impl Drop for LockedSecret {
    fn drop(&mut self) {
        // SAFETY: the mapping of this object, which nobody refers to any more.
        unsafe {
            self.0.as_mut().zeroize();
            libc::munmap(self.0.as_ptr().cast(), PAGE);
        }
    }
}
