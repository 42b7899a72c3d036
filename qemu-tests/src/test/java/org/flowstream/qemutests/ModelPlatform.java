package org.flowstream.qemutests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.PortSpec;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.qemutests.model.Box;
import org.flowstream.qemutests.model.Chain;
import org.flowstream.qemutests.model.Site;
import org.flowstream.template.Template;

/** Flowstream with the endpoints of a {@link Site}, asked in the words of the model. */
final class ModelPlatform implements AutoCloseable {
    private static final BridgeName BRIDGE = BridgeName.parse(Platform.bridge());
    private static final int WAIT_SECONDS = 30;
    private static final int POOL = 3;
    /** Longer than a box of low priority waits for a processor that many want: one that is starved counts as dead. */
    private static final String LIVENESS = "3s";

    private static final Duration DAEMON_START = Duration.ofSeconds(30);

    private final HypervisorChoice hypervisor;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Platform platform;
    private final Api api;
    private final ImageCompiler compiler = ImageCompiler.ofProgram();
    private final Map<String, ImageDigest> images = new TreeMap<>();
    private final List<String> daemonCommand;

    private ModelPlatform(HypervisorChoice hypervisor) {
        this.hypervisor = hypervisor;
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        for (int number = 0; number < Site.ENDPOINTS; number++) {
            endpoints.add(Endpoint.make(run, (char) ('a' + number), number + 1));
        }
        this.platform = Platform.start(Map.of("FLOWSTREAM_LIVENESS", LIVENESS), List.of());
        this.api = new Api(platform.home().resolve("run/api.sock"));
        this.daemonCommand = platform.daemonCommand();
    }

