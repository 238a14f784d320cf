package dev.quiesce.ops.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a service is deployed, as its file says. Immutable. Texts may have {@code {name}} in them, which stands for what
 * {@code blue.name} or {@code green.name} says, or for the colour, the service or the image.
 *
 * @param service the name of the service; its containers are called after it and their colours
 * @param runOptions what {@code docker run} gets beside name and image
 * @param runCommand what comes behind the image, if anything
 * @param values what differs between the colours
 * @param ready what answers 2xx or 3xx once a version serves
 * @param readyTimeout how long a version may take until then
 * @param warm what is asked for in order to warm a version up
 * @param warmRequests how often
 * @param switching how requests are led from one version to the other
 * @param nginx how nginx is told something
 * @param nginxPid the file with the number of nginx's process; null if it runs in a container
 * @param nginxContainer the container in which nginx runs, or null
 * @param switchTimeout how long nginx's old workers may take for their last requests
 * @param stopTimeout how long a version may take to stop, before it is killed
 * @param state the folder that remembers what a deploy was at
 * @param probe what is asked for all the time while routing moves, through nginx; null for nothing
 * @param probesPerSecond how often
 */
record DeployConfig(
        String service,
        List<String> runOptions,
        List<String> runCommand,
        Map<Colour, Map<String, String>> values,
        String ready,
        Duration readyTimeout,
        String warm,
        int warmRequests,
        Switch switching,
        List<String> nginx,
        @Nullable Path nginxPid,
        @Nullable String nginxContainer,
        Duration switchTimeout,
        Duration stopTimeout,
        Path state,
        @Nullable String probe,
        int probesPerSecond) {

    String container(Colour colour) {
        return service + "-" + colour;
    }

    String upstream(Colour colour) {
        return fill(reload().content(), colour, "") + "\n";
    }

    Path upstreamFile() {
        return reload().file();
    }

    /** Returns the socket of a version, as the link leads to it. */
    Path socket(Colour colour) {
        if (switching instanceof Switch.Socket socket) {
            return Path.of(fill(socket.target(), colour, ""));
        }
        throw new IllegalStateException("no sockets here");
    }

    /** Returns what nginx and a deploy have in common, in a folder that both see. */
    Path sharedFile() {
        return switching instanceof Switch.Socket socket ? socket.path() : upstreamFile();
    }

    /** Returns after which time only sockets can hold an old worker of nginx; null if that is not known. */
    @Nullable
    Duration longestRequest() {
        return switching instanceof Switch.Reload reload ? reload.longestRequest() : null;
    }

    private Switch.Reload reload() {
        if (switching instanceof Switch.Reload reload) {
            return reload;
        }
        throw new IllegalStateException("no file of nginx is replaced here");
    }

    String readyUrl(Colour colour) {
        return fill(ready, colour, "");
    }

    String warmUrl(Colour colour) {
        return fill(warm, colour, "");
    }

    List<String> runOptions(Colour colour, String image) {
        return runOptions.stream().map(text -> fill(text, colour, image)).toList();
    }

    List<String> runCommand(Colour colour, String image) {
        return runCommand.stream().map(text -> fill(text, colour, image)).toList();
    }

    private String fill(String text, Colour colour, String image) {
        String filled = text.replace("{colour}", colour.toString())
                .replace("{service}", service)
                .replace("{image}", image);
        for (Map.Entry<String, String> value : values.get(colour).entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        return filled;
    }
}
