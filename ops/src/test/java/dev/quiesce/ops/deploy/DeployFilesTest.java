package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Journal.Entry;
import dev.quiesce.ops.deploy.Journal.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that a deploy keeps: where requests go, and what it was at. */
class DeployFilesTest {
    @TempDir
    private Path folder;

    @Test
    void upstreamFile_isOfTheColourWhoseContentItHas() throws IOException {
        UpstreamFile file = new UpstreamFile(config());
        assertThat(file.colour()).isEmpty();

        file.put(Optional.of("server 127.0.0.1:8082;\n"));
        assertThat(file.colour()).contains(Colour.GREEN);

        file.put(Optional.of("server 127.0.0.1:9999;\n"));
        assertThat(file.colour()).isEmpty();

        file.put(Optional.empty());
        assertThat(file.content()).isEmpty();
    }

    @Test
    void replacedFile_leavesNothingBeside() throws IOException {
        Path file = folder.resolve("file");
        UpstreamFile.replace(file, "one");
        UpstreamFile.replace(file, "another");

        assertThat(file).hasContent("another");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void fileThatCannotBeReplaced_isAsItWas() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "as it was");
        // Where the new content would be written before it is renamed.
        Files.createDirectories(folder.resolve(".file.next").resolve("in the way"));

        assertThatThrownBy(() -> UpstreamFile.replace(file, "new")).isInstanceOf(IOException.class);
        assertThat(file).hasContent("as it was");
    }

    @Test
    void link_leadsToTheOneOrTheOther_andLeavesNothingBeside() throws IOException {
        Link link = new Link(folder.resolve("app.sock"));
        assertThat(link.target()).isEmpty();

        link.lead(Optional.of(Path.of("blue.sock")));
        assertThat(link.target()).contains(Path.of("blue.sock"));
        // What a command has left that was killed.
        Files.createSymbolicLink(folder.resolve(".app.sock.next"), Path.of("blue.sock"));
        link.lead(Optional.of(Path.of("green.sock")));
        assertThat(link.target()).contains(Path.of("green.sock"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(link.path());
        }

        link.lead(Optional.empty());
        assertThat(link.target()).isEmpty();
    }

    @Test
    void unitsJournal_remembersWhatHasBeenWrittenLast() throws IOException {
        UnitJournal journal = new UnitJournal(folder);
        assertThat(journal.read()).isEmpty();

        UnitJournal.Entry first =
                new UnitJournal.Entry(false, null, Path.of("/releases/1"), "", 0, UnitJournal.Phase.REPLACING);
        journal.write(first);
        assertThat(journal.read()).contains(first);

        UnitJournal.Entry second = new UnitJournal.Entry(
                true, Path.of("/releases/1"), Path.of("/releases/2"), "b01d", 4711, UnitJournal.Phase.DONE);
        journal.write(second);
        assertThat(journal.read()).contains(second);
    }

    @Test
    void unitsJournal_ofAnOlderVersion_isRead() throws IOException {
        Files.writeString(
                folder.resolve("unit.json"),
                "{\"rollback\":false,\"from\":null,\"to\":\"/releases/1\",\"invocation\":\"b01d\",\"phase\":\"DONE\"}");

        assertThat(new UnitJournal(folder).read())
                .contains(
                        new UnitJournal.Entry(false, null, Path.of("/releases/1"), "b01d", 0, UnitJournal.Phase.DONE));
    }

    @Test
    void journal_remembersWhatHasBeenWrittenLast() throws IOException {
        Journal journal = new Journal(folder);
        assertThat(journal.read()).isEmpty();

        Entry first = new Entry("id", false, "app:1", "sha256:1", null, Colour.BLUE, Phase.STARTING, List.of());
        journal.write(first);
        assertThat(journal.read()).contains(first);

        Entry second = new Entry(
                "id2", true, "app:2", "sha256:2", Colour.BLUE, Colour.GREEN, Phase.SWITCHING, List.of("1@2", "3@4"));
        journal.write(second);
        assertThat(journal.read()).contains(second);
    }

    @Test
    void journalOfSomebodyElse_isNotGuessedAt() throws IOException {
        Files.writeString(folder.resolve("deploy.json"), "{\"phase\":\"ODD\"}");

        assertThatThrownBy(() -> new Journal(folder).read())
                .isInstanceOf(OpsException.class)
                .hasMessageContaining("deploy.json cannot be understood");
    }

    private DeployConfig config() throws IOException {
        return DeployConfigFile.read(Files.writeString(folder.resolve("deploy.properties"), """
                        service = app
                        blue.port = 8081
                        green.port = 8082
                        ready.url = http://127.0.0.1:{port}/
                        upstream.file = %s/upstream.conf
                        upstream.content = server 127.0.0.1:{port};
                        """.formatted(folder)));
    }
}
