package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.plan.Action;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The daemon dies before and after every action, in the midst of what it was asked for; each next one goes on with what
 * the last one left. A chain that has nothing to do with it carries traffic all the time and loses nothing.
 */
@Tag("endurance")
class FailpointTest {
    private static final int RATE = 250;
    private static final Duration BOUND = Duration.ofSeconds(30);
    /** In no daemon's plan: the one changes nothing, the other is of purge alone. */
    private static final Set<String> NEVER = Set.of("await-ready", "delete-bridge");

    @RegisterExtension
    static final Lab LAB = Lab.withoutPorts();

    private final Set<String> reached = new TreeSet<>();
    private int deaths;

    /**
     * Asks for something of a daemon that dies at the first of these actions, and goes on with daemons that die at the
     * others, before and after each; the last one works.
     */
    private void dieAt(List<String> actions, Runnable ask) {
        dieAt(actions, ask, () -> {});
    }

    /** The same, where the next daemons are asked for something, too. */
    private void dieAt(List<String> actions, Runnable ask, Runnable askAgain) {
        kill();
        List<String> points = new ArrayList<>();
        actions.forEach(action -> points.addAll(List.of(action + ":before", action + ":after")));
        for (int i = 0; i < points.size(); i++) {
            String point = points.get(i);
            start(point);
            (i == 0 ? ask : askAgain).run();
            Wait.until("the daemon to die at " + point, BOUND, () -> !daemonLives());
            deaths++;
        }
        reached.addAll(actions);
        LAB.flowstream("daemon", "start").ok();
    }

    /** It may die before it answers. */
    private static void start(String failpoint) {
        LAB.platform()
                .command("daemon", "start")
                .with(Map.of("FLOWSTREAM_FAILPOINTS", failpoint + "=halt"))
                .run();
    }

    private static void kill() {
        Proc.kill(LAB.platform().daemon().pid());
    }

    private static boolean daemonLives() {
        return !Proc.hasEnded(Proc.number(LAB.platform().home().resolve("run/daemon.pid")));
    }

    /** A command that the daemon does not live to answer. */
    private static Runnable command(String... arguments) {
        return () -> LAB.platform().command(arguments).start(Path.of("/dev/null"));
    }

    private static void awaitReady(String name) {
        Wait.until(
                name + " to be ready",
                BOUND,
                () -> LAB.flowstream("ps")
                        .ok()
                        .out()
                        .lines()
                        .anyMatch(line -> line.matches(name + " .*\\bready\\b.*")));
    }

