package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementLibrary;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip6Address;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;

/**
 * Names that a configuration gives to addresses and ports, and the texts that stand for them where others use them. A name
 * holds in the compound element in which it is given, and within those inside it.
 *
 * <p>{@code NAME} is what fits, {@code NAME:ip}, {@code :ipnet}, {@code :bcast}, {@code :gw}, {@code :ip6}, {@code :ip6net}
 * and {@code :eth} are one of its addresses; in patterns a name behind {@code net} is a network. {@code NAME:gw} may have an
 * address of its own; else it is the network's first.
 */
final class AddressNames {
    static final String ADDRESSES = "address-info";
    static final String PORTS = "port-info";
    /** Where a name alone is both, the address and what is answered for it. */
    private static final String ENTRIES = "arp-entries";

    /** What a word without a suffix means for a type, by what is tried first. */
    private static final Map<String, List<String>> WANTED = Map.ofEntries(
            Map.entry("ip-address", List.of("ip")),
            Map.entry("ip-addresses", List.of("ip")),
            Map.entry("ip-prefix", List.of("ip", "ipnet")),
            Map.entry("ip6-address", List.of("ip6")),
            Map.entry("ip6-prefix", List.of("ip6", "ip6net")),
            Map.entry("ether-address", List.of("eth")),
            Map.entry(ENTRIES, List.of("ip", "ipnet")),
            Map.entry("nd-entries", List.of("ip6", "ip6net")),
            Map.entry("routes", List.of("ip", "ipnet")),
            Map.entry("routes6", List.of("ip6", "ip6net")),
            Map.entry("rewriter-input", List.of("ip", "port")),
            Map.entry("rewriter-pattern", List.of("ip", "port")),
            Map.entry("mapper-pattern", List.of("ip", "port")),
            Map.entry("mapper-server", List.of("ip", "port")),
            Map.entry("ip-filter-rules", List.of("ip", "ipnet", "port")),
            Map.entry("ip6-filter-rules", List.of("ip6", "ip6net", "port")),
            Map.entry("ip-patterns", List.of("ip", "ipnet", "port")),
            Map.entry("ip6-patterns", List.of("ip6", "ip6net", "port")),
            Map.entry("integer", List.of("port")));

    private static final Set<String> SUFFIXES =
            Set.of("ip", "ip4", "ipnet", "ip4net", "net", "bcast", "gw", "ip6", "ip6net", "eth", "ethernet");
    /** Words of the pattern language, which no name takes the place of. */
    private static final Set<String> RESERVED = Set.of(
            "allow", "deny", "drop", "accept", "reject", "src", "dst", "host", "net", "port", "proto", "opt", "type",
            "ip", "ip6", "tcp", "udp", "icmp", "icmp6", "and", "or", "not", "all", "any", "true", "false", "frag",
            "unfrag", "-");

    /** What may stand between {@code net} and the network. */
    private static final Set<String> QUALIFIERS = Set.of("src", "dst", "ip", "ip6");

    private static final Pattern WORD = Pattern.compile("[^\\s()\"',!&|=<>]+");
    private static final Pattern PORT =
            Pattern.compile("([0-9]{1,5}|0[xX]\\p{XDigit}{1,4})(?:/(?:tcp|udp|[0-9]{1,3}))?");

    private final Map<String, Map<String, String>> byName = new HashMap<>();
    private final Devices devices;

    private AddressNames(Devices devices) {
        this.devices = devices;
    }

    /**
     * The names that the elements of a graph give, and behind them those of devices; what is wrong with them is the
     * elements' to report.
     */
    static AddressNames of(Graph graph, ElementLibrary library, Devices devices) {
        AddressNames names = new AddressNames(devices);
        for (GraphElement element : graph.elements()) {
            List<Argument> arguments =
                    library.find(element.className()).map(it -> it.args()).orElse(List.of());
            for (Argument argument : arguments) {
                if (argument.type().equals(ADDRESSES) || argument.type().equals(PORTS)) {
                    String around = element.name().substring(0, element.name().lastIndexOf('/') + 1);
                    element.arguments().forEach(it -> names.define(argument.type(), around, it));
                }
            }
        }
        return names;
    }

    private void define(String type, String around, ConfigText item) {
        List<ConfigText> words = ConfigStrings.words(item);
        if (type.equals(PORTS)) {
            definePort(around, words);
            return;
        }
        for (int i = 1; i < words.size(); i++) {
            Map<String, String> known =
                    byName.computeIfAbsent(around + words.get(0).text(), name -> new HashMap<>());
            addresses(words.get(i).text()).forEach(known::putIfAbsent);
        }
    }

