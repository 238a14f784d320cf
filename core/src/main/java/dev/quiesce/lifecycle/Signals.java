package dev.quiesce.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * Traps operating system signals by {@code sun.misc.Signal}, which is loaded reflectively because it is not part of the
 * Java platform: a direct use cannot be compiled without warnings, and a JVM may lack it.
 */
final class Signals {

    /** Called on a new daemon thread for each signal that arrives. */
    interface Handler {
        void handle(String name, int number);
    }

    private Signals() {}

    /**
     * Traps a signal in place of the JVM's default action.
     *
     * @param name the signal's name without SIG, for example {@code TERM}
     * @return why the signal could not be trapped and what becomes of it then, or nothing if it is trapped
     */
    static Optional<String> trap(String name, Handler handler) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method number = signalType.getMethod("getNumber");
            InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    handler.handle(name, (int) number.invoke(arguments[0]));
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "the handler of SIG" + name;
            };
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, calls);
            signalType
                    .getMethod("handle", signalType, handlerType)
                    .invoke(null, signalType.getConstructor(String.class).newInstance(name), proxy);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause().getMessage()
                    + "; it ends the JVM at once, without an ordered stop: run the JVM without -Xrs");
        } catch (ReflectiveOperationException e) {
            return Optional.of(
                    "this JVM has no sun.misc.Signal; the service is stopped in order by a shutdown hook, but"
                            + " the exit code is the JVM's, and a second signal has no effect: add the module jdk.unsupported");
        }
    }
}
