package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Secrets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A node of YAML with the place of its key, so that what is found in it can be shown.
 *
 * @param name its key, or that of the list which it is an item of
 */
record Yaml(Node node, String name, Place place) {
    private static final String MERGE = "<<";
    private static final int DEEPEST_MERGE = 100;

    /**
     * Reads all documents of a file.
     *
     * @throws OpsException if it is no YAML
     */
    static List<Yaml> documents(String file, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setAllowDuplicateKeys(true)
                .build();
        List<Yaml> documents = new ArrayList<>();
        try {
            for (Node node : new Compose(settings).composeAllFromString(text)) {
                documents.add(new Yaml(node, "", place(file, node)));
            }
        } catch (MarkedYamlEngineException e) {
            // Its own message quotes the line, with whatever secret stands there.
            String line = e.getProblemMark()
                    .map(mark -> " in line " + (mark.getLine() + 1))
                    .orElse("");
            throw new OpsException(
                    ExitCode.UNAVAILABLE, file + " is no YAML: " + Secrets.masked(e.getProblem()) + line, e);
        } catch (YamlEngineException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, file + " is no YAML: " + Secrets.masked(e.getMessage()), e);
        }
        return documents;
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** Returns the value of a key, or of keys below each other, also where it comes by a merge ({@code <<}). */
    Optional<Yaml> get(String... path) {
        Optional<Yaml> at = Optional.of(this);
        for (String key : path) {
            at = at.map(Yaml::entries).map(entries -> entries.get(key));
        }
        return at;
    }

    Map<String, Yaml> entries() {
        return entries(0);
    }

    private Map<String, Yaml> entries(int depth) {
        if (depth > DEEPEST_MERGE) {
            throw new OpsException(ExitCode.UNAVAILABLE, place + ": what is merged here contains itself");
        }
        Map<String, Yaml> entries = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (key(tuple).equals(MERGE)) {
                    merge(tuple.getValueNode(), entries, depth + 1);
                }
            }
            for (NodeTuple tuple : mapping.getValue()) {
                if (!key(tuple).equals(MERGE)) {
                    Place place = place(this.place.file(), tuple.getKeyNode());
                    entries.put(key(tuple), new Yaml(tuple.getValueNode(), key(tuple), place));
                }
            }
        }
        return entries;
    }

    /** Returns the items of a list; none if it is not one. */
    List<Yaml> items() {
        List<Yaml> items = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                items.add(new Yaml(item, name, place(place.file(), item)));
            }
        }
        return items;
    }

    /** Returns the text of a scalar that is not null. */
    Optional<String> text() {
        return node instanceof ScalarNode scalar && !scalar.getTag().getValue().endsWith(":null")
                ? Optional.of(scalar.getValue())
                : Optional.empty();
    }

    /** Returns the text of what is below a path. */
    Optional<String> text(String... path) {
        return get(path).flatMap(Yaml::text);
    }

    /** Returns itself to be shown. */
    Value<String> value() {
        return Value.of(name, text().orElse(isMapping() ? "{…}" : "[…]"), place);
    }

    private void merge(Node from, Map<String, Yaml> entries, int depth) {
        Yaml source = new Yaml(from, name, place(place.file(), from));
        List<Yaml> sources = source.isMapping() ? List.of(source) : source.items();
        for (Yaml each : sources) {
            each.entries(depth).forEach(entries::putIfAbsent);
        }
    }

    private static String key(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static Place place(String file, Node node) {
        return new Place(
                file, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0));
    }
}
