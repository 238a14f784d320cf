package dev.quiesce.web.http;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel drop the packet by which a connection to a port begins (SYN), so that nobody is connected any more while the port
 * closes. A connection that the kernel completes between the last accept and the close is reset, with the request that its client has
 * sent already; whoever's packet is dropped has sent nothing yet, sends it again a second later, and finds the port closed or a
 * successor behind it.
 *
 * <p>It is a program of the classic Berkeley Packet Filter on the listening socket, see {@code SO_ATTACH_FILTER} in socket(7), which
 * takes no privilege. The JDK can set no such option.
 *
 * <p>Immutable. Safe for use by many threads.
 */
final class SynFilter {
    private static final Logger log = LoggerFactory.getLogger(SynFilter.class);

    /** The same on all processors that are served here; MIPS and SPARC have others. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_ATTACH_FILTER = 26;

    private static final int INSTRUCTION_BYTES = 8;
    private static final int LOAD_BYTE = 0x30;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int FLAGS_OF_TCP = 13;
    private static final int SYN = 0x02;
    private static final int ALL = -1;
    private static final int NOTHING = 0;

    private final ListeningSocket socket;
    private final boolean tellsHalfOpen;

    /**
     * Makes a filter for a socket.
     *
     * @param tellsHalfOpen whether the kernel tells who is half connected to it
     */
    SynFilter(ListeningSocket socket, boolean tellsHalfOpen) {
        this.socket = socket;
        this.tellsHalfOpen = tellsHalfOpen;
    }

    /**
     * Prepares a filter, which takes some tens of milliseconds the first time and more than is left when a port closes.
     *
     * @return null where there is none: on other systems than Linux, for other ports than of TCP, or if the C library cannot be called,
     *     which is logged
     */
    static @Nullable SynFilter prepare(ServerSocketChannel port) {
        try {
            if (!Platform.isLinux()
                    || !(Platform.isIntel() || Platform.isARM())
                    || !(port.getLocalAddress() instanceof InetSocketAddress)) {
                return null;
            }
            ListeningSocket socket = ListeningSocket.of(port);
            if (socket == null) {
                log.info("A connection that comes just when the port closes may be lost: its socket is not known");
                return null;
            }
            // There is no such socket; but by then everything is loaded that it takes.
            attachTo(-1);
            return new SynFilter(socket, tellsHalfOpen(socket));
        } catch (ClosedChannelException stopped) {
            return null;
        } catch (IOException | RuntimeException | Error e) {
            // What JNA throws if it finds a library of another version is no more than an Error.
            log.info("A connection that comes just when the port closes may be lost: {}", e.toString());
            return null;
        }
    }

    private static boolean tellsHalfOpen(ListeningSocket socket) {
        try {
            HalfOpenConnections.areAt(socket);
            return true;
        } catch (IOException e) {
            log.info(
                    "Port {} will wait as long as it may for whoever is just connecting when it closes, since {}; sockets of"
                            + " AF_NETLINK should be allowed",
                    socket.port(),
                    e.getMessage());
            return false;
        }
    }

    /**
     * Has new connections dropped from now on, for good. Those that are half open may still become open.
     *
     * @throws IOException if the kernel refuses it
     */
    void attach() throws IOException {
        int error = attachTo(socket.descriptor());
        if (error != 0) {
            throw new IOException("the kernel takes no filter (error " + error + ")");
        }
    }

    /** Returns 0, or what has gone wrong, as errno(3) tells. */
    private static int attachTo(int descriptor) {
        try (Memory program = program();
                Memory reference = new Memory(2L * Native.POINTER_SIZE)) {
            reference.clear();
            reference.setShort(0, (short) (program.size() / INSTRUCTION_BYTES));
            reference.setPointer(Native.POINTER_SIZE, program);
            int result =
                    CLibrary.setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, reference, (int) reference.size());
            return result == 0 ? 0 : Native.getLastError();
        }
    }

    /** Returns whether connections to the port may be half open: always, where the kernel does not tell. */
    boolean mayHaveHalfOpen() {
        try {
            return !tellsHalfOpen || HalfOpenConnections.areAt(socket);
        } catch (IOException e) {
            log.debug("Somebody may just be connecting", e);
            return true;
        }
    }

    private static Memory program() {
        int[][] instructions = {
            {LOAD_BYTE, 0, 0, FLAGS_OF_TCP}, {JUMP_IF_SET, 1, 0, SYN}, {RETURN, 0, 0, ALL}, {RETURN, 0, 0, NOTHING}
        };
        Memory program = new Memory((long) instructions.length * INSTRUCTION_BYTES);
        for (int i = 0; i < instructions.length; i++) {
            long at = (long) i * INSTRUCTION_BYTES;
            program.setShort(at, (short) instructions[i][0]);
            program.setByte(at + 2, (byte) instructions[i][1]);
            program.setByte(at + 3, (byte) instructions[i][2]);
            program.setInt(at + 4, instructions[i][3]);
        }
        return program;
    }
}
