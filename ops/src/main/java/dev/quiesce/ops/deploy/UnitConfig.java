package dev.quiesce.ops.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a service that runs as a unit of systemd is deployed, as its file says. Immutable.
 *
 * @param service the name of the service
 * @param unit its unit, such as {@code app.service}
 * @param socket the unit that keeps its port meanwhile
 * @param systemctl how systemd is told something
 * @param journalctl how its log is read
 * @param link the symbolic link by which the unit finds the version that it starts
 * @param ready what answers 2xx or 3xx once a version serves
 * @param readyTimeout how long a version may take until then
 * @param stopTimeout how long one may take to stop, before systemd kills it
 * @param state the folder that remembers what a deploy was at
 * @param probe what is asked for all the time; null for nothing
 * @param probesPerSecond how often
 */
record UnitConfig(
        String service,
        String unit,
        String socket,
        List<String> systemctl,
        List<String> journalctl,
        Path link,
        String ready,
        Duration readyTimeout,
        Duration stopTimeout,
        Path state,
        @Nullable String probe,
        int probesPerSecond) {}
