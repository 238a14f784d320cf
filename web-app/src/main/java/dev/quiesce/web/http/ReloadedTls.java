package dev.quiesce.web.http;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
        take(Credentials.read(tls), context);
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
            Credentials credentials = Credentials.read(tls);
            context.reload(any -> take(credentials, context));
        } catch (Exception e) {
            log.error("The new certificate is not taken, and the one before is kept: {}", e.getMessage());
        }
    }

    private static void take(Credentials credentials, SslContextFactory context) {
        context.setKeyStore(credentials.keyStore());
        context.setKeyStorePassword("");
        Instant end = credentials.own().getNotAfter().toInstant();
        if (end.isBefore(Instant.now().plus(SOON))) {
            log.warn("The certificate has expired or soon will: {}", credentials);
        } else {
            log.info("Serving with the certificate of {}", credentials);
        }
    }
}
