package org.flowstream.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;

/**
 * The machines that wait and those that were taken but are still declared as waiting. Which wait is read from the
 * declarations each time; only the takings of the moment are remembered here. Safe for all threads.
 */
final class Waiting {
    /** Open vSwitch's cache forgets a flow that no packet meets for 10 s. */
    private static final long REST_NANOS = 11_000_000_000L;

    private final Declarations declarations;
    private final Set<Name> taken = new HashSet<>();
    private final Map<Name, Long> resting = new HashMap<>();

    Waiting(Declarations declarations) {
        this.declarations = declarations;
    }

    /** What a middlebox asks of the machine that it becomes. */
    record Need(BridgeName bridge, int devices, int memoryMib) {
        static Need of(ChainSpec chain, MiddleboxSpec middlebox) {
            return new Need(chain.spec().bridge(), middlebox.devices().size(), middlebox.memoryMib());
        }

        static List<Need> of(ChainSpec chain) {
            return chain.spec().middleboxes().stream().map(it -> of(chain, it)).toList();
        }
    }

    /** Whether a machine that waits meets a need. */
    static boolean isFor(DeclaredChain waiting, Need need) {
        MiddleboxSpec machine = waiting.spec().spec().middleboxes().get(0);
        return waiting.spec().spec().bridge().equals(need.bridge())
                && machine.devices().size() == need.devices()
                && machine.memoryMib() >= need.memoryMib();
    }

    /** All machines that wait and are not taken. */
    synchronized List<DeclaredChain> all() {
        List<DeclaredChain> waiting = declarations.all().stream()
                .filter(chain -> chain.spec().spec().part().isPooled())
                .toList();
        Set<Name> names = new HashSet<>();
        waiting.forEach(chain -> names.add(chain.name()));
        taken.retainAll(names);
        resting.keySet().retainAll(names);
        resting.values().removeIf(since -> System.nanoTime() - since > REST_NANOS);
        return waiting.stream().filter(chain -> !taken.contains(chain.name())).toList();
    }

    /** Takes a machine for each need, all of them ready, or none at all. */
    synchronized Optional<List<DeclaredChain>> take(List<Need> needs, Pass pass) {
        List<DeclaredChain> free = new ArrayList<>(all());
        free.removeIf(chain -> !pass.isSettled(chain.name()));
        free.sort(Comparator.comparing(chain -> resting.getOrDefault(chain.name(), Long.MIN_VALUE)));
        List<DeclaredChain> found = new ArrayList<>();
        for (Need need : needs) {
            Optional<DeclaredChain> one =
                    free.stream().filter(it -> isFor(it, need)).findFirst();
            if (one.isEmpty()) {
                return Optional.empty();
            }
            free.remove(one.get());
            found.add(one.get());
        }
        found.forEach(chain -> taken.add(chain.name()));
        return Optional.of(found);
    }

    /** Takes one that is ready and of another image than its like have now; it is to go. */
    synchronized Optional<DeclaredChain> takeOutdated(IntFunction<ImageDigest> image, Pass pass) {
        Optional<DeclaredChain> outdated = all().stream()
                .filter(chain -> pass.isReady(chain.name()))
                .filter(chain -> isOutdated(chain.spec().spec().middleboxes().get(0), image))
                .findFirst();
        outdated.ifPresent(chain -> taken.add(chain.name()));
        return outdated;
    }

    private static boolean isOutdated(MiddleboxSpec machine, IntFunction<ImageDigest> image) {
        return !machine.image().equals(image.apply(machine.devices().size()));
    }

    /** Makes a new machine that nobody else can take. */
    synchronized DeclaredChain order(InstanceSpec.Blank blank) {
        DeclaredChain chain = declarations.declareWaiting(blank);
        taken.add(chain.name());
        return chain;
    }

    synchronized void rests(Name machine) {
        resting.put(machine, System.nanoTime());
    }

    synchronized boolean hasRested(Name machine) {
        Long since = resting.get(machine);
        return since == null || System.nanoTime() - since >= REST_NANOS;
    }

    /** Gives machines back that were taken and not used. */
    synchronized void giveBack(List<DeclaredChain> chains) {
        chains.forEach(chain -> taken.remove(chain.name()));
    }
}
