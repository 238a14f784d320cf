package dev.quiesce.session;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpCookie.SameSite;

/**
 * How sessions are kept, by whichever store. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param idleLifetime the time without a request after which a session expires, in whole seconds. Default 30 min
 * @param absoluteLifetime the time after which a session expires however busy it is, in whole seconds, counted from its
 *     creation; at least as long as {@code idleLifetime}. Default 24 h
 * @param sweepInterval the time between two searches for expired sessions, in whole seconds; Jetty lengthens some by a
 *     tenth. It counts for the whole server. Default 10 min
 * @param maxBytes the size that a session may have when it is written, in bytes, for {@link DatabaseSessions} only. Keep it
 *     below {@code max_allowed_packet} of the server, 16 MiB unless it is set. Default 1 MiB
 * @param destroyAtStop whether {@link DatabaseSessions} destroys all sessions when it stops, those of other instances
 *     included, in place of keeping them. {@link MemorySessions} always destroys its own. Default false
 * @param cookieName the name of the session cookie. One that begins with {@code __Host-} is sent for all paths, as browsers
 *     demand, and needs {@code secure}. Default {@code JSESSIONID}
 * @param httpOnly whether scripts are kept from reading the cookie. Default true
 * @param sameSite which requests of other sites carry the cookie. Default {@link SameSite#LAX}
 * @param secure whether the cookie is marked {@code Secure} on every response. If not, it is marked on those to requests
 *     that Jetty takes for secure. Default false
 */
public record SessionConfig(
        Duration idleLifetime,
        Duration absoluteLifetime,
        Duration sweepInterval,
        int maxBytes,
        boolean destroyAtStop,
        String cookieName,
        boolean httpOnly,
        SameSite sameSite,
        boolean secure) {
    private static final String HOST_PREFIX = "__host-";
    private static final String SECURE_PREFIX = "__secure-";

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if values are out of range or do not fit together; the message names all mistakes
     */
    public SessionConfig {
        requireNonNull(idleLifetime, "idleLifetime");
        requireNonNull(absoluteLifetime, "absoluteLifetime");
        requireNonNull(sweepInterval, "sweepInterval");
        requireNonNull(cookieName, "cookieName");
        requireNonNull(sameSite, "sameSite");

        List<String> mistakes = new ArrayList<>();
        check(mistakes, isWholeSeconds(idleLifetime), "idleLifetime must be whole seconds, was " + idleLifetime);
        check(
                mistakes,
                isWholeSeconds(absoluteLifetime),
                "absoluteLifetime must be whole seconds, was " + absoluteLifetime);
        check(
                mistakes,
                absoluteLifetime.compareTo(idleLifetime) >= 0,
                "absoluteLifetime (" + absoluteLifetime + ") must not be shorter than idleLifetime (" + idleLifetime
                        + ")");
        check(mistakes, isWholeSeconds(sweepInterval), "sweepInterval must be whole seconds, was " + sweepInterval);
        check(mistakes, maxBytes > 0, "maxBytes must be positive, was " + maxBytes);
        check(mistakes, isToken(cookieName), "cookieName must be letters, digits, - and _, was '" + cookieName + "'");
        check(
                mistakes,
                secure || !(hasPrefix(cookieName, HOST_PREFIX) || hasPrefix(cookieName, SECURE_PREFIX)),
                "cookieName '" + cookieName + "' needs secure: browsers drop such a cookie without it");
        check(
                mistakes,
                secure || sameSite != SameSite.NONE,
                "sameSite NONE needs secure: browsers drop such a cookie without it");
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("session configuration: " + String.join("; ", mistakes));
        }
    }

    /** Returns the defaults that are named above. */
    public static SessionConfig defaults() {
        return new SessionConfig(
                Duration.ofMinutes(30),
                Duration.ofHours(24),
                Duration.ofMinutes(10),
                1024 * 1024,
                false,
                "JSESSIONID",
                true,
                SameSite.LAX,
                false);
    }

    /**
     * Returns this configuration with other times after which sessions expire.
     *
     * @param idle without a request
     * @param absolute since the creation
     */
    public SessionConfig withLifetimes(Duration idle, Duration absolute) {
        return new SessionConfig(
                idle, absolute, sweepInterval, maxBytes, destroyAtStop, cookieName, httpOnly, sameSite, secure);
    }

    /** Returns this configuration with another time between two searches for expired sessions. */
    public SessionConfig withSweepInterval(Duration interval) {
        return new SessionConfig(
                idleLifetime,
                absoluteLifetime,
                interval,
                maxBytes,
                destroyAtStop,
                cookieName,
                httpOnly,
                sameSite,
                secure);
    }

    /** Returns this configuration with another limit for the size of a session. */
    public SessionConfig withMaxBytes(int bytes) {
        return new SessionConfig(
                idleLifetime,
                absoluteLifetime,
                sweepInterval,
                bytes,
                destroyAtStop,
                cookieName,
                httpOnly,
                sameSite,
                secure);
    }

    /** Returns this configuration with sessions destroyed at the stop, or kept. */
    public SessionConfig withDestroyAtStop(boolean destroy) {
        return new SessionConfig(
                idleLifetime,
                absoluteLifetime,
                sweepInterval,
                maxBytes,
                destroy,
                cookieName,
                httpOnly,
                sameSite,
                secure);
    }

    /** Returns this configuration with another cookie, as its name and {@code Secure} depend on each other. */
    public SessionConfig withCookie(String name, boolean isSecure) {
        return new SessionConfig(
                idleLifetime,
                absoluteLifetime,
                sweepInterval,
                maxBytes,
                destroyAtStop,
                name,
                httpOnly,
                sameSite,
                isSecure);
    }

    /** Returns this configuration with other flags on the cookie. */
    public SessionConfig withCookieFlags(boolean isHttpOnly, SameSite site) {
        return new SessionConfig(
                idleLifetime,
                absoluteLifetime,
                sweepInterval,
                maxBytes,
                destroyAtStop,
                cookieName,
                isHttpOnly,
                site,
                secure);
    }

    /** Returns whether browsers take the cookie only if it is for the host that has set it and for all paths. */
    boolean isHostOnly() {
        return hasPrefix(cookieName, HOST_PREFIX);
    }

    private static boolean isWholeSeconds(Duration duration) {
        return duration.toSeconds() > 0 && duration.toSeconds() <= Integer.MAX_VALUE && duration.getNano() == 0;
    }

    private static boolean isToken(String name) {
        return name.matches("[A-Za-z0-9_-]+");
    }

    private static boolean hasPrefix(String name, String prefix) {
        return name.toLowerCase(Locale.ROOT).startsWith(prefix);
    }

    private static void check(List<String> mistakes, boolean holds, String mistake) {
        if (!holds) {
            mistakes.add(mistake);
        }
    }
}
