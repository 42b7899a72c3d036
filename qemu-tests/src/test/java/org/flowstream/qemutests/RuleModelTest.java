package org.flowstream.qemutests;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;
import org.flowstream.qemutests.model.Box;
import org.flowstream.qemutests.model.Chain;
import org.flowstream.qemutests.model.Generator;
import org.flowstream.qemutests.model.Header;
import org.flowstream.qemutests.model.Hop;
import org.flowstream.qemutests.model.Judge;
import org.flowstream.qemutests.model.Mark;
import org.flowstream.qemutests.model.Phase;
import org.flowstream.qemutests.model.Site;
import org.flowstream.qemutests.model.Step;
import org.flowstream.qemutests.model.Way;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.FlowKey;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.FoundRules;
import org.flowstream.rules.GroupRule;
import org.flowstream.rules.OtherChains;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.RuleMatch;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;
import org.junit.jupiter.api.Test;

/**
 * The rules alone against the model: thousands of random changes of chains, each brought to a table of rules bundle by
 * bundle, and packets looked up in it after each bundle. No machine and no switch: what {@link RandomModelTest} finds
 * about rules is found here first, and in seconds.
 */
class RuleModelTest {
    private static final BridgeName BRIDGE = BridgeName.parse("model");
    private static final int SOME = 40;
    /** Where the numbers of taps begin; those of the endpoints' ports are from 1 on. */
    private static final int FIRST_TAP = 10;

    private static final List<MacAddress> ADDRESSES = List.of(
            new MacAddress(0x060000000001L),
            new MacAddress(0x060000000002L),
            new MacAddress(0x060000000003L),
            new MacAddress(0x060000000004L));
    private static final List<PortName> PORTS =
            List.of(PortName.parse("a"), PortName.parse("b"), PortName.parse("c"), PortName.parse("d"));

    private final Map<FlowKey, FlowRule> flows = new HashMap<>();
    private final Map<Integer, GroupRule> groups = new HashMap<>();
    private final Map<PortName, Integer> numbers = new TreeMap<>();
    private final Map<Header, FlowMatch> packets = new HashMap<>();
    private final Map<Integer, Hop.Into> entering = new HashMap<>();

    @Test
    void rulesLeadEachPacketThroughItsChainAndNoOther() {
        long seed = Long.getLong("model.seed", 1);
        int steps = Integer.getInteger("model.rule.steps", 300);
        for (int port = 0; port < PORTS.size(); port++) {
            numbers.put(PORTS.get(port), port + 1);
        }
        Site site = Site.bare();
        converge(site, site, bundle -> {});
        for (int number = 1; number <= steps; number++) {
            Step step = Generator.step(seed, number, site, false);
            Site after = step.after(site);
            String what = "seed " + seed + ", step " + number + ": " + step + "\n" + site;
            List<Phase> phases = List.of(Phase.of(site), Phase.of(after));
            List<Header> headers = new ArrayList<>(Generator.probes(seed, number, site, SOME));
            headers.addAll(Generator.probes(seed, number, after, SOME));
            headers.removeIf(header -> !after.ports().contains(header.from()));
            converge(
                    site,
                    after,
                    bundle -> headers.forEach(header -> assertMay(what + "\nafter " + bundle, phases, header)));
            converge(after, after, bundle -> {
                throw new AssertionError(what + "\nagain: " + bundle);
            });
            headers.forEach(header -> assertGoes(what, phases.get(1), header));
            site = after;
        }
    }

    private void assertMay(String what, List<Phase> phases, Header header) {
        Way way = way(header, phases.get(1).site(), phases.get(0).site());
        int port = way.end() instanceof Hop.Out out ? out.port() : header.to();
        if (way.arrives() && !Judge.allows(phases, header, way.marks(), port)) {
            throw new AssertionError(what + "\nmeanwhile " + header + " goes " + way);
        }
    }

    private void assertGoes(String what, Phase phase, Header header) {
        Way way = way(header, phase.site());
        Way right = phase.way(header).orElseThrow();
        if (!way.equals(right)) {
            throw new AssertionError(what + "\n" + header + " goes " + way + ", and should " + right);
        }
    }

