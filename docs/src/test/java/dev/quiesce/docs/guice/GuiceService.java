package dev.quiesce.docs.guice;

import com.google.inject.Guice;
import com.google.inject.Stage;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.ProcessHost;

/** Writes reminders to a journal, time and again. */
final class GuiceService {
    private GuiceService() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        // Guice generates no classes then, which it does by means that JDK 25 warns of.
        System.setProperty("guice_bytecode_gen_option", "DISABLED");
        host.runAndExit(() ->
                Guice.createInjector(Stage.PRODUCTION, new ReminderModule()).getInstance(Coordinator.class));
    }
}
