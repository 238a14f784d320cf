package dev.quiesce.ops.lint;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something that runs: a service of a compose file, a container of a deploy or of a pod, a unit of systemd.
 *
 * @param name its name
 * @param place where it begins
 * @param image what it runs, as far as it is named; otherwise an empty text
 * @param words the words of its command line
 * @param variables its environment, as far as it stands in the files
 * @param grace how long it has from SIGTERM to SIGKILL; nothing if that cannot be told
 * @param preStop how much of that is over before SIGTERM
 * @param instances how many of it there are when all is well
 * @param surge how many more there may be during a deploy; nothing if that is not told
 * @param ports what ports of the host lead to it
 */
record Workload(
        Platform platform,
        String name,
        Place place,
        String image,
        List<Value<String>> words,
        List<Value<String>> variables,
        Optional<Value<Duration>> grace,
        Optional<Value<Duration>> preStop,
        int instances,
        Optional<Integer> surge,
        List<String> ports) {

    private static final Pattern COLOUR = Pattern.compile("[-_.@]?(blue|green|\\d+)$");
    private static final Pattern KNOWN = Pattern.compile(
            "(\\$\\{\\w+:?-)?(.*/)?(nginx|mariadb|mysql|postgres|redis|jenkins|node|httpd|traefik|caddy)\\b.*");

    enum Platform {
        COMPOSE,
        DEPLOY,
        KUBERNETES,
        SYSTEMD
    }

    /** Returns its name without the colour or the number that tells one of several from the others. */
    String family() {
        return COLOUR.matcher(name).replaceFirst("");
    }

    /** Returns whether it is told a setting of the service, or is what a deploy is about. */
    boolean isTold() {
        return platform == Platform.DEPLOY
                || variables.stream().anyMatch(variable -> variable.name().startsWith(SettingTable.PREFIX))
                || words.stream()
                        .anyMatch(word -> SettingTable.ofOption(word.value().split("=", 2)[0])
                                .isPresent());
    }

    /** Returns whether it is something else, by its image. */
    boolean isKnownProgram() {
        return KNOWN.matcher(image).matches();
    }

    boolean runsMariaDb() {
        return image.matches("(\\$\\{\\w+:?-)?(.*/)?(mariadb|mysql)\\b.*");
    }

    Optional<Value<String>> variable(String wanted) {
        return variables.stream()
                .filter(variable -> variable.name().equals(wanted))
                .reduce((earlier, later) -> later);
    }
}
