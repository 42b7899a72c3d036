package org.flowstream.lowering;

import java.util.Optional;

/** {@code boolean}: true, false, yes, no, 1 or 0. */
record BooleanLowering() implements Lowering {
    @Override
    public String type() {
        return "boolean";
    }

    @Override
    public Optional<Value> lower(Given given) {
        switch (given.text().text()) {
            case "true", "yes", "1" -> {
                return Optional.of(Value.truth(true));
            }
            case "false", "no", "0" -> {
                return Optional.of(Value.truth(false));
            }
            default -> {
                given.expected("true, false, yes, no, 1 or 0");
                return Optional.empty();
            }
        }
    }
}
