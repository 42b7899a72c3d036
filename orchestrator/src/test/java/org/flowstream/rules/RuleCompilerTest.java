package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.ChainId;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;

final class RuleCompilerTest {
    private static final ChainPlan OPEN = Chains.one(0x11, "any", 100, FailurePolicy.OPEN);
    private static final ChainPlan WEB = Chains.one(0x22, "tcp,nw_dst=10.0.0.2,tp_dst=80", 7, FailurePolicy.CLOSED);

    @Test
    void anOpenChainOfOne() {
        assertThat(text(compile(OPEN, Stage.STEERED))).isEqualTo("""
                        group_id=0x466c0014,type=ff,bucket=watch_port:20,actions=output:20,bucket=watch_port:2,actions=output:2
                        group_id=0x466c0015,type=ff,bucket=watch_port:21,actions=output:21,bucket=watch_port:1,actions=output:1
                        cookie=0x466c020000000011, table=0,priority=60000,dl_dst=02:00:00:00:00:11,dl_type=0x88b5 actions=drop
                        cookie=0x466c020000000011, table=0,priority=60000,dl_dst=06:00:00:00:00:11,dl_type=0x88b5 actions=drop
                        cookie=0x466c020000000011, table=0,priority=60000,dl_dst=fe:46:46:53:42:44,in_port=20 actions=drop
                        cookie=0x466c020000000011, table=0,priority=60000,dl_dst=fe:46:46:53:42:44,in_port=21 actions=drop
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=02:00:00:00:00:11,dl_type=0x88b5,in_port=20 actions=controller(max_len=128,id=18028)
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=02:00:00:00:00:11,dl_type=0x88b5,in_port=21 actions=controller(max_len=128,id=18028)
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=06:00:00:00:00:11,dl_type=0x88b5,in_port=20 actions=controller(max_len=128,id=18028)
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=06:00:00:00:00:11,dl_type=0x88b5,in_port=21 actions=controller(max_len=128,id=18028)
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=fe:46:46:53:42:44,dl_dst=02:00:00:00:00:11 actions=drop
                        cookie=0x466c020000000011, table=0,priority=60000,dl_src=fe:46:46:53:42:44,dl_dst=06:00:00:00:00:11 actions=drop
                        cookie=0x466c030000000011, table=0,priority=50000,in_port=20 actions=output:1
                        cookie=0x466c030000000011, table=0,priority=50000,in_port=21 actions=output:2
                        cookie=0x466c040000000011, table=0,priority=1402,in_port=1 actions=group:0x466c0014
                        cookie=0x466c040000000011, table=0,priority=1402,in_port=2 actions=group:0x466c0015
                        """);
    }

    @Test
    void anIsolatedChainPassesNothingAndClaimsNothing() {
        SwitchRules rules = compile(OPEN, Stage.ISOLATED);
        assertThat(rules.groups()).isEmpty();
        assertThat(text(rules).lines().filter(line -> !line.contains("priority=60000")))
                .containsExactly(
                        "cookie=0x466c030000000011, table=0,priority=50000,in_port=20 actions=drop",
                        "cookie=0x466c030000000011, table=0,priority=50000,in_port=21 actions=drop");
    }

    /** a has ports 20 and 21, b 22 and 23. */
    @Test
    void whatAMachineSendsBeforePacketsAreSteeredToItComesToUsWhereItIsTested() {
        ChainPlan plan = Chains.tested(0x44);
        String toUs = "controller(max_len=65535,id=18028)";
        assertThat(leaving(plan, Stage.ISOLATED, Set.of())).containsExactly(toUs, toUs, toUs, toUs);
        assertThat(leaving(plan, Stage.STEERED, Set.of(new MachineId(0x44))))
                .as("a starts anew")
                .containsExactly(toUs, toUs, "group:0x466c0015", "output:2");
        assertThat(leaving(plan, Stage.STEERED, Set.of()))
                .containsExactly("output:1", "group:0x466c0016", "group:0x466c0015", "output:2");
        assertThat(leaving(Chains.two(0x44, "any", FailurePolicy.CLOSED), Stage.ISOLATED, Set.of()))
                .as("not tested")
                .containsExactly("drop", "drop", "drop", "drop");
    }

    private static List<String> leaving(ChainPlan plan, Stage stage, Set<MachineId> held) {
        SwitchRules rules = RuleCompiler.compile(plan, stage, Chains.numbers(20, plan), held);
        return rules.flows().stream()
                .filter(FlowRule::isOfLeaving)
                .map(FlowRule::toString)
                .sorted()
                .map(rule -> rule.replaceAll(".*actions=", ""))
                .toList();
    }

