package dev.quiesce.web.config;

import java.util.regex.Pattern;

/** The variables that Kubernetes and Docker links make up for a service whose own name begins with "quiesce". */
final class ServiceLink {
    private static final Pattern NAME =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
    private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private ServiceLink() {}

    static boolean isOne(String variable, String value) {
        return NAME.matcher(variable).matches() || (variable.endsWith("_PORT") && isAddress(value));
    }

    /** Explains a value that is there because a service has the name of a setting; empty for any other value. */
    static String hint(String value) {
        return isAddress(value)
                ? "; Kubernetes sets such a variable for a service of this name: set enableServiceLinks to false"
                : "";
    }

    private static boolean isAddress(String value) {
        return ADDRESS.matcher(value).matches();
    }
}
