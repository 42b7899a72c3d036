package org.flowstream.api;

import java.util.Optional;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Instances;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.StartMode;

/** What the model can say and this version cannot do: the one place that refuses it. */
final class NotYet {
    private NotYet() {}

    /** What of a chain is not supported, in a sentence. */
    static Optional<String> of(ChainSpec chain) {
        if (chain.spec().instances() != Instances.ONE) {
            return Optional.of("chain '" + chain.name() + "': instances "
                    + chain.spec().instances() + " is not yet supported, only " + Instances.ONE);
        }
        return chain.spec().start() != StartMode.NOW
                ? Optional.of("chain '" + chain.name() + "': start "
                        + chain.spec().start() + " is not yet supported, only " + StartMode.NOW)
                : Optional.empty();
    }

    static String of(PoolSpec pool) {
        return "pool '" + pool.name() + "': kind " + PoolSpec.KIND + " is not yet supported";
    }
}