    @Test
    void aPortMatchedFlowTakesItsFragmentsAndErrorsAlong() {
        assertThat(text(compile(WEB, Stage.STEERED)).lines().filter(line -> line.contains("group:")))
                .containsExactly(
                        "cookie=0x466c040000000022, table=0,priority=1030,tcp,nw_dst=10.0.0.2,tp_dst=80,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c040000000022, table=0,priority=1030,tcp,nw_src=10.0.0.2,tp_src=80,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,icmp_type=11,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,icmp_type=12,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,icmp_type=3,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,icmp_type=4,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,icmp_type=5,in_port=2 actions=group:0x466c0015",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,nw_dst=10.0.0.2,icmp_type=11,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,nw_dst=10.0.0.2,icmp_type=12,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,nw_dst=10.0.0.2,icmp_type=3,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,nw_dst=10.0.0.2,icmp_type=4,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,icmp,nw_dst=10.0.0.2,icmp_type=5,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,tcp,nw_dst=10.0.0.2,nw_frag=later,in_port=1 actions=group:0x466c0014",
                        "cookie=0x466c050000000022, table=0,priority=1028,tcp,nw_src=10.0.0.2,nw_frag=later,in_port=2 actions=group:0x466c0015");
    }

    /** First fragments alone of what has an instance already: they tell whose the later ones are. */
    @Test
    void whatTellsTheSwitchNoInstanceComesToUsWhileSomebodyListens() {
        ChainPlan plan = Chains.perConnection(0x33, "udp,nw_dst=10.0.0.2,tp_dst=53");
        Map<PortName, Integer> numbers = Chains.numbers(20, plan);
        assertThat(RuleCompiler.leases(plan, numbers).stream()
                        .map(FlowRule::toString)
                        .filter(rule -> rule.contains("in_port=1 "))
                        .map(rule -> rule.replaceAll(".*(priority=\\S+).*", "$1")))
                .containsExactlyInAnyOrder(
                        "priority=1029,udp,nw_dst=10.0.0.2,tp_dst=53,in_port=1",
                        "priority=1029,udp,nw_dst=10.0.0.2,nw_frag=later,in_port=1",
                        "priority=1029,icmp,nw_dst=10.0.0.2,icmp_type=3,in_port=1",
                        "priority=1029,icmp,nw_dst=10.0.0.2,icmp_type=4,in_port=1",
                        "priority=1029,icmp,nw_dst=10.0.0.2,icmp_type=5,in_port=1",
                        "priority=1029,icmp,nw_dst=10.0.0.2,icmp_type=11,in_port=1",
                        "priority=1029,icmp,nw_dst=10.0.0.2,icmp_type=12,in_port=1",
                        "priority=1031,udp,nw_dst=10.0.0.2,nw_frag=first,tp_dst=53,in_port=1");
        assertThat(RuleCompiler.leases(plan, numbers))
                .allSatisfy(rule -> assertThat(rule.toString())
                        .contains("hard_timeout=4,", "actions=controller(max_len=65535,id=18028)"));
        assertThat(text(RuleCompiler.compile(plan, Stage.STEERED, numbers, Set.of(), Map.of()))
                        .lines()
                        .filter(line -> line.contains("in_port=1 ") && !line.contains("hard_timeout")))
                .as("with nobody listening")
                .hasSize(7)
                .allSatisfy(line -> assertThat(line).contains("priority=1028,").endsWith("actions=drop"));
    }

    @Test
    void companionsOfOtherFlows() {
        assertThat(companions("any")).isEmpty();
        assertThat(companions("ip,nw_dst=10.0.0.2")).isEmpty();
        assertThat(companions("arp")).isEmpty();
        assertThat(companions("dl_vlan=7,udp6,ipv6_dst=2001:db8::1,tp_dst=53,dl_src=02:00:00:00:00:01"))
                .containsExactly(
                        "ipv6,dl_vlan=7,dl_src=02:00:00:00:00:01,ipv6_dst=2001:db8::1,nw_frag=later",
                        "icmp6,dl_vlan=7,ipv6_dst=2001:db8::1,icmp_type=1",
                        "icmp6,dl_vlan=7,ipv6_dst=2001:db8::1,icmp_type=2",
                        "icmp6,dl_vlan=7,ipv6_dst=2001:db8::1,icmp_type=3",
                        "icmp6,dl_vlan=7,ipv6_dst=2001:db8::1,icmp_type=4");
        assertThat(companions("tcp6").get(0))
                .as("protocol 44 in later fragments")
                .isEqualTo("ipv6,nw_frag=later");
        assertThat(companions("tcp"))
                .as("later fragments of IPv4 keep their protocol")
                .hasSize(5);
        assertThat(companions("tcp,tp_dst=80,nw_frag=no")).noneMatch(match -> match.contains("frag"));
    }

