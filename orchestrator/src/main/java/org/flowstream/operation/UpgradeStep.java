package org.flowstream.operation;

import java.util.Optional;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.plan.Effect;

/**
 * What an upgrade means for one middlebox whose image is on a runtime of another version.
 *
 * @param from as it is declared now
 * @param runtime the SHA-256 of its runtime, hex; empty where its image cannot be read
 * @param to as it is declared then; empty where it is left alone
 * @param effect on its machine; empty where it is left alone
 * @param reason why it is left alone; empty where it is not
 */
public record UpgradeStep(
        Name chain,
        Owner owner,
        MiddleboxSpec from,
        String runtime,
        Optional<MiddleboxSpec> to,
        Optional<Effect> effect,
        String reason) {
    static UpgradeStep leftAlone(Name chain, Owner owner, MiddleboxSpec from, String runtime, String reason) {
        return new UpgradeStep(chain, owner, from, runtime, Optional.empty(), Optional.empty(), reason);
    }

    UpgradeStep with(Effect known) {
        return new UpgradeStep(chain, owner, from, runtime, to, Optional.of(known), reason);
    }
}
