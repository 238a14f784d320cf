package dev.quiesce.ops.lint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether what a request waits for in the database fits its caller, and the pools fit the server. */
final class DatabaseRules {
    private static final String MAX_CONNECTIONS = "max_connections";
    private static final int DEFAULT_MAX_CONNECTIONS = 151;
    private static final List<String> SERVER_SECTIONS = List.of("mysqld", "mariadb", "mariadbd", "server");
    private static final Pattern HOST = Pattern.compile("jdbc:mariadb://([^/?]*).*");

    private final Findings findings;
    private final int colours;

    DatabaseRules(Findings findings, int colours) {
        this.findings = findings;
        this.colours = colours;
    }

    void checkPatience(Service service) {
        for (String database : SettingTable.DATABASES) {
            Optional<Value<Duration>> acquire = service.time("db." + database + ".acquire-timeout");
            Optional<Value<Duration>> statement = service.time("db." + database + ".statement-timeout");
            Optional<Value<Duration>> patience = service.time(SettingTable.PATIENCE);
            if (acquire.isEmpty() || statement.isEmpty() || patience.isEmpty()) {
                continue;
            }
            Duration sum = acquire.get().value().plus(statement.get().value());
            boolean acquireIsSet = !acquire.get().text().endsWith("(default)");
            findings.expect(
                    Rule.STATEMENT_WITHIN_PATIENCE,
                    sum.compareTo(patience.get().value()) < 0,
                    service.name() + " does not start: callers wait "
                            + Times.text(patience.get().value()) + ", but a connection and a statement may take "
                            + Times.text(sum) + ", and what comes later is done for nobody",
                    new Value<>(
                            acquire.get().name() + " + " + statement.get().name(),
                            sum,
                            acquire.get().text() + " + " + statement.get().text(),
                            acquireIsSet
                                    ? acquire.get().place()
                                    : statement.get().place()),
                    patience.get(),
                    "lower the two below " + SettingTable.PATIENCE + "; raising them makes an overload last");
        }
    }

    /** Checks all pools of all instances that may run at once against the server. */
    void checkCapacity(List<Service> services, Inputs inputs, Optional<Integer> given) {
        if (services.isEmpty()) {
            return;
        }
        Optional<Value<Integer>> allowed = given.map(
                        number -> new Value<>(MAX_CONNECTIONS, number, number.toString(), Place.COMMAND_LINE))
                .or(() -> allowed(inputs));
        if (allowed.isEmpty()) {
            findings.notChecked("the pools against max_connections: no file tells it;"
                    + " give the database's, or --max-connections");
            return;
        }
        Map<String, List<Service>> families = new LinkedHashMap<>();
        for (Service service : services) {
            families.computeIfAbsent(
                            service.workload().platform() + service.workload().family(), f -> new ArrayList<>())
                    .add(service);
        }
        Map<String, Demand> demands = new LinkedHashMap<>();
        for (List<Service> family : families.values()) {
            int instances = instances(family);
            for (String database : SettingTable.DATABASES) {
                add(family.get(0), database, instances, demands);
            }
        }
        demands.forEach((host, demand) -> findings.expect(
                Rule.POOLS_WITHIN_MAX_CONNECTIONS,
                demand.connections <= allowed.get().value(),
                "during a deploy the pools may take " + demand.connections + " connections ("
                        + String.join(" + ", demand.terms)
                        + ", each pool's one for its presence included), but the server allows "
                        + allowed.get().value(),
                demand.largest,
                allowed.get(),
                "raise max_connections to " + (demand.connections + 10)
                        + " (some are for you), or lower the pool sizes"));
    }

    /** What is wanted of one server. */
    private static final class Demand {
        private final List<String> terms = new ArrayList<>();
        private int connections;
        private Value<Integer> largest = new Value<>("", 0, "", Place.SERVICE);
    }

    private static void add(Service service, String database, int instances, Map<String, Demand> demands) {
        String prefix = "db." + database + ".";
        Optional<Value<Integer>> size = service.number(prefix + "pool-size");
        if (size.isEmpty()) {
            return;
        }
        String host = service.text(prefix + "url")
                .map(url -> HOST.matcher(url.value()))
                .filter(Matcher::matches)
                .map(url -> url.group(1).replaceFirst(":3306$", ""))
                .orElse("");
        boolean present = service.time(prefix + "orphans-after")
                .map(after -> !after.value().isZero())
                .orElse(true);
        int each = size.get().value() + (present ? 1 : 0);
        Demand demand = demands.computeIfAbsent(host, h -> new Demand());
        demand.connections += instances * each;
        demand.terms.add(instances + " × " + each + " " + service.workload().family() + "/" + database);
        if (size.get().value() > demand.largest.value()) {
            demand.largest = size.get();
        }
    }

    private int instances(List<Service> family) {
        int running = family.stream()
                .mapToInt(service -> service.workload().instances())
                .sum();
        Optional<Integer> surge = family.get(0).workload().surge();
        if (surge.isPresent()) {
            return running + surge.get();
        }
        return Math.max(running, colours * family.get(0).workload().instances());
    }

    private static Optional<Value<Integer>> allowed(Inputs inputs) {
        Optional<IniFile.Entry> option = inputs.options().stream()
                .flatMap(file -> file.entries().stream())
                .filter(entry -> SERVER_SECTIONS.contains(entry.section()))
                .filter(entry -> entry.key().replace('-', '_').equals(MAX_CONNECTIONS)
                        && entry.value().matches("\\d{1,6}"))
                .reduce((earlier, later) -> later);
        if (option.isPresent()) {
            return option.map(
                    entry -> new Value<>(entry.key(), Integer.valueOf(entry.value()), entry.value(), entry.place()));
        }
        for (Workload workload : inputs.workloads()) {
            for (Value<String> word : workload.words()) {
                String[] parts = word.value().split("=", 2);
                if (parts.length == 2
                        && parts[0].replace('-', '_').equals("__" + MAX_CONNECTIONS)
                        && parts[1].matches("\\d{1,6}")) {
                    return Optional.of(new Value<>(parts[0], Integer.valueOf(parts[1]), parts[1], word.place()));
                }
            }
        }
        Optional<Place> server = inputs.options().stream()
                .map(file -> new Place(file.file(), 1))
                .findFirst()
                .or(() -> inputs.workloads().stream()
                        .filter(Workload::runsMariaDb)
                        .map(Workload::place)
                        .findFirst());
        return server.map(place -> Value.byDefault(MAX_CONNECTIONS, DEFAULT_MAX_CONNECTIONS, "151", place));
    }
}
