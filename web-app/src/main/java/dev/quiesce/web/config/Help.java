package dev.quiesce.web.config;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The texts that the command line can ask for. */
final class Help {
    private static final int WIDTH = 100;

    private Help() {}

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("quiesce-web-app");
        for (Setting<?> setting : Settings.ALL) {
            spec.addOption(option(setting));
        }
        spec.addOption(OptionSpec.builder(Settings.CONFIG_OPTION)
                .type(String.class)
                .arity("1")
                .paramLabel("FILE")
                .description("Properties file with settings. Variable " + Settings.CONFIG_VARIABLE + ".")
                .build());
        spec.addOption(OptionSpec.builder(Settings.PRINT_CONFIG_OPTION)
                .description(
                        "Print every setting, its value and its source as a properties file, without secrets; exit.")
                .build());
        spec.addOption(OptionSpec.builder("-h", Settings.HELP_OPTION)
                .usageHelp(true)
                .description("Print this help; exit.")
                .build());
        spec.addOption(OptionSpec.builder("-V", Settings.VERSION_OPTION)
                .versionHelp(true)
                .description("Print the version; exit.")
                .build());
        return spec;
    }

    /** Returns the help, in colour if the standard output is a terminal. */
    static String usage() {
        CommandSpec spec = spec();
        UsageMessageSpec usage = spec.usageMessage();
        usage.width(WIDTH).sortOptions(false).sortSynopsis(false);
        usage.customSynopsis("java -jar quiesce-web-app.jar [--NAME=VALUE]...");
        usage.description("%nServes the trade board, a sample of a service that stops without losing anything.");
        usage.optionListHeading("%n@|bold Settings|@%n");
        usage.footer(
                "%n@|bold Sources|@, where a later one wins",
                "  1. the defaults above",
                "  2. the properties file that --config or QUIESCE_CONFIG names, lines such as http.port=8080",
                "  3. the environment, such as QUIESCE_HTTP_PORT=8080",
                "  4. the command line, such as --http-port=8080",
                "Where a setting may be unset, an empty value unsets what an earlier source says.",
                "Times have a unit: 1500ms, 8s, 2m or 1h. --print-config shows which source has won.",
                "%n@|bold Variables of the library|@",
                "  QUIESCE_PLATFORM_GRACE=10s            how long the platform waits after SIGTERM before it kills",
                "  QUIESCE_REPORT_FILE=/run/report.json  where the report of the stop is written",
                "%n@|bold Examples|@",
                "  java -jar quiesce-web-app.jar --db-embedded=bundled",
                "      for a trial, on a MariaDB of its own",
                "  QUIESCE_DB_MAIN_URL=jdbc:mariadb://db:3306/main QUIESCE_DB_MAIN_PASSWORD_FILE=/run/secrets/main \\",
                "  QUIESCE_DB_D4_URL=jdbc:mariadb://db:3306/d4 QUIESCE_DB_D4_PASSWORD_FILE=/run/secrets/d4 \\",
                "  java -jar quiesce-web-app.jar",
                "      as in a container",
                "  java -jar quiesce-web-app.jar --config=service.properties --print-config",
                "      to see what applies and why",
                "%n@|bold Exit codes|@",
                "  0      stopped cleanly, or the text that was asked for is printed",
                "  1      stopped, but a component failed or overran",
                "  2      not started: a mistake in the configuration, or a component could not start",
                "  128+n  forced by a further signal n: 130 by SIGINT, 143 by SIGTERM");
        return new CommandLine(spec).getUsageMessage(Ansi.AUTO);
    }

    static String version() {
        String version = Optional.ofNullable(Help.class.getPackage().getImplementationVersion())
                .orElse("(unpackaged)");
        return "quiesce-web-app " + version + "\nJava " + Runtime.version() + "\n";
    }

    private static OptionSpec option(Setting<?> setting) {
        String otherwise =
                setting.defaultValue().map(value -> "Default: " + value + ". ").orElse("");
        OptionSpec.Builder option = OptionSpec.builder(setting.option())
                .type(String.class)
                .paramLabel(setting.type().label())
                .description(setting.description(), otherwise + "Variable " + setting.variable() + ".");
        return option.arity(setting.isFlag() ? "0..1" : "1").build();
    }
}