    private static List<String> companions(String flow) {
        return Companions.of(FlowMatch.parse(flow)).stream()
                .map(FlowMatch::toString)
                .toList();
    }

    @Test
    void anOpenChainOfTwoSkipsTheMachineThatIsDown() {
        ChainPlan plan = Chains.two(0x33, "any", FailurePolicy.OPEN);
        List<String> lines = text(compile(plan, Stage.STEERED))
                .lines()
                .filter(line -> line.startsWith("group_id") || line.contains("priority=50000"))
                .toList();
        assertThat(lines)
                .containsExactly(
                        "group_id=0x466c0014,type=ff,bucket=watch_port:20,actions=output:20,bucket=watch_port:22,actions=output:22,bucket=watch_port:2,actions=output:2",
                        "group_id=0x466c0015,type=ff,bucket=watch_port:21,actions=output:21,bucket=watch_port:1,actions=output:1",
                        "group_id=0x466c0016,type=ff,bucket=watch_port:22,actions=output:22,bucket=watch_port:2,actions=output:2",
                        "group_id=0x466c0017,type=ff,bucket=watch_port:23,actions=output:23,bucket=watch_port:21,actions=output:21,bucket=watch_port:1,actions=output:1",
                        "cookie=0x466c030000000033, table=0,priority=50000,in_port=20 actions=output:1",
                        "cookie=0x466c030000000033, table=0,priority=50000,in_port=21 actions=group:0x466c0016",
                        "cookie=0x466c030000000033, table=0,priority=50000,in_port=22 actions=group:0x466c0015",
                        "cookie=0x466c030000000033, table=0,priority=50000,in_port=23 actions=output:2");
    }

    @Test
    void aHeldMachineGetsNothing() {
        SwitchRules held =
                RuleCompiler.compile(OPEN, Stage.STEERED, Chains.numbers(20, OPEN), Set.of(new MachineId(0x11)));
        assertThat(held.groups().get(0).buckets()).containsExactly(GroupRule.Bucket.whileLive(2));
        assertThat(RuleDiff.changes(held, compile(OPEN, Stage.STEERED)))
                .as("only groups change")
                .hasSize(2)
                .allMatch(SwitchChange.ModifyGroup.class::isInstance);
    }

    @Test
    void aMachineThatSpeaksBfdLivesAsOnePortSays() {
        SwitchRules rules = RuleCompiler.compile(
                OPEN,
                Stage.STEERED,
                Chains.numbers(20, OPEN),
                Set.of(),
                Map.of(new MachineId(0x11), new MachineId(0x11).portName(1)));
        assertThat(rules.groups())
                .extracting(group -> group.buckets().get(0))
                .containsExactly(GroupRule.Bucket.whileLive(21, 20), GroupRule.Bucket.whileLive(21, 21));
    }

    @Test
    void aPortWithoutANumberIsLeftOut() {
        Map<PortName, Integer> numbers = new TreeMap<>(Chains.numbers(20, OPEN));
        numbers.remove(Chains.SERVERS);
        SwitchRules rules = RuleCompiler.compile(OPEN, Stage.STEERED, numbers, Set.of());
        assertThat(rules.groups().get(0).buckets()).containsExactly(GroupRule.Bucket.whileLive(20));
        assertThat(text(rules).lines())
                .contains("cookie=0x466c030000000011, table=0,priority=50000,in_port=21 actions=drop")
                .filteredOn(line -> line.contains("priority=1402"))
                .hasSize(1);
    }

