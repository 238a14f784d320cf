package dev.quiesce.ops.plan;

import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.host.Credit;
import dev.quiesce.ops.host.Host;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan for programs: sizes in bytes, CPUs as numbers. */
final class PlanJson {
    private PlanJson() {}

    static Map<String, Object> of(Plan plan) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("fits", plan.fits());
        answer.put("host", host(plan.host()));
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("containers", plan.limits());
        memory.put("secondColour", plan.secondColourMemory());
        memory.put("reserve", plan.reserve());
        memory.put("total", plan.total());
        memory.put("spare", plan.spare());
        answer.put("memory", memory);
        answer.put("cpusUsed", rounded(plan.cpus()));
        answer.put("cpusLimit", rounded(plan.cpuCaps()));
        answer.put(
                "secondColour",
                plan.secondColour() == null ? null : plan.secondColour().name());
        answer.put(
                "containers", plan.proposals().stream().map(PlanJson::proposal).toList());
        answer.put("why", Reasons.of(plan));
        answer.put("warnings", Reasons.warnings(plan));
        if (plan.fits()) {
            answer.put("update", Change.of(plan).stream().map(Change::command).toList());
            answer.put("undo", PlanText.undo(plan));
            answer.put("compose", Fragments.compose(plan));
            answer.put("systemd", Fragments.systemd(plan));
            answer.put("kubernetes", Fragments.kubernetes(plan));
        } else {
            answer.put("refusal", Reasons.refusal(plan));
        }
        return answer;
    }

    private static Map<String, Object> host(Host host) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", host.name());
        object.put("memory", host.memory());
        object.put("cpus", host.cpus());
        Credit credit = host.credit();
        object.put("cpusSustained", credit == null ? host.cpus() : rounded(credit.baseline()));
        return object;
    }

    private static Map<String, Object> proposal(Proposal proposal) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", proposal.name());
        object.put("class", List.of(proposal.serviceClass().words().split(", ")));
        object.put("guessedBy", proposal.serviceClass().guessedBy());
        object.put("samples", proposal.usage().samples());
        object.put("memoryPeak", proposal.usage().memoryPeak());
        object.put("cpusPeak", rounded(proposal.usage().cpusPeak()));
        object.putAll(limits(proposal.limits()));
        object.put("run", Change.options(proposal.limits(), 0));
        object.put("jvm", proposal.jvmAdvice());
        return object;
    }

    static Map<String, Object> limits(Limits limits) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("memory", limits.memory());
        object.put("memorySwap", limits.memorySwap());
        object.put("cpus", limits.nanoCpus() / 1e9);
        object.put("shares", limits.shares());
        object.put("pids", limits.pids());
        return object;
    }

    private static double rounded(double cpus) {
        return Math.round(cpus * 10_000) / 10_000.0;
    }
}
