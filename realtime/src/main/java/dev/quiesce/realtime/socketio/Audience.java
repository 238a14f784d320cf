package dev.quiesce.realtime.socketio;

import java.util.Set;

/**
 * Whom an event is for. The id of a socket counts as a room that it is in alone. Immutable.
 *
 * @param rooms the rooms whose sockets get it; all sockets of the namespace if there is none
 * @param except the rooms whose sockets do not get it
 */
record Audience(Set<String> rooms, Set<String> except) {
    static final Audience ALL = new Audience(Set.of(), Set.of());

    Audience {
        rooms = Set.copyOf(rooms);
        except = Set.copyOf(except);
    }

    /** Whether a socket in the given rooms gets it. */
    boolean includes(String id, Set<String> joined) {
        return (rooms.isEmpty() || isIn(rooms, id, joined)) && !isIn(except, id, joined);
    }

    private static boolean isIn(Set<String> some, String id, Set<String> joined) {
        for (String room : some) {
            if (room.equals(id) || joined.contains(room)) {
                return true;
            }
        }
        return false;
    }
}
