package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;

import groovy.lang.Binding;
import groovy.lang.Closure;
import groovy.lang.GroovyShell;
import groovy.lang.Script;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The pipeline, compiled and run as Groovy, where every block and step only notes that it was called. There is no Jenkins here:
 * what its plug-ins check themselves is not checked.
 */
class JenkinsfileTest {
    private static final Path FILE = Path.of("jenkins", "Jenkinsfile");
    private static final String UNDO = "pipeline > stages > stage Deploy > post > unsuccessful > script > ";

    private List<String> calls = List.of();

    /** Notes each call with the blocks around it, and runs blocks. A step that is asked for its exit code gets one from outside. */
    public abstract static class Noting extends Script {
        static final String CODE = "exitCode";

        private final List<String> calls = new ArrayList<>();
        private final List<String> blocks = new ArrayList<>();

        @Override
        public Object invokeMethod(String name, Object arguments) {
            List<Object> values = new ArrayList<>(List.of((Object[]) arguments));
            Closure<?> block =
                    !values.isEmpty() && values.get(values.size() - 1) instanceof Closure<?> last ? last : null;
            if (block != null) {
                values.remove(block);
            }
            String call = name
                    + (values.isEmpty()
                            ? ""
                            : " "
                                    + String.join(
                                            " ",
                                            values.stream().map(String::valueOf).toList()));
            if (block == null) {
                calls.add(String.join(" > ", blocks) + " > " + call);
            } else {
                blocks.add(call);
                block.call();
                blocks.remove(blocks.size() - 1);
            }
            boolean wantsCode = values.stream()
                    .anyMatch(value -> value instanceof Map<?, ?> named && named.containsKey("returnStatus"));
            return wantsCode ? getBinding().getVariable(CODE) : call;
        }
    }

    @BeforeEach
    void runThePipeline() throws IOException {
        runWhereRollbackEndsWith(0);
    }

    private void runWhereRollbackEndsWith(int code) throws IOException {
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.setScriptBaseClass(Noting.class.getName());
        Binding variables = new Binding();
        variables.setVariable("any", "any");
        variables.setVariable(Noting.CODE, code);
        variables.setVariable("env", Map.of("GIT_COMMIT", "4ae17b0"));
        GroovyShell shell = new GroovyShell(getClass().getClassLoader(), variables, configuration);
        Script script = shell.parse(FILE.toFile());
        script.run();
        calls = ((Noting) script).calls;
    }

    @Test
    void commitIsBuilt_tested_madeAnImage_andDeployed_inThisOrder() {
        assertThat(steps("steps"))
                .containsExactly(
                        "stage Build > steps > sh mvn -B -q -DskipTests package",
                        "stage Test > steps > sh mvn -B verify",
                        "stage Image > steps > sh ops/docker/build \"quiesce-app:$GIT_COMMIT\"",
                        "stage Deploy > steps > timeout {time=10, unit=MINUTES} > sh $OPS deploy"
                                + " --config ops/compose/deploy.properties --image \"quiesce-app:$GIT_COMMIT\"");
    }

    @Test
    void deployThatFails_isRolledBack_ifItWasOfThisCommit_andOnlyTheMainBranchIsDeployed() {
        assertThat(calls)
                .contains(
                        UNDO + "sh {returnStatus=true, script=$OPS rollback --config ops/compose/deploy.properties"
                                + " --image \"quiesce-app:$GIT_COMMIT\"}",
                        "pipeline > stages > stage Deploy > when > branch main");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0   | What ran before serves.
            1   | NOT ROLLED BACK: it ended with 1,
            3   | NOT ROLLED BACK: it ended with 3,
            4   | What ran before serves, and something was lost
            5   | Requests are led to what ran before, but the rollback is not at its end
            6   | NOTHING SERVES, or nobody knows what does
            143 | NOT ROLLED BACK: it ended with 143,
            """)
    void rollback_howeverItEnds_isToldAsItIs(int code, String told) throws IOException {
        runWhereRollbackEndsWith(code);
        assertThat(calls)
                .filteredOn(call -> call.startsWith(UNDO + "echo "))
                .singleElement()
                .asString()
                .contains(told);
        assertThat(calls)
                .last()
                .asString()
                .startsWith("pipeline > post > unsuccessful > echo Failed: 4ae17b0. ")
                .doesNotContain("before");
    }

    @Test
    void buildsAreOneAtATime_andBounded() {
        assertThat(calls)
                .contains(
                        "pipeline > agent any",
                        "pipeline > options > disableConcurrentBuilds",
                        "pipeline > options > timeout {time=60, unit=MINUTES}");
    }

    private List<String> steps(String block) {
        String prefix = "pipeline > stages > ";
        return calls.stream()
                .filter(call -> call.startsWith(prefix) && call.contains(" > " + block + " > "))
                .map(call -> call.substring(prefix.length()))
                .toList();
    }
}
