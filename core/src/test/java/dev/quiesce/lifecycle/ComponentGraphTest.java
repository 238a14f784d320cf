package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
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

    private RecordingComponent component(String name) {
        return new RecordingComponent(name, log);
    }
}
