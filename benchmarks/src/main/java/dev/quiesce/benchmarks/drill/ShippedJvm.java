package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.db.EmbeddedMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * The JVM as the image starts it in a container of 256 MB: with its options, and with an archive of the classes that a run of the
 * whole life has loaded, by class-data sharing up to JDK 24, by the AOT cache from then on.
 *
 * @param options the options
 * @param folder where the archive is
 */
record ShippedJvm(List<String> options, DrillFolder folder) implements AutoCloseable {
    private static final Path OPTIONS = Path.of("ops", "docker", "jvm.options");

    /** The memory of the container, of which the options are shares. */
    private static final String LIMIT = "-XX:MaxRAM=256m";

    private static final int FIRST_WITH_CACHE = 25;

    /** Starts the service, uses it and stops it, and keeps what it has loaded. */
    static ShippedJvm train(EmbeddedMariaDb database) throws IOException, InterruptedException, TimeoutException {
        List<String> options = new ArrayList<>(Files.readAllLines(OPTIONS).stream()
                .filter(line -> line.startsWith("-"))
                .toList());
        options.add(LIMIT);
        DrillFolder folder = DrillFolder.create();
        Path archive = folder.path().resolve("archive");
        List<String> training = new ArrayList<>(options);
        training.add((hasCache() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive);
        try (DrillService service = DrillService.start(training, database)) {
            try (DrillClient client = DrillClient.connect(service.address())) {
                for (String path : List.of("/", "/api/offers", "/drill/sleep?ms=0")) {
                    client.send(path);
                    Check.that(client.answer().status() == 200, "the service does not serve " + path);
                }
            }
            service.terminate();
            int code = service.awaitExit();
            Check.that(code == 0 && Files.exists(archive), "no archive was written: " + service.lastLine());
        }
        options.add((hasCache() ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive);
        return new ShippedJvm(options, folder);
    }

    /** Returns whether the archive is an AOT cache. */
    static boolean hasCache() {
        return Runtime.version().feature() >= FIRST_WITH_CACHE;
    }

    /** Deletes the archive. */
    @Override
    public void close() throws IOException {
        folder.close();
    }
}
