package org.flowstream.host;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.flowstream.model.PortName;

/** The host's network interfaces, routes and ssh connections, as {@code ip} and {@code ss} show them. */
public final class Links {
    private Links() {}

    /** All interfaces. */
    public static List<Link> all() {
        return all(Tool.HERE);
    }

    static List<Link> all(Tool tool) {
        List<Link> links = new ArrayList<>();
        tool.json("ip", "-json", "-details", "address", "show").forEach(each -> {
            // iproute2 prints an empty object for an interface it leaves out.
            if (each.has("ifname")) {
                links.add(Link.read(each));
            }
        });
        return links;
    }

    public static Optional<Link> find(PortName name) {
        return all().stream().filter(link -> link.name().equals(name.text())).findFirst();
    }

    /** Interfaces that stand on another one (VLANs, macvlans), by its index. */
    static List<Link> above(Link below, List<Link> all) {
        return all.stream()
                .filter(link -> !link.kind().equals("veth")
                        && link.peerNamespace().isEmpty()
                        && link.peerIndex().isPresent()
                        && link.peerIndex().getAsInt() == below.index())
                .toList();
    }

    /** Whether a default route, of IPv4 or IPv6, leaves by it. */
    public static boolean carriesDefaultRoute(PortName name) {
        for (String family : List.of("-4", "-6")) {
            for (JsonNode route : Tool.HERE.json("ip", "-json", family, "route", "show", "default")) {
                boolean direct = route.path("dev").asText().equals(name.text());
                boolean among = false;
                for (JsonNode hop : route.path("nexthops")) {
                    among |= hop.path("dev").asText().equals(name.text());
                }
                if (direct || among) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The far ends of ssh connections to this host whose packets leave by an interface.
     *
     * @param session the session's own, as {@code SSH_CONNECTION} says it (client address first); empty for none
     */
    public static List<String> sshBy(PortName name, String session) {
        TreeSet<String> clients = new TreeSet<>();
        if (!session.isBlank()) {
            clients.add(session.strip().split("\\s+", 2)[0]);
        }
        Tool.HERE
                .run("ss", "--no-header", "--tcp", "--numeric", "--processes", "state", "established")
                .lines()
                .forEach(line -> sshClient(line).ifPresent(clients::add));
        clients.removeIf(client -> !leavesBy(client, name));
        return List.copyOf(clients);
    }

    /** The far address of a line of ss, if the connection is sshd's: {@code 0 0 HERE:22 THERE:40112 users:(("sshd",…))}. */
    static Optional<String> sshClient(String line) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length < 4) {
            return Optional.empty();
        }
        boolean sshd = words[2].endsWith(":22") || line.contains("((\"sshd");
        int colon = words[3].lastIndexOf(':');
        return sshd && colon > 0
                ? Optional.of(words[3].substring(0, colon).replaceAll("^\\[|\\]$|%.*", ""))
                : Optional.empty();
    }

    private static boolean leavesBy(String client, PortName name) {
        Program.Output route = Tool.HERE.ask("ip", "-json", "route", "get", client);
        return route.ok() && route.out().contains("\"dev\":\"" + name.text() + "\"");
    }
}
