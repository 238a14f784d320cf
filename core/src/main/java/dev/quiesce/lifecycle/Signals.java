package dev.quiesce.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Traps operating system signals by {@code sun.misc.Signal}, which is loaded reflectively because it is not part of the
 * Java platform: a direct use cannot be compiled without warnings, and a JVM may lack it.
 */
final class Signals {

    private Signals() {}

    /**
     * Traps a signal in place of the JVM's default action.
     *
     * @param name the signal's name without SIG, for example {@code TERM}
     * @param handler called with the name and the number of each signal that arrives, on a new daemon thread
     * @return why the signal could not be trapped and what becomes of it then; null if it is trapped
     */
    static @Nullable String trap(String name, ObjIntConsumer<String> handler) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method number = signalType.getMethod("getNumber");
            InvocationHandler calls = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    handler.accept(name, (int) number.invoke(arguments[0]));
                    return null;
                }
                if (method.getName().equals("equals")) {
                    return proxy == arguments[0];
                }
                return method.getName().equals("hashCode")
                        ? (Object) System.identityHashCode(proxy)
                        : "the handler of SIG" + name;
            };
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, calls);
            signalType
                    .getMethod("handle", signalType, handlerType)
                    .invoke(null, signalType.getConstructor(String.class).newInstance(name), proxy);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause().getMessage()
                    + "; it ends the JVM at once, without an ordered stop: run the JVM without -Xrs";
        } catch (ReflectiveOperationException e) {
            return "this JVM has no sun.misc.Signal; the service is stopped in order by a shutdown hook, but"
                    + " the exit code is the JVM's, and a second signal has no effect: add the module jdk.unsupported";
        }
    }
}
