import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowstream.net.FlowMatch;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.RuleMatch;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;

/**
 * Rules put into a bridge in one bundle, by us and by ovs-ofctl in turn: FOLDER holds the sockets of a switch with the bridge
 * br0, which this empties. Prints milliseconds and the ratio of rates.
 */
final class Bundles {
    private static final String BRIDGE = "br0";

    private final Path folder;
    private final int count;
    private final OpenFlowConnection connection;

    private Bundles(Path folder, int count) {
        this.folder = folder;
        this.count = count;
        this.connection =
                OpenFlowConnection.open(folder.resolve(BRIDGE + ".mgmt"), SwitchEvents.NONE, Duration.ofSeconds(60));
    }

    /** Connections of which each has a rule of its own, as those of per-connection instances; every second one goes elsewhere. */
    private List<FlowRule> rules(int otherPort) {
        return IntStream.range(0, count)
                .mapToObj(i -> FlowRule.of(
                        Cookie.of(Cookie.Kind.ENTER, 1 + i % 1000),
                        0,
                        1402,
                        RuleMatch.inPort(
                                1,
                                FlowMatch.parse("tcp,nw_src=10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)
                                        + ",nw_dst=192.0.2.1,tp_src=" + (1024 + i % 50000) + ",tp_dst=80")),
                        RuleAction.output(i % 2 == 0 ? 2 : otherPort)))
                .toList();
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static double milliseconds(Work work) throws IOException, InterruptedException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private void ofctl(String... words) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("ovs-ofctl", "-O", "OpenFlow14"));
        argv.addAll(List.of(words));
        int status = new ProcessBuilder(argv).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", argv) + ": status " + status);
        }
    }

    private String bridge() {
        return "unix:" + folder.resolve(BRIDGE + ".mgmt");
    }

    private Path file(List<FlowRule> rules) throws IOException {
        Path file = Files.createTempFile(folder, "rules", ".txt");
        Files.writeString(file, rules.stream().map(FlowRule::toString).collect(Collectors.joining("\n")) + "\n");
        return file;
    }

    private void add(List<FlowRule> rules) {
        connection.apply(rules.stream().<SwitchChange>map(SwitchChange.AddFlow::new).toList());
    }

    /** What the loop does: look, compare, change what differs. */
    private void replace(List<FlowRule> rules) {
        connection.apply(RuleDiff.changes(new SwitchRules(rules, List.of()), connection.observe()));
    }

    private void expect(List<FlowRule> rules) {
        SwitchRules found = connection.observe();
        if (!found.flows().equals(new SwitchRules(rules, List.of()).flows())) {
            throw new IllegalStateException("the switch has " + found.flows().size() + " rules, and others than it should");
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static void print(String what, List<Double> ours, List<Double> theirs) {
        System.out.printf(
                "%-46s flowstream %7.1f ms (first %7.1f)  ovs-ofctl %7.1f ms  ratio of rates %.2f%n",
                what, median(ours), ours.get(0), median(theirs), median(theirs) / median(ours));
    }

    private void measure(int rounds) throws IOException, InterruptedException {
        List<FlowRule> before = rules(3);
        List<FlowRule> after = rules(4);
        Path beforeFile = file(before);
        Path afterFile = file(after);
        List<List<Double>> times = IntStream.range(0, 4).<List<Double>>mapToObj(i -> new ArrayList<>()).toList();
        for (int round = 0; round < rounds; round++) {
            ofctl("del-flows", bridge());
            times.get(0).add(milliseconds(() -> add(before)));
            expect(before);
            times.get(1).add(milliseconds(() -> replace(after)));
            expect(after);
            ofctl("del-flows", bridge());
            times.get(2).add(milliseconds(() -> ofctl("--bundle", "add-flows", bridge(), beforeFile.toString())));
            expect(before);
            times.get(3).add(milliseconds(() -> ofctl("--bundle", "replace-flows", bridge(), afterFile.toString())));
            expect(after);
        }
        print(count + " rules into an empty bridge", times.get(0), times.get(2));
        print("look at " + count + ", change every second one", times.get(1), times.get(3));
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Bundles bundles = new Bundles(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        bundles.measure(Integer.parseInt(arguments[2]));
        bundles.connection.close();
    }
}
