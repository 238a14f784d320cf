package dev.quiesce.ops.lint;

/**
 * Where something stands.
 *
 * @param file the file as it was named, or what else says it
 * @param line its line, counted from 1; 0 if there is none
 */
record Place(String file, int line) {
    static final Place SERVICE = new Place("the service itself", 0);
    static final Place COMMAND_LINE = new Place("the command line", 0);

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