    @Test
    void theOwnBridgeSwitchesWhatIsUnclaimedAmongExternalPorts() {
        assertThat(BridgeRules.own(Unclaimed.SWITCHED, List.of(2, 1), List.of(), Map.of()) + "\n")
                .isEqualTo("""
                        cookie=0x466c000000000000, table=0,priority=0 actions=goto_table:10
                        cookie=0x466c000000000000, table=10,priority=300,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 actions=drop
                        cookie=0x466c000000000000, table=10,priority=200,dl_src=01:00:00:00:00:00/01:00:00:00:00:00 actions=drop
                        cookie=0x466c000000000000, table=10,priority=100,in_port=1 actions=learn(table=20,hard_timeout=300,priority=100,cookie=0x466c010000000000,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),goto_table:20
                        cookie=0x466c000000000000, table=10,priority=100,in_port=2 actions=learn(table=20,hard_timeout=300,priority=100,cookie=0x466c010000000000,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),goto_table:20
                        cookie=0x466c000000000000, table=10,priority=0 actions=drop
                        cookie=0x466c000000000000, table=20,priority=0 actions=output:1,output:2
                        """);
        assertThat(BridgeRules.own(Unclaimed.DROPPED, List.of(2, 1), List.of(), Map.of()))
                .hasToString("cookie=0x466c000000000000, table=0,priority=0 actions=drop");
        assertThat(BridgeRules.foreign(List.of(OPEN), Map.of(), new ChainId(0x1_0000))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void whatMayBelongToTwoChainsIsDropped() {
        ChainPlan web = Chains.one(1, "tcp,nw_dst=10.0.0.2,tp_dst=80", 100, FailurePolicy.CLOSED);
        ChainPlan tls = Chains.one(2, "tcp,nw_dst=10.0.0.0/24,tp_dst=443", 100, FailurePolicy.CLOSED);
        assertThat(ambiguous(web, tls))
                .contains("priority=1403,tcp,nw_dst=10.0.0.2,nw_frag=later,in_port=1 actions=drop")
                .contains("priority=1403,icmp,nw_dst=10.0.0.2,icmp_type=3,in_port=1 actions=drop")
                .contains("priority=1403,icmp,icmp_type=3,in_port=2 actions=drop")
                .allMatch(line -> line.contains("nw_frag=later") || line.contains("icmp_type="))
                .hasSize(12);
    }

    @Test
    void theChainAboveTakesWhatTheChainBelowCannotClaim() {
        ChainPlan web = Chains.one(1, "tcp,nw_dst=10.0.0.2,tp_dst=80", 10, FailurePolicy.CLOSED);
        ChainPlan rest = Chains.one(2, "ip,nw_dst=10.0.0.2", 20, FailurePolicy.CLOSED);
        assertThat(ambiguous(web, rest)).as("web never gets a packet").isEmpty();
        ChainPlan below = Chains.one(3, "ip,nw_dst=10.0.0.2", 5, FailurePolicy.CLOSED);
        assertThat(ambiguous(web, below))
                .contains("priority=1043,tcp,nw_dst=10.0.0.2,nw_frag=later,in_port=1 actions=drop");
        ChainPlan elsewhere = Chains.one(4, "udp,nw_dst=10.9.0.2", 10, FailurePolicy.CLOSED);
        assertThat(ambiguous(web, elsewhere))
                .as("errors about either come to any address by servers")
                .hasSize(5)
                .allMatch(line -> line.contains("in_port=2"));
    }

    private static List<String> ambiguous(ChainPlan... plans) {
        return BridgeRules.foreign(List.of(plans), Chains.numbers(20, plans), new ChainId(0x1_0000)).flows().stream()
                .map(rule -> rule.toString().replaceFirst(".*table=0,", ""))
                .toList();
    }

    @Test
    void aDiffTouchesOnlyWhatDiffers() {
        SwitchRules wanted = compile(WEB, Stage.STEERED);
        assertThat(RuleDiff.changes(wanted, wanted)).isEmpty();

        SwitchRules isolated = compile(WEB, Stage.ISOLATED);
        List<SwitchChange> steer = RuleDiff.changes(wanted, isolated);
        assertThat(steer.subList(0, 2)).as("groups before rules").allMatch(SwitchChange.AddGroup.class::isInstance);
        assertThat(steer.subList(2, steer.size())).allMatch(SwitchChange.AddFlow.class::isInstance);
        assertThat(steer).as("2 groups, 2 leave rules, 14 entries").hasSize(18);

        List<SwitchChange> clear = RuleDiff.changes(SwitchRules.NONE, wanted);
        assertThat(clear.get(clear.size() - 1))
                .as("groups after rules")
                .isEqualTo(new SwitchChange.DeleteGroup(0x466c0015));
        assertThat(clear).hasSize(wanted.flows().size() + 2);
    }

    /** Two installations on one bridge of others, each with two chains whose fragments cannot be told apart. */
    @Test
    void whatChainsHaveInCommonIsAnInstallationsOwn() {
        Installation here = new Installation("/srv/here");
        Installation there = new Installation("/srv/there");
        ChainPlan web = Chains.one(1, "tcp,nw_dst=10.0.0.2,tp_dst=80", 100, FailurePolicy.CLOSED);
        ChainPlan tls = Chains.one(2, "tcp,nw_dst=10.0.0.0/24,tp_dst=443", 100, FailurePolicy.CLOSED);
        List<ChainPlan> both = List.of(web, tls);
        Map<PortName, Integer> numbers = Chains.numbers(20, web, tls);
        SwitchRules ours = BridgeRules.foreign(both, numbers, ChainId.common(here));
        SwitchRules theirs = BridgeRules.foreign(both, numbers, ChainId.common(there));
        SwitchRules early = BridgeRules.foreign(both, numbers, new ChainId(0));
        List<FlowRule> flows = new ArrayList<>(ours.flows());
        flows.addAll(theirs.flows());
        flows.addAll(compile(WEB, Stage.STEERED).flows());
        SwitchRules found = new SwitchRules(flows, List.of());

        assertThat(ours.isEmpty()).isFalse();
        assertThat(found.common(ChainId.common(here).bits())).isEqualTo(ours);
        assertThat(new FoundRules(found).chains()).containsExactly(0x22L);
        assertThat(found.where(id -> new ChainId(id).isOf(there))).isEqualTo(theirs);
        // What an early version left is nobody's but on the bridge: whoever looks first has it replaced.
        assertThat(early.common(ChainId.common(here).bits())).isEqualTo(early);
    }

    @Test
    void rulesAreToldApartByTheirCookies() {
        ChainPlan web = WEB;
        SwitchRules base = BridgeRules.own(Unclaimed.SWITCHED, List.of(1, 2), List.of(), Map.of());
        FlowRule learnt = FlowRule.of(
                Cookie.of(Cookie.Kind.LEARNT, 0),
                20,
                100,
                RuleMatch.of(FlowMatch.parse("dl_dst=02:00:00:00:00:01")),
                RuleAction.output(9));
        FlowRule theirs = new FlowRule(0x77, new FlowKey(0, 1030, learnt.key().match()), List.of(), 0, 0);
        GroupRule leftOver = new GroupRule(0x466c_0999, GroupRule.Type.ALL, List.of());
        List<FlowRule> flows = new ArrayList<>(base.flows());
        flows.addAll(compile(web, Stage.STEERED).flows());
        flows.addAll(List.of(learnt, theirs));
        List<GroupRule> groups = new ArrayList<>(compile(web, Stage.STEERED).groups());
        groups.add(leftOver);
        SwitchRules found = new SwitchRules(flows, groups);

        assertThat(new FoundRules(found).ofChain(0x22)).isEqualTo(compile(web, Stage.STEERED));
        assertThat(found.ofBridge()).isEqualTo(base);
        assertThat(new FoundRules(found).chains()).containsExactly(0x22L);
        assertThat(found.unusedGroups()).containsExactly(leftOver);
        assertThat(BridgeRules.forget(found, List.of(1, 9))).isEmpty();
        assertThat(BridgeRules.forget(found, List.of(1, 2))).containsExactly(new SwitchChange.DeleteFlow(learnt));
        FlowRule ours = FlowRule.of(
                Cookie.of(Cookie.Kind.ENTER, 1), 0, 1030, learnt.key().match());
        assertThat(RuleDiff.conflicts(new SwitchRules(List.of(ours), List.of()), flows))
                .containsExactly(theirs);
    }

    @Test
    void changesReachOnlyWhatIsOurs() {
        assertThatThrownBy(() -> new SwitchChange.DeleteGroup(5)).hasMessage("not a group of ours: 0x5");
        assertThatThrownBy(() -> new Cookie(0x77)).hasMessageContaining("not a cookie of ours");
        assertThatThrownBy(() ->
                        new SwitchChange.AddFlow(new FlowRule(0, new FlowKey(0, 0, RuleMatch.ALL), List.of(), 0, 0)))
                .hasMessageStartingWith("not a rule of ours");
    }

    private static SwitchRules compile(ChainPlan plan, Stage stage) {
        return RuleCompiler.compile(plan, stage, Chains.numbers(20, plan), Set.of());
    }

    private static String text(SwitchRules rules) {
        return rules + "\n";
    }
}