    /** A platform with all ports and no chain. */
    static ModelPlatform start(HypervisorChoice hypervisor) {
        ModelPlatform made = new ModelPlatform(hypervisor);
        try {
            for (int port = 0; port < Site.ENDPOINTS; port++) {
                made.addPort(port).ok();
            }
            return made;
        } catch (AssertionError e) {
            made.close();
            throw e;
        }
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    Api api() {
        return api;
    }

    /** What a failed test shows: the rules and groups, what the switch made of them, and the logs. */
    String evidence() {
        String bridge = BRIDGE.text();
        return Command.of("ovs-ofctl", "-O", "OpenFlow13", "dump-flows", bridge)
                        .run()
                        .out()
                + Command.of("ovs-ofctl", "-O", "OpenFlow13", "dump-groups", bridge)
                        .run()
                        .out()
                + Command.of("ovs-ofctl", "-O", "OpenFlow13", "dump-ports-desc", bridge)
                        .run()
                        .out()
                + Command.of("ovs-appctl", "dpif/dump-flows", bridge).run().out()
                + platform.evidence();
    }

    Api.Answer addPort(int port) {
        PortSpec spec = PortSpec.of(portName(port), Owner.OPERATOR, new PortSpec.Spec(BRIDGE, false));
        return apply(Api.JSON.valueToTree(spec), "");
    }

    Api.Answer removePort(int port) {
        return api.delete("/v1/ports/" + portName(port) + "?wait=" + WAIT_SECONDS);
    }

    /** Has some machines wait for chains whose boxes come with packets. */
    void fillPool() {
        PoolSpec pool = PoolSpec.of(
                Name.parse("ready"),
                Owner.OPERATOR,
                new PoolSpec.Spec(PoolSpec.RUNTIME, POOL, MiddleboxSpec.DEFAULT_MEMORY_MIB, hypervisor));
        apply(Api.JSON.valueToTree(pool), "").ok();
    }

    /** Makes or changes a chain and waits until it is ready. */
    Api.Answer put(Chain chain) {
        return api.put("/v1/chains/" + chain.name() + "?wait=" + WAIT_SECONDS, json(chain));
    }

    /** The same as a change that waits for its confirmation for so long. */
    Api.Answer putUntil(Chain chain, Duration confirmation) {
        return apply(json(chain), confirmation.toMillis() + "ms");
    }

    Api.Answer remove(int slot) {
        return api.delete("/v1/chains/c" + slot + "?wait=" + WAIT_SECONDS);
    }

    Api.Answer tell(int slot, String word) {
        return api.post("/v1/chains/c" + slot + "/" + word + "?wait=" + WAIT_SECONDS);
    }

    /** Has a box that waits because it ended before start at once. */
    void hurry(Box box) {
        api.post("/v1/chains/" + box.name() + "/start");
    }

    private Api.Answer apply(JsonNode object, String confirmation) {
        ObjectNode request = Api.JSON
                .createObjectNode()
                .put("set", "model")
                .put("prune", false)
                .put("confirm", confirmation)
                .put("session", "");
        request.putArray("objects").add(object);
        return api.post("/v1/apply?wait=" + WAIT_SECONDS, request);
    }

    private PortName portName(int port) {
        return PortName.parse(endpoints.get(port).port());
    }

    private JsonNode json(Chain chain) {
        return Api.JSON.valueToTree(spec(chain));
    }

    private ChainSpec spec(Chain chain) {
        List<PortName> ports = endpoints.stream()
                .map(endpoint -> PortName.parse(endpoint.port()))
                .toList();
        return new ChainSpecs(BRIDGE, ports, hypervisor, this::image).of(chain);
    }

    private ImageDigest image(Box box) {
        return images.computeIfAbsent(box.toString(), unknown -> {
            Problems problems = new Problems();
            Template template = compiler.infer(
                            new SourceText("mark.click", ProbeFrame.click(box.number(), box.version())), problems)
                    .orElseThrow();
            Image image = compiler.build(template, Map.of(), problems);
            api.put("/v1/images/" + image.digest(), image.bytes()).ok();
            return image.digest();
        });
    }

    boolean isReady(Box box) {
        return api.get("/v1/middleboxes/" + box.name())
                .body()
                .path("state")
                .asText()
                .equals("ready");
    }

    /** Whether a slot is declared as the site has it, or not at all where that has none. */
    boolean isDeclared(int slot, Site site) {
        Api.Answer answer = api.get("/v1/chains/c" + slot);
        Chain chain = site.chains().get(slot);
        if (chain == null) {
            return answer.status() == 404;
        }
        try {
            ChainSpec found = Api.JSON.treeToValue(answer.body(), ChainSpec.class);
            return answer.isGood() && found.equals(spec(chain).inStateOf(found));
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.toString(), e);
        }
    }

    /** The process of a box, or its QEMU; empty while it has none. */
    OptionalLong process(Box box) {
        JsonNode view = api.get("/v1/middleboxes/" + box.name()).ok().body();
        Path file = hypervisor == HypervisorChoice.PROCESS
                ? platform.home()
                        .resolve("run/machines")
                        .resolve(view.path("machine").asText())
                        .resolve("process")
                : Path.of("/run/libvirt/qemu/" + view.path("domain").asText() + ".pid");
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).trim().split(" ", 2)[0]));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(String signal, long process) {
        Command.of("kill", "-" + signal, Long.toString(process)).run();
    }

    void killDaemon() {
        ProcessHandle daemon = platform.daemon();
        signal("KILL", daemon.pid());
        daemon.onExit().join();
    }

    void startDaemon() {
        platform.startDaemonBy(daemonCommand);
        Wait.until(
                "the daemon to answer",
                DAEMON_START,
                () -> api.get("/v1/status").isGood());
    }

    /** Removes all that it made. */
    @Override
    public void close() {
        for (JsonNode chain : api.get("/v1/chains").body()) {
            api.delete("/v1/chains/" + chain.path("name").asText() + "?wait=" + WAIT_SECONDS);
        }
        for (int port = 0; port < Site.ENDPOINTS; port++) {
            removePort(port);
        }
        platform.close();
        endpoints.forEach(Endpoint::remove);
    }
}
