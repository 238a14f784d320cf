package dev.quiesce.realtime.socketio;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a log hands on, one call at a time and in its order. No method blocks or calls a user. */
interface Deliveries {

    /** Returns the most that is sent to a client that comes back, in bytes; whoever has missed more begins anew. */
    long mostMissed();

    /**
     * Sends an event, by {@link #flush} at the latest.
     *
     * @param offset the position of the log up to which the clients that get it have everything; null if nothing is kept
     */
    void emit(Entry.Emission emission, @Nullable String offset);

    /** Sends what may have waited for more. To be called at the end of whatever else is called. */
    void flush();

    /**
     * Lets a client in.
     *
     * @param session what is kept of it from now on
     * @param recovered whether it goes on where it was
     * @param missed the events that it has missed, each with its offset
     */
    void admit(Entry.Admission admission, Session session, boolean recovered, List<RecentEvents.Event> missed);

    /** Turns a client away for now, as it cannot be kept. */
    void postpone(Entry.Admission admission);

    void change(Entry.Rooms change);

    void depart(Entry.Departure departure);
}
