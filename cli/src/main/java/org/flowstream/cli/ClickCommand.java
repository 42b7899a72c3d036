package org.flowstream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code flowstream click}, for help pages only: {@link Main} hands its words to {@link ClickProgram} as they are, since
 * Click's options are not ours ({@code -h} names a handler).
 */
@Command(
        name = "click",
        description = {
            "Runs a Click configuration as a process, until its driver stops, as Click's own 'click' does.",
            "",
            "  -f, --file FILE               Read the configuration from FILE; without one, from standard input.",
            "  -e, --expression EXPR         Use EXPR as the configuration.",
            "  -j, --threads N               Accepted; the driver is one thread.",
            "  -u, --unix-socket FILE        Listen for control connections on a Unix socket.",
            "  -R, --allow-reconfigure       Accepted; machines are reconfigured by the daemon.",
            "  -h, --handler ELEMENT.H       Show this handler when the driver has stopped; or a pattern: *.count.",
            "  -x, --exit-handler ELEMENT.H  End with this handler's value as status: a number, true (0) or false (1).",
            "  -o, --output FILE             Write the flat configuration to FILE.",
            "  -q, --quit                    Do not run the driver.",
            "  -t, --time                    Show how long the driver took.",
            "  -w, --no-warnings             Do not print warnings.",
            "      --simtime[=SECONDS]       Run in virtual time.",
            "      --io WORD                 Read interfaces by: packet (sockets, the default), ring (shared memory), xdp",
            "                                (AF_XDP: the host itself sees nothing of them), or auto: the fastest there is.",
            "  -C, --clickpath PATH          Where libraries that are required are looked for.",
            "      --help                    Show this page.",
            "  -v, --version                 Show the version."
        },
        customSynopsis = "flowstream click [OPTION]... [VARIABLE=VALUE]... [FILE]",
        footer = {"", "Example:", "  flowstream click router.click -h c.count"})
final class ClickCommand implements Callable<Integer>, SaysNeeds {
    static final String NAME = "click";

    @Override
    public Integer call() {
        throw new IllegalStateException("Main runs this command by itself");
    }

    @Override
    public String needs() {
        return "This command is local: it needs no daemon.";
    }
}
