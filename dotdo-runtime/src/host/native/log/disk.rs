//! What the log needs of a disk, so that a simulated one can stand under it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where the segments of the log are.
pub trait LogDisk: Send {
    /// The numbers of the segments that are there.
    fn list(&self) -> io::Result<Vec<u32>>;

    /// Opens a segment, making it if need be. The name of one that was made is safe when it is first synced.
    fn open(&self, number: u32) -> io::Result<Box<dyn LogFile>>;

    /// Removes a segment that nobody has open. After a power loss it may be there again.
    fn remove(&self, number: u32) -> io::Result<()>;
}

/// One segment.
pub trait LogFile: Send {
    /// All that is in it.
    fn read(&mut self) -> io::Result<Vec<u8>>;

    /// Writes bytes at an offset.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes all that was written safe.
    fn sync(&mut self) -> io::Result<()>;

    /// How long it is.
    fn length(&mut self) -> io::Result<u64>;

    /// Cuts it off, or fills it up with zeros.
    fn set_length(&mut self, length: u64) -> io::Result<()>;
}

/// A folder of files.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if need be.
    pub fn new(path: PathBuf) -> io::Result<Self> {
        if !path.is_dir() {
            std::fs::create_dir_all(&path)?;
            if let Some(parent) = path.parent() {
                sync_folder(parent)?;
            }
        }
        Ok(Self(path))
    }
}

/// Makes the names in a folder safe, where that is a thing of its own.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

impl Folder {
    fn path(&self, number: u32) -> PathBuf {
        self.0.join(format!("{number}.log"))
    }
}

impl LogDisk for Folder {
    fn list(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            if let Some(number) = name.to_str().and_then(|name| name.strip_suffix(".log"))
                && let Ok(number) = number.parse()
            {
                numbers.push(number);
            }
        }
        Ok(numbers)
    }

    fn open(&self, number: u32) -> io::Result<Box<dyn LogFile>> {
        let path = self.path(number);
        let is_new = !path.exists();
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let folder = is_new.then(|| self.0.clone());
        Ok(Box::new(Plain { file, folder }))
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        std::fs::remove_file(self.path(number))
    }
}

struct Plain {
    file: File,
    /// Holds the name, which is not safe yet.
    folder: Option<PathBuf>,
}

impl LogFile for Plain {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        if let Some(folder) = &self.folder {
            sync_folder(folder)?;
            self.folder = None;
        }
        Ok(())
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_length(&mut self, length: u64) -> io::Result<()> {
        let now = self.length()?;
        if length <= now {
            return self.file.set_len(length);
        }
        // Zeros that are really written: a sync of a file whose blocks are all there need not touch the file system's
        // own journal.
        self.file.seek(SeekFrom::Start(now))?;
        io::copy(&mut io::repeat(0).take(length - now), &mut self.file).map(|_| ())
    }
}
