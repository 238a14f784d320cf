package dev.quiesce.realtime;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Which sockets are in which rooms.
 *
 * <p>Safe for use by many threads: one lock guards both directions and is never held while something is sent.
 */
final class Rooms {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, Set<Socket>> sockets = new HashMap<>();
    private final Map<Socket, Set<String>> rooms = new HashMap<>();

    /** Lets a socket join from now on. */
    void add(Socket socket) {
        lock.writeLock().lock();
        try {
            rooms.put(socket, new HashSet<>());
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Takes a socket out of all rooms for good. */
    void remove(Socket socket) {
        lock.writeLock().lock();
        try {
            Set<String> joined = rooms.remove(socket);
            if (joined != null) {
                joined.forEach(room -> takeOut(room, socket));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void join(String room, Socket socket) {
        lock.writeLock().lock();
        try {
            Set<String> joined = rooms.get(socket);
            if (joined != null && joined.add(room)) {
                sockets.computeIfAbsent(room, name -> new HashSet<>()).add(socket);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void leave(String room, Socket socket) {
        lock.writeLock().lock();
        try {
            Set<String> joined = rooms.get(socket);
            if (joined != null && joined.remove(room)) {
                takeOut(room, socket);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    Set<String> of(Socket socket) {
        lock.readLock().lock();
        try {
            return Set.copyOf(rooms.getOrDefault(socket, Set.of()));
        } finally {
            lock.readLock().unlock();
        }
    }

    List<Socket> in(String room) {
        lock.readLock().lock();
        try {
            return List.copyOf(sockets.getOrDefault(room, Set.of()));
        } finally {
            lock.readLock().unlock();
        }
    }

    private void takeOut(String room, Socket socket) {
        Set<Socket> members = sockets.get(room);
        members.remove(socket);
        if (members.isEmpty()) {
            sockets.remove(room);
        }
    }
}
