package org.flowstream.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Place;
import org.flowstream.chain.RuleIntent;
import org.flowstream.chain.Stage;
import org.flowstream.chain.Target;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;
import org.flowstream.net.EtherType;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * The step from a chain's intents to the rules and groups of its bridge, all in table 0.
 *
 * <p>Each place where a chain may send packets into a machine is one fast-failover group: its buckets are the target's
 * places in order, each used while its port is live, so that the switch follows the failure policy by itself. The group's
 * number derives from the number of the tap that comes first.
 */
public final class RuleCompiler {
    /** The controller that probe frames go to; {@code openflow} takes this id on its connections. */
    public static final int CONTROLLER_ID = Cookie.PREFIX;

    /** Who sends probe frames: locally administered, and nobody's. */
    public static final MacAddress PROBE_SOURCE = MacAddress.parse("06:66:6c:00:00:01");

    /** Packets come whole: who gets one sends it on. */
    private static final int WHOLE_PACKET = 0xffff;

    /** New flows of a dead daemon's chain meet the policy after so long. */
    private static final int LEASE_SECONDS = 4;

    /** All of a probe frame is in its first bytes. */
    private static final int PROBE_BYTES = 128;

    private final ChainPlan plan;
    private final Map<PortName, Integer> numbers;
    private final Set<MachineId> held;
    private final Map<MachineId, PortName> watched;
    private final Map<FlowKey, FlowRule> flows = new LinkedHashMap<>();
    private final Map<Integer, GroupRule> groups = new LinkedHashMap<>();

    private RuleCompiler(
            ChainPlan plan, Map<PortName, Integer> numbers, Set<MachineId> held, Map<MachineId, PortName> watched) {
        this.plan = plan;
        this.numbers = numbers;
        this.held = held;
        this.watched = watched;
    }

    /** The rules of a chain of which no machine speaks BFD: each tap's own link tells whether it is live. */
    public static SwitchRules compile(
            ChainPlan plan, Stage stage, Map<PortName, Integer> numbers, Set<MachineId> held) {
        return compile(plan, stage, numbers, held, Map.of());
    }

    /**
     * The rules of a chain.
     *
     * @param numbers of the ports that have one; what would go to another port meets the failure policy
     * @param held machines that are to get no packets although their links are up, such as one that starts: the failure
     *     policy holds for them
     * @param watched of machines that speak BFD, the tap on which they do: it tells for all their taps whether they live
     */
    public static SwitchRules compile(
            ChainPlan plan,
            Stage stage,
            Map<PortName, Integer> numbers,
            Set<MachineId> held,
            Map<MachineId, PortName> watched) {
        RuleCompiler compiler = new RuleCompiler(plan, numbers, held, watched);
        for (RuleIntent intent : plan.intents()) {
            if (intent instanceof RuleIntent.Probe probe) {
                compiler.probe(probe.at());
            } else if (intent instanceof RuleIntent.Leave leave) {
                compiler.leave(leave, stage);
            } else if (intent instanceof RuleIntent.Enter enter && stage == Stage.STEERED) {
                compiler.enter(enter);
            } else if (intent instanceof RuleIntent.Await await && stage == Stage.STEERED) {
                compiler.await(await);
            }
        }
        return new SwitchRules(List.copyOf(compiler.flows.values()), List.copyOf(compiler.groups.values()));
    }

    /** Of a chain's rules those that are leases: the switch ends them by itself when nobody renews them. */
    public static List<FlowRule> leases(ChainPlan plan, Map<PortName, Integer> numbers) {
        return compile(plan, Stage.STEERED, numbers, Set.of()).flows().stream()
                .filter(rule -> rule.isOf(Cookie.Kind.FIRST))
                .toList();
    }

    /** The companions of a flow that it does not itself match. */
    private static List<FlowMatch> followers(RuleIntent.Await await) {
        return Companions.of(await.match()).stream()
                .filter(each -> Companions.areLaterFragments(each) || !each.meets(await.match()))
                .toList();
    }

