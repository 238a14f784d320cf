package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.cli.Table;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code status}. */
@Command(
        name = "status",
        description = "Shows where requests are led, what the two versions are, and what the last deploy has come to.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:requests are led to a container that runs, and no deploy is unfinished",
            "1:they are not, or one is",
            "2:the command line or the file makes no sense",
            "3:docker or a file cannot be used"
        },
        footerHeading = "%nExamples:%n",
        footer = "  quiesce-ops status --config /etc/quiesce/app.properties")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    /** Makes one with nothing set, for the command line to set. */
    public StatusCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        DeployConfig read = config.read();
        try {
            return show(read);
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "a file cannot be read: " + e, e);
        }
    }

    private int show(DeployConfig read) throws IOException, InterruptedException {
        Optional<Colour> live = new UpstreamFile(read).colour();
        Optional<Entry> last = new Journal(read.state()).read();
        Containers containers = new Containers();
        Table table = new Table("CONTAINER", "REQUESTS", "STATE", "IMAGE");
        Map<String, Object> versions = new LinkedHashMap<>();
        boolean serves = false;
        for (Colour colour : Colour.values()) {
            String name = read.container(colour);
            boolean isLive = live.filter(colour::equals).isPresent();
            Optional<Container> container = containers.find(name);
            String state = container
                    .map(found -> found.running() ? "runs" : "ended with " + found.exitCode())
                    .orElse("does not exist");
            String image = container.map(Container::image).orElse("-");
            serves |= isLive && container.filter(Container::running).isPresent();
            table.row(name, isLive ? "come here" : "-", state, image);
            versions.put(name, Map.of("live", isLive, "state", state, "image", image));
        }
        boolean fine = serves && last.filter(Entry::isUnfinished).isEmpty();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", read.service());
        map.put("live", live.map(Colour::toString).orElse(null));
        map.put("versions", versions);
        map.put("last", last.map(entry -> entry.phase().name()).orElse(null));
        map.put("fine", fine);
        output.answer(map, () -> table + last.map(StatusCommand::text).orElse("nothing has been deployed yet\n"));
        return (fine ? ExitCode.OK : ExitCode.REFUSED).code();
    }

    private static String text(Entry last) {
        String what = (last.rollback() ? "the last rollback, to " : "the last deploy, of ") + last.image() + ", ";
        return switch (last.phase()) {
            case DONE -> what + "is at its end\n";
            case FAILED -> what + "failed, and changed nothing\n";
            case STARTING, SWITCHING, STOPPING ->
                what + "@|red is not at its end:|@ run it again if it is not running\n";
        };
    }
}
