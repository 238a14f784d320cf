package dev.quiesce.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Holds a folder for one owner on this machine; the operating system gives it back when the process ends. Thread-safe. */
final class FolderLock implements AutoCloseable {
    static final String FILE = "lock";

    /** Closing any channel on a file gives up the process's lock on it, so a second one must never be opened. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Returns the lock on an existing folder, or null if it is held already, in this process or another. */
    static @Nullable FolderLock tryLock(Path existing) throws IOException {
        Path folder = existing.toRealPath();
        if (!HELD_HERE.add(folder)) {
            return null;
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            return lock == null ? null : new FolderLock(folder, channel);
        } finally {
            if (lock == null) {
                if (channel != null) {
                    channel.close();
                }
                HELD_HERE.remove(folder);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(folder);
        }
    }
}
