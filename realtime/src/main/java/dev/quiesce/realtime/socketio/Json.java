package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.realtime.engineio.Packet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data of packets: JSON with binary parts beside it, for which the JSON has placeholders. Binary is found in maps, lists and
 * arrays, and not in objects of other kinds. Safe for use by many threads.
 */
final class Json {
    private static final JSON MAPPER = JSON.builder()
            .enable(JSON.Feature.WRITE_RECORD_FIELDS_IN_DECLARATION_ORDER)
            .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
            .build();

    /** It is written anew with each change. */
    private static final long MOST_KEPT = 64 * 1024;

    private static final String PLACEHOLDER = "_placeholder";
    private static final String NUMBER = "num";

    private Json() {}

    /**
     * What was written.
     *
     * @param text the JSON
     * @param attachments the binary parts, in the order of their placeholders
     */
    record Written(String text, List<ByteBuffer> attachments) {

        /** Returns the size, in bytes. */
        long size() {
            return text.getBytes(StandardCharsets.UTF_8).length
                    + attachments.stream().mapToLong(ByteBuffer::remaining).sum();
        }

        /** Returns what it takes while it waits for a client, in bytes. */
        long queuedSize() {
            return size() + Packet.OVERHEAD * (1L + attachments.size());
        }
    }

    /**
     * Writes a value.
     *
     * @throws IllegalArgumentException if it cannot be written as JSON
     */
    static Written write(Object value) {
        List<ByteBuffer> attachments = new ArrayList<>();
        try {
            Object plain = hasBinary(value) ? withPlaceholders(value, attachments) : value;
            return new Written(MAPPER.asString(plain), List.copyOf(attachments));
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException(
                    "cannot be written as JSON: it is nested too deeply, or has itself in it", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot be written as JSON: " + value.getClass().getName(), e);
        }
    }

    /**
     * Returns what is kept with a socket as it will come back: of JSON, and unmodifiable, whatever its owner does with the original.
     *
     * @throws IllegalArgumentException if it cannot be written as JSON, has something binary in it, or is larger than may be kept
     */
    static Map<String, Object> kept(Map<String, Object> data) {
        Written written = write(data);
        if (!written.attachments().isEmpty()) {
            throw new IllegalArgumentException("what is kept with a socket can have nothing binary in it");
        }
        if (written.size() > MOST_KEPT) {
            throw new IllegalArgumentException(
                    "what is kept with a socket takes " + written.size() + " bytes of JSON, and at most " + MOST_KEPT
                            + " are allowed: keep less, or keep it elsewhere and its key here");
        }
        return readObject(written.text());
    }

    /**
     * Reads a value, whole: nothing may follow it.
     *
     * @throws MalformedPacketException if the text is no JSON
     */
    static @Nullable Object read(String text) throws MalformedPacketException {
        try (JsonParser parser = MAPPER.createParser(text)) {
            Object value = MAPPER.anyFrom(parser);
            if (parser.nextToken() != null) {
                throw new MalformedPacketException("something follows the JSON");
            }
            return value;
        } catch (IOException e) {
            throw new MalformedPacketException("the data is no JSON");
        }
    }

    /** Reads what has been written by this class before, and has no null at its top. Unmodifiable. */
    static Map<String, Object> readObject(String text) {
        try {
            Map<String, Object> values = MAPPER.mapFrom(text);
            values.replaceAll((key, value) -> requireNonNull(unmodifiable(value), key));
            return Map.copyOf(values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object unmodifiable(@Nullable Object value) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(unmodifiable(each)));
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put(key, unmodifiable(each)));
            return Collections.unmodifiableMap(copy);
        }
        return value;
    }

    /** Reads what has been written by this class before. */
    static List<String> readTexts(String text) {
        try {
            return MAPPER.listOfFrom(String.class, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a value of JSON as an object of a type.
     *
     * @throws IllegalArgumentException if it has another shape
     */
    static <T> T convert(@Nullable Object value, Class<T> type) {
        try {
            return MAPPER.beanFrom(type, MAPPER.asString(value));
        } catch (IOException e) {
            throw new IllegalArgumentException("is no " + type.getSimpleName(), e);
        }
    }

    /**
     * Puts binary parts in the place of their placeholders.
     *
     * @throws MalformedPacketException if a placeholder has no part
     */
    static @Nullable Object withAttachments(@Nullable Object value, List<ByteBuffer> attachments)
            throws MalformedPacketException {
        if (value instanceof List<?> list) {
            List<@Nullable Object> filled = new ArrayList<>(list.size());
            for (Object each : list) {
                filled.add(withAttachments(each, attachments));
            }
            return filled;
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        if (Boolean.TRUE.equals(map.get(PLACEHOLDER))) {
            if (map.get(NUMBER) instanceof Integer number && number >= 0 && number < attachments.size()) {
                return attachments.get(number).duplicate();
            }
            throw new MalformedPacketException("a placeholder has no attachment");
        }
        Map<Object, @Nullable Object> filled = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            filled.put(entry.getKey(), withAttachments(entry.getValue(), attachments));
        }
        return filled;
    }

    private static boolean hasBinary(@Nullable Object value) {
        if (value instanceof Iterable<?> list) {
            for (Object each : list) {
                if (hasBinary(each)) {
                    return true;
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            return hasBinary(map.values());
        } else if (value instanceof Object[] array) {
            return hasBinary(Arrays.asList(array));
        }
        return value instanceof byte[] || value instanceof ByteBuffer;
    }

    private static @Nullable Object withPlaceholders(@Nullable Object value, List<ByteBuffer> attachments) {
        if (value instanceof byte[] bytes) {
            return placeholder(ByteBuffer.wrap(bytes), attachments);
        }
        if (value instanceof ByteBuffer bytes) {
            return placeholder(bytes, attachments);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> plain = new LinkedHashMap<>();
            map.forEach((key, each) -> plain.put(key, withPlaceholders(each, attachments)));
            return plain;
        }
        if (value instanceof Object[] array) {
            return withPlaceholders(Arrays.asList(array), attachments);
        }
        if (value instanceof Iterable<?> list) {
            List<@Nullable Object> plain = new ArrayList<>();
            list.forEach(each -> plain.add(withPlaceholders(each, attachments)));
            return plain;
        }
        return value;
    }

    private static Map<String, Object> placeholder(ByteBuffer bytes, List<ByteBuffer> attachments) {
        // A copy, as the caller may go on with its own before this has been sent.
        attachments.add(
                ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip());
        Map<String, Object> placeholder = new LinkedHashMap<>();
        placeholder.put(PLACEHOLDER, true);
        placeholder.put(NUMBER, attachments.size() - 1);
        return placeholder;
    }
}
