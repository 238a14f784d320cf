package dev.quiesce.ops.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DockerEngineIT {
    private final DockerEngine engine = DockerEngine.shared();

    @Test
    void baseImage_runsAShell_asAUserWhoIsNotRoot() throws Exception {
        String said = engine.docker(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "--read-only",
                        "--user",
                        "service",
                        engine.baseImage(),
                        "sh",
                        "-c",
                        "id; echo $((6 * 7))")
                .orFail()
                .out();

        assertThat(said).isEqualTo("uid=65532(service) gid=65532(service) groups=65532(service)\n42\n");
    }

    @Test
    void baseImage_isMadeOnce() throws Exception {
        assertThat(engine.baseImage()).isEqualTo(engine.baseImage()).startsWith("quiesce-test-base:");
    }
}
