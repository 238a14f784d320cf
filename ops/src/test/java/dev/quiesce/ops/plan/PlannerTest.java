package dev.quiesce.ops.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.host.Host;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Host HOST = new Host("the host", 2 * Size.GIB, 2, null);

    private static Usage usage(String name, long p99InMib, long peakInMib) {
        return new Usage(name, 100, 0.1, 0.1, Size.MIB, p99InMib * Size.MIB, peakInMib * Size.MIB, 2 * Size.GIB, 5);
    }

    private static Plan plan(String classes, Usage... usages) {
        return Planner.plan(HOST, List.of(usages), ServiceClasses.read("classes", classes), Map.of());
    }

    private static Proposal one(String classes, Usage usage) {
        return plan(classes, usage).proposals().get(0);
    }

    @Test
    void memory_isTheLargestOfPeakAndP99WithHeadroomAndTheLeastForTheKind() {
        assertThat(one("a = node", usage("a", 100, 200)).memoryReason()).isEqualTo("peak 200 MiB × 1.25 = 250 MiB");
        assertThat(one("a = node", usage("a", 200, 210)).memoryReason()).isEqualTo("p99 200 MiB × 1.4 = 280 MiB");
        assertThat(one("a = node", usage("a", 10, 10)).memoryReason()).isEqualTo("the least for node, 96 MiB");
    }

    @Test
    void memory_isRoundedUpTo8Mib_andWithoutSwap() {
        Limits limits = one("a = node", usage("a", 100, 200)).limits();

        assertThat(limits.memory()).isEqualTo(256 * Size.MIB);
        assertThat(limits.memorySwap()).isEqualTo(256 * Size.MIB);
    }

    @Test
    void reserve_is15Percent_andAtLeast256Mib() {
        assertThat(plan("", usage("a", 1, 1)).reserve()).isEqualTo(308 * Size.MIB);
        Host small = new Host("small", Size.GIB, 1, null);
        assertThat(Planner.plan(small, List.of(usage("a", 1, 1)), ServiceClasses.none(), Map.of())
                        .reserve())
                .isEqualTo(256 * Size.MIB);
    }

    @Test
    void secondColour_isTheLargestOfThoseDeployedBlueGreen() {
        Plan plan = plan(
                "a = node, blue-green\nb = node, blue-green\nc = node",
                usage("a", 100, 100),
                usage("b", 200, 200),
                usage("c", 400, 400));

        assertThat(plan.secondColour()).isEqualTo(plan.proposals().get(1));
        assertThat(plan.total()).isEqualTo((144 + 280 + 560 + 280 + 308) * Size.MIB);
    }

    @Test
    void serviceWhoseColoursBothRun_needsNoRoomForAThird() {
        Plan plan = plan(
                "a-blue = node, blue-green\na-green = node, blue-green",
                usage("a-blue", 100, 100),
                usage("a-green", 100, 100));

        assertThat(plan.secondColour()).isNull();
        assertThat(plan("a-blue = node, blue-green", usage("a-blue", 100, 100)).secondColourMemory())
                .isEqualTo(144 * Size.MIB);
    }

    @Test
    void cpus_leaveTheHostItsShare_andABatchLittle() {
        Plan plan = plan("shop = jvm\nci = jvm, batch", usage("shop", 100, 100), usage("ci", 100, 100));

        assertThat(plan.proposals()).extracting(Proposal::cpus).containsExactly(1.4, 0.35);
        assertThat(plan.proposals())
                .extracting(proposal -> proposal.limits().shares())
                .containsExactly(1024L, 128L);
        assertThat(plan.cpuCaps()).isLessThanOrEqualTo(HOST.cpus() - plan.cpuReserve());
    }

    @Test
    void cpusThatDoNotSuffice_areLeftToTheShares_andThatIsSaid() {
        Usage busy = new Usage("a", 100, 1, 1, 1, 1, 1, 1, 1);
        Usage busyToo = new Usage("b", 100, 0.9, 0.9, 1, 1, 1, 1, 1);

        Plan plan = plan("a = node\nb = node", busy, busyToo);

        assertThat(plan.proposals()).extracting(Proposal::cpus).containsExactly(1.5, 1.35);
        assertThat(Reasons.warnings(plan))
                .contains("the limits of CPU add up to 2.85, more than the 1.8 beside the host's reserve: "
                        + "under load the shares decide");
    }

    @Test
    void pids_areFourTimesThoseSeen_ifThatIsMoreThanTheKindNeeds() {
        Usage many = new Usage("a", 1, 0, 0, 1, 1, 1, 1, 100);

        assertThat(one("a = node", many).limits().pids()).isEqualTo(400);
        assertThat(one("a = node", usage("a", 1, 1)).limits().pids()).isEqualTo(128);
    }

    @Test
    void jvm_isAdvisedOnItsHeap() {
        assertThat(one("a = jvm", usage("a", 200, 200)).jvmAdvice())
                .isEqualTo(
                        "-XX:MaxRAMPercentage=65 is a heap of 182 MiB in 280 MiB (the default of 25 % wastes the rest); "
                                + "it sees 2 CPUs and takes the serial collector");
        assertThat(one("a = node", usage("a", 200, 200)).jvmAdvice()).isNull();
    }

    @Test
    void overCommit_namesTheBatchFirst_andOnlyAsMuchAsIsNeeded() {
        Plan plan = plan("shop = jvm, blue-green\nci = jvm, batch", usage("shop", 600, 600), usage("ci", 300, 300));

        assertThat(plan.fits()).isFalse();
        assertThat(Reasons.refusal(plan))
                .containsExactly(
                        "the host has 2048 MiB, and 2412 MiB are needed: 1264 MiB for the containers, "
                                + "840 MiB for a second colour, 308 MiB for the host: 364 MiB too much",
                        "cut: run ci on another host (frees 424 MiB)",
                        "or take a host with 3 GiB");
    }

    @Test
    void overCommitWithoutABatch_costsTheSecondColour_thenTheLargest() {
        Plan plan = plan("shop = jvm, blue-green\ndb = database", usage("shop", 600, 600), usage("db", 1400, 1400));

        assertThat(plan.cuts())
                .containsExactly(
                        new Plan.Cut("deploy shop without a second colour, by socket activation", 840 * Size.MIB),
                        new Plan.Cut("run db on another host, or make it smaller", 1960 * Size.MIB));
    }

    @Test
    void lowering_comesBeforeRaising() {
        Usage small = new Usage("raised", 100, 0, 0, 1, 100 * Size.MIB, 100 * Size.MIB, 64 * Size.MIB, 1);
        Usage large = new Usage("lowered", 100, 0, 0, 1, 100 * Size.MIB, 100 * Size.MIB, 900 * Size.MIB, 1);

        assertThat(Change.of(plan("", small, large, usage("unlimited", 1, 1))))
                .extracting(Change::name)
                .containsExactly("lowered", "unlimited", "raised");
    }

    @Test
    void containerThatWasGivenAQuota_isGivenAnother_sinceDockerRefusesCpusThen() {
        Limits limits = new Limits(0, 0, 500_000_000, 1024, 0);
        Container container = new Container("id", "a", "a", 1, limits, 25_000, 50_000, List.of(), List.of());

        Plan plan = Planner.plan(HOST, List.of(usage("a", 100, 100)), ServiceClasses.none(), Map.of("a", container));

        assertThat(Change.of(plan).get(0).command())
                .isEqualTo("docker update --memory=144m --memory-swap=144m --cpu-period=50000 --cpu-quota=90000 "
                        + "--cpu-shares=1024 --pids-limit=256 a");
    }

    @Test
    void undo_givesBackLimits_andTheWholeHostWhereThereWereNone() {
        Change change = new Change("a", new Limits(64 * Size.MIB, 128 * Size.MIB, 0, 512, 0), Limits.NONE, 0);

        assertThat(change.undo(2 * Size.GIB, 2).command())
                .isEqualTo("docker update --memory=64m --memory-swap=128m --cpus=2 --cpu-shares=512 --pids-limit=-1 a");
        assertThat(new Change("a", Limits.NONE, Limits.NONE, 0)
                        .undo(2 * Size.GIB, 2)
                        .command())
                .isEqualTo(
                        "docker update --memory=2048m --memory-swap=2048m --cpus=2 --cpu-shares=1024 --pids-limit=-1 a");
    }
}
