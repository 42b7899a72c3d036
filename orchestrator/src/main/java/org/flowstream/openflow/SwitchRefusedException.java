package org.flowstream.openflow;

import java.util.List;
import java.util.stream.Collectors;

/** The switch refused some of what was asked; of a bundle, nothing was done. */
public final class SwitchRefusedException extends OpenFlowException {
    private final transient List<Refusal> refusals;

    /** One refused message: what it was, as text, and the error. */
    public record Refusal(String asked, OpenFlowError error) {
        @Override
        public String toString() {
            return error + ": " + asked;
        }
    }

    public SwitchRefusedException(String where, List<Refusal> refusals) {
        super(where + " refused: " + refusals.stream().map(Refusal::toString).collect(Collectors.joining("; ")));
        this.refusals = List.copyOf(refusals);
    }

    public List<Refusal> refusals() {
        return refusals;
    }
}
