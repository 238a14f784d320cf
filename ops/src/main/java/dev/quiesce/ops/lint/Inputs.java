package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.lint.KubernetesReader.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The files, each read as what it is. Not thread-safe. */
final class Inputs {
    /** What a file may be. */
    enum Kind {
        compose,
        deploy,
        dockerfile,
        kubernetes,
        mariadb,
        nginx,
        settings,
        systemd
    }

    private static final Pattern NGINX =
            Pattern.compile("(?m)^\\s*(http|events|server|upstream\\s+\\S+|location\\s.*|map\\s.*)\\s*\\{");
    private static final Pattern UNIT = Pattern.compile("(?m)^\\[(Unit|Service|Socket)]");
    private static final Pattern DEPLOY = Pattern.compile(
            "(?m)^\\s*(ready\\.url|run\\.options|upstream\\.(file|content|socket)|systemd\\.unit|release\\.link)\\s*[=:]");
    private static final Pattern OPTIONS = Pattern.compile("(?m)^\\[(mysqld|mariadbd?|server)]");

    private final Findings findings;
    private final Map<String, String> nginxFiles = new LinkedHashMap<>();
    private final List<Yaml> composeServices = new ArrayList<>();
    private final List<Yaml> manifests = new ArrayList<>();
    private final Map<String, IniFile> units = new LinkedHashMap<>();
    private final List<Dockerfile> dockerfiles = new ArrayList<>();
    private final List<IniFile> options = new ArrayList<>();
    private final List<Value<String>> settings = new ArrayList<>();
    private final List<Deploy> deploys = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();

    Inputs(List<String> arguments, Findings findings) {
        this.findings = findings;
        arguments.forEach(this::read);
        KubernetesReader reader = new KubernetesReader(manifests, findings);
        manifests.forEach(manifest -> pods.addAll(reader.read(manifest)));
        pods.forEach(pod -> workloads.add(pod.workload()));
        deploys.forEach(deploy -> workloads.addAll(deploy.workloads(findings)));
        for (IniFile unit : units.values()) {
            if (unit.has(SystemdReader.SERVICE)) {
                workloads.add(SystemdReader.read(unit, findings));
            }
        }
    }

    List<Workload> workloads() {
        return workloads;
    }

    /** Returns the services of all compose files. */
    List<Yaml> composeServices() {
        return composeServices;
    }

    List<Pod> pods() {
        return pods;
    }

    List<IniFile> units() {
        return List.copyOf(units.values());
    }

    List<Dockerfile> dockerfiles() {
        return dockerfiles;
    }

    /** Returns option files of MariaDB. */
    List<IniFile> options() {
        return options;
    }

    /** Returns what the service's properties files set. */
    List<Value<String>> settings() {
        return settings;
    }

    /** Returns the files of deploys. */
    List<Deploy> deploys() {
        return deploys;
    }

    Nginx nginx() {
        return new Nginx(nginxFiles, findings);
    }

    private void read(String argument) {
        Kind kind = null;
        String file = argument;
        for (Kind each : Kind.values()) {
            if (argument.startsWith(each + ":")) {
                kind = each;
                file = argument.substring(each.name().length() + 1);
            }
        }
        String text = text(file);
        Kind known = kind != null ? kind : kindOf(file, text);
        switch (known) {
            case compose, kubernetes -> readYaml(file, text, kind);
            case nginx -> nginxFiles.put(file, text);
            case systemd -> readUnit(file, text);
            case settings -> settings.addAll(PropertiesReader.read(file, text, findings));
            case deploy -> deploys.add(Deploy.read(file, text, findings));
            case mariadb -> options.add(IniFile.read(file, text));
            case dockerfile -> dockerfiles.add(Dockerfile.read(file, text));
        }
    }

    private static Kind kindOf(String file, String text) {
        String name = Path.of(file).getFileName().toString();
        if (name.matches(".*\\.ya?ml")) {
            return Kind.compose;
        }
        if (name.endsWith(".properties")) {
            return DEPLOY.matcher(text).find() ? Kind.deploy : Kind.settings;
        }
        if (name.startsWith("Dockerfile") || name.endsWith("ockerfile")) {
            return Kind.dockerfile;
        }
        if (UNIT.matcher(text).find()) {
            return Kind.systemd;
        }
        if (OPTIONS.matcher(text).find()) {
            return Kind.mariadb;
        }
        if (NGINX.matcher(text).find() || name.endsWith(".conf")) {
            return Kind.nginx;
        }
        throw new OpsException(
                ExitCode.USAGE,
                file + ": neither its name nor its content tell what it is; say so, for example nginx:" + file
                        + " (compose, deploy, dockerfile, kubernetes, mariadb, nginx, settings, systemd)");
    }

    private void readYaml(String file, String text, @org.jspecify.annotations.Nullable Kind kind) {
        for (Yaml document : Yaml.documents(file, text)) {
            if (kind == Kind.compose || kind == null && ComposeReader.isCompose(document)) {
                document.get("services")
                        .ifPresent(services ->
                                composeServices.addAll(services.entries().values()));
                workloads.addAll(ComposeReader.read(document, findings));
            } else if (KubernetesReader.isManifest(document)) {
                manifests.addAll(
                        isList(document) ? document.get("items").orElseThrow().items() : List.of(document));
            } else {
                findings.notChecked(document.place() + ": this is neither a compose file nor a manifest of Kubernetes");
            }
        }
    }

    private static boolean isList(Yaml manifest) {
        return manifest.text("kind").orElse("").equals("List")
                && manifest.get("items").isPresent();
    }

    private void readUnit(String file, String text) {
        IniFile unit = IniFile.read(file, text);
        Path folder = Path.of(file).toAbsolutePath().getParent();
        String within = folder == null ? "" : folder.getFileName().toString();
        String name = within.endsWith(".d") && file.endsWith(".conf")
                ? within.substring(0, within.length() - 2)
                : Path.of(file).getFileName().toString();
        // A drop-in counts after the unit, whichever was named first.
        units.merge(name, unit, (one, other) -> one.file().endsWith(".conf") ? other.with(one) : one.with(other));
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, file + ": no such file", e);
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, file + ": cannot be read as UTF-8 text: " + e, e);
        }
    }
}
