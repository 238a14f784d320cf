package dev.quiesce.web.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the command line: options such as {@code --http-port=8080} or {@code --http-port 8080}.
 *
 * <p>It does so by itself because loading picocli, which draws the help, takes longer than the rest of the configuration.
 * Only the names of options are ever echoed: whatever else stands there may be a secret that lost its option.
 */
final class CommandLineSource {
    private final Map<String, Setting<?>> settings = new HashMap<>();
    private final Map<Setting<?>, Assignment> assignments = new LinkedHashMap<>();
    private final Mistakes mistakes;
    private Optional<Assignment> config = Optional.empty();
    private Request request = Request.START;

    /** What the command line asks for; a later one outranks an earlier one. */
    enum Request {
        START,
        PRINT_CONFIG,
        VERSION,
        HELP
    }

    private CommandLineSource(Mistakes mistakes) {
        this.mistakes = mistakes;
        for (Setting<?> setting : Settings.ALL) {
            settings.put(setting.option(), setting);
        }
    }

    static CommandLineSource read(List<String> arguments, Mistakes mistakes) {
        CommandLineSource source = new CommandLineSource(mistakes);
        for (int next = 0; next < arguments.size(); ) {
            next = source.readOption(arguments, next);
        }
        return source;
    }

    /** Returns what the options set. */
    Map<Setting<?>, Assignment> assignments() {
        return assignments;
    }

    /** Returns the properties file that an option names. */
    Optional<Assignment> config() {
        return config;
    }

    Request request() {
        return request;
    }

    /** Reads one option and returns where the next one begins. */
    private int readOption(List<String> arguments, int index) {
        String argument = arguments.get(index);
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        switch (name) {
            case "-h", Settings.HELP_OPTION -> ask(Request.HELP);
            case "-V", Settings.VERSION_OPTION -> ask(Request.VERSION);
            case Settings.PRINT_CONFIG_OPTION -> ask(Request.PRINT_CONFIG);
            default -> {
                return readAssignment(arguments, index, name, equals);
            }
        }
        if (equals >= 0) {
            mistakes.add("option " + name + " takes no value");
        }
        return index + 1;
    }

    private int readAssignment(List<String> arguments, int index, String name, int equals) {
        Setting<?> setting = settings.get(name);
        boolean valueFollows = index + 1 < arguments.size() && !isOption(arguments.get(index + 1));
        if (setting == null && !name.equals(Settings.CONFIG_OPTION)) {
            if (!isOption(name)) {
                mistakes.add("argument " + (index + 1) + " belongs to no option; write --name=value");
                return index + 1;
            }
            mistakes.addUnknown("unknown option", name, Settings.options());
            return index + (equals < 0 && valueFollows ? 2 : 1);
        }
        if (equals >= 0) {
            assign(name, setting, arguments.get(index).substring(equals + 1));
            return index + 1;
        }
        if (setting != null && setting.isFlag()) {
            assign(name, setting, "true");
            return index + 1;
        }
        if (!valueFollows) {
            mistakes.add("option " + name + " needs a value");
            return index + 1;
        }
        assign(name, setting, arguments.get(index + 1));
        return index + 2;
    }

    private void assign(String name, @Nullable Setting<?> setting, String text) {
        Assignment assignment = new Assignment(text, "option " + name);
        boolean twice;
        if (setting == null) {
            twice = config.isPresent();
            config = Optional.of(assignment);
        } else {
            twice = assignments.put(setting, assignment) != null;
        }
        if (twice) {
            mistakes.add("option " + name + " is given twice");
        }
    }

    private void ask(Request other) {
        if (other.compareTo(request) > 0) {
            request = other;
        }
    }

    /** Whether the text is written like an option; a value that is has to be joined with its option by "=". */
    private static boolean isOption(String text) {
        if (!text.startsWith("--") || text.length() < 3) {
            return false;
        }
        for (int i = 2; i < text.length() && text.charAt(i) != '='; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                return false;
            }
        }
        return true;
    }
}
