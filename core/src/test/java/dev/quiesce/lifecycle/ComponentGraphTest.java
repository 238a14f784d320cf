package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComponentGraphTest {
    private final EventLog log = new EventLog();

    @Test
    void startOrder_hasDependenciesFirst_andStopOrderIsItsReverse() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "pool", "sessions")
                .add("sessions", component("sessions"), "pool")
                .add("pool", component("pool"))
                .build();

        assertThat(graph.startOrder()).containsExactly("pool", "sessions", "http");
        assertThat(graph.stopOrder()).containsExactly("http", "sessions", "pool");
    }

    @Test
    void ties_areBrokenByName_andNotByRegistrationOrder() {
        ComponentGraph one = ComponentGraph.builder()
                .add("a", component("a"))
                .add("b", component("b"))
                .add("c", component("c"), "b")
                .build();
        ComponentGraph other = ComponentGraph.builder()
                .add("c", component("c"), "b")
                .add("b", component("b"))
                .add("a", component("a"))
                .build();

        assertThat(one.startOrder()).containsExactly("a", "b", "c").isEqualTo(other.startOrder());
        assertThat(one.stopOrder()).isEqualTo(other.stopOrder());
    }

    @Test
    void cycle_isRefused_withItsPath() {
        ComponentGraph.Builder graph = ComponentGraph.builder()
                .add("entry", component("entry"), "a")
                .add("a", component("a"), "b")
                .add("b", component("b"), "c")
                .add("c", component("c"), "a");

        assertThatThrownBy(graph::build)
                .isInstanceOf(InvalidGraphException.class)
                .hasMessageContaining("a cycle of dependencies: a → b → c → a");
    }

    @Test
    void componentThatDependsOnItself_isRefused() {
        ComponentGraph.Builder graph = ComponentGraph.builder().add("a", component("a"), "a");

        assertThatThrownBy(graph::build)
                .isInstanceOf(InvalidGraphException.class)
                .hasMessageContaining("a cycle of dependencies: a → a");
    }

    @Test
    void everyMistake_isNamedInOneMessage() {
        ComponentGraph.Builder graph = ComponentGraph.builder()
                .add("a", component("a"), "nowhere")
                .add("a", component("a"))
                .add(" ", component("blank"))
                .add("c", component("c"), "d")
                .add("d", component("d"), "c")
                .preferStop(StopSequence.first("a", "ghost").then("a"));

        assertThatThrownBy(graph::build)
                .isInstanceOf(InvalidGraphException.class)
                .hasMessageContaining("two components are named 'a'")
                .hasMessageContaining("a component has a blank name")
                .hasMessageContaining("'a' depends on 'nowhere', which is not registered")
                .hasMessageContaining("the preferred stop sequence names 'ghost', which is not registered")
                .hasMessageContaining("the preferred stop sequence names 'a' twice")
                .hasMessageContaining("a cycle of dependencies: c → d → c");
    }

    @Test
    void foundation_startsFirst_andStopsLast() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("a", component("a"))
                .add("below", component("below"))
                .addFoundation("management", component("management"), "below")
                .add("b", component("b"), "a")
                .build();

        assertThat(graph.startOrder()).containsExactly("below", "management", "a", "b");
        assertThat(graph.stopOrder()).containsExactly("b", "a", "management", "below");
    }

    @Test
    void preferredStopSequence_readsAsItStops() {
        assertThat(StopSequence.first("http").then("pool d4", "pool main").then("sessions"))
                .hasToString("http → pool d4, pool main → sessions");
    }

    @Test
    void preferredStopSequence_ordersWhatDependenciesLeaveFree() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "pool 1", "pool 2", "sessions", "sockets")
                .add("pool 1", component("pool 1"))
                .add("pool 2", component("pool 2"))
                .add("sessions", component("sessions"))
                .add("sockets", component("sockets"))
                .preferStop(StopSequence.first("http")
                        .then("pool 1", "pool 2")
                        .then("sockets")
                        .then("sessions"))
                .build();

        assertThat(graph.stopOrder()).containsExactly("http", "pool 1", "pool 2", "sockets", "sessions");
        assertThat(graph.remarks()).isEmpty();
        assertThat(graph.startOrder()).containsExactly("pool 1", "pool 2", "sessions", "sockets", "http");
    }

    @Test
    void preferredStopSequence_yieldsToDependencies_andSaysSo() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "sessions")
                .add("pool", component("pool"))
                .add("sessions", component("sessions"), "pool")
                .preferStop(StopSequence.first("http").then("pool").then("sessions"))
                .build();

        assertThat(graph.stopOrder()).containsExactly("http", "sessions", "pool");
        assertThat(graph.remarks())
                .containsExactly("The preferred stop order 'pool' before 'sessions' yields to sessions → pool");
        assertThat(graph.toString()).contains("yields to sessions → pool");
    }

    @Test
    void text_isTheOrderThatIsUsed() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "pool")
                .add("pool", component("pool"))
                .build();

        assertThat(graph).hasToString("""
                        Start order:
                           1. pool
                           2. http (after pool)
                        Stop order:
                           1. http
                           2. pool (after http)
                        """);
    }

    @Test
    void whatTheGraphHandsOut_cannotBeChanged() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "pool")
                .add("pool", component("pool"))
                .build();

        assertThatThrownBy(() -> graph.dependenciesOf("http").clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> graph.names().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> graph.startOrder().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void graphWithoutComponents_isValid() {
        assertThat(ComponentGraph.builder().build().startOrder()).isEmpty();
    }

    @Test
    void diamondAndUnlinkedNodes_haveOneOrder_howeverTheyAreRegistered() {
        List<String> names = new ArrayList<>(List.of("top", "left", "right", "bottom", "x", "y"));
        Map<String, String[]> dependencies = Map.of(
                "top", new String[] {"left", "right"}, "left", new String[] {"bottom"}, "right", new String[] {"bottom"
                });
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(names, new Random(seed));
            ComponentGraph.Builder graph = ComponentGraph.builder();
            names.forEach(name -> graph.add(name, component(name), dependencies.getOrDefault(name, new String[0])));
            ComponentGraph built = graph.build();

            assertThat(built.startOrder()).containsExactly("bottom", "left", "right", "top", "x", "y");
            assertThat(built.stopOrder()).containsExactly("top", "left", "right", "bottom", "x", "y");
        }
    }

    @Test
    void sameInstanceAddedAgainUnderItsName_isOneComponent_withTheDependenciesOfBoth() {
        RecordingComponent http = component("http");
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", http, "pool")
                .add("http", http, "sessions")
                .add("pool", component("pool"))
                .add("sessions", component("sessions"))
                .build();

        assertThat(graph.names()).containsExactly("http", "pool", "sessions");
        assertThat(graph.dependenciesOf("http")).containsExactly("pool", "sessions");
    }

    @Test
    void sameInstanceUnderTwoNames_isRefused() {
        RecordingComponent one = component("one");

        assertThatThrownBy(() ->
                        ComponentGraph.builder().add("one", one).add("two", one).build())
                .isInstanceOf(InvalidGraphException.class)
                .hasMessageContaining("'one' and 'two' are one and the same instance");
    }

    @Test
    void graphThatIsBuilt_isClosed() {
        ComponentGraph.Builder builder = ComponentGraph.builder();
        builder.build();

        assertThatThrownBy(() -> builder.add("late", component("late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The graph has been built: component 'late' cannot be added");
        assertThatThrownBy(() -> builder.preferStop(StopSequence.first("late")))
                .hasMessage("The graph has been built: a preferred stop sequence cannot be set");
        assertThatThrownBy(builder::build).hasMessage("The graph has been built: it cannot be built again");
    }

    @Test
    void componentThatNothingLinks_isRemarkedUpon() {
        ComponentGraph graph = ComponentGraph.builder()
                .add("http", component("http"), "pool")
                .add("pool", component("pool"))
                .add("forgotten", component("forgotten"))
                .add("preferred", component("preferred"))
                .addFoundation("management", component("management"))
                .preferStop(StopSequence.first("preferred").then("http"))
                .build();

        assertThat(graph.remarks())
                .containsExactly("Nothing links 'forgotten' to another component: it starts and stops beside them,"
                        + " whatever it uses");
    }

    @Test
    void singleComponent_isNotRemarkedUpon() {
        assertThat(ComponentGraph.builder()
                        .add("http", component("http"))
                        .build()
                        .remarks())
                .isEmpty();
    }

    @Test
    void unknownComponent_hasNoDependencies() {
        ComponentGraph graph =
                ComponentGraph.builder().add("http", component("http")).build();

        assertThatThrownBy(() -> graph.dependenciesOf("htpp"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no component 'htpp', only [http]");
    }

    @Test
    void plan_isDrawnAsMermaid() {
        assertThat(drawn().toMermaid()).isEqualTo("""
                flowchart TD
                    c1["pool &quot;a&quot; &amp; b<br/>start 1, stop 2"]
                    c2["http<br/>start 2, stop 1"]
                    c3["sockets<br/>start 3, stop 3"]
                    c1 -. stops before .-> c3
                    c2 --> c1
                """);
    }

    @Test
    void plan_isDrawnAsDot() {
        assertThat(drawn().toDot()).isEqualTo("""
                digraph plan {
                    node [shape=box]
                    c1 [label="pool \\"a\\" & b\\nstart 1, stop 2"]
                    c2 [label="http\\nstart 2, stop 1"]
                    c3 [label="sockets\\nstart 3, stop 3"]
                    c1 -> c3 [style=dotted label="stops before"]
                    c2 -> c1
                }
                """);
    }

    private ComponentGraph drawn() {
        return ComponentGraph.builder()
                .add("http", component("http"), "pool \"a\" & b")
                .add("pool \"a\" & b", component("pool"))
                .add("sockets", component("sockets"))
                .preferStop(StopSequence.first("pool \"a\" & b").then("sockets"))
                .build();
    }

    private RecordingComponent component(String name) {
        return new RecordingComponent(name, log);
    }
}
