package dev.quiesce.docs.guice;

import com.google.inject.AbstractModule;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import java.time.Duration;

final class ReminderModule extends AbstractModule {

    @Override
    protected void configure() {
        install(new JournalModule());
        LifecycleBinder.of(binder())
                .component("reminders", Reminders.class)
                .component("writing", WorkGuard.class, "journal")
                .budgets(Budgets.ofTotal(Duration.ofSeconds(5)));
    }
}
