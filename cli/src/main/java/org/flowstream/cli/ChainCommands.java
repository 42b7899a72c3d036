package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.document.DeclarationSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream chain}: which middleboxes a flow passes. */
@Command(
        name = "chain",
        description = "Lists, shows, removes, bypasses and resumes chains.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ChainCommands.Ls.class,
            ChainCommands.Show.class,
            ChainCommands.Rm.class,
            ChainCommands.Bypass.class,
            ChainCommands.Resume.class,
            ChainCommands.SchemaCommand.class
        },
        footer = {"", "Example:", "  flowstream chain ls"})
final class ChainCommands extends GroupCommand {
    /** The state of a chain in one word, from those of its middleboxes. */
    private static String state(JsonNode chain, JsonNode middleboxes) {
        Set<String> states = new TreeSet<>();
        for (JsonNode box : middleboxes) {
            if (box.path("chain").asText().equals(chain.path("name").asText())) {
                states.add(box.path("state").asText());
            }
        }
        String state = String.join(", ", states);
        return chain.at("/spec/bypassed").asBoolean() ? "bypassed (" + state + ")" : state;
    }

    private static String flow(JsonNode spec, String member) {
        String flow = spec.path(member).asText();
        return flow.isEmpty() ? "any" : flow;
    }

    private static String hops(JsonNode spec) {
        List<String> names = new ArrayList<>();
        spec.path("middleboxes").forEach(box -> names.add(box.path("name").asText()));
        return String.join(" > ", names);
    }

