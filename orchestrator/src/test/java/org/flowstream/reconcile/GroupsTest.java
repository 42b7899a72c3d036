package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.plan.Action;
import org.flowstream.plan.MachineRef;
import org.junit.jupiter.api.Test;

/** In which order, and what side by side, goes what nothing declares any more. */
final class GroupsTest {
    private static final BridgeName BRIDGE = BridgeName.parse("flowstream");
    private static final Action RULES = new Action.ClearRules(BRIDGE, new ChainId(1));
    private static final Action ONE = destroy(1, "one");
    private static final Action OTHER = destroy(2, "other");
    private static final Action PORTS =
            new Action.RemoveTapPorts(BRIDGE, List.of(new MachineId(1).portName(0), new MachineId(2).portName(0)));
    private static final Action TAPS = new Action.DeleteTaps(List.of(new PortName("fs000000010")));

    private static Action destroy(long id, String name) {
        return new Action.DestroyMachine(new MachineRef(new MachineId(id), Name.parse(name), Name.parse(name)));
    }

    @Test
    void rulesGoBeforeMachinesAndMachinesSideBySideBeforeWhatTheyHold() {
        assertThat(Groups.part(List.of(RULES, ONE, OTHER, PORTS, TAPS), Set.of(), true)
                        .values())
                .containsExactly(List.of(RULES));
        assertThat(Groups.part(List.of(ONE, OTHER, PORTS, TAPS), Set.of(), true).values())
                .containsExactly(List.of(ONE), List.of(OTHER));
        assertThat(Groups.part(List.of(PORTS, TAPS), Set.of(), true).values()).containsExactly(List.of(PORTS, TAPS));
        assertThat(Groups.part(List.of(), Set.of(), true)).isEmpty();
    }

    /** Whose a tap is cannot be told once its machine is gone. */
    @Test
    void whereNotAllMachinesAreSeenAllGoesWhileItsMachineIs() {
        assertThat(Groups.part(List.of(RULES, ONE, PORTS, TAPS), Set.of(), false)
                        .values())
                .containsExactly(List.of(RULES, ONE, PORTS, TAPS));
        assertThat(Groups.part(List.of(), Set.of(), false)).isEmpty();
    }
}
