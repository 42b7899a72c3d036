package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.click.Graph;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.ClickCompiler;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.process.ClickDriver;

/** Click's user-level driver: compiles a configuration in this process, and runs it on the engine as another one. */
final class ClickProgram {
    private static final int FAILED = 1;
    private static final Set<String> TEXT_HANDLERS = Set.of("config", "flatconfig", "requirements");

    private final Terminal terminal;
    private final ClickArguments arguments;

    private ClickProgram(Terminal terminal, ClickArguments arguments) {
        this.terminal = terminal;
        this.arguments = arguments;
    }

    /** Runs it on the words behind {@code click}; answers the exit status. */
    static int run(Terminal terminal, List<String> words) {
        ClickArguments arguments;
        try {
            arguments = ClickArguments.parse(words);
        } catch (ClickArguments.Refused e) {
            terminal.err().println(e.getMessage());
            terminal.err().println("Usage: click [OPTION]... [ROUTERFILE]");
            terminal.err().println("Try 'click --help' for more information.");
            return FAILED;
        }
        arguments.complaints.forEach(terminal.err()::println);
        if (arguments.help) {
            Optional.ofNullable(Main.commandLine(terminal).getSubcommands().get(ClickCommand.NAME))
                    .orElseThrow()
                    .usage(terminal.out());
            return 0;
        }
        if (arguments.version) {
            terminal.out().println("click (Flowstream) " + new Version().number());
            return 0;
        }
        return new ClickProgram(terminal, arguments).run();
    }

    private int run() {
        Optional<String> missing = arguments.unsupported();
        if (missing.isPresent()) {
            terminal.err().println(missing.get());
            return FAILED;
        }
        if (arguments.threads > 1) {
            warn("Click was built without multithread support, running single threaded");
        }
        Optional<SourceText> source = source();
        if (source.isEmpty()) {
            return FAILED;
        }
        Problems problems = new Problems();
        Optional<ClickCompiler.Compiled> compiled = ClickCompiler.compile(
                source.get(),
                arguments.variables,
                ElementLibrary.load(),
                new ClickPath(arguments.clickPath),
                new HostAddresses(Path.of("/proc/net/route")),
                problems);
        if (compiled.isEmpty()) {
            terminal.err().print(ProblemText.click(problems.list()));
            return FAILED;
        }
        boolean written = arguments.output == null || write(arguments.output, compiled.get());
        int status = run(compiled.get(), source.get());
        return status == 0 && !written ? FAILED : status;
    }

    private int run(ClickCompiler.Compiled compiled, SourceText source) {
        boolean empty = compiled.graph().elements().isEmpty();
        if (empty && !arguments.quit && arguments.warnings) {
            warn(source.file() + ": configuration has no elements, exiting");
        }
        terminal.flush();
        ProcessTimes before = ProcessTimes.ofChildren();
        try {
            int status = ClickDriver.run(compiled, arguments.io, engineOptions(), ProcessBuilder::inheritIO);
            if (arguments.time) {
                terminal.out().println(ProcessTimes.ofChildren().since(before));
            }
            if (status == 0 && isOfTheText()) {
                printText(compiled.graph(), source);
            }
            return status;
        } catch (IOException e) {
            terminal.err().println(e.getMessage());
            return FAILED;
        }
    }

    private List<String> engineOptions() {
        List<String> options = new ArrayList<>();
        if (arguments.simulated) {
            options.add(arguments.simtime.isEmpty() ? "--simtime" : "--simtime=" + arguments.simtime);
        }
        if (arguments.quit) {
            options.add("--quit");
        }
        if (!isOfTheText()) {
            arguments.handlers.forEach(handler -> options.add("--handler=" + handler));
        }
        if (arguments.exitHandler != null) {
            options.add("--exit-handler=" + arguments.exitHandler);
        }
        arguments.unixSockets.forEach(path -> options.add("--control=unix:" + path));
        return options;
    }

    /** Whether the one handler that is asked for shows the configuration's text, which the engine does not have. */
    private boolean isOfTheText() {
        return arguments.handlers.size() == 1 && TEXT_HANDLERS.contains(arguments.handlers.get(0));
    }

    private void printText(Graph graph, SourceText source) {
        boolean compact = graph.requirements().contains("compact_config");
        String text = switch (arguments.handlers.get(0)) {
            case "config" -> compact ? graph.flat() : source.text();
            case "flatconfig" -> graph.flat();
            default -> String.join("\n", graph.requirements());
        };
        terminal.out().print(text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
    }

    /** The configuration; empty when it cannot be read, which is said. */
    private Optional<SourceText> source() {
        String router = arguments.router;
        if (router != null && arguments.expression) {
            return Optional.of(new SourceText("config", router));
        }
        try {
            if (router == null || router.isEmpty() || router.equals("-")) {
                return Optional.of(new SourceText("<stdin>", new String(System.in.readAllBytes(), UTF_8)));
            }
            return Optional.of(new SourceText(router, new String(Files.readAllBytes(Path.of(router)), UTF_8)));
        } catch (NoSuchFileException e) {
            terminal.err().println(router + ": No such file or directory");
        } catch (FileSystemException e) {
            terminal.err()
                    .println(router + ": " + Optional.ofNullable(e.getReason()).orElse("Permission denied"));
        } catch (IOException e) {
            terminal.err().println(router + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    private boolean write(String file, ClickCompiler.Compiled compiled) {
        String flat = compiled.graph().flat();
        if (file.equals("-")) {
            terminal.out().print(flat);
            return true;
        }
        try {
            Files.writeString(Path.of(file), flat);
            return true;
        } catch (IOException e) {
            terminal.err().println(file + ": " + e.getMessage());
            return false;
        }
    }

    private void warn(String text) {
        terminal.err().println("warning: " + text);
    }
}