    private void probe(Place.Tap at) {
        FlowMatch frames =
                FlowMatch.ANY.with(MatchField.ETH_TYPE, MaskedValue.exact(EtherType.LOCAL_EXPERIMENTAL_1.value(), 16));
        add(Cookie.Kind.PROBE, Priorities.PROBE, RuleMatch.of(with(frames, MatchField.ETH_DST, at.mac())));
        add(Cookie.Kind.PROBE, Priorities.PROBE, RuleMatch.of(BfdFrames.to(at.mac())));
        number(at).ifPresent(port -> {
            add(Cookie.Kind.PROBE, Priorities.PROBE, RuleMatch.inPort(port, BfdFrames.toSwitch()));
            if (passesProbes(at.machine())) {
                add(
                        Cookie.Kind.PROBE,
                        Priorities.PROBE,
                        RuleMatch.inPort(port, with(frames, MatchField.ETH_SRC, PROBE_SOURCE)),
                        new RuleAction.ToController(CONTROLLER_ID, PROBE_BYTES));
            }
            plan.intents(RuleIntent.Probe.class).stream()
                    .map(RuleIntent.Probe::at)
                    .filter(other -> other.machine().equals(at.machine()))
                    .forEach(other -> add(
                            Cookie.Kind.PROBE,
                            Priorities.PROBE,
                            RuleMatch.inPort(port, with(frames, MatchField.ETH_SRC, other.mac())),
                            new RuleAction.ToController(CONTROLLER_ID, PROBE_BYTES)));
        });
    }

    /** A guest of the user's does not answer probes: it passes them on as it does other frames. */
    private boolean passesProbes(MachineId machine) {
        return plan.machines().stream()
                .anyMatch(it -> it.id().equals(machine)
                        && it.guest().isForeign()
                        && it.health().asks(HealthLevel.FORWARDING));
    }

    private static FlowMatch with(FlowMatch match, MatchField field, MacAddress address) {
        return match.with(field, MaskedValue.exact(address.bits(), field.bits()));
    }

    private void leave(RuleIntent.Leave leave, Stage stage) {
        OptionalInt from = number(leave.from());
        if (from.isPresent()) {
            add(
                    Cookie.Kind.LEAVE,
                    Priorities.LEAVE,
                    RuleMatch.inPort(from.getAsInt()),
                    isOnTrial(leave.from().machine(), stage)
                            ? new RuleAction[] {new RuleAction.ToController(CONTROLLER_ID, WHOLE_PACKET)}
                            : stage == Stage.STEERED ? towards(leave.to()) : new RuleAction[0]);
        }
    }

    /** Whether what a machine sends answers the template's tests, which it is to pass before packets are steered to it. */
    private boolean isOnTrial(MachineId machine, Stage stage) {
        return (stage == Stage.ISOLATED || held.contains(machine))
                && plan.machines().stream()
                        .anyMatch(it -> it.id().equals(machine) && it.health().asks(HealthLevel.FUNCTION));
    }

    private void enter(RuleIntent.Enter enter) {
        OptionalInt from = number(enter.from());
        if (from.isEmpty()) {
            return;
        }
        RuleAction[] into = towards(enter.to());
        RuleMatch match = RuleMatch.inPort(from.getAsInt(), enter.match());
        add(Cookie.Kind.ENTER, Priorities.entry(plan.priority()), match, into);
        if (plan.role() == ChainPlan.Role.INSTANCE) {
            return;
        }
        for (FlowMatch each : Companions.of(enter.match())) {
            RuleMatch companion = RuleMatch.inPort(from.getAsInt(), each);
            add(Cookie.Kind.COMPANION, Priorities.companion(plan.priority()), companion, into);
        }
    }

