package dev.quiesce.web.http;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** Where a server accepts connections. Immutable. */
public sealed interface Listen {

    /**
     * A TCP port.
     *
     * @param host the address or host name to bind, {@code 0.0.0.0} for every IPv4 interface
     * @param port the port, or 0 for any free one
     */
    record Tcp(String host, int port) implements Listen {

        /** Returns a text such as {@code 127.0.0.1:8080}. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * A socket of the Unix domain, which is a file. One that a predecessor has left behind is replaced, unless somebody still
     * listens on it.
     *
     * @param path the file, in an existing folder; at most some 95 bytes long, since Linux allows 107 and it is bound under another
     *     name first
     * @param mode who may connect: those who may write to the file
     * @param group the group of the file; that of the process if empty
     */
    record Unix(Path path, Set<PosixFilePermission> mode, Optional<String> group) implements Listen {

        /** Makes the permissions immutable. */
        public Unix {
            mode = Set.copyOf(mode);
        }

        /** Returns the path. */
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A listening socket that the process got as its standard input, as from systemd with {@code StandardInput=socket}. It stays
     * open in whoever keeps it, so that connections wait for the next process while there is none.
     */
    record Inherited() implements Listen {

        /** Returns {@code the inherited socket}. */
        @Override
        public String toString() {
            return "the inherited socket";
        }
    }
}
