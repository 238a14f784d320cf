package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.UnitJournal.Entry;
import dev.quiesce.ops.deploy.UnitJournal.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the one version of a service that runs as a unit of systemd, while the unit's socket keeps the port: whoever comes
 * meanwhile waits there. A new version that does not get ready is replaced by the one before. What it was at when it was killed is
 * done again by the next one.
 *
 * <p>Not thread-safe.
 */
final class UnitDeployment implements Deployer {
    private static final Duration READY_STILL = Duration.ofSeconds(10);
    private static final int LINES_TOLD = 20;
    private static final long POLL_MILLIS = 50;

    private final UnitConfig config;
    private final Consumer<String> progress;
    private final Link link;
    private final Unit unit;
    private final UnitJournal journal;
    private final Visitor visitor = new Visitor();

    UnitDeployment(UnitConfig config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.link = new Link(config.link());
        this.unit = new Unit(config);
        this.journal = new UnitJournal(config.state());
    }

    @Override
    public Deployed deploy(String version, boolean again) throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            Path release = inFolder(Path.of(version));
            if (!Files.exists(release) || release.equals(link.path())) {
                throw new OpsException(
                        ExitCode.REFUSED, "there is no release " + release + " on this host: put it there first");
            }
            if (!again && serves(release)) {
                return Deployed.alreadyServed(config.service(), release.toString(), config.unit());
            }
            return replace(entry(false, release));
        });
    }

    @Override
    public Deployed rollBack(@Nullable String only) throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            Optional<Entry> written = journal.read();
            if (only != null
                    && written.filter(entry -> concerns(entry, inFolder(Path.of(only))))
                            .isEmpty()) {
                return nothingToUndo(inFolder(Path.of(only)));
            }
            Entry last = written.orElseThrow(() ->
                    new OpsException(ExitCode.REFUSED, "nothing has been deployed, so there is nothing to roll back"));
            if (last.phase() == Phase.FAILED) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "the last deploy, of " + last.to() + ", came to nothing, so there is nothing to roll back: "
                                + last.from() + " serves as before");
            }
            if (last.isUnfinished() && last.rollback()) {
                return replace(entry(true, last.to()));
            }
            Path before = last.from();
            if (before == null || before.equals(last.to())) {
                throw new OpsException(ExitCode.REFUSED, "there is no version before " + last.to());
            }
            return replace(entry(true, before));
        });
    }

    /** Returns whether what was done last is a deploy of a release, or a rollback of it that has not come to a good end. */
    private static boolean concerns(Entry last, Path release) {
        return last.rollback()
                ? last.phase() != Phase.DONE && release.equals(last.from())
                : last.phase() != Phase.FAILED && release.equals(last.to());
    }

    private Deployed nothingToUndo(Path release) throws IOException, InterruptedException {
        String nothing = "There is no deploy of " + release + " to undo";
        Path current = link.target()
                .map(this::inFolder)
                .orElseThrow(() -> new OpsException(
                        ExitCode.REFUSED, nothing + ": nothing has been deployed, as there is no " + link.path()));
        if (!isReady()) {
            throw new OpsException(
                    ExitCode.BROKEN,
                    nothing + ", but " + config.unit() + " does not serve: see systemctl status " + config.unit());
        }
        return Deployed.untouched(
                config.service(),
                current.toString(),
                config.unit(),
                nothing + ", so nothing is done: " + config.service() + " is served by " + config.unit() + ", "
                        + current);
    }

    @Override
    public Status status() throws IOException, InterruptedException {
        Optional<Path> target = link.target();
        Unit.State state = unit.state();
        Optional<Entry> last = journal.read();
        boolean fine = target.isPresent()
                && state.active().equals("active")
                && last.filter(Entry::isUnfinished).isEmpty();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", config.service());
        map.put("unit", config.unit());
        map.put("state", state.active());
        map.put("release", target.map(Path::toString).orElse(null));
        map.put("last", last.map(entry -> entry.phase().name()).orElse(null));
        map.put("fine", fine);
        String text = config.unit() + " is " + state.active() + ", and " + link.path() + " leads to "
                + target.map(Path::toString).orElse("nothing") + "\n"
                + last.map(UnitDeployment::text).orElse("nothing has been deployed yet\n");
        return new Status(fine, text, map);
    }

    private static String text(Entry last) {
        String what = (last.rollback() ? "the last rollback, to " : "the last deploy, of ") + last.to() + ", ";
        return switch (last.phase()) {
            case DONE -> what + "is at its end\n";
            case FAILED -> what + "failed, and " + last.from() + " serves again\n";
            case REPLACING -> what + "@|red is not at its end:|@ run it again if it is not running\n";
        };
    }

    /** What an interrupted deploy has left is no version to go back to: that is the one before it, whose report is still to be read. */
    private Entry entry(boolean rollback, Path to) throws IOException, InterruptedException {
        unit.checkSocket();
        Optional<Entry> interrupted = journal.read().filter(Entry::isUnfinished);
        if (interrupted.isPresent()) {
            progress.accept((interrupted.get().rollback() ? "A rollback to " : "A deploy of ")
                    + interrupted.get().to() + " was interrupted: " + config.unit() + " is restarted once more");
            return new Entry(
                    rollback,
                    rollback == interrupted.get().rollback()
                            ? interrupted.get().from()
                            : interrupted.get().to(),
                    to,
                    interrupted.get().invocation(),
                    interrupted.get().mainProcess(),
                    Phase.REPLACING);
        }
        Unit.State state = unit.state();
        return new Entry(
                rollback, before(to), to, state.isUp() ? state.invocation() : "", state.mainProcess(), Phase.REPLACING);
    }

    /** One that is deployed again leaves the version before it the one to go back to. */
    private @Nullable Path before(Path to) throws IOException {
        Path current = link.target().map(this::inFolder).orElse(null);
        if (!to.equals(current)) {
            return current;
        }
        return journal.read()
                .filter(last -> last.phase() == Phase.DONE && last.to().equals(to))
                .map(Entry::from)
                .orElse(current);
    }

    /** Returns whether a release is what serves, and nothing is left to be brought to its end. */
    private boolean serves(Path release) throws IOException, InterruptedException {
        unit.checkSocket();
        Optional<Entry> last = journal.read();
        // If somebody else has led the link elsewhere, what it leads to now may never have been started.
        boolean started = last.map(entry -> entry.phase() == Phase.DONE && release.equals(entry.to())
                        || entry.phase() == Phase.FAILED && release.equals(entry.from()))
                .orElse(true);
        return started
                && link.target().map(this::inFolder).filter(release::equals).isPresent()
                && isReady();
    }

    /** Returns whether the unit runs and answers. */
    private boolean isReady() throws InterruptedException {
        Unit.State state = unit.state();
        if (!state.active().equals("active")) {
            return false;
        }
        try {
            visitor.awaitReady(config.ready(), READY_STILL, () -> isUp(state.invocation()));
            return true;
        } catch (OpsException notReady) {
            progress.accept(config.unit() + " is active, but does not answer at " + config.ready());
            return false;
        }
    }

    private Path inFolder(Path path) {
        return link.path().resolveSibling(path).normalize();
    }

    private Deployed replace(Entry entry) throws IOException, InterruptedException {
        journal.write(entry);
        try (Probe probe =
                entry.invocation().isEmpty() ? Probe.none() : Probe.of(config.probe(), config.probesPerSecond())) {
            try {
                start(entry.to());
            } catch (OpsException | IOException failure) {
                throw goBack(entry, failure);
            }
            @Nullable StopReport stopped = report(entry);
            Probe.Result probed = probe.end();
            remember(entry.at(Phase.DONE));
            Path from = entry.from();
            return new Deployed(
                    config.service(),
                    entry.to().toString(),
                    config.unit(),
                    from == null ? null : from.toString(),
                    stopped,
                    probed,
                    null);
        }
    }

    /** Has the unit run a version, and waits until that is ready. */
    private void start(Path release) throws IOException, InterruptedException {
        progress.accept("Leading " + link.path() + " to " + release);
        link.lead(Optional.of(release));
        String before = unit.state().invocation();
        progress.accept("Restarting " + config.unit());
        unit.restart();
        String invocation = awaitStart(before);
        progress.accept("Waiting until " + config.ready() + " answers");
        // Another start is systemd's, after this one has ended.
        visitor.awaitReady(config.ready(), config.readyTimeout(), () -> isUp(invocation));
        if (!isUp(invocation)) {
            throw new OpsException(ExitCode.REFUSED, config.unit() + " has ended after it was ready");
        }
    }

    private boolean isUp(String invocation) throws InterruptedException {
        Unit.State state = unit.state();
        return state.isUp() && state.invocation().equals(invocation);
    }

    private String awaitStart(String before) throws InterruptedException {
        long end = System.nanoTime()
                + config.stopTimeout().plus(config.readyTimeout()).toNanos();
        Unit.State state = unit.state();
        while (state.invocation().isEmpty() || state.invocation().equals(before)) {
            if (System.nanoTime() - end > 0) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        config.unit() + " has not been started anew within "
                                + config.stopTimeout()
                                        .plus(config.readyTimeout())
                                        .toSeconds()
                                + " s, and is " + state.active() + ": see systemctl status " + config.unit());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            state = unit.state();
        }
        return state.invocation();
    }

    /** Has the version before serve again, and returns what is to be said of it. */
    private OpsException goBack(Entry entry, Exception failure) throws InterruptedException {
        String why = failure instanceof OpsException known ? known.getMessage() : failure.toString();
        Path from = entry.from();
        try {
            tellLastLines();
            if (from == null) {
                unit.stop();
                link.lead(Optional.empty());
                remember(entry.at(Phase.FAILED));
                return new OpsException(ExitCode.REFUSED, why + "\nNothing serves, as before", failure);
            }
            progress.accept("Going back to " + from);
            unit.openSocket();
            start(from);
            remember(entry.at(Phase.FAILED));
            return new OpsException(code(failure), why + "\n" + from + " serves again", failure);
        } catch (OpsException | IOException again) {
            failure.addSuppressed(again);
            String whyAgain = again instanceof OpsException known ? known.getMessage() : again.toString();
            return new OpsException(
                    ExitCode.BROKEN,
                    why + "\nAND " + from + " does not serve again either: " + whyAgain + "\nSee systemctl status "
                            + config.unit(),
                    failure);
        }
    }

    private static ExitCode code(Exception failure) {
        return failure instanceof OpsException known ? known.exitCode() : ExitCode.UNAVAILABLE;
    }

    private void tellLastLines() throws InterruptedException {
        Unit.State state = unit.state();
        List<String> lines = unit.log(state.invocation(), state.mainProcess())
                .map(log -> log.lines().toList())
                .orElse(List.of());
        progress.accept("The last lines of " + config.unit() + ":\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()))
                        .indent(2)
                        .stripTrailing());
    }

    private @Nullable StopReport report(Entry entry) throws InterruptedException {
        if (entry.invocation().isEmpty()) {
            return null;
        }
        Optional<String> log = unit.log(entry.invocation(), entry.mainProcess());
        return StopReport.of(
                config.unit(),
                "journalctl -u " + config.unit(),
                log.map(Unit::exitCode).orElse(-1),
                log);
    }

    /** That it cannot be written down changes nothing for the service; the next deploy would do it once more. */
    private void remember(Entry entry) {
        try {
            journal.write(entry);
        } catch (IOException e) {
            progress.accept("WARNING: what this deploy is at cannot be written down in " + config.state() + ": " + e);
        }
    }
}