    private SwitchRules found() {
        return new SwitchRules(List.copyOf(flows.values()), List.copyOf(groups.values()));
    }

    /**
     * Does what the daemon does, bundle by bundle: a chain each, then what chains have in common.
     *
     * @param done hears of each bundle that changed something
     */
    private void converge(Site before, Site after, Consumer<String> done) {
        List<ChainPlan> plans = after.chains().values().stream().map(this::plan).toList();
        for (int slot : before.chains().keySet()) {
            if (!after.chains().containsKey(slot)) {
                SwitchRules rules = new FoundRules(found()).ofChain(id(slot).bits());
                apply(others(after, plans, id(slot)).clear(rules), "c" + slot + " goes", done);
            }
        }
        for (ChainPlan plan : plans) {
            apply(
                    others(after, plans, plan.id()).steer(plan, wanted(after, plan), new FoundRules(found())),
                    "the rules of " + plan.name(),
                    done);
        }
        List<Integer> ports = after.ports().stream().map(port -> port + 1).toList();
        SwitchRules common = BridgeRules.own(Unclaimed.SWITCHED, ports, plans, numbers);
        apply(RuleDiff.changes(common, found().ofBridge()), "what chains have in common", done);
    }

    private void apply(List<SwitchChange> bundle, String name, Consumer<String> done) {
        for (SwitchChange change : bundle) {
            if (change instanceof SwitchChange.AddFlow add) {
                flows.put(add.rule().key(), add.rule());
            } else if (change instanceof SwitchChange.DeleteFlow delete) {
                flows.remove(delete.rule().key(), delete.rule());
            } else if (change instanceof SwitchChange.AddGroup add) {
                groups.put(add.group().id(), add.group());
            } else if (change instanceof SwitchChange.ModifyGroup modify) {
                groups.put(modify.group().id(), modify.group());
            } else if (change instanceof SwitchChange.DeleteGroup delete) {
                groups.remove(delete.id());
            }
        }
        if (!bundle.isEmpty()) {
            done.accept(name);
        }
    }

    private OtherChains others(Site site, List<ChainPlan> plans, ChainId id) {
        FoundRules found = new FoundRules(found());
        List<ChainPlan> others = plans.stream()
                .filter(plan -> !plan.id().equals(id)
                        && !found.ofChain(plan.id().bits()).isEmpty())
                .toList();
        boolean settled = others.stream().allMatch(plan -> {
            long other = plan.id().bits();
            return RuleDiff.changes(found.besideOthers(other, wanted(site, plan)), found.ofChain(other))
                    .isEmpty();
        });
        return new OtherChains(others, plan -> wanted(site, plan), numbers, 0, settled);
    }

    private SwitchRules wanted(Site site, ChainPlan plan) {
        return RuleCompiler.compile(plan, Stage.STEERED, numbers, held(site, plan));
    }

    private static Set<MachineId> held(Site site, ChainPlan plan) {
        boolean stopped = site.chains().values().stream()
                .anyMatch(chain -> chain.name().equals(plan.name().text()) && chain.stopped());
        return stopped
                ? Set.copyOf(
                        plan.machines().stream().map(machine -> machine.id()).toList())
                : Set.of();
    }

    private static ChainId id(int slot) {
        return new ChainId(slot + 1);
    }

    private static MachineId machine(Box box) {
        return new MachineId(box.number() + 1);
    }

    private ChainPlan plan(Chain chain) {
        ChainSpecs specs = new ChainSpecs(
                BRIDGE, PORTS, HypervisorChoice.PROCESS, box -> ImageDigest.parse("sha256:" + "0".repeat(64)));
        Map<Name, MachineId> machines = new TreeMap<>();
        for (Box box : chain.boxes()) {
            machines.put(Name.parse(box.name()), machine(box));
            for (int device = 0; device < 2; device++) {
                int number = FIRST_TAP + 2 * box.number() + device;
                numbers.put(machine(box).portName(device), number);
                entering.put(number, new Hop.Into(box.number(), device == 0));
            }
        }
        ChainSpec spec = specs.of(chain).withBypassed(chain.bypassed());
        return ChainCompiler.compile(new DeclaredChain(id(chain.slot()), spec, true, machines));
    }

