package dev.quiesce.benchmarks;

/** How often things are measured. */
public enum Effort {
    QUICK(3, 1, 5, 1),
    FULL(5, 5, 15, 2);

    private final int seeds;
    private final int forks;
    private final int pairs;
    private final int rounds;

    Effort(int seeds, int forks, int pairs, int rounds) {
        this.seeds = seeds;
        this.forks = forks;
        this.pairs = pairs;
        this.rounds = rounds;
    }

    /** Returns from how many seeds graphs are drawn. */
    public int seeds() {
        return seeds;
    }

    /** Returns in how many JVMs the same is measured. */
    public int forks() {
        return forks;
    }

    /** Returns how many processes are compared with as many others. */
    public int pairs() {
        return pairs;
    }

    /** Returns how often benchmarks of methods are gone through, one after the other. */
    public int rounds() {
        return rounds;
    }
}
