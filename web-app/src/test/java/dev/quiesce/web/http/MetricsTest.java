package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.web.testing.RawClient;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Prometheus reads. */
@Timeout(30)
class MetricsTest {

    @Test
    void numbersAreWritten_asPrometheusReadsThem_whateverTheLocale() throws Exception {
        Locale before = Locale.getDefault();
        Coordinator coordinator = Coordinator.of(ComponentGraph.builder().build());
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try (Served server = Served.of(
                        new Listen.Tcp("127.0.0.1", 0),
                        new ManagementHandler(() -> coordinator, Map.of("poolMainActive", () -> 1234567)));
                RawClient client = server.client()) {
            assertThat(client.get("/metrics"))
                    .contains("\nquiesce_pool_main_active 1234567\n", "\nquiesce_stage{stage=\"READY\"} 0\n");
        } finally {
            Locale.setDefault(before);
        }
    }
}
