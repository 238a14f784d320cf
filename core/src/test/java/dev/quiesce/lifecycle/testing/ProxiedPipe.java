package dev.quiesce.lifecycle.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One direction of a {@link ProxiedConnection}. Used by one thread. */
final class ProxiedPipe {
    /** More waits in the sender's socket. */
    private static final int MOST_QUEUED = 256 * 1024;

    private static final int CHUNK = 16 * 1024;

    private enum Mode {
        HOLD,
        FORWARD,
        SWALLOW
    }

    private final ProxiedSide source;
    private final ProxiedSide sink;
    private final ByteBuffer scratch;
    private final Deque<Parcel> queue = new ArrayDeque<>();
    private Mode mode = Mode.HOLD;
    private long delayNanos;
    private int queued;
    private boolean sourceEnded;
    private boolean ended;
    private boolean blocked;
    private @Nullable Parcel alarmed;

    /** Bytes, or without any the end, which are due at some point. */
    private record Parcel(ByteBuffer bytes, boolean isEnd, long due) {}

    ProxiedPipe(ProxiedSide source, ProxiedSide sink, ByteBuffer scratch) {
        this.source = source;
        this.sink = sink;
        this.scratch = scratch;
    }

    /** Passes on what comes, and what has come, after some time. */
    void forward(long nanos) {
        mode = Mode.FORWARD;
        delayNanos = nanos;
        long latest = System.nanoTime() + nanos;
        for (int i = queue.size(); i > 0; i--) {
            Parcel parcel = queue.remove();
            long due = parcel.due() - latest > 0 ? latest : parcel.due();
            queue.add(new Parcel(parcel.bytes(), parcel.isEnd(), due));
        }
    }

    void hold() {
        mode = Mode.HOLD;
    }

    void swallow() {
        mode = Mode.SWALLOW;
        queue.clear();
        queued = 0;
    }

    /** Moves what can be moved at this moment. */
    void flow() throws IOException {
        blocked = false;
        switch (mode) {
            case HOLD -> {}
            case SWALLOW -> discard();
            case FORWARD -> {
                take();
                deliver();
            }
        }
    }

    /** Returns in how many nanoseconds this should be asked to flow again; empty if that has been said before, or is not needed. */
    OptionalLong nextAlarm() {
        Parcel first = queue.peek();
        if (mode != Mode.FORWARD || first == null || first == alarmed || first.due() - System.nanoTime() <= 0) {
            return OptionalLong.empty();
        }
        alarmed = first;
        return OptionalLong.of(first.due() - System.nanoTime());
    }

    boolean wantsBytes() {
        return mode != Mode.HOLD && !sourceEnded && queued < MOST_QUEUED;
    }

    boolean isBlocked() {
        return blocked;
    }

    /** Returns whether the end has come in. */
    boolean hasSourceEnded() {
        return sourceEnded;
    }

    /** Returns whether the end has been passed on. */
    boolean hasEnded() {
        return ended;
    }

    private void take() throws IOException {
        while (wantsBytes() && source.isConnected()) {
            int count = source.read(scratch.clear().limit(CHUNK));
            if (count == 0) {
                return;
            }
            sourceEnded = count < 0;
            byte[] bytes = new byte[Math.max(0, count)];
            scratch.flip().get(bytes);
            queued += bytes.length;
            queue.add(new Parcel(ByteBuffer.wrap(bytes), sourceEnded, System.nanoTime() + delayNanos));
        }
    }

    private void deliver() throws IOException {
        while (sink.isConnected() && !queue.isEmpty() && queue.element().due() - System.nanoTime() <= 0) {
            Parcel first = queue.element();
            if (first.isEnd()) {
                sink.sendEnd();
                ended = true;
            } else {
                int before = first.bytes().remaining();
                sink.write(first.bytes());
                queued -= before - first.bytes().remaining();
                if (first.bytes().hasRemaining()) {
                    blocked = true;
                    return;
                }
            }
            queue.remove();
        }
    }

    private void discard() {
        if (!source.isOpen() || !source.isConnected()) {
            return;
        }
        try {
            int count = 1;
            while (!sourceEnded && count > 0) {
                count = source.read(scratch.clear());
                sourceEnded = count < 0;
            }
        } catch (IOException reset) {
            // The sender has gone, which nobody is to hear of.
            sourceEnded = true;
            source.close();
        }
    }
}
