package dev.quiesce.web.config;

/** What came of reading the configuration. All kinds are immutable; none shows a secret. */
public sealed interface ConfigResult {

    /**
     * The service can start.
     *
     * @param config the checked configuration
     */
    record Ready(ServiceConfig config) implements ConfigResult {}

    /**
     * The command line asked for a text, such as the help: print it to the standard output and exit with code 0.
     *
     * @param text the text, lines separated and ended by {@code \n}
     */
    record Answer(String text) implements ConfigResult {}

    /**
     * The configuration has mistakes: print them to the standard error and exit with code 2.
     *
     * @param text all mistakes, one a line, and what to do; ended by {@code \n}
     */
    record Refused(String text) implements ConfigResult {}
}
