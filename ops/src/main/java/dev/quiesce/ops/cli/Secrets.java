package dev.quiesce.ops.cli;

import java.util.regex.Pattern;

/** Takes secrets out of what is quoted from files and command lines. What is quoted goes through here, whoever quotes it. */
public final class Secrets {
    private static final String MASK = "***";
    private static final String NAME =
            "[\\w.-]*(?:password|passwd|passphrase|pwd|secret|token|credential|authorization|key)[\\w.-]*";
    private static final Pattern SECRET_NAME = Pattern.compile("(?i)-{0,2}" + NAME);

    /** A name with {@code =} or {@code :} behind it, or as a word of its own, as options and headers have it. */
    private static final Pattern ASSIGNED = Pattern.compile(
            "(?is)(" + NAME + "[\"']?\\s*[=:]\\s*[\"']?|(?<![\\w./-])" + NAME + "[\"']?[,\\s]\\s*[\"']?)\\S.*");

    private static final Pattern IN_ADDRESS =
            Pattern.compile("(?<=//)[^\\s\"']*@|(?<![^\\s\"'=])[\\w.%+-]+:[^\\s\"'/]*@");

    private Secrets() {}

    /**
     * Returns what may be shown of the value of a setting: nothing, if by its name it is a secret.
     *
     * @param name a key, a variable, an option or a header
     */
    public static String masked(String name, String value) {
        return SECRET_NAME.matcher(name).matches() && !value.isEmpty() ? MASK : masked(value);
    }

    /**
     * Returns what may be shown of a text in which settings may stand, such as a command line. What comes behind the name of
     * a secret may all be part of it, whatever its quotes, so the text ends there; credentials in addresses are left out.
     */
    public static String masked(String text) {
        return ASSIGNED.matcher(IN_ADDRESS.matcher(text).replaceAll(MASK + "@")).replaceAll("$1" + MASK);
    }
}
