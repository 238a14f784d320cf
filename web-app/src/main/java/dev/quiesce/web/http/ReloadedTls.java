package dev.quiesce.web.http;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Scanner;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's side of TLS, with a certificate that is taken anew when its files change. New files that are of no use change nothing.
 *
 * <p>Thread-safe.
 */
final class ReloadedTls {
    private static final Logger log = LoggerFactory.getLogger(JettyContainer.class);
    private static final int SCAN_SECONDS = 2;

    /** Whoever renews certificates in time does so some weeks before. */
    private static final Duration SOON = Duration.ofDays(14);

    private final Tls tls;
    private final SslContextFactory.Server context = new SslContextFactory.Server();
    private final AtomicReference<Credentials> serving = new AtomicReference<>();

    ReloadedTls(Tls tls) {
        this.tls = tls;
    }

    SslContextFactory.Server context() {
        return context;
    }

    /**
     * Reads the files and watches them as long as the server runs.
     *
     * @throws IllegalArgumentException if the files are not what they should be
     */
    void prepare(Server server) {
        Credentials credentials = Credentials.read(tls);
        set(credentials);
        tellOf(credentials);
        serving.set(credentials);
        // By the names as they are given: renewing may mean to let a symbolic link lead elsewhere.
        Scanner scanner = new Scanner(null, false);
        scanner.setReportExistingFilesOnStartup(false);
        scanner.setScanInterval(SCAN_SECONDS);
        scanner.addFile(tls.certificate());
        scanner.addFile(tls.key());
        scanner.addListener(new Scanner.BulkListener() {
            @Override
            public void pathsChanged(Map<Path, Scanner.Notification> changed) {
                reload();
            }
        });
        server.addBean(scanner);
    }

    private void reload() {
        try {
            Credentials fresh = Credentials.read(tls);
            replace(fresh);
            tellOf(fresh);
        } catch (Exception e) {
            log.error("The new certificate is not taken, and the one before is kept: {}", e.getMessage());
        }
    }

    /** Jetty has forgotten the one before when it finds that the new one is of no use to it. */
    private void replace(Credentials fresh) throws Exception {
        Credentials before = serving.get();
        try {
            context.reload(any -> set(fresh));
            serving.set(fresh);
        } catch (Exception refused) {
            context.reload(any -> set(before));
            throw refused;
        }
    }

    private void set(Credentials credentials) {
        context.setKeyStore(credentials.keyStore());
        context.setKeyStorePassword("");
    }

    private static void tellOf(Credentials credentials) {
        Instant end = credentials.own().getNotAfter().toInstant();
        if (end.isBefore(Instant.now().plus(SOON))) {
            log.warn("The certificate has expired or soon will: {}", credentials);
        } else {
            log.info("Serving with the certificate of {}", credentials);
        }
    }
}
