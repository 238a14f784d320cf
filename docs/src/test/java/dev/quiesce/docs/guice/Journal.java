package dev.quiesce.docs.guice;

/** Where reminders end up. */
interface Journal {
    void append(String line);
}
