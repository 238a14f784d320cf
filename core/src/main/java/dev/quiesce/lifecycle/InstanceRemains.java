package dev.quiesce.lifecycle;

import java.util.Set;

/**
 * What the instances of a service keep where it outlives them, such as rows of a table, and nobody removes when one of them dies
 * without a word.
 *
 * <p>A module implements this for what it keeps, and hands it to whoever can tell which instances live, such as a database pool. That
 * one gives each instance a name, shows for as long as the instance lives that the name does, and says which names no longer do. Only
 * what carries a name can be told from what belongs to instances that nobody shows to live, such as those of an older version; so
 * nothing else is ever said to be dead.
 *
 * <p>The methods are called by one thread at a time, which shows that this instance lives: they must neither block nor wait. An
 * exception that they throw is logged, and they are called again.
 */
public interface InstanceRemains {

    /**
     * Gives this instance the name under which it is shown to live. What it keeps from now on should carry the name.
     *
     * <p>Called at most once, before whoever calls it counts as started, and not at all if it cannot show that an instance lives.
     *
     * @param name unique for ever; letters, digits and {@code -}, 50 characters at most
     */
    void instanceLives(String name);

    /** Returns the names of the other instances of which something is kept, as far as is known without asking anybody. */
    Set<String> otherInstances();

    /**
     * Says that another instance has died. What it has kept is to be cleaned by some other thread.
     *
     * <p>Called again and again for as long as {@link #otherInstances} has the name. An instance that could not be heard of for long
     * may turn out to live all the same.
     *
     * @param name one of those that {@code otherInstances} has returned
     */
    void instanceDied(String name);
}
