package dev.quiesce.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * What a session held at one moment. The attributes are those objects themselves: read them, and change none.
 *
 * <p>Immutable, as far as the attributes are.
 *
 * @param idHash the SHA-256 of the session's id, in hexadecimal: tells sessions apart, in a log too, without giving away
 *     what a cookie holds. It changes when the id is renewed
 * @param attributes the attributes by their names
 */
public record SessionView(String idHash, Map<String, Object> attributes) {

    /** Copies the attributes. */
    public SessionView {
        attributes = Map.copyOf(attributes);
    }

    static SessionView of(String id, Map<String, Object> attributes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(id.getBytes(UTF_8));
            return new SessionView(HexFormat.of().formatHex(hash), attributes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Returns the attribute of that name, if the session had one. */
    public Optional<Object> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    /** Returns the hash and the names of the attributes, without their values. */
    @Override
    public String toString() {
        return "SessionView[" + idHash + ", " + attributes.keySet() + "]";
    }
}
