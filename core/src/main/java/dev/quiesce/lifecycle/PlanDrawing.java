package dev.quiesce.lifecycle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Draws the plan of a graph in the languages of drawing tools. Components stand in the order of the start. */
final class PlanDrawing {
    private final ComponentGraph graph;
    private final Map<String, Integer> numbers = new HashMap<>();

    PlanDrawing(ComponentGraph graph) {
        this.graph = graph;
        for (String name : graph.startOrder()) {
            numbers.put(name, numbers.size() + 1);
        }
    }

    String mermaid() {
        StringBuilder text = new StringBuilder("flowchart TD\n");
        for (String name : graph.startOrder()) {
            text.append("    ").append(id(name)).append("[\"");
            text.append(name.replace("&", "&amp;")
                    .replace("\"", "&quot;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;"));
            text.append("<br/>").append(places(name)).append("\"]\n");
        }
        for (String name : graph.startOrder()) {
            for (String dependency : graph.dependenciesOf(name)) {
                line(text, name, " --> ", dependency);
            }
            for (String later : stopsBefore(name)) {
                line(text, name, " -. stops before .-> ", later);
            }
        }
        return text.toString();
    }

    String dot() {
        StringBuilder text = new StringBuilder("digraph plan {\n    node [shape=box]\n");
        for (String name : graph.startOrder()) {
            text.append("    ").append(id(name)).append(" [label=\"");
            text.append(name.replace("\\", "\\\\").replace("\"", "\\\""));
            text.append("\\n").append(places(name)).append("\"]\n");
        }
        for (String name : graph.startOrder()) {
            for (String dependency : graph.dependenciesOf(name)) {
                line(text, name, " -> ", dependency);
            }
            for (String later : stopsBefore(name)) {
                text.append("    ").append(id(name)).append(" -> ").append(id(later));
                text.append(" [style=dotted label=\"stops before\"]\n");
            }
        }
        return text.append("}\n").toString();
    }

    private void line(StringBuilder text, String from, String arrow, String to) {
        text.append("    ").append(id(from)).append(arrow).append(id(to)).append('\n');
    }

    private String id(String name) {
        return "c" + numbers.get(name);
    }

    private String places(String name) {
        List<String> stopOrder = graph.stopOrder();
        return "start " + numbers.get(name) + ", stop " + (stopOrder.indexOf(name) + 1);
    }

    /** Returns those that stop after the given one by preference alone. */
    private SortedSet<String> stopsBefore(String name) {
        SortedSet<String> later = new TreeSet<>(graph.stop().successors(name));
        later.removeAll(graph.drain().successors(name));
        return later;
    }
}
