package dev.quiesce.benchmarks;

import ch.qos.logback.classic.Level;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The least that exits with 0 on SIGTERM and says so in its log. */
final class BareService {
    private BareService() {}

    public static void main(String[] args) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        trapTerm(asked::countDown);
        Logging.from(Level.INFO);
        Logger log = LoggerFactory.getLogger(BareService.class);
        log.info("Ready");
        asked.await();
        log.info("Stopped cleanly");
        System.exit(0);
    }

    /** By reflection, since a direct use cannot be compiled without warnings. */
    private static void trapTerm(Runnable handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
        Object proxy = Proxy.newProxyInstance(
                BareService.class.getClassLoader(), new Class<?>[] {signalHandler}, (self, method, arguments) -> {
                    handler.run();
                    return null;
                });
        signal.getMethod("handle", signal, signalHandler)
                .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), proxy);
    }
}
