package dev.quiesce.realtime;

import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * A close frame with any code that ends in a whole close handshake.
 *
 * <p>Jetty takes codes such as 1008, 1011 and 1012 for failures: it drops what is queued and hangs up without waiting for
 * the peer's close frame. Where a frame states its own status, Jetty goes by that, so this one states a normal closure
 * and carries the real code in its payload.
 */
final class CloseFrame extends Frame implements CloseStatus.Supplier {

    CloseFrame(int code, String reason) {
        super(OpCode.CLOSE, true, CloseStatus.asPayloadBuffer(code, reason));
    }

    static int checkedCode(int code) {
        if (!CloseStatus.isTransmittableStatusCode(code)) {
            throw new IllegalArgumentException(
                    "close code " + code + " may not be sent; use 1000 to 1003, 1007 to 1014, or 3000 to 4999");
        }
        return code;
    }

    @Override
    public CloseStatus getCloseStatus() {
        return CloseStatus.NORMAL_STATUS;
    }
}
