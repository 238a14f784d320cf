package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.ptr.IntByReference;

/** What a server asks of Linux that wants nobody without a request: TCP_DEFER_ACCEPT, see tcp(7). Connections stay half open until then. */
final class DeferredAccept {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_DEFER_ACCEPT = 9;
    private static final int SECONDS = 5;

    private DeferredAccept() {}

    /** Asks for it. */
    static void on(ListeningSocket socket) {
        int result = CLibrary.setsockopt(
                socket.descriptor(),
                IPPROTO_TCP,
                TCP_DEFER_ACCEPT,
                new IntByReference(SECONDS).getPointer(),
                Integer.BYTES);
        assertThat(result).isZero();
    }
}
