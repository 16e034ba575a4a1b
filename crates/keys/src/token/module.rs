use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock, RwLockReadGuard};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use super::TokenError;

/// A process initialises a module once (PKCS #11 3.1, 5.4): all its tokens share it.
static LOADED: LazyLock<Mutex<HashMap<PathBuf, Arc<Module>>>> = LazyLock::new(Mutex::default);

/// A loaded PKCS#11 library.
pub(super) struct Module {
    path: PathBuf,
    pkcs11: Pkcs11,
    /// How often it was initialised, until it ended. Handles of an earlier time may name other things now.
    generation: RwLock<Option<u64>>,
}

/// The module for the time of one call; it is not initialised anew meanwhile.
pub(super) struct InUse<'a> {
    pub pkcs11: &'a Pkcs11,
    pub generation: RwLockReadGuard<'a, Option<u64>>,
}

impl Module {
    pub fn load(path: &Path) -> Result<Arc<Self>, TokenError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = loaded.get(path) {
            return Ok(Arc::clone(module));
        }
        let pkcs11 = Pkcs11::new(path)
            .map_err(|source| TokenError::Load { module: path.display().to_string(), source })?;
        let module = Self { path: path.to_owned(), pkcs11, generation: RwLock::new(Some(1)) };
        module.initialise()?;
        let module = Arc::new(module);
        loaded.insert(path.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub fn in_use(&self) -> InUse<'_> {
        let generation = self.generation.read().unwrap_or_else(PoisonError::into_inner);
        InUse { pkcs11: &self.pkcs11, generation }
    }

    /// Ends and initialises the module: several makers' modules find a token again only so. Waits for calls that run;
    /// whoever saw an older generation finds that it has been done.
    pub fn restart(&self, seen: u64) -> Result<(), TokenError> {
        let mut generation = self.generation.write().unwrap_or_else(PoisonError::into_inner);
        if *generation != Some(seen) {
            return Ok(());
        }
        self.finalise()?;
        *generation = Some(seen + 1);
        self.initialise()
    }

    /// Ends the modules of this process for good, when no call runs any more.
    pub fn end_all() {
        for module in LOADED.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if module.generation.write().unwrap_or_else(PoisonError::into_inner).take().is_some() {
                // The process ends: nobody is left to act on a refusal.
                let _ = module.finalise();
            }
        }
    }

    fn finalise(&self) -> Result<(), TokenError> {
        match self.pkcs11.clone().finalize() {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiNotInitialized, _)) => Ok(()),
            Err(source) => Err(TokenError::Start { module: self.name(), source }),
        }
    }

    fn initialise(&self) -> Result<(), TokenError> {
        match self.pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
            Err(source) => Err(TokenError::Start { module: self.name(), source }),
        }
    }
}
