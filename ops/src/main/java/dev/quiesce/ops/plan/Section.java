package dev.quiesce.ops.plan;

/** The parts of an answer. */
enum Section {
    table,
    why,
    update,
    undo,
    run,
    compose,
    systemd,
    kubernetes
}
