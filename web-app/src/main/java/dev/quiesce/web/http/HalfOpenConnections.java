package dev.quiesce.web.http;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;

/**
 * Asks the kernel for connections that have begun and are not complete, as sock_diag(7) tells. To look for them in the table of all
 * connections, {@code /proc/net/tcp}, takes some 4 ms, and 40 ms more when there are 10,000.
 *
 * <p>Stateless.
 */
final class HalfOpenConnections {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int HEADER_BYTES = 16;
    private static final int REQUEST_BYTES = HEADER_BYTES + 56;
    private static final int LEAST_ANSWER_BYTES = HEADER_BYTES + Integer.BYTES;
    private static final int ANSWER_BYTES = 8192;
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLM_F_REQUEST_DUMP = 0x301;
    private static final short NLMSG_DONE = 3;
    private static final byte IPPROTO_TCP = 6;
    private static final int SYN_RECEIVED = 1 << 3;

    private HalfOpenConnections() {}

    /**
     * Returns whether connections to a port are half open.
     *
     * @throws IOException if the kernel does not tell, for example because it may not be asked by sockets of {@code AF_NETLINK}
     */
    static boolean areAt(ListeningSocket socket) throws IOException {
        int descriptor = CLibrary.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
        if (descriptor < 0) {
            throw failure("a socket of AF_NETLINK is refused");
        }
        try (Memory request = request(socket);
                Memory answer = new Memory(ANSWER_BYTES)) {
            long sent = CLibrary.send(descriptor, request, new NativeLong(REQUEST_BYTES), 0)
                    .longValue();
            // The kernel has answered by then.
            long received = sent < 0
                    ? -1
                    : CLibrary.recv(descriptor, answer, new NativeLong(ANSWER_BYTES), MSG_DONTWAIT)
                            .longValue();
            if (received < LEAST_ANSWER_BYTES) {
                throw failure("the kernel does not tell");
            }
            return isConnection(answer);
        } finally {
            CLibrary.close(descriptor);
        }
    }

    private static Memory request(ListeningSocket socket) {
        Memory request = new Memory(REQUEST_BYTES);
        request.clear();
        request.setInt(0, REQUEST_BYTES);
        request.setShort(4, SOCK_DIAG_BY_FAMILY);
        request.setShort(6, NLM_F_REQUEST_DUMP);
        request.setByte(HEADER_BYTES, (byte) socket.family().number());
        request.setByte(HEADER_BYTES + 1, IPPROTO_TCP);
        request.setInt(HEADER_BYTES + 4, SYN_RECEIVED);
        request.setByte(HEADER_BYTES + 8, (byte) (socket.port() >> Byte.SIZE));
        request.setByte(HEADER_BYTES + 9, (byte) socket.port());
        return request;
    }

    /** Looks at the first message of the answer, which is a connection unless there is none. */
    private static boolean isConnection(Memory answer) throws IOException {
        short type = answer.getShort(4);
        if (type == SOCK_DIAG_BY_FAMILY) {
            return true;
        }
        // The end of the answer, and an error alike: what has gone wrong, or 0.
        int error = -answer.getInt(HEADER_BYTES);
        if (type == NLMSG_DONE && error == 0) {
            return false;
        }
        throw new IOException("the kernel does not tell (message " + type + ", error " + error + ")");
    }

    private static IOException failure(String what) {
        return new IOException(what + " (error " + Native.getLastError() + ")");
    }
}
