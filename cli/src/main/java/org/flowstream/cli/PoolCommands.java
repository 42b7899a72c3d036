package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream pool}: machines that wait for flows. */
@Command(
        name = "pool",
        description = "Lists the pools of machines that wait for the first packets of flows.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {PoolCommands.Ls.class},
        footer = {
            "",
            "Pools are made and changed by documents of kind Pool: flowstream apply.",
            "",
            "Example:",
            "  flowstream pool ls"
        })
final class PoolCommands extends GroupCommand {
    /** Lists them. */
    @Command(
            name = "ls",
            description = "Lists the pools: how many machines are to wait, and how many do.",
            footer = {
                "",
                "WANTED is the size for each bridge and number of devices that a chain with machines on demand asks for.",
                "",
                "Example:",
                "  flowstream pool ls --output json"
            })
    static final class Ls extends DaemonCommand {
        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode pools = client().get("/v1/pools");
            Table table =
                    new Table("NAME", "OWNER", ">SIZE", ">WANTED", ">READY", ">STARTING", ">MEMORY", "HYPERVISOR");
            for (JsonNode pool : pools) {
                table.row(
                        pool.path("name").asText(),
                        pool.path("owner").asText(),
                        pool.at("/spec/size").asText(),
                        pool.path("wanted").asText(),
                        pool.path("ready").asText(),
                        pool.path("starting").asText(),
                        pool.at("/spec/memoryMib").asText() + " MiB",
                        pool.at("/spec/hypervisor").asText());
            }
            output.print(terminal(), pools, table);
            return 0;
        }
    }
}