    private static String[] apply(String set, String objects) {
        try {
            Path file = LAB.platform().home().resolve(set + ".json");
            Files.writeString(file, objects);
            return new String[] {"apply", "-f", file.toString(), "--set", set, "--prune"};
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firewall(String rule) {
        return chain("w", "udp,tp_dst=7001", "", rule);
    }

    private static String chain(String name, String flow, String more, String rule) {
        return """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "%s", "spec": {
                   "between": ["%s", "%s"], "flow": "%s", %s
                   "middleboxes": [{"template": "firewall", "parameters": {"rules": ["%s"]}}]}}
                """.formatted(name, LAB.client().port(), LAB.server().port(), flow, more, rule);
    }

    private static String domain(String name) {
        return Command.of("virsh", "-q", "list", "--name")
                .output()
                .lines()
                .filter(domain -> domain.endsWith("-" + name))
                .collect(Collectors.joining());
    }

    @Test
    void whereverTheDaemonDiesTheNextOneGoesOn() {
        String client = LAB.client().port();
        String server = LAB.server().port();
        // What the daemon turns off at a port that it takes.
        Command.of("ethtool", "-K", client, "gro", "on").output();
        dieAt(
                List.of("create-bridge", "set-base-rules", "add-external-port", "set-offloads"),
                command("port", "add", client, server));
        LAB.flowstream("port", "add", client, server).ok();
        try (Middlebox keep =
                        Middlebox.between(LAB, "wire", "keep", "--flow", "udp,tp_dst=7000", "--failure", "closed");
                Stream stream = Stream.answered(LAB.client(), LAB.server(), 7000, RATE)) {
            stream.awaitArrivals(RATE, BOUND);
            long machine = keep.qemu();
            ofAChain();
            ofInstances();
            Stream.Outcome outcome = stream.end(BOUND);
            System.out.printf("%d deaths of the daemon: %d of %d lost%n", deaths, outcome.lost(), outcome.sent());
            assertThat(outcome.lost()).isZero();
            assertThat(outcome.inOrder()).isTrue();
            assertThat(keep.qemu()).isEqualTo(machine);
            assertThat(Middlebox.ends(keep.inspect())).isZero();
        }
        dieAt(List.of("remove-external-port"), command("port", "rm", client));
        LAB.flowstream("port", "rm", server).ok();
        ofABridgeOfOthers();
        Set<String> all = new TreeSet<>();
        collect(Action.class, all);
        all.removeAll(NEVER);
        all.removeAll(reached);
        assertThat(all).as("actions at which no daemon died").isEmpty();
        // The daemon's own bridge, which it keeps.
        LAB.flowstream("daemon", "stop").ok();
        LAB.flowstream("purge").ok();
    }

    private static void collect(Class<?> kind, Set<String> names) {
        if (kind.isRecord()) {
            names.add(kind.getSimpleName().replaceAll("(?<!^)(?=[A-Z])", "-").toLowerCase(Locale.ROOT));
        } else {
            List.of(kind.getPermittedSubclasses()).forEach(each -> collect(each, names));
        }
    }

    private void ofAChain() {
        dieAt(
                List.of("verify-image", "create-taps", "start-machine", "add-tap-ports", "set-rules"),
                command(apply("w", firewall("allow udp"))));
        awaitReady("w");
        dieAt(List.of("swap-image"), command(apply("w", firewall("allow all"))));
        awaitReady("w");
        String domain = domain("w");
        dieAt(
                List.of("resume-machine"),
                () -> Command.of("virsh", "-q", "suspend", domain).output());
        awaitReady("w");
        dieAt(List.of("suspend-machine"), command("suspend", "w"));
        Wait.until("w to be suspended", BOUND, () -> LAB.flowstream("ps").out().contains("suspended"));
        LAB.flowstream("resume", "w").ok();
        dieAt(List.of("stop-machine"), command("stop", "w"));
        LAB.flowstream("start", "w").ok();
        dieAt(List.of("clear-rules", "destroy-machine", "remove-tap-ports", "delete-taps"), command(apply("w", "[]")));
        Wait.until("nothing of the chain", BOUND, () -> domain("w").isEmpty());
    }

    private void ofInstances() {
        String[] objects = apply(
                "i",
                chain(
                        "i",
                        "udp,tp_dst=7002",
                        "\"instances\": \"per-connection\", \"start\": \"first-packet\", \"idle\": \"5s\",",
                        "allow all"));
        dieAt(List.of("renew-lease"), command(objects));
        LAB.flowstream(objects).ok();
        // The next daemon finds the first connection's instance in its store, and has to be given another connection.
        List<Stream> streams = new ArrayList<>();
        Runnable connect = () -> streams.add(0, Stream.answered(LAB.client(), LAB.server(), 7002, RATE));
        dieAt(List.of("steer-instance"), connect, () -> {
            streams.get(0).close();
            connect.run();
        });
        try (Stream stream = streams.get(0)) {
            int before = stream.arrivals().size();
            stream.awaitArrivals(before + RATE, BOUND);
        }
        LAB.flowstream(apply("i", "[]")).ok();
        Wait.until("no machine of the chain", BOUND, () -> domain("i-.*").isEmpty());
    }

    /** Where two chains' companions cannot be told apart, which takes rules that are of no chain. */
    private void ofABridgeOfOthers() {
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        String bridge = "fstfb" + ProcessHandle.current().pid() % 100_000;
        Endpoint left = Endpoint.make(run, 'c', 3);
        Endpoint right = Endpoint.make(run, 'd', 4);
        Command.of("ovs-vsctl", "add-br", bridge, "--", "set", "Bridge", bridge, "datapath_type=netdev")
                .output();
        try {
            for (Endpoint endpoint : List.of(left, right)) {
                Command.of("ovs-vsctl", "add-port", bridge, endpoint.port()).output();
            }
            String objects = """
                    [{"apiVersion": "flowstream/v1", "kind": "Port", "name": "L", "spec": {"bridge": "BRIDGE"}},
                     {"apiVersion": "flowstream/v1", "kind": "Port", "name": "R", "spec": {"bridge": "BRIDGE"}},
                     {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "x", "spec": {"bridge": "BRIDGE",
                        "between": ["L", "R"], "flow": "udp,tp_dst=1", "middleboxes": [{"template": "wire"}]}},
                     {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "y", "spec": {"bridge": "BRIDGE",
                        "between": ["L", "R"], "flow": "udp,tp_dst=2", "middleboxes": [{"template": "wire"}]}}]
                    """.replace("BRIDGE", bridge)
                    .replace("\"L\"", "\"" + left.port() + "\"")
                    .replace("\"R\"", "\"" + right.port() + "\"");
            LAB.flowstream(apply("f", objects)).ok();
            dieAt(List.of("clear-base-rules"), command(apply("f", "[]")));
            Wait.until(
                    "no rule on the bridge of others",
                    BOUND,
                    () -> !Command.of("ovs-ofctl", "dump-flows", bridge)
                            .output()
                            .contains("cookie=0x466c"));
        } finally {
            Command.of("ovs-vsctl", "del-br", bridge).output();
            left.remove();
            right.remove();
        }
    }
}