    /** The way of a packet by the rules as they are. */
    private Way way(Header header, Site... versions) {
        List<Mark> marks = new ArrayList<>();
        FlowMatch packet = packets.computeIfAbsent(header, RuleModelTest::packet);
        int port = header.from() + 1;
        while (true) {
            int at = port;
            FlowRule rule = null;
            for (FlowRule each : flows.values()) {
                boolean higher =
                        rule == null || each.key().priority() > rule.key().priority();
                if (higher && each.key().table() == 0 && holds(each.key().match(), at, packet)) {
                    rule = each;
                }
            }
            if (rule == null) {
                throw new AssertionError("no rule for " + header);
            }
            if (rule.actions().isEmpty()) {
                return new Way(marks, Hop.DROP);
            }
            RuleAction action = rule.actions().get(0);
            if (action instanceof RuleAction.GoToTable) {
                return new Way(marks, Hop.SWITCHED);
            }
            int out = action instanceof RuleAction.ToGroup group
                    ? first(group.id())
                    : ((RuleAction.Output) action).port();
            Hop.Into into = entering.get(out);
            if (into == null) {
                return new Way(marks, out == 0 ? Hop.DROP : new Hop.Out(out - 1));
            }
            marks.add(new Mark(into.box(), version(into.box(), versions), into.forward()));
            port = FIRST_TAP + 2 * into.box() + (into.forward() ? 1 : 0);
        }
    }

    private static boolean holds(RuleMatch match, int port, FlowMatch packet) {
        return (match.inPort().isEmpty() || match.inPort().getAsInt() == port) && packet.within(match.flow());
    }

    /** Where a group sends: all that it has is alive. */
    private int first(int group) {
        List<GroupRule.Bucket> buckets =
                java.util.Objects.requireNonNull(groups.get(group)).buckets();
        return buckets.isEmpty()
                ? 0
                : ((RuleAction.Output) buckets.get(0).actions().get(0)).port();
    }

    private static int version(int box, Site... sites) {
        for (Site site : sites) {
            for (Chain chain : site.chains().values()) {
                for (Box each : chain.boxes()) {
                    if (each.number() == box) {
                        return each.version();
                    }
                }
            }
        }
        throw new AssertionError("no chain has m" + box);
    }

    /** All that Open vSwitch sees of a packet and a rule of ours may ask for. */
    private static FlowMatch packet(Header header) {
        String addresses = header.kind().version() == 6
                ? "ipv6_src=2001:db8::" + header.source() + ",ipv6_dst=2001:db8::" + header.destination()
                : "nw_src=10.0.0." + header.source() + ",nw_dst=10.0.0." + header.destination();
        String ports = ",tp_src=" + header.sourcePort() + ",tp_dst=" + header.destinationPort();
        String text = switch (header.kind()) {
            case UDP -> "udp,nw_frag=no," + addresses + ports;
            case TCP -> "tcp,nw_frag=no," + addresses + ports;
            case LATER_UDP -> "udp,nw_frag=later," + addresses;
            case LATER_TCP -> "tcp,nw_frag=later," + addresses;
            case ERROR -> "icmp,nw_frag=no,icmp_type=3,icmp_code=1," + addresses;
            case UDP6 -> "udp6,nw_frag=no," + addresses + ports;
            case LATER6 -> "ipv6,nw_proto=44,nw_frag=later," + addresses;
            case ERROR6 -> "icmp6,nw_frag=no,icmpv6_type=1,icmpv6_code=0," + addresses;
            case ARP -> "arp,arp_spa=10.0.0." + header.source() + ",arp_tpa=10.0.0." + header.destination();
        };
        return FlowMatch.parse(
                text + ",dl_src=" + ADDRESSES.get(header.from()) + ",dl_dst=" + ADDRESSES.get(header.to()));
    }
}
