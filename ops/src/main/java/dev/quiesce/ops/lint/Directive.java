package dev.quiesce.ops.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directive of nginx. Its block is filled while it is read, and left alone afterwards. */
final class Directive {
    private final String name;
    private final List<String> arguments;
    private final Place place;
    private final @Nullable Directive parent;
    private final List<Directive> block = new ArrayList<>();

    Directive(String name, List<String> arguments, Place place, @Nullable Directive parent) {
        this.name = name;
        this.arguments = List.copyOf(arguments);
        this.place = place;
        this.parent = parent;
    }

    String name() {
        return name;
    }

    List<String> arguments() {
        return arguments;
    }

    /** Returns an argument, or an empty text if it has not so many. */
    String argument(int index) {
        return index < arguments.size() ? arguments.get(index) : "";
    }

    Place place() {
        return place;
    }

    List<Directive> block() {
        return block;
    }

    /** Returns all directives of a name in its block. */
    List<Directive> all(String wanted) {
        return block.stream().filter(each -> each.name.equals(wanted)).toList();
    }

    /** Returns the last one of a name in its block. */
    Optional<Directive> find(String wanted) {
        List<Directive> all = all(wanted);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Returns those of a name that apply here: of the innermost block that has any. */
    List<Directive> effective(String wanted) {
        List<Directive> here = all(wanted);
        return here.isEmpty() && parent != null ? parent.effective(wanted) : here;
    }

    /** Returns this and all below. */
    Stream<Directive> tree() {
        return Stream.concat(Stream.of(this), block.stream().flatMap(Directive::tree));
    }

    /** Returns itself to be shown. */
    Value<String> value() {
        return Value.of(name.isEmpty() ? "''" : name, String.join(" ", arguments), place);
    }
}
