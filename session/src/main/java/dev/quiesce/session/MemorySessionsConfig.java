package dev.quiesce.session;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpCookie.SameSite;

/**
 * How {@link MemorySessions} keeps sessions. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param idleLifetime the time without a request after which a session expires, in whole seconds. Default 30 min
 * @param sweepInterval the time between two searches for expired sessions, in whole seconds; Jetty lengthens some by a
 *     tenth. It counts for the whole server. Default 10 min
 * @param cookieName the name of the session cookie. Default {@code JSESSIONID}
 * @param httpOnly whether scripts are kept from reading the cookie. Default true
 * @param sameSite which requests of other sites carry the cookie. Default {@link SameSite#LAX}
 * @param secure whether the cookie is marked {@code Secure} on every response. If not, it is marked on those to requests
 *     that Jetty takes for secure. Default false
 */
public record MemorySessionsConfig(
        Duration idleLifetime,
        Duration sweepInterval,
        String cookieName,
        boolean httpOnly,
        SameSite sameSite,
        boolean secure) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if values are out of range; the message names all of them
     */
    public MemorySessionsConfig {
        requireNonNull(idleLifetime, "idleLifetime");
        requireNonNull(sweepInterval, "sweepInterval");
        requireNonNull(cookieName, "cookieName");
        requireNonNull(sameSite, "sameSite");

        List<String> mistakes = new ArrayList<>();
        check(mistakes, isWholeSeconds(idleLifetime), "idleLifetime must be whole seconds, was " + idleLifetime);
        check(mistakes, isWholeSeconds(sweepInterval), "sweepInterval must be whole seconds, was " + sweepInterval);
        check(mistakes, isToken(cookieName), "cookieName must be letters, digits, - and _, was '" + cookieName + "'");
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("session configuration: " + String.join("; ", mistakes));
        }
    }

    /** Returns the defaults that are named above. */
    public static MemorySessionsConfig defaults() {
        return new MemorySessionsConfig(
                Duration.ofMinutes(30), Duration.ofMinutes(10), "JSESSIONID", true, SameSite.LAX, false);
    }

    /** Returns this configuration with another time after which idle sessions expire. */
    public MemorySessionsConfig withIdleLifetime(Duration lifetime) {
        return new MemorySessionsConfig(lifetime, sweepInterval, cookieName, httpOnly, sameSite, secure);
    }

    /** Returns this configuration with another time between two searches for expired sessions. */
    public MemorySessionsConfig withSweepInterval(Duration interval) {
        return new MemorySessionsConfig(idleLifetime, interval, cookieName, httpOnly, sameSite, secure);
    }

    /** Returns this configuration with another name for the cookie. */
    public MemorySessionsConfig withCookieName(String name) {
        return new MemorySessionsConfig(idleLifetime, sweepInterval, name, httpOnly, sameSite, secure);
    }

    /** Returns this configuration with other flags on the cookie. */
    public MemorySessionsConfig withCookieFlags(boolean isHttpOnly, SameSite site, boolean isSecure) {
        return new MemorySessionsConfig(idleLifetime, sweepInterval, cookieName, isHttpOnly, site, isSecure);
    }

    private static boolean isWholeSeconds(Duration duration) {
        return duration.toSeconds() > 0 && duration.toSeconds() <= Integer.MAX_VALUE && duration.getNano() == 0;
    }

    private static boolean isToken(String name) {
        return name.matches("[A-Za-z0-9_-]+");
    }

    private static void check(List<String> mistakes, boolean holds, String mistake) {
        if (!holds) {
            mistakes.add(mistake);
        }
    }
}
