package dev.quiesce.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.ComplianceViolation;
import org.eclipse.jetty.http.CookieCompliance;
import org.eclipse.jetty.http.CookieParser;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.DefaultSessionIdManager;
import org.eclipse.jetty.session.HouseKeeper;
import org.eclipse.jetty.session.SessionCache;
import org.eclipse.jetty.session.SessionIdManager;
import org.eclipse.jetty.util.component.LifeCycle;

/** What all stores set on a manager. Immutable. */
final class SessionSetup implements LifeCycle.Listener {
    private static final String ROOT = "/";

    private final SessionConfig config;

    private SessionSetup(SessionConfig config) {
        this.config = config;
    }

    /** Throws IllegalStateException if the manager has been started. */
    static void requireNotStarted(AbstractSessionManager manager) {
        if (manager.isRunning()) {
            throw new IllegalStateException(
                    "the session manager has been started; call manage before its server starts");
        }
    }

    /** Throws IllegalArgumentException if browsers would drop the cookie of the manager. */
    static void check(AbstractSessionManager manager, SessionConfig config) {
        if (config.isHostOnly() && manager.getSessionDomain() != null) {
            throw new IllegalArgumentException("the cookie '" + config.cookieName()
                    + "' may have no domain, but the session manager sets " + manager.getSessionDomain());
        }
    }

    static void apply(AbstractSessionManager manager, SessionConfig config, SessionCache cache) {
        manager.setSessionCache(cache);
        manager.setMaxInactiveInterval(Math.toIntExact(config.idleLifetime().toSeconds()));
        manager.setSessionCookie(config.cookieName());
        manager.setHttpOnly(config.httpOnly());
        manager.setSameSite(config.sameSite());
        manager.setSecureCookies(config.secure());
        if (config.isHostOnly()) {
            manager.setSessionPath(ROOT);
        }
        manager.addEventListener(new SessionSetup(config));
    }

    /** Gives the server ids without the name of a node, which Jetty would set the cookie anew for at each change of node. */
    @Override
    public void lifeCycleStarting(LifeCycle manager) {
        Server server = ((AbstractSessionManager) manager).getServer();
        synchronized (server) { // as Jetty does when it makes one for the server
            if (server.getBean(SessionIdManager.class) == null) {
                DefaultSessionIdManager ids = new DefaultSessionIdManager(server);
                ids.setWorkerName("");
                server.addBean(ids, true);
                try {
                    ids.start();
                } catch (Exception e) {
                    throw new IllegalStateException("the ids of sessions cannot be made", e);
                }
            }
        }
    }

    @Override
    public void lifeCycleStarted(LifeCycle manager) {
        HouseKeeper housekeeper =
                ((AbstractSessionManager) manager).getSessionIdManager().getSessionHouseKeeper();
        try {
            housekeeper.setIntervalSec(config.sweepInterval().toSeconds());
        } catch (Exception e) {
            throw new IllegalStateException("the interval of the session housekeeper cannot be set", e);
        }
    }

    /** Looks a session up. */
    interface Lookup {
        Optional<SessionView> find(String id);
    }

    /** Returns the first session that a {@code Cookie} header names. */
    static Optional<SessionView> find(AbstractSessionManager manager, String cookies, Lookup lookup) {
        List<String> ids = new ArrayList<>();
        String cookieName = manager.getSessionCookie();
        CookieParser parser = CookieParser.newParser(
                (name, value, version, domain, path, comment) -> {
                    if (name.equalsIgnoreCase(cookieName)) {
                        ids.add(value);
                    }
                },
                CookieCompliance.RFC6265,
                ComplianceViolation.Listener.NOOP);
        try {
            parser.parseField(cookies);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // nobody has got such cookies from us
        }
        for (String id : ids) {
            Optional<SessionView> found =
                    lookup.find(manager.getSessionIdManager().getId(id));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
