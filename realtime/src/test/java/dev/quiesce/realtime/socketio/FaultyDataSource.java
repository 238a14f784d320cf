package dev.quiesce.realtime.socketio;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A data source that fails when it is told to: when a connection is borrowed, or just before or after a commit. */
final class FaultyDataSource {
    final AtomicInteger failuresBeforeCommit = new AtomicInteger();
    final AtomicInteger failuresAfterCommit = new AtomicInteger();
    volatile boolean down;
    private final DataSource real;

    FaultyDataSource(DataSource real) {
        this.real = real;
    }

    DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (down) {
                        throw new SQLTransientConnectionException("the database is down");
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof Connection connection ? faulty(connection) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Connection faulty(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    boolean isCommit = method.getName().equals("commit");
                    if (isCommit && take(failuresBeforeCommit)) {
                        throw new SQLException("lost before the commit");
                    }
                    try {
                        Object result = method.invoke(connection, arguments);
                        if (isCommit && take(failuresAfterCommit)) {
                            throw new SQLException("lost after the commit");
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean take(AtomicInteger failures) {
        return failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }
}
