package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostAddressesTest {
    @TempDir
    private Path folder;

    @Test
    void aDeviceHasItsAddressesAndAnotherNameNone() {
        HostAddresses addresses = new HostAddresses(folder.resolve("none"));
        assertThat(addresses.apply("lo")).contains("127.0.0.1/8");
        assertThat(addresses.apply("tcp")).isEmpty();
        assertThat(addresses.apply("lo:gw")).isEmpty();
    }

    @Test
    void theGatewayIsThatOfTheDefaultRoute() throws IOException {
        Path routes = Files.writeString(folder.resolve("route"), """
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask
                eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF
                eth1\t00000000\t00000000\t0001\t0\t0\t0\t00000000
                eth0\t00000000\tFE0200C0\t0003\t0\t0\t0\t00000000
                """);
        HostAddresses addresses = new HostAddresses(routes);
        assertThat(addresses.apply("eth0:gw")).containsExactly("192.0.2.254");
        assertThat(addresses.apply("eth1:gw")).isEmpty();
        assertThat(addresses.apply("eth2:gw")).isEmpty();
    }
}
