package dev.quiesce.web.drill;

/** A request that is answered with an error of the given status. */
@SuppressWarnings("serial") // never serialized
final class Refusal extends Exception {
    private final int status;

    Refusal(int status, String text) {
        super(text);
        this.status = status;
    }

    int status() {
        return status;
    }
}
