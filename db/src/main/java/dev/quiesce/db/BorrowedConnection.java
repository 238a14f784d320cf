package dev.quiesce.db;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the pool that tells of its return, once, when its borrower has closed it.
 *
 * <p>The pool's own metrics do not tell this: they are silent about connections that break or are aborted while they are
 * borrowed, and tell of all others before these are free again, so that a stop could still find them borrowed.
 *
 * <p>As thread-safe as the connection.
 */
final class BorrowedConnection implements InvocationHandler {
    private final Connection connection;
    private final Runnable returned;
    private final AtomicBoolean closed = new AtomicBoolean();

    private BorrowedConnection(Connection connection, Runnable returned) {
        this.connection = connection;
        this.returned = returned;
    }

    static Connection of(Connection connection, Runnable returned) {
        return (Connection) Proxy.newProxyInstance(
                BorrowedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new BorrowedConnection(connection, returned));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        if (arguments != null && name.equals("equals")) {
            return proxy == arguments[0];
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            if (name.equals("close") && closed.compareAndSet(false, true)) {
                returned.run();
            }
        }
    }
}