    private void definePort(String around, List<ConfigText> words) {
        if (words.size() < 2 || words.get(0).text().startsWith("#")) {
            return;
        }
        Matcher port = PORT.matcher(words.get(1).text());
        if (!port.matches()) {
            return;
        }
        List<ConfigText> all = new ArrayList<>(words);
        all.remove(1);
        for (ConfigText name : all) {
            if (name.text().startsWith("#")) {
                return;
            }
            byName.computeIfAbsent(around + name.text(), key -> new HashMap<>()).put("port", port.group(1));
        }
    }

    /** Whether a text gives a port. */
    static boolean isPort(String text) {
        return PORT.matcher(text).matches();
    }

    /** The addresses that a text gives, by their suffix; none when it is no address. */
    static Map<String, String> addresses(String text) {
        try {
            int slash = text.indexOf('/');
            if (text.matches("[0-9.]+(/[0-9.]+)?")) {
                ByteBuffer both = ByteBuffer.wrap(IpPrefixLowering.parse(text));
                int address = both.getInt();
                int mask = both.getInt();
                Map<String, String> found = new HashMap<>();
                String host = new Ip4Address(address).toString();
                if (slash < 0) {
                    return Map.of("ip", host);
                }
                if ((address & ~mask) != 0 || mask == -1) {
                    found.put("ip", host);
                }
                String shown = new Ip4Address(mask).toString();
                found.put("ipnet", new Ip4Address(address & mask) + "/" + shown);
                found.put("bcast", new Ip4Address(address | ~mask).toString());
                found.put("gw", new Ip4Address((address & mask) | 1).toString());
                return found;
            }
            if (slash < 0 && text.matches("[0-9A-Fa-f]{1,2}([:-][0-9A-Fa-f]{1,2}){5}")) {
                return Map.of("eth", MacAddress.parse(text).toString());
            }
            if (slash < 0) {
                return Map.of("ip6", Ip6Address.parse(text).toString());
            }
            Ip6Prefix.parse(text);
            return Map.of("ip6", text.substring(0, slash), "ip6net", text);
        } catch (BadValueException e) {
            return Map.of();
        }
    }

    /** The text with the names in it replaced by what they stand for, as far as the type takes such things. */
    ConfigText replace(ConfigText text, Argument argument, String elementName) {
        boolean none = byName.isEmpty() && !devices.haveAddresses();
        List<String> wanted = none ? List.of() : WANTED.getOrDefault(argument.type(), List.of());
        if (wanted.isEmpty()) {
            return text;
        }
        ConfigText replaced = text;
        Matcher matcher = WORD.matcher(text.text());
        int moved = 0;
        boolean network = false;
        while (matcher.find()) {
            Optional<String> value = RESERVED.contains(matcher.group())
                    ? Optional.empty()
                    : value(matcher.group(), network ? networksFirst(wanted) : wanted, elementName);
            network = matcher.group().equals("net") || (network && QUALIFIERS.contains(matcher.group()));
            boolean whole = matcher.group().equals(text.text().trim());
            if (value.isPresent() && whole && argument.type().equals(ENTRIES)) {
                String address = value.get();
                value = Optional.of(value(matcher.group(), List.of("eth"), elementName)
                        .map(it -> address + " " + it)
                        .orElse(address));
            }
            if (value.isPresent()) {
                replaced = replaced.replace(matcher.start() + moved, matcher.end() + moved, value.get());
                moved += value.get().length() - matcher.group().length();
            }
        }
        return replaced;
    }

    private static List<String> networksFirst(List<String> wanted) {
        return Stream.concat(wanted.stream().filter(it -> it.endsWith("net")), wanted.stream())
                .toList();
    }

    private Optional<String> value(String word, List<String> wanted, String elementName) {
        int colon = word.lastIndexOf(':');
        String suffix = colon < 0 ? "" : word.substring(colon + 1).toLowerCase(Locale.ROOT);
        boolean suffixed = SUFFIXES.contains(suffix);
        String name = suffixed ? word.substring(0, colon) : word;
        String plain =
                suffix.equals("net") ? "ipnet" : suffix.replace("ip4", "ip").replace("ethernet", "eth");
        if (plain.equals("gw") && !name.equals(word)) {
            Optional<String> own = known(word, List.of("ip"), elementName);
            if (own.isPresent()) {
                return own;
            }
        }
        return known(name, suffixed ? List.of(plain) : wanted, elementName);
    }

    private Optional<String> known(String name, List<String> kinds, String elementName) {
        String around = elementName;
        do {
            around = around.substring(0, Math.max(0, around.lastIndexOf('/')));
            Map<String, String> known = byName.getOrDefault(around.isEmpty() ? name : around + "/" + name, Map.of());
            for (String kind : kinds) {
                if (known.containsKey(kind)) {
                    return Optional.ofNullable(known.get(kind));
                }
            }
        } while (!around.isEmpty());
        Map<String, String> own = new HashMap<>();
        devices.addresses(name).forEach(text -> addresses(text).forEach(own::putIfAbsent));
        return kinds.stream().filter(own::containsKey).map(own::get).findFirst();
    }
}
