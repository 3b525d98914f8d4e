//! The folder of one run's temporary files, removed at its end; what a killed run left is removed by the next one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::LocalError;
use crate::workspace;

/// How many folders this process has made.
static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// `.local/run/{name}-{process}-{number}`, for as long as this value lives.
#[derive(Debug)]
pub(crate) struct RunFolder {
    folder: PathBuf,
    lock_path: PathBuf,
    /// Held until this process ends: the sign that the folder is in use.
    _lock: File,
}

impl RunFolder {
    pub(crate) fn new(name: &str) -> Result<Self, LocalError> {
        let parent = workspace::local("run")?;
        remove_abandoned(&parent);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{name}-{}-{number}", std::process::id()));
        let lock_path = folder.with_extension("lock");
        let lock = File::create(&lock_path).map_err(LocalError::file("write", &lock_path))?;
        lock.lock().map_err(LocalError::file("lock", &lock_path))?;
        fs::create_dir_all(&folder).map_err(LocalError::file("create", &folder))?;
        Ok(Self {
            folder,
            lock_path,
            _lock: lock,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        remove(&self.folder, &self.lock_path);
    }
}

/// Removes the folders whose process is gone, which is when their lock can be had.
fn remove_abandoned(parent: &Path) {
    let entries = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    for lock_path in entries.filter(|path| path.extension().is_some_and(|extension| extension == "lock")) {
        if File::open(&lock_path).is_ok_and(|lock| lock.try_lock().is_ok()) {
            remove(&lock_path.with_extension(""), &lock_path);
        }
    }
}

fn remove(folder: &Path, lock_path: &Path) {
    let removed = fs::remove_dir_all(folder).and_then(|()| fs::remove_file(lock_path));
    if let Err(error) = removed {
        eprintln!("cannot remove {}: {error}", folder.display());
    }
}
