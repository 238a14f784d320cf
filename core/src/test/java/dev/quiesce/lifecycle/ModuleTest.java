package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The library as a module: what it exports, and what it needs at run time. */
class ModuleTest {

    @Test
    void module_exportsTwoPackages_andNeedsNothingAtRunTimeButSlf4jAndTheJdk() throws Exception {
        ModuleDescriptor descriptor = ModuleFinder.of(placeOf(Coordinator.class))
                .find("dev.quiesce.lifecycle")
                .orElseThrow()
                .descriptor();

        assertThat(descriptor.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder("dev.quiesce.lifecycle", "dev.quiesce.lifecycle.guice");
        assertThat(descriptor.requires())
                .filteredOn(needed -> !needed.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder("java.base", "jdk.unsupported", "org.slf4j");
    }

    @Test
    void publicTypes_areTheseFew() throws Exception {
        try (Stream<Path> files = Files.walk(placeOf(Coordinator.class))) {
            assertThat(files.map(Path::toString)
                            .filter(file -> file.contains("/dev/quiesce/") && file.matches("[^$]*\\.class"))
                            .map(file ->
                                    file.substring(file.indexOf("dev/quiesce/"), file.length() - ".class".length()))
                            .map(file -> file.replace('/', '.'))
                            .filter(ModuleTest::isPublic))
                    .map(name -> name.substring("dev.quiesce.lifecycle.".length()))
                    .containsExactlyInAnyOrder(
                            "Budgets",
                            "ComponentGraph",
                            "Coordinator",
                            "Deadline",
                            "InstanceRemains",
                            "InvalidGraphException",
                            "Lifecycle",
                            "LifecycleListener",
                            "Outcome",
                            "ProcessHost",
                            "Report",
                            "Stage",
                            "StartFailedException",
                            "StopSequence",
                            "TimeSource",
                            "WorkGuard",
                            "guice.LifecycleBinder",
                            "guice.LifecycleModule");
        }
    }

    @Test
    void module_runsOnTheModulePath_withSlf4jAlone() throws Exception {
        ModuleFinder finder = ModuleFinder.of(placeOf(Coordinator.class), placeOf(LoggerFactory.class));
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), Set.of("dev.quiesce.lifecycle"));
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(configuration, null);
        Class<?> coordinators = layer.findLoader("dev.quiesce.lifecycle").loadClass(Coordinator.class.getName());
        Class<?> graphs = coordinators.getClassLoader().loadClass(ComponentGraph.class.getName());
        assertThat(coordinators).isNotSameAs(Coordinator.class);
        assertThat(coordinators.getModule().isNamed()).isTrue();

        Object builder = graphs.getMethod("builder").invoke(null);
        Object graph = builder.getClass().getMethod("build").invoke(builder);
        Object coordinator = coordinators.getMethod("of", graphs).invoke(null, graph);
        assertThat(coordinators.getMethod("start").invoke(coordinator)).isEqualTo(true);
        Object report = coordinators.getMethod("stop", String.class).invoke(coordinator, "test");
        assertThat(report.getClass().getMethod("isClean").invoke(report)).isEqualTo(true);
    }

    private static boolean isPublic(String type) {
        try {
            return Modifier.isPublic(Class.forName(type, false, ModuleTest.class.getClassLoader())
                    .getModifiers());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
