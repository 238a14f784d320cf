package dev.quiesce.ops.deploy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a deploy has come to.
 *
 * @param version the image or the release that serves now
 * @param live where it is: a colour or a unit
 * @param before where the version before is, or what it was; null if there was none
 * @param stopped how that has stopped, or null if there was none
 * @param probe what the probe has seen, or null if there was none
 * @param untouched why nothing has been done, with what serves; null if something has
 */
record Deployed(
        String service,
        String version,
        String live,
        @Nullable String before,
        @Nullable StopReport stopped,
        Probe.@Nullable Result probe,
        @Nullable String untouched) {

    static Deployed alreadyServed(String service, String version, String live) {
        return untouched(
                service,
                version,
                live,
                service + " is served by " + live + ", " + version + ", already; nothing to do."
                        + " If its configuration has changed, add --again");
    }

    static Deployed untouched(String service, String version, String live, String why) {
        return new Deployed(service, version, live, null, null, null, why);
    }

    /** Returns whether nothing was lost, as far as anybody has seen. */
    boolean isClean() {
        return (stopped == null || stopped.isClean()) && (probe == null || probe.lost() == 0);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", service);
        map.put("version", version);
        map.put("live", live);
        map.put("before", before);
        map.put("stopped", stopped == null ? null : stopped.toMap());
        if (probe != null) {
            map.put("probe", Map.of("sent", probe.sent(), "lost", probe.lost(), "losses", probe.losses()));
        }
        map.put("changed", untouched == null);
        map.put("clean", isClean());
        return map;
    }

    @Override
    public String toString() {
        if (untouched != null) {
            return untouched + "\n";
        }
        StringBuilder text = new StringBuilder(service + " is served by " + live + ", " + version + "\n");
        if (stopped != null) {
            text.append(stopped).append('\n');
            if (!stopped.isClean()) {
                text.append("@|red The old version may have lost something:|@ see ")
                        .append(stopped.log())
                        .append('\n');
            }
        }
        if (probe != null) {
            String lost = probe.lost() == 0 ? "none was lost" : "@|red " + probe.lost() + " were lost|@";
            text.append("Of the ")
                    .append(probe.sent())
                    .append(" requests of the probe ")
                    .append(lost)
                    .append('\n');
            probe.losses().forEach(loss -> text.append("  ").append(loss).append('\n'));
        }
        return text.toString();
    }
}
