package org.flowstream.lowering;

import java.util.List;

/** The ports of a graph's elements, by the element's index. */
public final class PortKinds {
    /** How packets cross a port. */
    public enum Kind {
        PUSH,
        PULL,
        /** Neither is decided: nothing that pushes or pulls is connected to it. */
        AGNOSTIC
    }

    private final List<List<Kind>> inputs;
    private final List<List<Kind>> outputs;

    PortKinds(List<List<Kind>> inputs, List<List<Kind>> outputs) {
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    public List<Kind> inputs(int element) {
        return inputs.get(element);
    }

    public List<Kind> outputs(int element) {
        return outputs.get(element);
    }
}