    /** Lists them. */
    @Command(
            name = "ls",
            description = "Lists the chains: flow, middleboxes in order, state.",
            footer = {"", "Example:", "  flowstream chain ls --output json"})
    static final class Ls extends DaemonCommand {
        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            ApiClient client = client();
            JsonNode chains = client.get("/v1/chains");
            JsonNode boxes = client.get("/v1/middleboxes");
            Table table = new Table("NAME", "OWNER", "STATE", "FLOW", ">PRIORITY", "FAILURE", "BRIDGE", "MIDDLEBOXES");
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            for (JsonNode chain : chains) {
                JsonNode spec = chain.path("spec");
                String state = state(chain, boxes);
                table.row(
                        chain.path("name").asText(),
                        chain.path("owner").asText(),
                        state,
                        flow(spec, "flow"),
                        spec.path("priority").asText(),
                        spec.path("failure").asText(),
                        spec.path("bridge").asText(),
                        hops(spec));
                json.add(chain.<ObjectNode>deepCopy().put("state", state));
            }
            output.print(terminal(), json, table);
            return 0;
        }
    }

    /** Shows one. */
    @Command(
            name = "show",
            description = "Shows a chain as declared: its flow, and each middlebox with its wires.",
            footer = {"", "Example:", "  flowstream chain show web"})
    static final class Show extends DaemonCommand {
        @Parameters(paramLabel = "NAME", description = "The chain, or a middlebox of it.")
        private String name;

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            ApiClient client = client();
            JsonNode chain = client.get("/v1/chains/" + ApiClient.segment(name));
            if (output.json()) {
                out().println(chain.toPrettyString());
                return 0;
            }
            JsonNode spec = chain.path("spec");
            Table facts = new Table("", "");
            facts.row("chain", chain.path("name").asText())
                    .row("owner", chain.path("owner").asText())
                    .row("state", state(chain, client.get("/v1/middleboxes")))
                    .row("bridge", spec.path("bridge").asText())
                    .row("flow", flow(spec, "flow"))
                    .row("comes back as", flow(spec, "returnFlow"))
                    .row("priority", spec.path("priority").asText())
                    .row("failure", spec.path("failure").asText())
                    .row("instances", spec.path("instances").asText())
                    .row("start", spec.path("start").asText());
            if (!spec.path("instances").asText("one").equals("one")
                    || spec.path("start").asText().equals("first-packet")) {
                demand(facts, client.get("/v1/chains/" + ApiClient.segment(name) + "/demand"));
            }
            out().print(facts.render());
            out().println();
            Table hops = new Table("MIDDLEBOX", "TEMPLATE", "DEVICE", "WIRED TO", "PARAMETERS");
            for (JsonNode box : spec.path("middleboxes")) {
                boolean first = true;
                for (JsonNode device : box.path("devices")) {
                    hops.row(
                            first ? box.path("name").asText() : "",
                            first ? box.path("template").asText() : "",
                            device.path("device").asText(),
                            device.path("to").asText(),
                            first && !box.path("parameters").isEmpty()
                                    ? box.path("parameters").toString()
                                    : "");
                    first = false;
                }
            }
            out().print(hops.render());
            return 0;
        }
    }

    /** What a chain whose machines come with packets takes now. */
    private static void demand(Table facts, JsonNode demand) {
        List<String> shed = new ArrayList<>();
        for (JsonNode each : demand.path("shed")) {
            shed.add(Quantities.count(each.path("packets").asLong()) + " "
                    + each.path("reason").asText());
        }
        facts.row(
                        "serving now",
                        demand.path("instances").asText() + " of at most "
                                + demand.path("mostInstances").asText() + ", new at most "
                                + demand.path("newPerSecond").asText() + " a second")
                .row("packets shed", shed.isEmpty() ? "none" : String.join(", ", shed));
    }

    /** Removes some. */
    @Command(
            name = "rm",
            description = "Removes chains with their machines, ports, rules and exit reasons.",
            footer = {"", "Example:", "  flowstream chain rm web"})
    static final class Rm extends DaemonCommand {
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain.")
        private List<String> names = new ArrayList<>();

        @Mixin
        private WaitOptions wait;

        @Override
        public Integer call() {
            for (String name : names) {
                long begin = System.nanoTime();
                JsonNode operation = client().delete("/v1/chains/" + ApiClient.segment(name) + "?" + wait.query());
                out().println(name + " is removed" + wait.after(begin, operation));
            }
            return 0;
        }
    }

    /** Takes middleboxes out of the path. */
    @Command(
            name = "bypass",
            description = "Takes a chain's middleboxes out of the path: its flow goes from port to port, unprocessed.",
            footer = {
                "",
                "Its machines go on running. Where they translate addresses, the two sides do not understand each other.",
                "",
                "Example:",
                "  flowstream chain bypass web"
            })
    static final class Bypass extends DaemonCommand {
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain.")
        private List<String> names = new ArrayList<>();

        @Mixin
        private WaitOptions wait;

        @Override
        public Integer call() {
            for (String name : names) {
                long begin = System.nanoTime();
                JsonNode operation = client().post("/v1/chains/" + ApiClient.segment(name) + "/bypass?" + wait.query());
                out().println(name + " is bypassed" + wait.after(begin, operation));
            }
            return 0;
        }
    }

    /** Puts middleboxes into the path again. */
    @Command(
            name = "resume",
            description = "Puts the middleboxes of a bypassed chain into the path of its flow again.",
            footer = {"", "Example:", "  flowstream chain resume web"})
    static final class Resume extends DaemonCommand {
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain.")
        private List<String> names = new ArrayList<>();

        @Mixin
        private WaitOptions wait;

        @Override
        public Integer call() {
            for (String name : names) {
                long begin = System.nanoTime();
                JsonNode operation = client().post("/v1/chains/" + ApiClient.segment(name) + "/resume?" + wait.query());
                out().println(name + " is resumed" + wait.after(begin, operation));
            }
            return 0;
        }
    }

    /** Prints the schema. */
    @Command(
            name = "schema",
            description = "Prints the JSON Schema of declared objects, for editors and other tools.",
            footer = {"", "Example:", "  flowstream chain schema > declaration.schema.json"})
    static final class SchemaCommand extends LocalCommand {
        @Override
        public Integer call() {
            out().print(DeclarationSchema.text());
            return 0;
        }
    }
}
