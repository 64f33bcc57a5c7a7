package dev.culvert.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Own handlers for signals. A shutdown hook would make SIGTERM exit with 143 and ignore a second signal.
 *
 * <p>The class that does this is {@code sun.misc.Signal}: supported for this very use, but javac warns of it, hence
 * reflection. Where it is missing, signals keep their usual effect.
 */
final class Signals {

    private Signals() {}

    /**
     * Runs an action on a signal, each time, on a thread of the JVM.
     *
     * @param name {@code INT}, {@code TERM}, {@code HUP}
     * @param action what to do
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    handlerClass.getClassLoader(), new Class<?>[] {handlerClass}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return method.getReturnType() == boolean.class ? Boolean.FALSE : null;
                    });
            Object signal = signalClass.getConstructor(String.class).newInstance(name);
            signalClass.getMethod("handle", signalClass, handlerClass).invoke(null, signal, handler);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            if (e instanceof InvocationTargetException && e.getCause() instanceof Error error) {
                throw error;
            }
            // No such signal on this system, or no such class in this JVM: its default stays.
        }
    }
}
