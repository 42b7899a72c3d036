package org.flowstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelTest {
    private static final ImageDigest IMAGE = ImageDigest.parse("sha256:" + "0123456789abcdef".repeat(4));

    private static ChainSpec chain() {
        return ChainSpec.of(
                Name.parse("fw"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse("flowstream"),
                        FlowMatch.parse("tcp,nw_dst=10.0.0.2,tp_dst=80"),
                        ChainSpec.Spec.DEFAULT_PRIORITY,
                        FailurePolicy.CLOSED,
                        RunState.RUNNING,
                        List.of(new MiddleboxSpec(
                                Name.parse("fw"),
                                "firewall 1.0.0",
                                IMAGE,
                                MiddleboxSpec.DEFAULT_MEMORY_MIB,
                                1,
                                HypervisorChoice.AUTO,
                                HealthSpec.STANDARD,
                                List.of(
                                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("fw2/outside")))))));
    }

    @Test
    void aMachineIdGivesPortNamesAndAddresses() {
        MachineId id = MachineId.parse("01234567");
        assertThat(id.bits()).isEqualTo(0x00_443_21_4c7L);
        assertThat(id.portName(3).text()).isEqualTo("fs012345673").hasSize(11);
        assertThat(id.mac(0)).isEqualTo(MacAddress.parse("02:00:44:32:14:c7"));
        assertThat(id.mac(9)).isEqualTo(MacAddress.parse("26:00:44:32:14:c7"));
        assertThatThrownBy(() -> id.portName(10)).hasMessage("'10': expected a device number from 0 to 9");
    }

    @Property
    void aMachineIsKnownByItsPorts(
            @ForAll @LongRange(max = (1L << 40) - 1) long bits, @ForAll @IntRange(max = 9) int n) {
        MachineId id = new MachineId(bits);
        assertThat(MachineId.parse(id.toString())).isEqualTo(id);
        assertThat(MachineId.ofPort(id.portName(n))).isEqualTo(Optional.of(id));
        assertThat(id.mac(n).isGroup()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fs", "fs0", "eth0", "fs0123456", "fs01234567", "fs0123456u1", "fsl12345671", "xs012345671"})
    void otherPortsAreNoMachines(String port) {
        assertThat(MachineId.ofPort(PortName.parse(port))).isEmpty();
    }

    @Test
    void badTextsAreNamed() {
        assertThatThrownBy(() -> Name.parse("Fw")).hasMessageStartingWith("'Fw': expected a name of 1 to 48");
        assertThatThrownBy(() -> Name.parse("-fw")).hasMessageStartingWith("'-fw'");
        assertThatThrownBy(() -> Owner.parse("")).hasMessageStartingWith("'': expected an owner");
        assertThatThrownBy(() -> PortName.parse("an/other")).hasMessageStartingWith("'an/other': expected a port name");
        assertThatThrownBy(() -> BridgeName.parse("abcdefghijklmnop"))
                .hasMessageContaining("expected a bridge name of 1 to 15");
        assertThatThrownBy(() -> ImageDigest.parse("sha256:12"))
                .hasMessageContaining("64 lower-case hexadecimal digits");
        assertThatThrownBy(() -> FailurePolicy.parse("OPEN")).hasMessage("'OPEN': expected closed or open");
        assertThatThrownBy(() -> HypervisorChoice.parse("bhyve"))
                .hasMessage("'bhyve': expected auto or kvm or qemu or xen or process");
        assertThatThrownBy(() -> Durations.parse("1")).hasMessageStartingWith("'1': expected a duration");
        assertThatThrownBy(() -> new HealthSpec(List.of(), Duration.ofMillis(99)))
                .hasMessage("'99ms': expected a heartbeat from 100ms to 1h");
        assertThatThrownBy(() -> WireEnd.parse("fw/")).hasMessage("'fw/': expected PORT or MIDDLEBOX/DEVICE");
    }

    @Test
    void choicesMeetTheHost() {
        assertThat(HypervisorChoice.AUTO.resolve(Accelerator.KVM)).isEqualTo(Accelerator.KVM);
        assertThat(HypervisorChoice.QEMU.resolve(Accelerator.KVM)).isEqualTo(Accelerator.QEMU);
        assertThat(HypervisorChoice.AUTO.allows(Accelerator.QEMU)).isTrue();
        assertThat(HypervisorChoice.KVM.allows(Accelerator.QEMU)).isFalse();
        assertThat(HypervisorChoice.PROCESS.resolve(Accelerator.KVM)).isEqualTo(Accelerator.PROCESS);
        assertThat(HypervisorChoice.PROCESS.allows(Accelerator.PROCESS)).isTrue();
        assertThat(HypervisorChoice.PROCESS.allows(Accelerator.QEMU)).isFalse();
        assertThat(HypervisorChoice.AUTO.allows(Accelerator.PROCESS)).isFalse();
    }

    @Test
    void healthKeepsItsLevelsInOrder() {
        HealthSpec health = new HealthSpec(List.of(HealthLevel.FUNCTION, HealthLevel.CONTROL), Duration.ofSeconds(2));
        assertThat(health.ready()).containsExactly(HealthLevel.MACHINE, HealthLevel.CONTROL, HealthLevel.FUNCTION);
        assertThat(health.asks(HealthLevel.FORWARDING)).isFalse();
    }

    @Test
    void aDeclarationSurvivesJson() throws Exception {
        JsonMapper mapper = DeclaredJson.mapper();
        String json = mapper.writeValueAsString(chain());
        assertThat(json)
                .startsWith(
                        "{\"apiVersion\":\"flowstream/v1\",\"kind\":\"Chain\",\"name\":\"fw\",\"owner\":\"operator\",")
                .contains("\"flow\":\"tcp,nw_dst=10.0.0.2,tp_dst=80\"")
                .contains("\"failure\":\"closed\"")
                .contains("\"heartbeat\":\"1s\"")
                .contains("\"to\":\"fw2/outside\"");
        assertThat(mapper.readValue(json, ChainSpec.class)).isEqualTo(chain());
    }

    @Test
    void recordsOfTheDaemonSurviveJson() throws Exception {
        JsonMapper mapper = DeclaredJson.mapper();
        DeclaredChain declared = new DeclaredChain(
                ChainId.parse("0000000z"), chain(), false, Map.of(Name.parse("fw"), MachineId.parse("zzzzzzzz")));
        assertThat(mapper.readValue(mapper.writeValueAsString(declared), DeclaredChain.class))
                .isEqualTo(declared);
        ExternalPort port = new ExternalPort(
                PortName.parse("uplink"), BridgeName.parse("br0"), Owner.OPERATOR, true, List.of("tx", "gso", "tx"));
        assertThat(port.offloadsOff()).containsExactly("gso", "tx");
        assertThat(mapper.readValue(mapper.writeValueAsString(port), ExternalPort.class))
                .isEqualTo(port);
        ExitReason reason =
                new ExitReason(Instant.parse("2026-01-02T03:04:05.678Z"), ExitReason.Cause.PANIC, "PANIC x");
        assertThat(mapper.readValue(mapper.writeValueAsString(reason), ExitReason.class))
                .isEqualTo(reason);
    }

    @Test
    void jsonThatIsNotTheObjectIsRefused() throws Exception {
        JsonMapper mapper = DeclaredJson.mapper();
        String json = mapper.writeValueAsString(chain());
        assertThatThrownBy(() -> mapper.readValue(json.replace("\"vcpus\":1,", ""), ChainSpec.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("vcpus");
        assertThatThrownBy(() -> mapper.readValue(json.replace("\"vcpus\"", "\"cpus\""), ChainSpec.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("cpus");
        assertThatThrownBy(() -> mapper.readValue(json.replace("\"closed\"", "\"shut\""), ChainSpec.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("'shut': expected closed or open");
        assertThatThrownBy(() -> mapper.readValue(json.replace("flowstream/v1", "flowstream/v9"), ChainSpec.class))
                .hasMessageContaining("'flowstream/v9': expected apiVersion flowstream/v1");
    }

    @ParameterizedTest
    @EnumSource
    void everyLifeEndsInRemoval(LifeCycle state) {
        assertThat(state.to(state)).isEqualTo(state);
        if (state != LifeCycle.REMOVED && state != LifeCycle.REMOVING) {
            assertThat(state.to(LifeCycle.REMOVING).to(LifeCycle.REMOVED)).isEqualTo(LifeCycle.REMOVED);
        }
    }

    @Test
    void illegalMovesAreRefused() {
        assertThatThrownBy(() -> LifeCycle.FAILED.to(LifeCycle.READY))
                .hasMessage(
                        "a middlebox that is failed cannot become ready: expected one of [starting, stopped, suspended,"
                                + " removing]");
        assertThat(LifeCycle.REMOVED.next()).isEmpty();
    }

    @Test
    void aChainsIdBearsItsInstallationsMark() {
        Installation here = new Installation("/srv/here");
        // echo -n /srv/here | sha256sum
        assertThat(here.mark()).isEqualTo(0x2dc37b);
        for (int i = 0; i < 1000; i++) {
            ChainId id = ChainId.random(here, new java.util.Random(i));
            assertThat(id.isOf(here)).isTrue();
            assertThat(id.isOf(Installation.STANDARD)).isFalse();
            assertThat(id).isNotEqualTo(ChainId.common(here));
        }
    }
}
