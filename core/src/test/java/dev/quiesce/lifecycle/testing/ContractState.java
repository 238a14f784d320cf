package dev.quiesce.lifecycle.testing;

/** The states that a component can be in when the contract test calls it. */
enum ContractState {
    NEW,
    STARTED,
    QUIESCED,
    DRAINED,
    STOPPED,
    FAILED
}
