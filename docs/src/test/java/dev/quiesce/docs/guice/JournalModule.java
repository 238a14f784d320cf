package dev.quiesce.docs.guice;

import com.google.inject.PrivateModule;
import dev.quiesce.lifecycle.guice.LifecycleBinder;

final class JournalModule extends PrivateModule {

    @Override
    protected void configure() {
        bind(Journal.class).to(LoggedJournal.class);
        expose(Journal.class);
        LifecycleBinder.of(binder()).component("journal", LoggedJournal.class);
    }
}
