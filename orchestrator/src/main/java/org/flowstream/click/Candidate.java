package org.flowstream.click;

import java.util.Optional;

/** An endpoint whose name is looked up. */
final class Candidate {
    final Endpoint endpoint;
    String name = "";
    Optional<ClassReference> type = Optional.empty();
    Optional<ClassReference> declared = Optional.empty();
    Optional<ConfigText> config = Optional.empty();

    Candidate(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    boolean isBare() {
        return endpoint.term() instanceof Term.Name && declared.isEmpty() && config.isEmpty();
    }
}
