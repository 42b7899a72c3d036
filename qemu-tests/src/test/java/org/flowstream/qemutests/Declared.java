package org.flowstream.qemutests;

import java.time.Instant;
import java.util.List;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.store.Store;

/** Changes of what is declared that no command makes. */
final class Declared {
    private Declared() {}

    /** Declares another image for the middlebox, as the next daemon finds it. */
    static void image(Lab lab, String name, ImageDigest image) {
        lab.flowstream("daemon", "stop").ok();
        try (Store store = Store.open(lab.platform().home().resolve("state"))) {
            DeclaredChain chain = store.chain(Name.parse(name)).orElseThrow();
            ChainSpec.Spec old = chain.spec().spec();
            MiddleboxSpec box = old.middleboxes().get(0);
            MiddleboxSpec changed = new MiddleboxSpec(
                    box.name(),
                    box.template(),
                    image,
                    box.memoryMib(),
                    box.vcpus(),
                    box.hypervisor(),
                    box.health(),
                    box.devices());
            ChainSpec.Spec spec = new ChainSpec.Spec(
                    old.bridge(), old.flow(), old.priority(), old.failure(), old.state(), List.of(changed));
            store.put(chain.withSpec(ChainSpec.of(chain.name(), chain.spec().owner(), spec)), Instant.now());
        }
        lab.flowstream("daemon", "start").ok();
    }
}
