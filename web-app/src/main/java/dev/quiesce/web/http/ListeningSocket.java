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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Linux says of a listening socket of this process, see {@code /proc/net/tcp} in proc(5).
 *
 * @param descriptor its file descriptor
 * @param port its number as the kernel writes it
 */
record ListeningSocket(int descriptor, String port) {
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern BLANKS = Pattern.compile(" +");

    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";
    private static final String SYN_RECEIVED = "03";

    /** Returns the socket of a port of TCP; null if it is of another kind, or is not the only one of this process at its number. */
    static @Nullable ListeningSocket of(ServerSocketChannel channel) throws IOException {
        if (!(channel.getLocalAddress() instanceof InetSocketAddress address)) {
            return null;
        }
        String port = String.format("%04X", address.getPort());
        Set<String> names = new HashSet<>();
        for (Path table : tables()) {
            try (Stream<String> lines = Files.lines(table)) {
                lines.map(ListeningSocket::fields)
                        .filter(fields -> isAt(fields, port, LISTEN))
                        .forEach(fields -> names.add("socket:[" + fields[INODE] + "]"));
            }
        }
        List<Integer> descriptors = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path link : links) {
                if (names.contains(target(link))) {
                    descriptors.add(Integer.parseInt(link.getFileName().toString()));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return descriptors.size() == 1 ? new ListeningSocket(descriptors.get(0), port) : null;
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    /** Returns whether connections to the port, whosever it is, have begun and are not complete. */
    boolean hasHalfOpen() throws IOException {
        String address = ":" + port + " ";
        for (Path table : tables()) {
            // Most lines are of others, of whom there may be thousands.
            try (Stream<String> lines = Files.lines(table)) {
                if (lines.filter(line -> line.contains(address))
                        .map(ListeningSocket::fields)
                        .anyMatch(fields -> isAt(fields, port, SYN_RECEIVED))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Path> tables() {
        return TABLES.stream().filter(Files::exists).toList();
    }

    private static String[] fields(String line) {
        return BLANKS.split(line.strip());
    }

    private static boolean isAt(String[] fields, String port, String state) {
        return fields.length > INODE && fields[STATE].equals(state) && fields[LOCAL_ADDRESS].endsWith(":" + port);
    }
}
