package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.flowstream.chain.InstanceKey;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Installation;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Middleboxes;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.SetMember;
import org.flowstream.model.StartMode;
import org.flowstream.net.FlowMatch;
import org.flowstream.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes a change back, and what is left of it for the next daemon. */
final class DeclarationsTest {
    private static final Name SET = Name.parse("site");
    private static final Name SPARE = Name.parse("spare");

    @TempDir
    private Path folder;

    private static Declarations declarations(Store store) {
        return new Declarations(Installation.STANDARD, store, new Random(7), Clock.systemUTC());
    }

    private static PoolSpec pool(Name name, int size) {
        return PoolSpec.of(name, Owner.OPERATOR, new PoolSpec.Spec(PoolSpec.RUNTIME, size, 8, HypervisorChoice.AUTO));
    }

    private static Change pools(List<PoolSpec> pools, List<Name> away, List<SetMember> members) {
        return new Change(List.of(), List.of(), List.of(), List.of(), pools, away, members);
    }

    @Test
    void poolsThatAreTakenBackAreAsTheyWereAndOfTheirSet() {
        try (Store store = Store.open(folder);
                Declarations declarations = declarations(store)) {
            Name grown = Name.parse("grown");
            Name made = Name.parse("made");
            List<SetMember> members = List.of(SetMember.pool(SET, grown), SetMember.pool(SET, SPARE));
            declarations.change(pools(List.of(pool(SPARE, 2), pool(grown, 1)), List.of(), members), Optional.empty());
            Change change = pools(List.of(pool(grown, 5), pool(made, 1)), List.of(SPARE), List.of());

            Change back = declarations.inverse(change);
            declarations.change(change, Optional.empty());
            assertThat(declarations.members()).containsExactly(SetMember.pool(SET, grown));
            declarations.change(back, Optional.empty());

            assertThat(declarations.pools()).containsExactlyInAnyOrder(pool(SPARE, 2), pool(grown, 1));
            assertThat(declarations.members()).containsExactlyInAnyOrderElementsOf(members);
        }
    }

    /** Its machines may have taken long to come. */
    @Test
    void noInstanceIsMadeOfAChainThatIsOtherwiseByThen() {
        try (Store store = Store.open(folder);
                Declarations declarations = declarations(store)) {
            FlowMatch flow = FlowMatch.parse("udp");
            MiddleboxSpec middlebox = Middleboxes.wire("w", 0, "a", "b");
            ChainSpec chain = ChainSpec.of(
                    Name.parse("dns"),
                    Owner.OPERATOR,
                    new ChainSpec.Spec(
                            BridgeName.parse("br"),
                            flow,
                            flow.reversed(),
                            100,
                            Instances.ONE,
                            StartMode.FIRST_PACKET,
                            ChainSpec.Spec.DEFAULT_IDLE,
                            FailurePolicy.CLOSED,
                            Limits.STANDARD,
                            RunState.RUNNING,
                            false,
                            List.of(middlebox)));
            declarations.declare(chain, true);
            DeclaredChain waiting = declarations.declareWaiting(
                    new InstanceSpec.Blank(SPARE, chain, middlebox.image(), 8, 2, HypervisorChoice.AUTO));
            InstanceKey key = new InstanceKey(flow, flow.reversed());

            declarations.update(chain.name(), it -> it.withSpec(chain.withBypassed(true)));
            assertThat(declarations.bind(chain, key, List.of(waiting))).isEmpty();
            declarations.update(chain.name(), it -> it.withSpec(chain));
            assertThat(declarations.bind(chain, key, List.of(waiting))).isPresent();
            assertThat(declarations.outdatedInstances()).isEmpty();
            declarations.remove(chain.name());
            assertThat(declarations.outdatedInstances())
                    .extracting(DeclaredChain::name)
                    .containsExactly(waiting.name());
        }
    }

    @Test
    void aPortThatIsTakenBackIsOfItsSet() {
        try (Store store = Store.open(folder);
                Declarations declarations = declarations(store)) {
            ExternalPort port =
                    new ExternalPort(PortName.parse("uplink"), BridgeName.parse("br"), Owner.OPERATOR, true, List.of());
            declarations.change(
                    new Change(
                            List.of(), List.of(), List.of(port), List.of(), List.of(SetMember.port(SET, port.name()))),
                    Optional.empty());
            Change change = new Change(List.of(), List.of(), List.of(), List.of(port.name()), List.of());

            Change back = declarations.inverse(change);
            declarations.change(change, Optional.empty());
            declarations.change(back, Optional.empty());

            assertThat(declarations.ports()).containsExactly(port);
            assertThat(declarations.members()).containsExactly(SetMember.port(SET, port.name()));
        }
    }

    /** A port as it is declared by a user. */
    private static ExternalPort port(String name) {
        return new ExternalPort(
                PortName.parse(name), BridgeName.parse("br"), Owner.OPERATOR, true, List.of("rx-gro-hw"));
    }

    @Test
    void aPortThatWasStruckOutIsSoForTheNextDaemonUntilItHasLeft() {
        try (Store store = Store.open(folder)) {
            try (Declarations first = declarations(store)) {
                first.declare(port("asked"));
                first.declare(port("pruned"));
                first.declare(port("stays"));
                first.leave(port("asked").name());
                first.change(
                        new Change(
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(port("pruned").name()),
                                List.of()),
                        Optional.empty());
            }
            try (Declarations second = declarations(store)) {
                assertThat(second.ports()).containsExactly(port("stays"));
                assertThat(second.leavingPorts()).containsExactlyInAnyOrder(port("asked"), port("pruned"));
                second.forget(List.of(port("asked").name()));
                second.declare(port("pruned"));
            }
            try (Declarations third = declarations(store)) {
                assertThat(third.ports()).containsExactly(port("pruned"), port("stays"));
                assertThat(third.leavingPorts()).isEmpty();
            }
        }
    }
}
