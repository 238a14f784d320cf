package dev.quiesce.web.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A socket that accepts connections. Closing it removes the file that it has made, unless that is somebody else's by then.
 *
 * <p>Safe for use by many threads.
 */
final class Port implements AutoCloseable {
    private static final int ACCEPT_QUEUE = 1024;

    /** Six characters. */
    private static final long MOST_NAMES = 1L << 31;

    private final ServerSocketChannel channel;
    private final boolean shared;
    private final @Nullable Path file;
    private @Nullable Object fileKey; // guarded by this

    private Port(ServerSocketChannel channel, boolean shared, @Nullable Path file) throws IOException {
        this.channel = channel;
        this.shared = shared;
        this.file = file;
        this.fileKey = file == null ? null : key(file);
    }

    /**
     * Opens a port.
     *
     * @throws IOException if it cannot be opened; the message says where, why, and what to do
     */
    static Port open(Listen listen) throws IOException {
        try {
            if (listen instanceof Listen.Tcp tcp) {
                return tcp(tcp);
            }
            return listen instanceof Listen.Unix unix ? unix(unix) : inherited();
        } catch (IOException | UnsupportedOperationException e) {
            throw new IOException("cannot listen on " + listen + ": " + e.getMessage() + advice(listen), e);
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    /** Returns whether other processes have the same port, which goes on when this one closes. */
    boolean isShared() {
        return shared;
    }

    /**
     * Closes the port. One that is shared stays open until the process ends, which accepts nothing any more: others do. To
     * close it would also take standard output and error from this process, as the JDK does with inherited channels.
     */
    @Override
    public void close() throws IOException {
        if (shared) {
            return;
        }
        try {
            withdraw();
        } finally {
            channel.close();
        }
    }

    /**
     * Lets nobody find the port any more, as far as that is possible: a socket of the Unix domain loses its file. Who has connected
     * already can still be accepted.
     */
    synchronized void withdraw() throws IOException {
        // Once: when the channel is closed, the system may give the same key to the file of a successor.
        Object key = fileKey;
        fileKey = null;
        if (file != null && key != null && key.equals(key(file))) {
            Files.deleteIfExists(file);
        }
    }

    /** Returns a text such as {@code http://0.0.0.0:8080/} or {@code unix:/run/app.sock}. */
    @Override
    public String toString() {
        SocketAddress address = address();
        if (address instanceof InetSocketAddress internet) {
            return "http://" + internet.getAddress().getHostAddress() + ":" + internet.getPort() + "/";
        }
        return "unix:" + (file == null ? address : file);
    }

    private @Nullable SocketAddress address() {
        try {
            return channel.getLocalAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    private static Port tcp(Listen.Tcp tcp) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            InetSocketAddress address = new InetSocketAddress(tcp.host(), tcp.port());
            if (address.isUnresolved()) {
                throw new IOException("there is no host " + tcp.host());
            }
            channel.bind(address, ACCEPT_QUEUE);
            return new Port(channel, false, null);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Bound under another name first, so that the file appears with its rights, and replaces a stale one, in one go. */
    private static Port unix(Listen.Unix unix) throws IOException {
        Path path = unix.path().toAbsolutePath();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            refuseUnlessStale(path);
        }
        // By chance, as two processes in containers of their own may have the same number. Short, as the system allows
        // 107 bytes.
        Path prepared = path.resolveSibling(
                "." + Long.toString(ThreadLocalRandom.current().nextLong(MOST_NAMES), Character.MAX_RADIX));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(prepared), ACCEPT_QUEUE);
            PosixFileAttributeView attributes = Files.getFileAttributeView(prepared, PosixFileAttributeView.class);
            if (unix.group().isPresent()) {
                attributes.setGroup(group(unix.group().get(), prepared.getFileSystem()));
            }
            attributes.setPermissions(unix.mode());
            Files.move(prepared, path, StandardCopyOption.ATOMIC_MOVE);
            return new Port(channel, false, path);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(prepared);
            throw e;
        }
    }

    private static GroupPrincipal group(String name, FileSystem files) throws IOException {
        try {
            return files.getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("there is no group " + name, e);
        }
    }

    private static Port inherited() throws IOException {
        Channel channel = System.inheritedChannel();
        if (channel instanceof ServerSocketChannel server) {
            return new Port(server, true, null);
        }
        throw new IOException("the standard input is no listening socket");
    }

    /** Only a socket that refuses a connection is that of a process that has died. */
    private static void refuseUnlessStale(Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("there is a file that is no socket");
        }
        try (SocketChannel visitor = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            visitor.configureBlocking(false);
            visitor.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException refused) {
            return;
        }
        throw new IOException("a process listens there");
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (IOException gone) {
            return null;
        }
    }

    private static String advice(Listen listen) {
        if (listen instanceof Listen.Tcp) {
            return "; free the port or choose another";
        }
        return listen instanceof Listen.Unix
                ? "; the folder must exist and be writable, the group must exist, and no other process may listen there"
                : "; let systemd pass it by StandardInput=socket and Accept=no";
    }
}
