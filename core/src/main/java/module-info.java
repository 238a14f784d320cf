/**
 * Starts the components of a service in order and stops them without losing what they have accepted.
 *
 * <p>Guice is needed for the package of that name only, the flight recorder for its events only.
 */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Guice has no descriptor
module dev.quiesce.lifecycle {
    requires static transitive com.google.guice;
    requires static jakarta.inject;
    requires static jdk.jfr;
    requires static transitive org.jspecify;
    requires jdk.unsupported;
    requires org.slf4j;

    exports dev.quiesce.lifecycle;
    exports dev.quiesce.lifecycle.guice;
}
