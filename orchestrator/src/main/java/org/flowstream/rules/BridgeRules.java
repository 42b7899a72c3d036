package org.flowstream.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.RuleIntent;
import org.flowstream.model.ChainId;
import org.flowstream.model.PortName;
import org.flowstream.net.FlowMatch;
import org.flowstream.rules.Entries.Entry;

/**
 * The rules that serve a bridge as a whole: the way of traffic that no chain claims, on the own bridge, and what belongs
 * to more than one chain, on any.
 *
 * <p>Table 10 learns the addresses that external ports bring, and those alone, into table 20, where the same packet is
 * then looked up; so an endpoint's address is never learnt at a machine's tap, and what is unknown goes to the external
 * ports by name and never to a tap.
 */
public final class BridgeRules {
    static final int UNCLAIMED = 10;
    /** The table of learnt addresses. */
    public static final int PLACES = 20;
    /** How many addresses are kept at most; one more takes the place of one that was not seen for long. */
    public static final int MOST_PLACES = 16_384;

    /** How long an address keeps its place without a packet from it: what IEEE 802.1D recommends, in seconds. */
    private static final int AGE = 300;

    /** Addresses that a bridge keeps to itself (IEEE 802.1D, section 7.12.6). */
    private static final FlowMatch LINK_LOCAL = FlowMatch.parse("dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0");
    /** No station sends from a group's address. */
    private static final FlowMatch FROM_GROUP = FlowMatch.parse("dl_src=01:00:00:00:00:00/01:00:00:00:00:00");

    private static final Cookie BASE = Cookie.of(Cookie.Kind.BASE, 0);

    private BridgeRules() {}

    /**
     * The rules of the own bridge.
     *
     * @param externalPorts numbers of its external ports
     * @param chains whose flows are steered on it
     */
    public static SwitchRules own(
            Unclaimed unclaimed,
            Collection<Integer> externalPorts,
            List<ChainPlan> chains,
            Map<PortName, Integer> numbers) {
        List<FlowRule> rules = new ArrayList<>(ambiguous(chains, numbers, 0));
        if (unclaimed == Unclaimed.DROPPED) {
            rules.add(FlowRule.of(BASE, 0, 0, RuleMatch.ALL));
            return new SwitchRules(rules, List.of());
        }
        rules.add(FlowRule.of(BASE, 0, 0, RuleMatch.ALL, new RuleAction.GoToTable(UNCLAIMED)));
        rules.add(FlowRule.of(BASE, UNCLAIMED, 300, RuleMatch.of(LINK_LOCAL)));
        rules.add(FlowRule.of(BASE, UNCLAIMED, 200, RuleMatch.of(FROM_GROUP)));
        TreeSet<Integer> ports = new TreeSet<>(externalPorts);
        for (int port : ports) {
            rules.add(FlowRule.of(
                    BASE, UNCLAIMED, 100, RuleMatch.inPort(port), learn(), new RuleAction.GoToTable(PLACES)));
        }
        rules.add(FlowRule.of(BASE, UNCLAIMED, 0, RuleMatch.ALL));
        rules.add(FlowRule.of(
                BASE,
                PLACES,
                0,
                RuleMatch.ALL,
                ports.stream().map(RuleAction::output).toArray(RuleAction[]::new)));
        return new SwitchRules(rules, List.of());
    }

    /**
     * The rules of a bridge of others: only what its chains have in common.
     *
     * @param common the id that tells them from another installation's
     */
    public static SwitchRules foreign(List<ChainPlan> chains, Map<PortName, Integer> numbers, ChainId common) {
        return common(chains, numbers, common.bits());
    }

    /** What chains have in common, with this id. */
    static SwitchRules common(List<ChainPlan> chains, Map<PortName, Integer> numbers, long id) {
        return new SwitchRules(ambiguous(chains, numbers, id), List.of());
    }

    /** Deletes what was learnt of ports that are external no more. */
    public static List<SwitchChange> forget(SwitchRules found, Collection<Integer> externalPorts) {
        Set<RuleAction> valid = new HashSet<>();
        externalPorts.forEach(port -> valid.add(RuleAction.output(port)));
        return found.learnt().stream()
                .filter(rule -> !valid.containsAll(rule.actions()))
                .<SwitchChange>map(SwitchChange.DeleteFlow::new)
                .toList();
    }

    private static RuleAction learn() {
        Subfield vlan = new Subfield(ActionField.NXM_OF_VLAN_TCI, 0, 12);
        return new RuleAction.Learn(
                PLACES,
                100,
                0,
                AGE,
                Cookie.of(Cookie.Kind.LEARNT, 0).bits(),
                List.of(
                        new Learnt.MatchSame(vlan, vlan),
                        new Learnt.MatchSame(
                                Subfield.all(ActionField.NXM_OF_ETH_DST), Subfield.all(ActionField.NXM_OF_ETH_SRC)),
                        new Learnt.OutputTo(Subfield.all(ActionField.NXM_OF_IN_PORT))));
    }

    /**
     * Drops what may belong to several chains: a fragment or error that a chain would take while an entry of another one,
     * which is not above it, would take it too. To guess would let one of them be walked around.
     */
    private static List<FlowRule> ambiguous(List<ChainPlan> chains, Map<PortName, Integer> numbers, long id) {
        Cookie cookie = Cookie.of(Cookie.Kind.AMBIGUOUS, id);
        Entries entries = new Entries(chains.stream()
                .flatMap(chain -> entries(chain, numbers).stream())
                .toList());
        Map<FlowKey, FlowRule> drops = new LinkedHashMap<>();
        for (Entry one : entries.all()) {
            for (Entry other : one.companion() ? entries.near(one) : List.<Entry>of()) {
                boolean rival = !one.chain().id().equals(other.chain().id())
                        && other.chain().priority() <= one.chain().priority();
                Optional<RuleMatch> both = rival ? one.match().and(other.match()) : Optional.empty();
                // A rule with ports never holds for a later fragment; its own companion does.
                both.filter(match -> !isLaterWithPorts(match, other)).ifPresent(match -> {
                    int priority = Priorities.ambiguous(one.chain().priority());
                    FlowRule drop = FlowRule.of(cookie, 0, priority, match);
                    drops.putIfAbsent(drop.key(), drop);
                });
            }
        }
        return List.copyOf(drops.values());
    }

    private static boolean isLaterWithPorts(RuleMatch match, Entry other) {
        return !other.companion()
                && Companions.needsFirstFragment(other.match().flow())
                && Companions.areLaterFragments(match.flow());
    }

    /** None of an instance, whose chain's entries stand for it. */
    static List<Entry> entries(ChainPlan chain, Map<PortName, Integer> numbers) {
        List<Entry> entries = new ArrayList<>();
        List<RuleIntent.Entry> intents =
                chain.role() == ChainPlan.Role.INSTANCE ? List.of() : chain.intents(RuleIntent.Entry.class);
        for (RuleIntent.Entry enter : intents) {
            Integer port = numbers.get(enter.from().port());
            if (port != null) {
                entries.add(new Entry(chain, RuleMatch.inPort(port, enter.match()), false));
                Companions.of(enter.match())
                        .forEach(each -> entries.add(new Entry(chain, RuleMatch.inPort(port, each), true)));
            }
        }
        return entries;
    }
}
