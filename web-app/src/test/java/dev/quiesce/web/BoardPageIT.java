package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.web.Chromium.Page;
import dev.quiesce.web.testing.SocketIoClient;
import dev.quiesce.web.testing.StablePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, while the service behind it is restarted. */
@Tag("slow")
@Timeout(240)
@ExtendWith(ServiceDatabase.Extension.class)
class BoardPageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LIVE = "document.getElementById('connection')?.dataset.state === 'live'";
    private static final String LOST = "document.getElementById('connection').textContent === 'reconnecting…'";

    @TempDir
    Path folder;

    private final ServiceDatabase database;
    private final Map<String, String> environment;
    private Chromium browser;

    BoardPageIT(ServiceDatabase database) throws Exception {
        this.database = database;
        this.environment = new HashMap<>(database.environment());
        environment.put("QUIESCE_HTTP_PORT", Integer.toString(StablePort.free()));
        environment.put("QUIESCE_SESSION_STORE", "database");
    }

    @BeforeEach
    void openBrowser() throws Exception {
        assumeTrue(
                Chromium.installed().isPresent(),
                "skipped: no chromium on the PATH; install the package chromium of Debian");
        browser = Chromium.start(folder.resolve("profile"));
    }

    @AfterEach
    void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    private RunningService start() throws Exception {
        return RunningService.ready(environment, Map.of());
    }

    /** Begins without offers; the list that is fetched is bounded, and must hold all of a test. */
    private Page openBoard(RunningService service) throws Exception {
        database.execute("delete from d4.offers");
        Page page = browser.open(service.http("/"));
        page.awaitTrue(LIVE);
        return page;
    }

    private static void signIn(Page page, String name) throws Exception {
        page.evaluate("document.getElementById('name').value = '" + name
                + "'; document.querySelector('#sign-in button').click()");
        page.awaitTrue("document.getElementById('who').textContent === '" + name + "' && " + LIVE);
        page.awaitTrue(
                "[...document.querySelectorAll('#watchers li')].some((row) => row.textContent === '" + name + "')");
    }

    private static List<String> items(Page page) throws Exception {
        return page.texts("#offers > li .item");
    }

    private static int lists(Page page) throws Exception {
        return (int) page.evaluate("performance.getEntriesByType('resource')"
                + ".filter(({ name }) => name.endsWith('/api/offers')).length");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "KILL"})
    void pageThatWatchesOverARestart_showsEveryOfferOnce_andItsUserIsStillSignedIn(String signal) throws Exception {
        Page page;
        int lists;
        try (OfferLoad load = new OfferLoad(environment.get("QUIESCE_HTTP_PORT"))) {
            try (RunningService service = start()) {
                page = openBoard(service);
                signIn(page, "anna");
                page.evaluate("window.isTheSamePage = true");
                lists = lists(page);
                load.begin();
                await().atMost(PATIENCE).until(() -> load.acknowledged().size() >= 20);
                service.process().signal(signal);
                int code = service.process().awaitExit(PATIENCE);
                assertThat(code).isEqualTo(signal.equals("KILL") ? 128 + 9 : 0);
            }
            page.awaitTrue(LOST);
            int before = load.acknowledged().size();
            try (RunningService service = start()) {
                page.awaitTrue(LIVE);
                await().atMost(PATIENCE).until(() -> load.acknowledged().size() >= before + 20);
                load.end();

                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(items(page)).containsAll(load.acknowledged()));
                assertThat(items(page)).doesNotHaveDuplicates().isSubsetOf(load.sent());
                if (signal.equals("TERM")) {
                    assertThat(items(page)).containsExactlyInAnyOrderElementsOf(load.acknowledged());
                }
                assertThat(page.texts("#who")).containsExactly("anna");
                assertThat(page.texts("#message")).containsExactly("");
                assertThat(page.evaluate("fetch('api/session').then((answer) => answer.json())"))
                        .isEqualTo(Map.of("name", "anna"));
                assertThat(page.evaluate("window.isTheSamePage")).isEqualTo(true);
                assertThat(lists(page))
                        .as("lists fetched, none because of the restart")
                        .isEqualTo(lists);
                assertThat(page.faults()).isEmpty();
                assertThat(service.terminate()).isZero();
            }
        }
    }

    @Test
    void whatIsSaidWhileTheServiceIsAway_isSentOnceItIsBack_andOnce() throws Exception {
        Page page;
        try (RunningService service = start()) {
            page = openBoard(service);
            signIn(page, "anna");
            page.evaluate("document.getElementById('item').value = 'Sword'; document.getElementById('price').value = 7;"
                    + " document.querySelector('#post button').click()");
            page.awaitTrue("document.querySelectorAll('#offers > li').length === 1");
            page.evaluate("document.querySelector('.talk').click()");
            say(page, "Mint condition");
            page.awaitTrue("document.querySelector('.said li')?.dataset.state === 'sent'");
            assertThat(service.terminate()).isZero();
        }
        page.awaitTrue(LOST);
        say(page, "Are you there?");
        assertThat(page.texts(".said .state")).containsExactly("sent", "waiting for the connection…");
        try (RunningService service = start()) {
            page.awaitTrue(LIVE);
            page.awaitTrue(
                    "[...document.querySelectorAll('.said li')].map(({ dataset }) => dataset.state).join() === 'sent,sent'");

            assertThat(page.texts(".said .text")).containsExactly("Mint condition", "Are you there?");
            assertThat(database.column("select text from d4.chat_messages order by id"))
                    .containsExactly("Mint condition", "Are you there?");
            int offer =
                    Integer.parseInt(database.column("select id from d4.offers").get(0));
            try (SocketIoClient other = SocketIoClient.join(service.http("/"))) {
                assertThat(other.ask("open", Map.of("offer", offer)).get("messages"))
                        .asInstanceOf(InstanceOfAssertFactories.LIST)
                        .hasSize(2);
            }
            assertThat(page.faults()).isEmpty();
        }
    }

    private static void say(Page page, String text) throws Exception {
        page.evaluate("document.querySelector('.chat input').value = '" + text
                + "'; document.querySelector('.chat form button').click()");
    }

    @Test
    void pageWhoseSessionEndsWithTheService_saysSo_andFetchesTheListAnew() throws Exception {
        environment.put("QUIESCE_SESSION_STORE", "memory");
        environment.put("QUIESCE_SOCKETS_LOG", "memory");
        Page page;
        try (RunningService service = start()) {
            page = openBoard(service);
            signIn(page, "anna");
            assertThat(service.terminate()).isZero();
        }
        page.awaitTrue(LOST);
        database.execute("insert into d4.offers (item, price, seller) values ('Helmet', 3, 'bert')");
        try (RunningService service = start()) {
            page.awaitTrue(LIVE);

            assertThat(items(page)).containsExactly("Helmet");
            assertThat(page.texts("#message")).containsExactly("You have been signed out. Sign in again.");
            signIn(page, "anna");
            assertThat(page.faults()).isEmpty();
            assertThat(service.terminate()).isZero();
        }
    }
}
