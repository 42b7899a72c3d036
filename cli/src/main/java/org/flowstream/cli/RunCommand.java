package org.flowstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.flowstream.document.BuiltImage;
import org.flowstream.document.ReturnFlow;
import org.flowstream.image.Manifest;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.net.FlowMatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream run}: from a template to a middlebox in the path of a flow. */
@Command(
        name = "run",
        description =
                "Makes a middlebox from a template and puts it into the path of a flow; returns when it is ready.",
        footer = {
            "",
            "MATCH is written as in ovs-ofctl, as seen entering by the first port; the other port takes what comes back.",
            "A middlebox that does not become ready is removed again. With --detach the daemon goes on by itself, and its",
            "way to ready is the operation whose number is printed.",
            "",
            "Example:",
            "  flowstream run firewall --name fw --between uplink:servers -p rules='allow tcp dst port 80'"
        })
final class RunCommand extends DaemonCommand {
    @Mixin
    private RunSource source;

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "What the middlebox is called.")
    private String name;

    @Mixin
    private WiringOptions wiring;

    @Option(
            names = "--flow",
            paramLabel = "MATCH",
            defaultValue = "",
            description = "The flow that passes it, such as tcp,nw_dst=10.0.0.2,tp_dst=80 (default: all).")
    private String flow = "";

    @Option(
            names = "--priority",
            paramLabel = "NUMBER",
            defaultValue = "100",
            description = "Among the chains of the bridge, 0 to 9999, higher first (default: ${DEFAULT-VALUE}).")
    private int priority;

    @Option(
            names = "--hypervisor",
            paramLabel = "auto|kvm|qemu|xen|process",
            defaultValue = "auto",
            description =
                    "What runs its instructions (default: ${DEFAULT-VALUE}: xen where libvirt is Xen's, else kvm where it is"
                            + " usable, else qemu). A process is no"
                            + " machine: confined, but on the host's own kernel, without libvirt.")
    private String hypervisor = "auto";

    @Option(
            names = "--failure",
            paramLabel = "open|closed",
            defaultValue = "closed",
            description = "Whether its traffic passes while it is down (default: ${DEFAULT-VALUE}).")
    private String failure = "closed";

    @Option(
            names = "--bridge",
            paramLabel = "BRIDGE",
            defaultValue = "${env:FLOWSTREAM_BRIDGE:-flowstream}",
            description = "The bridge of its ports (default: ${DEFAULT-VALUE}, our own).")
    private String bridge = "";

    @Mixin
    private WaitOptions wait;

    @Mixin
    private OutputOption output;

    private final ObjectNode stages = JsonNodeFactory.instance.objectNode();
    private @Nullable String refusal;
    private long operation;

    @Override
    public Integer call() {
        long begin = System.nanoTime();
        Name middlebox = OptionValue.of("--name", () -> Name.parse(name));
        try (Progress progress = output.json() ? Progress.silent(terminal()) : Progress.on(terminal())) {
            ApiClient client = client();
            progress.begin("image", "building");
            RunSource.Built built = source.build(client);
            ChainSpec spec = spec(middlebox, built.source());
            progress.done("template", built.summary(), built.read());
            String path = ImageUpload.path(built.image());
            long uploading = System.nanoTime();
            boolean upload = ImageUpload.bring(client, built.image());
            Duration made = built.made().plus(Duration.ofNanos(System.nanoTime() - uploading));
            stage("image", made);
            progress.done(
                    "image",
                    built.image().digest().abbreviated() + "…  "
                            + Quantities.size(built.image().size()),
                    made);
            progress.begin("machine", "starting");
            try {
                client.lines("POST", "/v1/chains?" + wait.query(), json(spec), line -> tell(progress, line));
            } catch (CommandFailure refused) {
                throw upload ? withoutImage(client, path, refused) : refused;
            }
        }
        if (refusal != null) {
            throw new CommandFailure(middlebox + " did not become ready: " + refusal, "flowstream doctor");
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        if (output.json()) {
            out().println(result(middlebox, took).toPrettyString());
        } else if (wait.detached()) {
            out().println(middlebox + " is on its way: operation " + operation
                    + ".   Wait for it: flowstream operation wait " + operation);
        } else {
            out().println(middlebox + " is ready after " + Quantities.took(took)
                    + ".   Watch it: flowstream ps   Denied packets: flowstream drops " + middlebox);
        }
        return 0;
    }

    /** A refused request leaves nothing behind, an image that was brought for it included. */
    static CommandFailure withoutImage(ApiClient client, String path, CommandFailure refused) {
        try {
            client.delete(path);
        } catch (CommandFailure e) {
            refused.addSuppressed(e); // another run may use it by now
        }
        return refused;
    }

    private ObjectNode result(Name middlebox, Duration took) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("name", middlebox.toString())
                .put("operation", operation)
                .put("ready", !wait.detached())
                .put("tookMillis", took.toNanos() / 1e6);
        result.set("stages", stages);
        return result;
    }

    private void stage(String stage, Duration took) {
        stages.put(stage, took.toNanos() / 1e6);
    }

    /** A line of the daemon's about the way to ready; where nothing is waited for, the operation itself. */
    private void tell(Progress progress, JsonNode line) {
        operation = Math.max(
                operation, line.path(wait.detached() ? "id" : "operation").asLong());
        String kind = line.path("kind").asText();
        if (kind.equals("stage-done")) {
            String stage = line.path("stage").asText();
            Duration took = Duration.ofNanos(line.path("took").asLong());
            stage(stage, took);
            progress.done(stage, line.path("detail").asText(), took);
            progress.begin("…", "");
        } else if (kind.equals("failed")) {
            refusal = line.path("text").asText();
        } else if (kind.equals("action-done")) {
            progress.begin("…", line.path("text").asText());
        }
    }

    private ChainSpec spec(Name middlebox, BuiltImage source) {
        Manifest manifest = source.manifest();
        List<MiddleboxSpec> one = List.of(source.middlebox(
                middlebox,
                OptionValue.of("--hypervisor", () -> HypervisorChoice.parse(hypervisor.toLowerCase(Locale.ROOT))),
                wiring.wire(manifest.template(), manifest.devices())));
        FlowMatch match = OptionValue.of("--flow", () -> FlowMatch.parse(flow));
        return ChainSpec.of(
                middlebox,
                Owner.OPERATOR,
                OptionValue.of(
                        "--priority",
                        () -> new ChainSpec.Spec(
                                OptionValue.of("--bridge", () -> BridgeName.parse(bridge)),
                                match,
                                ReturnFlow.of(match, one, Map.of(middlebox, source)),
                                priority,
                                Instances.ONE,
                                StartMode.NOW,
                                ChainSpec.Spec.DEFAULT_IDLE,
                                OptionValue.of(
                                        "--failure", () -> FailurePolicy.parse(failure.toLowerCase(Locale.ROOT))),
                                Limits.STANDARD,
                                RunState.RUNNING,
                                false,
                                one)));
    }

    private static JsonNode json(ChainSpec spec) {
        ObjectMapper mapper = DeclaredJson.mapper();
        try {
            return mapper.readTree(mapper.writeValueAsString(spec));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a chain that cannot be written: " + spec, e);
        }
    }
}
