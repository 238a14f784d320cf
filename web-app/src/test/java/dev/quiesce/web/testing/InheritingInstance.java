package dev.quiesce.web.testing;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * An instance whose port somebody else keeps open, who starts it again whenever it has stopped, as systemd does. Not safe for use
 * by several threads.
 */
public final class InheritingInstance implements Instance {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEEPER = "/keep-listening.pl";
    private static final int MOST_STARTS = 1000;

    private final ServiceProcess keeper;
    private final String place;
    private int stops;

    private InheritingInstance(ServiceProcess keeper, String place) {
        this.keeper = keeper;
        this.place = place;
    }

    /** Opens a port of the loopback interface, starts an instance on it and waits until it is ready. */
    public static InheritingInstance start(Launch launch) throws IOException, InterruptedException, TimeoutException {
        List<String> command = new ArrayList<>(List.of("perl", "-e", script(), Integer.toString(MOST_STARTS)));
        command.addAll(launch.with("--http-inherited=true").command());
        ServiceProcess keeper = ServiceProcess.start(Path.of("").toAbsolutePath(), launch.environment(), command);
        try {
            String line = keeper.awaitLine("Listening on", PATIENCE);
            String place = line.substring(line.indexOf("//") + 2, line.lastIndexOf('/'));
            InheritingInstance instance = new InheritingInstance(keeper, place);
            instance.awaitReady();
            return instance;
        } catch (TimeoutException e) {
            end(keeper);
            throw e;
        }
    }

    @Override
    public String place() {
        return place;
    }

    /** Returns where connections are made to it. */
    public InetSocketAddress address() {
        int colon = place.lastIndexOf(':');
        return new InetSocketAddress(place.substring(0, colon), Integer.parseInt(place.substring(colon + 1)));
    }

    @Override
    public void restart() throws IOException, InterruptedException, TimeoutException {
        ProcessHandle service = ProcessHandle.of(keeper.pid())
                .flatMap(process -> process.children().findFirst())
                .orElseThrow(() -> new IOException("there is no service:\n" + String.join("\n", keeper.lines())));
        service.destroy();
        stops++;
        String code = keeper.awaitLine("Exit code", stops, PATIENCE);
        if (!code.endsWith(" 0")) {
            throw new IOException(code + ": " + stopped());
        }
        awaitReady();
    }

    @Override
    public void close() {
        end(keeper);
    }

    private void awaitReady() throws InterruptedException, TimeoutException {
        keeper.awaitLine("Ready after", stops + 1, PATIENCE);
    }

    private String stopped() {
        List<String> summaries = keeper.lines().stream()
                .filter(line -> line.contains("Stopped with"))
                .toList();
        return summaries.isEmpty() ? keeper.lastLine() : summaries.get(summaries.size() - 1);
    }

    /** Its keeper first, which would start another one. */
    private static void end(ServiceProcess keeper) {
        List<ProcessHandle> services = ProcessHandle.of(keeper.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
        keeper.close();
        services.forEach(ProcessHandle::destroyForcibly);
    }

    private static String script() throws IOException {
        try (InputStream script = InheritingInstance.class.getResourceAsStream(KEEPER)) {
            if (script == null) {
                throw new IOException("there is no " + KEEPER + " on the class path");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
