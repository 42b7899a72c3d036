package org.flowstream.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of Click's user-level driver, read as its option parser reads them: short options in one word
 * ({@code -qe EXPR}), long ones shortened as long as they are unique, {@code --no-warnings}, values behind {@code =} or in
 * the next word.
 */
final class ClickArguments {
    /** An argument that Click refuses; it then prints its short usage and ends with status 1. */
    static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message, null, false, false);
        }
    }

    private static final List<String> IO_WORDS = List.of("auto", "xdp", "ring", "packet");

    /** The options, each with its long name and its letter. */
    enum Option {
        ALLOW_RECONFIGURE("allow-reconfigure", 'R', Value.NONE),
        CLICKPATH("clickpath", 'C', Value.TEXT),
        EXPRESSION("expression", 'e', Value.TEXT),
        FILE("file", 'f', Value.TEXT),
        HANDLER("handler", 'h', Value.TEXT),
        HELP("help", NO_LETTER, Value.NONE),
        /** Ours: by what interfaces are read. */
        IO("io", NO_LETTER, Value.TEXT),
        OUTPUT("output", 'o', Value.TEXT),
        SOCKET("socket", NO_LETTER, Value.NUMBER),
        PORT("port", 'p', Value.TEXT),
        QUIT("quit", 'q', Value.NONE),
        SIMTIME("simtime", NO_LETTER, Value.MAYBE_SECONDS),
        SIMULATION_TIME("simulation-time", NO_LETTER, Value.MAYBE_SECONDS),
        THREADS("threads", 'j', Value.NUMBER),
        AFFINITY("affinity", 'a', Value.NONE),
        TIME("time", 't', Value.NONE),
        UNIX_SOCKET("unix-socket", 'u', Value.TEXT),
        VERSION("version", 'v', Value.NONE),
        WARNINGS("warnings", NO_LETTER, Value.NONE),
        EXIT_HANDLER("exit-handler", 'x', Value.TEXT),
        NO_WARNINGS("", 'w', Value.NONE);

        private final String word;
        private final char letter;
        private final Value value;

        Option(String word, char letter, Value value) {
            this.word = word;
            this.letter = letter;
            this.value = value;
        }
    }

    /** What stands behind an option. */
    private enum Value {
        NONE,
        TEXT,
        NUMBER,
        MAYBE_SECONDS
    }

    private static final char NO_LETTER = 0;
    private static final String NEGATED = "no";

    private final List<String> words;
    private int at;

    @Nullable
    String router;

    boolean expression;

    @Nullable
    String output;

    @Nullable
    String exitHandler;

    String simtime = "";
    String io = "packet";
    String clickPath = System.getenv().getOrDefault("CLICKPATH", "");
    boolean simulated;
    boolean quit;
    boolean time;
    boolean reconfigure;
    boolean warnings = true;
    boolean help;
    boolean version;
    int threads = 1;
    final List<String> handlers = new ArrayList<>();
    final List<String> ports = new ArrayList<>();
    final List<String> unixSockets = new ArrayList<>();
    final List<String> sockets = new ArrayList<>();
    final Map<String, String> variables = new LinkedHashMap<>();
    final List<String> complaints = new ArrayList<>();

    private ClickArguments(List<String> words) {
        this.words = words;
    }

    /**
     * Reads them.
     *
     * @throws Refused when Click would refuse them
     */
    static ClickArguments parse(List<String> words) {
        ClickArguments arguments = new ClickArguments(words);
        boolean options = true;
        while (arguments.at < words.size() && !arguments.help && !arguments.version) {
            String word = words.get(arguments.at++);
            if (options && word.equals("--")) {
                options = false;
            } else if (options && word.startsWith("--")) {
                arguments.longOption(word);
            } else if (options && word.startsWith("-") && word.length() > 1) {
                arguments.letters(word);
            } else {
                arguments.bare(word);
            }
        }
        return arguments;
    }

    /** What is asked for and cannot be done. */
    Optional<String> unsupported() {
        if (!ports.isEmpty() || !sockets.isEmpty()) {
            return Optional.of("control connections by TCP or by file descriptor are not supported: use --unix-socket");
        }
        return unixSockets.size() > 1 ? Optional.of("--unix-socket can be given once") : Optional.empty();
    }

    private void longOption(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
        Optional<String> given = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
        Optional<Option> negated =
                name.startsWith("no-") ? negatable(name.substring("no-".length())) : Optional.empty();
        Option option = negated.isPresent() ? negated.get() : find(name);
        switch (option.value) {
            case NONE -> {
                if (given.isPresent()) {
                    throw new Refused("'--" + name + "' can't take an argument");
                }
                apply(option, negated.isPresent() ? NEGATED : "");
            }
            case MAYBE_SECONDS -> apply(option, given.orElse(""));
            default -> apply(option, given.orElseGet(() -> next("--" + option.word)));
        }
    }

    private static Optional<Option> negatable(String name) {
        List<Option> found = startingWith(name);
        return found.size() == 1 && (found.get(0) == Option.ALLOW_RECONFIGURE || found.get(0) == Option.WARNINGS)
                ? Optional.of(found.get(0))
                : Optional.empty();
    }

    private static Option find(String name) {
        List<Option> found = startingWith(name);
        // Two names of one thing are not ambiguous.
        if (found.size() == 1 || found.equals(List.of(Option.SIMTIME, Option.SIMULATION_TIME))) {
            return found.get(0);
        }
        throw new Refused(
                found.isEmpty() ? "unrecognized option '--" + name + "'" : "option '--" + name + "' is ambiguous");
    }

    private static List<Option> startingWith(String name) {
        List<Option> found = new ArrayList<>();
        for (Option option : Option.values()) {
            if (option.word.equals(name) && !name.isEmpty()) {
                return List.of(option);
            }
            if (option.word.startsWith(name) && !option.word.isEmpty()) {
                found.add(option);
            }
        }
        return found;
    }

    private void letters(String word) {
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i) == 'V' ? 'v' : word.charAt(i);
            Option option = ofLetter(letter);
            if (option.value == Value.NONE) {
                apply(option, "");
                continue;
            }
            String rest = word.substring(i + 1);
            apply(option, rest.isEmpty() ? next("-" + letter) : rest);
            return;
        }
    }

    private static Option ofLetter(char letter) {
        for (Option option : Option.values()) {
            if (option.letter == letter && letter != NO_LETTER) {
                return option;
            }
        }
        throw new Refused("unrecognized option '-" + letter + "'");
    }

    private String next(String option) {
        if (at == words.size()) {
            throw new Refused("'" + option + "' requires an argument");
        }
        return words.get(at++);
    }

    private void bare(String word) {
        int equals = word.indexOf('=');
        if (equals > 0 && word.substring(0, equals).matches("[A-Za-z0-9_]+")) {
            String name = word.substring(0, equals);
            if (variables.putIfAbsent(name, word.substring(equals + 1)) != null) {
                complaints.add("parameter '" + name + "' multiply defined");
            }
            return;
        }
        setRouter(word, false);
    }

    private void setRouter(String word, boolean isExpression) {
        if (router != null) {
            throw new Refused("router configuration specified twice");
        }
        router = word;
        expression = isExpression;
    }

    private void apply(Option option, String value) {
        switch (option) {
            case EXPRESSION -> setRouter(value, true);
            case FILE -> setRouter(value, false);
            case ALLOW_RECONFIGURE -> reconfigure = value.isEmpty();
            case CLICKPATH -> clickPath = value;
            case HANDLER -> handlers.add(value);
            case HELP -> help = true;
            case IO -> {
                io = value;
                if (!IO_WORDS.contains(value)) {
                    throw new Refused("'--io' expects one of " + String.join(", ", IO_WORDS) + ", not '" + value + "'");
                }
            }
            case VERSION -> version = true;
            case QUIT -> quit = true;
            case TIME -> time = true;
            case AFFINITY -> {}
            case SOCKET -> sockets.add(number(option, value));
            case PORT -> ports.add(value);
            case UNIX_SOCKET -> unixSockets.add(value);
            case THREADS -> threads = Integer.parseInt(number(option, value));
            case WARNINGS -> warnings = value.isEmpty();
            case NO_WARNINGS -> warnings = false;
            case SIMTIME, SIMULATION_TIME -> {
                simulated = true;
                simtime = value;
                if (!value.matches("([0-9]{1,10}(\\.[0-9]*)?)?")) {
                    throw new Refused("'--simtime' expects a real number, not '" + value + "'");
                }
            }
            case OUTPUT -> {
                if (output != null) {
                    throw new Refused("output file specified twice");
                }
                output = value;
            }
            case EXIT_HANDLER -> {
                if (exitHandler != null) {
                    throw new Refused("--exit-handler specified twice");
                }
                exitHandler = value;
            }
        }
    }

    private static String number(Option option, String value) {
        if (!value.matches("-?[0-9]{1,9}")) {
            throw new Refused("'--" + option.word + "' expects an integer, not '" + value + "'");
        }
        return value;
    }
}
