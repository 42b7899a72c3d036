package org.flowstream.qemutests;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A computer whose traffic passes: a network namespace with one veth whose host side is meant for the switch.
 *
 * @param namespace the namespace's name
 * @param port the host side of the veth
 * @param ip4 its address in 198.18.0.0/24 (RFC 2544's range for tests)
 * @param ip6 its address in 2001:db8::/64
 * @param mac its Ethernet address
 */
public record Endpoint(String namespace, String port, String ip4, String ip6, String mac) {

    static Endpoint make(String run, char side, int number) {
        String namespace = "fst-" + run + side;
        String port = "fst" + run + side;
        Endpoint endpoint =
                new Endpoint(namespace, port, "198.18.0." + number, "2001:db8::" + number, "06:00:00:00:00:0" + number);
        Command.of("ip", "netns", "add", namespace).output();
        Command.of("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace)
                .output();
        endpoint.command("ip", "link", "set", "eth0", "address", endpoint.mac).output();
        endpoint.command("ip", "link", "set", "lo", "up").output();
        endpoint.command("ip", "addr", "add", endpoint.ip4 + "/24", "dev", "eth0")
                .output();
        endpoint.command("ip", "addr", "add", endpoint.ip6 + "/64", "dev", "eth0", "nodad")
                .output();
        // The user-space switch would see unfinished checksums and oversized segments from a veth.
        endpoint.command("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off")
                .output();
        endpoint.command("ip", "link", "set", "eth0", "up").output();
        Command.of("ip", "link", "set", port, "up").output();
        return endpoint;
    }

    /** A program to be run inside. */
    public Command command(String... argv) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(Arrays.asList(argv));
        return Command.of(whole);
    }

    /** A web server on the port, both families, answering "hello from PORT"; ends with the namespace. */
    Process serve(int tcpPort, Path log) {
        Process server = command("python3", Resources.path("serve.py").toString(), Integer.toString(tcpPort))
                .start(log);
        Wait.until(
                "a web server on port " + tcpPort + " in " + namespace,
                Duration.ofSeconds(20),
                () -> command("ss", "-Hltn", "sport", "=", ":" + tcpPort)
                        .run()
                        .out()
                        .contains(":" + tcpPort));
        return server;
    }

    /** What ping says of so many questions, 0.2 s apart and each answered within 2 s or never. */
    String ping(int count, String address) {
        return command("ping", "-c", Integer.toString(count), "-i", "0.2", "-W", "2", address)
                .run()
                .out();
    }

    void remove() {
        Command.of("ip", "netns", "pids", namespace)
                .run()
                .out()
                .lines()
                .map(Long::valueOf)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        Command.of("ip", "link", "del", port).run();
        Command.of("ip", "netns", "del", namespace).run();
    }
}
