package org.flowstream.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.PacketText;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.process.EngineProgram;
import org.flowstream.process.EngineTracer;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Packets through a real switch with a chain's rules, and through its image on the real engine; no machine runs. */
final class TracerTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final String BRIDGE = "flowstream";
    private static final MachineId MACHINE = new MachineId(0x1234);

    @TempDir
    private Path folder;

    private final Map<PortName, Integer> numbers = new TreeMap<>();
    /** What the running machine would answer, by handler. */
    private final Map<String, String> live = new TreeMap<>();

    private boolean answers = true;

    TracerTest() {}

    @BeforeEach
    void bridge() {
        OVS.vsctl(
                "add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "fail-mode=secure", "protocols=OpenFlow10,OpenFlow13");
        for (String port : List.of(
                "uplink",
                "servers",
                MACHINE.portName(0).text(),
                MACHINE.portName(1).text())) {
            int number = numbers.size() + 1;
            OVS.vsctl("add-port", BRIDGE, port, "--", "set", "int", port, "ofport_request=" + number);
            numbers.put(new PortName(port), number);
        }
    }

    @AfterEach
    void empty() {
        OVS.vsctl("del-br", BRIDGE);
    }

    private DeclaredChain chain(String template, Map<String, List<String>> parameters, String flow) {
        Problems problems = new Problems();
        Template loaded = TemplateLoader.stock(template);
        List<String> options = parameters.entrySet().stream()
                .flatMap(each -> each.getValue().stream().map(text -> each.getKey() + "=" + text))
                .toList();
        Image image = ImageCompiler.ofProgram()
                .build(
                        loaded,
                        ParameterBinder.bind(loaded, Assignment.of(Optional.empty(), options, problems), problems),
                        problems);
        new ImageStore(folder).put(image);
        List<DeviceWiring> devices = new ArrayList<>();
        List<String> ports = List.of("uplink", "servers");
        image.manifest()
                .devices()
                .forEach(device -> devices.add(
                        new DeviceWiring(device.name(), device.mode(), WireEnd.parse(ports.get(devices.size())))));
        Name name = Name.parse("fw");
        ChainSpec spec = ChainSpec.of(
                Name.parse("web"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse(BRIDGE),
                        FlowMatch.parse(flow),
                        100,
                        FailurePolicy.CLOSED,
                        RunState.RUNNING,
                        List.of(new MiddleboxSpec(
                                name,
                                "t 1.0.0",
                                image.digest(),
                                8,
                                1,
                                HypervisorChoice.AUTO,
                                HealthSpec.STANDARD,
                                devices))));
        DeclaredChain chain = new DeclaredChain(new ChainId(0x77), spec, true, Map.of(name, MACHINE));
        ChainPlan plan = ChainCompiler.compile(chain);
        put(BridgeRules.own(Unclaimed.SWITCHED, List.of(1, 2), List.of(plan), numbers));
        put(RuleCompiler.compile(plan, Stage.STEERED, numbers, Set.of()));
        return chain;
    }

    private static void put(SwitchRules rules) {
        rules.groups().forEach(group -> OVS.ofctl("add-group", BRIDGE, group.toString()));
        rules.flows().forEach(flow -> OVS.ofctl("add-flow", BRIDGE, flow.toString()));
    }

    private Trace trace(DeclaredChain chain, String port, String match) {
        return with(tracer -> tracer.trace(List.of(chain), port, FlowMatch.parse(match)));
    }

    private Trace with(java.util.function.Function<Tracer, Trace> ask) {
        LiveMachines machines = (name, machine, handlers) -> {
            if (!answers) {
                throw new IOException("middlebox 'fw' does not answer");
            }
            Map<String, String> found = new TreeMap<>(live);
            found.keySet().retainAll(handlers);
            return found;
        };
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            return ask.apply(new Tracer(
                    SwitchControl.of(SwitchAddress.parse("unix:" + OVS.databaseSocket())),
                    new ImageStore(folder),
                    new EngineTracer(engine),
                    machines,
                    ElementLibrary.load(),
                    Clock.systemUTC()));
        }
    }

    private static List<String> way(Hop hop) {
        return hop.way().stream()
                .map(stage -> stage.name() + (stage.rule().isEmpty() ? "" : ": " + stage.rule()))
                .toList();
    }

    @Test
    void aDeniedPacketEndsAtTheRuleAndTheRuleHasAnAuthor() {
        DeclaredChain chain = chain("firewall", Map.of("rules", List.of("allow tcp dst port 80", "deny all")), "tcp");
        Trace trace = trace(chain, "uplink", "tcp,nw_src=198.51.100.7,nw_dst=10.0.0.2,tp_dst=22");
        assertThat(trace.hops()).hasSize(2);
        Hop first = trace.hops().get(0);
        assertThat(first.where()).isEqualTo("switch");
        assertThat(first.way()).hasSize(1);
        assertThat(first.way().get(0).kind()).isEqualTo("chain 'web' claims it");
        assertThat(first.way().get(0).place()).isEqualTo("0x466c040000000077");
        assertThat(first.ends()).extracting(Hop.End::text).containsExactly("→ fw.outside");
        Hop second = trace.hops().get(1);
        assertThat(second.where()).isEqualTo("fw");
        assertThat(second.after()).isEqualTo(1);
        assertThat(way(second)).containsExactly("from_outside", "inward", "check", "filter: rule 1 'deny all'");
        assertThat(second.ends()).extracting(Hop.End::text).containsExactly("✗ dropped: denied");
        assertThat(second.notes()).isEmpty();
        assertThat(trace.verdict()).hasSize(2);
        assertThat(trace.verdict().get(0)).isEqualTo("It is dropped in fw, by filter.");
        assertThat(trace.verdict().get(1))
                .matches("The rule is at firewall.click:\\d+, set by parameter rules\\[1\\]\\.");
    }

    @Test
    void anAllowedPacketIsFollowedOutOfTheChain() {
        DeclaredChain chain = chain("firewall", Map.of("rules", List.of("allow tcp dst port 80", "deny all")), "tcp");
        Trace trace = trace(chain, "uplink", "tcp,nw_dst=10.0.0.2,tp_dst=80");
        assertThat(trace.hops()).extracting(Hop::where).containsExactly("switch", "fw", "switch");
        assertThat(trace.hops().get(2).way().get(0).kind()).isEqualTo("chain 'web' sends it on");
        assertThat(trace.hops().get(2).ends()).extracting(Hop.End::fate).containsExactly(Hop.Fate.DELIVERED);
        assertThat(trace.verdict()).containsExactly("It reaches servers.");
    }

    @Test
    void rulesWrittenWhileItRunsAreTheOnesThatCount() {
        DeclaredChain chain = chain("firewall", Map.of("rules", List.of("allow tcp dst port 80", "deny all")), "tcp");
        live.put("filter.config", "deny tcp dst port 80, allow all");
        assertThat(trace(chain, "uplink", "tcp,tp_dst=22").verdict()).containsExactly("It reaches servers.");
        Trace denied = trace(chain, "uplink", "tcp,tp_dst=80");
        assertThat(way(denied.hops().get(1))).endsWith("filter: rule 0 'deny tcp dst port 80'");
        assertThat(denied.verdict().get(1)).endsWith(", written while it runs.");
    }

    @Test
    void whatNoChainClaimsIsSwitchedAndWhatMachinesSendIsNotAskedForTwice() {
        DeclaredChain chain = chain("firewall", Map.of(), "tcp");
        Trace trace = trace(chain, "uplink", "udp,tp_dst=53");
        assertThat(trace.hops()).hasSize(1);
        assertThat(trace.hops().get(0).way().stream().map(Hop.Stage::name))
                .containsExactly("table 0", "table 10", "table 20");
        assertThat(trace.hops().get(0).way().get(0).kind()).isEqualTo("no chain claims it");
        assertThat(trace.verdict()).containsExactly("It reaches servers.");
        // Nothing was learnt from it.
        assertThat(OVS.ofctl("dump-flows", BRIDGE, "table=20")).doesNotContain("dl_dst=");
    }

    @Test
    void aDeadMachineIsNotEntered() {
        DeclaredChain chain = chain("firewall", Map.of(), "tcp");
        OVS.setLink(MACHINE.portName(0).text(), false);
        Trace trace = trace(chain, "uplink", "tcp,tp_dst=80");
        assertThat(trace.hops()).hasSize(1);
        assertThat(trace.hops().get(0).way().get(0).kind()).isEqualTo("chain 'web' claims it; fw.outside is not live");
        assertThat(trace.verdict()).containsExactly("It goes nowhere: the switch drops it.");
    }

    @Test
    void whatIsNotKnownIsNotClaimed() {
        DeclaredChain chain = chain("nat", Map.of(), "any");
        Trace trace = trace(chain, "servers", "tcp,nw_src=192.168.1.2,nw_dst=203.0.113.1,tp_dst=80");
        // An addressed device: the packet is sent to its address, and that is told.
        assertThat(trace.chosen()).contains("dl_dst=" + MACHINE.mac(1));
        Hop inside = trace.hops().get(1);
        assertThat(inside.notes())
                .anyMatch(note -> note.startsWith("State unknown: ") && note.contains("translate :: "));
        assertThat(inside.way()).anyMatch(stage -> stage.name().equals("translate") && stage.rewrote());
        // The next hop's address is not known, so that it is asked for: what was made goes its own way.
        assertThat(inside.ends()).extracting(Hop.End::fate).containsExactly(Hop.Fate.HELD);
        assertThat(trace.hops()).anyMatch(hop -> hop.what().startsWith("made by "));
        assertThat(trace.verdict().get(0)).endsWith("(state unknown: see there).");
    }

    @Test
    void whatARewriterWasGivenWhileItRunsIsWhatItDoes() {
        DeclaredChain chain = chain("nat", Map.of(), "any");
        live.put("pings.pattern0", "pattern 198.51.100.77 - 0-65535 0 1");
        live.put("translate.pattern0", "pattern 198.51.100.77 2000-2001# - - 0 1");
        live.put("outside/arp.table", "198.51.100.1 1 06-00-00-00-00-01 10.000000\n");
        Trace trace = trace(chain, "servers", "tcp,nw_src=192.168.1.2,nw_dst=203.0.113.1,tp_dst=80");
        assertThat(trace.hops()).flatExtracting(Hop::notes).noneMatch(note -> note.contains("pattern0"));
        assertThat(trace.hops().get(1).ends())
                .extracting(Hop.End::packet)
                .anyMatch(packet -> packet.contains("src=198.51.100.77") && packet.contains("sport=2000"));
        assertThat(trace.verdict().get(0)).startsWith("It reaches uplink");
    }

    @Test
    void aMachineThatDoesNotAnswerIsToldAsUnknown() {
        answers = false;
        DeclaredChain chain = chain("firewall", Map.of("rules", List.of("deny all")), "tcp");
        Trace trace = trace(chain, "uplink", "tcp,tp_dst=22");
        assertThat(trace.hops().get(1).notes())
                .containsExactly("State unknown: middlebox 'fw' does not answer; told as just after its start.");
        assertThat(trace.verdict().get(0)).isEqualTo("It is dropped in fw, by filter (state unknown: see there).");
    }

    @Test
    void anAnswerIsFollowedBack() {
        DeclaredChain chain = chain("nat", Map.of(), "any");
        Trace trace = with(tracer -> tracer.trace(
                List.of(chain),
                "servers",
                PacketText.parse("ether(src=06:00:00:00:00:01, dst=ff:ff:ff:ff:ff:ff) / "
                        + "arp(op=1, sha=06:00:00:00:00:01, spa=192.168.1.2, tpa=192.168.1.1)")));
        assertThat(trace.verdict())
                .anyMatch(line -> line.startsWith("It is taken in by "))
                .anyMatch(line -> line.startsWith("Made by ") && line.endsWith(" reaches servers."));
    }

    @Test
    void aPortThatIsNotThereIsRefused() {
        DeclaredChain chain = chain("firewall", Map.of(), "tcp");
        assertThatThrownBy(() -> trace(chain, "nosuch", "tcp"))
                .isInstanceOf(BadValueException.class)
                .hasMessage("the switch has no port 'nosuch'");
    }
}
