package org.flowstream.rules;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules and groups of one bridge, ordered so that equal ones compare equal: wanted, or found on it. */
public record SwitchRules(List<FlowRule> flows, List<GroupRule> groups) {
    /** Nothing. */
    public static final SwitchRules NONE = new SwitchRules(List.of(), List.of());

    public SwitchRules {
        flows = flows.stream().sorted(RuleOrder.KEPT).toList();
        groups = groups.stream().sorted(Comparator.comparingInt(GroupRule::id)).toList();
    }

    /** These and others. */
    public SwitchRules and(SwitchRules others) {
        return new SwitchRules(
                Stream.concat(flows.stream(), others.flows.stream()).toList(),
                Stream.concat(groups.stream(), others.groups.stream()).toList());
    }

    /** These without the companions in some places. */
    SwitchRules withoutCompanions(Predicate<FlowKey> places) {
        return flows.stream().noneMatch(rule -> isCompanion(rule) && places.test(rule.key()))
                ? this
                : new SwitchRules(
                        flows.stream()
                                .filter(rule -> !isCompanion(rule) || !places.test(rule.key()))
                                .toList(),
                        groups);
    }

    /** Whether there are companions among them, which may stand where another chain's do. */
    public boolean hasCompanions() {
        return flows.stream().anyMatch(SwitchRules::isCompanion);
    }

    /** Whether it may be in the place of another chain's: among leases those of fragments and errors are. */
    static boolean isCompanion(FlowRule rule) {
        return rule.isOf(Cookie.Kind.COMPANION) || rule.isOf(Cookie.Kind.FIRST);
    }

    public boolean isEmpty() {
        return flows.isEmpty() && groups.isEmpty();
    }

    /** The rules that serve the own bridge as a whole, but for those that come and go: what was learnt, samples. */
    public SwitchRules ofBridge() {
        return only(rule -> isCommon(rule, 0));
    }

    /**
     * The rules that several chains of an installation have in common on a bridge of others, those of an earlier version
     * included, which told nobody's. A bridge with rules for unclaimed traffic is another installation's own: what is
     * nobody's there is that one's.
     */
    public SwitchRules common(long id) {
        boolean othersOwn =
                flows.stream().anyMatch(rule -> rule.isOf(Cookie.Kind.BASE) && new Cookie(rule.cookie()).id() == 0);
        return only(rule -> isCommon(rule, id) || (!othersOwn && isCommon(rule, 0)));
    }

    private static boolean isCommon(FlowRule rule, long id) {
        return (rule.isOf(Cookie.Kind.BASE) || rule.isOf(Cookie.Kind.AMBIGUOUS))
                && new Cookie(rule.cookie()).id() == id;
    }

    static boolean isOfChain(FlowRule rule) {
        return rule.isOurs()
                && new Cookie(rule.cookie()).kind().map(Cookie.Kind::isOfChain).orElse(true);
    }

    /** All rules whose ids are such, with the groups they use. */
    public SwitchRules where(LongPredicate id) {
        return only(rule -> rule.isOurs() && id.test(new Cookie(rule.cookie()).id()));
    }

    /** The places of addresses that the switch learnt. */
    public List<FlowRule> learnt() {
        return flows.stream().filter(rule -> rule.isOf(Cookie.Kind.LEARNT)).toList();
    }

    /** The rules of later fragments and ICMP errors, and leases. */
    List<FlowRule> companions() {
        return flows.stream().filter(SwitchRules::isCompanion).toList();
    }

    /** Groups of ours that no rule of ours uses: left over. */
    public List<GroupRule> unusedGroups() {
        Set<Integer> used = groupsOf(flows.stream().filter(FlowRule::isOurs));
        return groups.stream()
                .filter(group -> GroupRule.isOurs(group.id()) && !used.contains(group.id()))
                .toList();
    }

    private SwitchRules only(Predicate<FlowRule> wanted) {
        List<FlowRule> some = flows.stream().filter(wanted).toList();
        Set<Integer> used = groupsOf(some.stream());
        return new SwitchRules(
                some, groups.stream().filter(group -> used.contains(group.id())).toList());
    }

    static Set<Integer> groupsOf(Stream<FlowRule> rules) {
        return rules.flatMap(rule -> rule.actions().stream())
                .filter(RuleAction.ToGroup.class::isInstance)
                .map(action -> ((RuleAction.ToGroup) action).id())
                .collect(Collectors.toSet());
    }

    /** One line each: groups as ovs-ofctl add-group reads them, then rules as ovs-ofctl add-flow does. */
    @Override
    public String toString() {
        return Stream.concat(groups.stream(), flows.stream().sorted(RuleOrder.SHOWN))
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
