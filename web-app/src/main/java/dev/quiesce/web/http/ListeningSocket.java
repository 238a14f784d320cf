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
import java.util.function.Predicate;
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
    private static final String LISTEN = "0A";
    private static final String SYN_RECEIVED = "03";

    /** A line of the table of sockets. */
    private record Entry(String port, String state, String inode) {
        static Entry of(String line) {
            String[] fields = BLANKS.split(line.strip());
            return new Entry(fields[1].substring(fields[1].indexOf(':') + 1), fields[3], fields[9]);
        }
    }

    /** Returns the socket of a port of TCP; null if it is of another kind, or is not the only one of this process at its number. */
    static @Nullable ListeningSocket of(ServerSocketChannel channel) throws IOException {
        if (!(channel.getLocalAddress() instanceof InetSocketAddress address)) {
            return null;
        }
        String port = String.format("%04X", address.getPort());
        Set<String> names = new HashSet<>();
        for (Entry listening : entries(entry -> entry.state.equals(LISTEN) && entry.port.equals(port))) {
            names.add("socket:[" + listening.inode + "]");
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
        return !entries(entry -> entry.state.equals(SYN_RECEIVED) && entry.port.equals(port))
                .isEmpty();
    }

    private static List<Entry> entries(Predicate<Entry> which) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Path table : TABLES) {
            if (Files.exists(table)) {
                try (Stream<String> lines = Files.lines(table)) {
                    lines.skip(1).map(Entry::of).filter(which).forEach(entries::add);
                }
            }
        }
        return entries;
    }
}
