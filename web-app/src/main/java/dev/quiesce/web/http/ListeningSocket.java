package dev.quiesce.web.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket of this process, as Linux knows it; see {@code /proc/net/tcp} in proc(5).
 *
 * @param descriptor its file descriptor
 * @param family its address family; connections by IPv4 to a socket of IPv6 are of that one as well
 * @param port its number
 */
record ListeningSocket(int descriptor, Family family, int port) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern BLANKS = Pattern.compile(" +");

    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";

    /** What addresses are. */
    enum Family {
        INET(2, "tcp"),
        INET6(10, "tcp6");

        private final int number;
        private final Path table;

        Family(int number, String table) {
            this.number = number;
            this.table = Path.of("/proc/self/net", table);
        }

        /** Returns the number by which the kernel knows it. */
        int number() {
            return number;
        }
    }

    /** Returns the socket of a port of TCP; null if it is of another kind, or is not the only one of this process at its number. */
    static @Nullable ListeningSocket of(ServerSocketChannel channel) throws IOException {
        if (!(channel.getLocalAddress() instanceof InetSocketAddress address)) {
            return null;
        }
        Map<String, Family> atPort = atPort(address.getPort());
        List<ListeningSocket> sockets = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path link : links) {
                Family family = atPort.get(target(link));
                if (family != null) {
                    int descriptor = Integer.parseInt(link.getFileName().toString());
                    sockets.add(new ListeningSocket(descriptor, family, address.getPort()));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return sockets.size() == 1 ? sockets.get(0) : null;
    }

    /** Returns the families of the sockets that listen at a port, of whatever process, by what descriptors of them link to. */
    private static Map<String, Family> atPort(int port) throws IOException {
        String suffix = String.format(":%04X", port);
        Map<String, Family> sockets = new HashMap<>();
        for (Family family : Family.values()) {
            if (Files.exists(family.table)) {
                try (Stream<String> lines = Files.lines(family.table)) {
                    lines.map(line -> BLANKS.split(line.strip()))
                            .filter(fields -> fields.length > INODE
                                    && fields[STATE].equals(LISTEN)
                                    && fields[LOCAL_ADDRESS].endsWith(suffix))
                            .forEach(fields -> sockets.put("socket:[" + fields[INODE] + "]", family));
                }
            }
        }
        return sockets;
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }
}
