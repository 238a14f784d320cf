package dev.quiesce.realtime.socketio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of an event or of an answer, as JSON has them: texts, numbers, booleans, maps, lists, null, and
 * {@link ByteBuffer} for what is binary. Immutable, but for the position of its buffers.
 */
public final class Arguments {
    private final List<@Nullable Object> values;

    Arguments(List<@Nullable Object> values) {
        this.values = values;
    }

    /** Returns how many there are. */
    public int size() {
        return values.size();
    }

    /** Returns an argument, or null if there is none at this index. */
    public @Nullable Object get(int index) {
        return index < values.size() ? values.get(index) : null;
    }

    /**
     * Returns an argument that is a text.
     *
     * @throws IllegalArgumentException if it is none
     */
    public String text(int index) {
        return checked(index, String.class, "text");
    }

    /**
     * Returns an argument that is a number.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Number number(int index) {
        return checked(index, Number.class, "number");
    }

    /**
     * Returns an argument that is true or false.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public boolean flag(int index) {
        return checked(index, Boolean.class, "boolean");
    }

    /**
     * Returns an argument that is binary.
     *
     * @throws IllegalArgumentException if it is not
     */
    public ByteBuffer binary(int index) {
        return checked(index, ByteBuffer.class, "binary");
    }

    /**
     * Returns an argument that is an object.
     *
     * @throws IllegalArgumentException if it is none
     */
    @SuppressWarnings("unchecked") // keys of JSON are texts
    public Map<String, @Nullable Object> object(int index) {
        return checked(index, Map.class, "object");
    }

    /**
     * Returns an argument that is a list.
     *
     * @throws IllegalArgumentException if it is none
     */
    @SuppressWarnings("unchecked") // whatever is in it
    public List<@Nullable Object> list(int index) {
        return checked(index, List.class, "list");
    }

    /**
     * Returns an argument as an object of a record or bean type. It must hold nothing binary.
     *
     * @throws IllegalArgumentException if it has another shape
     */
    public <T> T as(int index, Class<T> type) {
        return Json.convert(get(index), type);
    }

    private <T> T checked(int index, Class<T> type, String kind) {
        Object value = get(index);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("argument " + index + " of " + values.size() + " is no " + kind);
        }
        return type.cast(value);
    }

    /** Returns the arguments as text. */
    @Override
    public String toString() {
        return values.toString();
    }
}
