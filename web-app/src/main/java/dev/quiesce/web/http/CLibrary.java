package dev.quiesce.web.http;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The system calls that the JDK does not offer, as socket(2), setsockopt(2), send(2), recv(2) and close(2) tell of them. What a call
 * that has failed has left in errno(3) is {@link Native#getLastError}.
 */
final class CLibrary {
    static {
        // Loaded already; to look for it by its name may fail.
        Native.register(CLibrary.class, NativeLibrary.getProcess());
    }

    private CLibrary() {}

    static native int socket(int domain, int type, int protocol);

    static native int setsockopt(int socket, int level, int option, Pointer value, int length);

    static native NativeLong send(int socket, Pointer message, NativeLong length, int flags);

    static native NativeLong recv(int socket, Pointer buffer, NativeLong length, int flags);

    static native int close(int descriptor);
}
