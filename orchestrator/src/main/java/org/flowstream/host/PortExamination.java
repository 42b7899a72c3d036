package org.flowstream.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.flowstream.model.PortName;

/**
 * What an interface of the host is used for, before it becomes an external port: a port of a switch takes all its packets
 * away from the host.
 *
 * @param defaultRoute whether a default route leaves by it
 * @param ssh far ends of ssh connections to this host that leave by it
 * @param above interfaces that stand on it, such as VLANs
 * @param joining features of its own that join received frames, and can be switched off
 * @param farEnd the other end, if it is a veth whose other end can be reached
 */
public record PortExamination(
        Link link,
        boolean defaultRoute,
        List<String> ssh,
        List<String> above,
        List<String> joining,
        Optional<FarEnd> farEnd) {
    public PortExamination {
        ssh = List.copyOf(ssh);
        above = List.copyOf(above);
        joining = List.copyOf(joining);
    }

    /**
     * Looks at an interface.
     *
     * @param session the session's {@code SSH_CONNECTION}, empty for none
     * @throws HostException if there is no such interface, naming those that there are
     */
    public static PortExamination of(PortName name, String session) {
        List<Link> all = Links.all();
        Link link = all.stream()
                .filter(each -> each.name().equals(name.text()))
                .findFirst()
                .orElseThrow(() -> new HostException("interface '" + name + "' does not exist; there are: "
                        + all.stream().map(Link::name).sorted().collect(Collectors.joining(", "))));
        return new PortExamination(
                link,
                Links.carriesDefaultRoute(name),
                Links.sshBy(name, session),
                Links.above(link, all).stream().map(Link::name).toList(),
                Offloads.on(name, Offloads.JOINING),
                FarEnd.of(name));
    }

    /** The bridge or bond that it belongs to; Open vSwitch's own datapath in the kernel does not count. */
    public Optional<String> master() {
        return link.master().filter(master -> !master.equals("ovs-system"));
    }

    /** What the host would lose, one sentence each; empty for an interface that carries nothing. */
    public List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        String it = "interface '" + link.name() + "' ";
        if (!ssh.isEmpty()) {
            obstacles.add(it + "carries ssh from " + String.join(", ", ssh));
        }
        if (defaultRoute) {
            obstacles.add(it + "carries the default route");
        }
        if (!link.addresses().isEmpty()) {
            obstacles.add(it + "carries " + (link.addresses().size() == 1 ? "address " : "addresses ")
                    + String.join(", ", link.addresses()));
        }
        if (!above.isEmpty()) {
            obstacles.add(it + "carries " + String.join(", ", above));
        }
        return obstacles;
    }
}