    /** Fragments and errors tell the switch no instance: without us they are dropped, so that nothing walks around one. */
    private void await(RuleIntent.Await await) {
        number(await.from()).ifPresent(from -> {
            RuleMatch match = RuleMatch.inPort(from, await.match());
            add(Cookie.Kind.ENTER, Priorities.companion(plan.priority()), match, towards(await.policy()));
            followers(await)
                    .forEach(each -> add(
                            Cookie.Kind.COMPANION,
                            Priorities.companion(plan.priority()),
                            RuleMatch.inPort(from, each)));
            if (await.running()) {
                lease(await, from);
            }
        });
    }

    /**
     * First packets come to us by rules above those of the policy: a lease. With them come the flow's fragments and errors
     * about it, since we alone can tell whose they are.
     */
    private void lease(RuleIntent.Await await, int from) {
        int lease = Priorities.lease(plan.priority());
        toUs(lease, RuleMatch.inPort(from, await.match()));
        followers(await).forEach(each -> toUs(lease, RuleMatch.inPort(from, each)));
        if (await.byConnection()) {
            Companions.firstFragments(await.match())
                    .ifPresent(
                            first -> toUs(Priorities.firstFragments(plan.priority()), RuleMatch.inPort(from, first)));
        }
    }

    private void toUs(int priority, RuleMatch match) {
        FlowRule rule = FlowRule.of(
                        Cookie.of(Cookie.Kind.FIRST, plan.id().bits()),
                        0,
                        priority,
                        match,
                        new RuleAction.ToController(CONTROLLER_ID, WHOLE_PACKET))
                .withHardTimeout(LEASE_SECONDS);
        flows.putIfAbsent(rule.key(), rule);
    }

    /** The action that sends to a target: none, which drops, where nothing there that could take it has a number. */
    private RuleAction[] towards(Target target) {
        if (target.places().isEmpty()) {
            return new RuleAction[0];
        }
        Place first = target.places().get(0);
        OptionalInt number = number(first);
        if (number.isEmpty()) {
            return withoutTap(target);
        }
        if (first instanceof Place.External) {
            return new RuleAction[] {RuleAction.output(number.getAsInt())};
        }
        int id = GroupRule.FIRST + number.getAsInt();
        List<GroupRule.Bucket> buckets = new ArrayList<>();
        for (Place place : target.places()) {
            if (!(place instanceof Place.Tap tap && held.contains(tap.machine()))) {
                number(place).ifPresent(port -> buckets.add(GroupRule.Bucket.whileLive(watched(place, port), port)));
            }
        }
        GroupRule group = new GroupRule(id, GroupRule.Type.FAST_FAILOVER, buckets);
        GroupRule same = groups.putIfAbsent(id, group);
        if (same != null && !same.equals(group)) {
            throw new IllegalArgumentException("chain '" + plan.name() + "' goes on from " + first.port()
                    + " in two ways: " + same + ", " + group);
        }
        return new RuleAction[] {new RuleAction.ToGroup(id)};
    }

    /** No group can be named after a tap that is not there, or not yet: what the policy says of its machine holds. */
    private RuleAction[] withoutTap(Target target) {
        Place last = target.places().get(target.places().size() - 1);
        return number(last).isPresent() && last instanceof Place.External
                ? new RuleAction[] {RuleAction.output(number(last).getAsInt())}
                : new RuleAction[0];
    }

    /** The number of the port that tells whether a place lives. */
    private int watched(Place place, int own) {
        PortName other = place instanceof Place.Tap tap ? watched.get(tap.machine()) : null;
        return other == null ? own : numbers.getOrDefault(other, own);
    }

    private OptionalInt number(Place place) {
        return Optional.ofNullable(numbers.get(place.port()))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    private void add(Cookie.Kind kind, int priority, RuleMatch match, RuleAction... actions) {
        FlowRule rule = FlowRule.of(Cookie.of(kind, plan.id().bits()), 0, priority, match, actions);
        flows.putIfAbsent(rule.key(), rule);
    }
}
