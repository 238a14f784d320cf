package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.realtime.Handshake;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client that wants to join a namespace. For use by the thread that middleware is called on. */
public final class Connecting {
    /** What the table of the log takes of a user, and of a namespace. */
    static final int LONGEST_NAME = 190;

    private static final String RECOVERY_ID = "pid";
    private static final String OFFSET = "offset";

    private final String namespace;
    private final Handshake handshake;
    private final Map<String, Object> auth;
    private final @Nullable String recoveryId;
    private final @Nullable String offset;
    private Map<String, Object> data = Map.of();
    private @Nullable String user;

    Connecting(String namespace, Handshake handshake, Map<String, Object> sent) {
        this.namespace = namespace;
        this.handshake = handshake;
        Map<String, Object> rest = new HashMap<>(sent);
        this.recoveryId = rest.remove(RECOVERY_ID) instanceof String text ? text : null;
        this.offset = rest.remove(OFFSET) instanceof String text ? text : null;
        this.auth = Map.copyOf(withoutNulls(rest));
    }

    private static Map<String, Object> withoutNulls(Map<String, Object> map) {
        map.values().removeIf(value -> value == null);
        return map;
    }

    /** Returns the name of the namespace. */
    public String namespace() {
        return namespace;
    }

    /** Returns the request that opened the client's connection. */
    public Handshake handshake() {
        return handshake;
    }

    /** Returns what the client has sent to show who it is. */
    public Map<String, Object> auth() {
        return auth;
    }

    /**
     * Says who the client is. A client that comes back recovers only what belongs to the same user.
     *
     * @param name at most 190 characters
     * @throws IllegalArgumentException if it has more
     */
    public void user(String name) {
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "the name of a user has at most " + LONGEST_NAME + " characters, not " + name.length());
        }
        user = name;
    }

    /** Returns who the client is, if that has been said. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /**
     * Keeps something with the socket, as {@link IoSocket#put}. A socket that is recovered has what was kept before.
     *
     * @throws IllegalArgumentException as {@link IoSocket#put}
     */
    public void put(String key, Object value) {
        Map<String, Object> changed = new HashMap<>(data);
        changed.put(key, requireNonNull(value, key));
        data = Json.kept(changed);
    }

    Map<String, Object> data() {
        return data;
    }

    @Nullable
    String userOrNull() {
        return user;
    }

    @Nullable
    String recoveryId() {
        return recoveryId;
    }

    @Nullable
    String offset() {
        return offset;
    }
}
