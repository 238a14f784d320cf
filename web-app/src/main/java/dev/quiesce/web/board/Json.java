package dev.quiesce.web.board;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.text.Normalizer;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON, strictly. Safe for use by many threads. */
final class Json {
    static final int LARGEST_BODY = 4096;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{8,64}");

    private static final JSON MAPPER = JSON.builder()
            .enable(JSON.Feature.WRITE_RECORD_FIELDS_IN_DECLARATION_ORDER)
            .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
            .enable(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
            .build();

    private final Map<String, ? extends @Nullable Object> fields;

    private Json(Map<String, ? extends @Nullable Object> fields) {
        this.fields = fields;
    }

    /** Takes what the event of a socket has brought. */
    static Json of(Map<String, ? extends @Nullable Object> fields) {
        return new Json(fields);
    }

    static String write(Object value) {
        try {
            return MAPPER.asString(value);
        } catch (IOException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }

    /**
     * Reads the body of a request: one JSON object.
     *
     * <p>That it must say to be JSON also keeps forms of other sites from sending it in the name of a user.
     */
    static Json read(HttpServletRequest request) throws IOException, Problem {
        requireJson(request);
        byte[] body = request.getInputStream().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            throw Problem.tooLarge(LARGEST_BODY);
        }
        try (JsonParser parser = MAPPER.createParser(body)) {
            Map<String, Object> fields = MAPPER.mapFrom(parser);
            if (fields == null || parser.nextToken() != null) {
                throw Problem.badRequest("Send one JSON object.");
            }
            return new Json(fields);
        } catch (JsonProcessingException e) {
            throw Problem.badRequest("This is no JSON object: " + e.getOriginalMessage());
        }
    }

    /** Refuses a request that does not say to be JSON. */
    static void requireJson(HttpServletRequest request) throws Problem {
        String type = request.getContentType();
        String charset = request.getCharacterEncoding();
        boolean json = type != null && type.split(";", 2)[0].strip().equalsIgnoreCase("application/json");
        if (!json || (charset != null && !charset.equalsIgnoreCase("utf-8"))) {
            throw Problem.unsupportedMediaType();
        }
    }

    /** Returns a text of the object, without spaces around it. */
    String text(String name, int longest) throws Problem {
        if (!(fields.get(name) instanceof String raw)) {
            throw Problem.badRequest("\"" + name + "\" is missing or no text.");
        }
        String text = Normalizer.normalize(raw, Normalizer.Form.NFC).strip();
        if (text.isEmpty() || text.codePointCount(0, text.length()) > longest) {
            throw Problem.badRequest("\"" + name + "\" must have 1 to " + longest + " characters.");
        }
        if (!text.codePoints().allMatch(Json::isVisible)) {
            throw Problem.badRequest("\"" + name + "\" has a character that cannot be shown.");
        }
        return text;
    }

    /** Returns a whole number of the object. */
    long number(String name, long least, long most) throws Problem {
        Object value = fields.get(name);
        boolean whole = value instanceof Integer || value instanceof Long || value instanceof BigInteger;
        if (!whole) {
            throw Problem.badRequest("\"" + name + "\" is missing or no whole number.");
        }
        long number = value instanceof BigInteger ? Long.MAX_VALUE : ((Number) value).longValue();
        if (number < least || number > most) {
            throw Problem.badRequest("\"" + name + "\" must be from " + least + " to " + most + ".");
        }
        return number;
    }

    /** Returns a text of the object by which a client knows something that it has made. */
    String key(String name) throws Problem {
        if (!(fields.get(name) instanceof String key) || !KEY.matcher(key).matches()) {
            throw Problem.badRequest("\"" + name + "\" must have 8 to 64 letters, digits, - and _.");
        }
        return key;
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
