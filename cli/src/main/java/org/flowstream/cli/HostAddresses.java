package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The addresses of this host's devices, by which configurations name them: {@code eth0}, and {@code eth0:gw}. */
final class HostAddresses implements Function<String, List<String>> {
    private static final String GATEWAY = ":gw";

    private final Path routes;
    private @Nullable Set<String> devices;

    /**
     * Reads nothing yet.
     *
     * @param routes Linux's table of IPv4 routes
     */
    HostAddresses(Path routes) {
        this.routes = routes;
    }

    @Override
    public List<String> apply(String name) {
        if (name.endsWith(GATEWAY)) {
            return gateway(name.substring(0, name.length() - GATEWAY.length()));
        }
        try {
            NetworkInterface device = devices().contains(name) ? NetworkInterface.getByName(name) : null;
            return device == null ? List.of() : addresses(device);
        } catch (SocketException e) {
            return List.of(); // it has gone, or has no addresses that may be seen: the name stands for nothing
        }
    }

    private Set<String> devices() throws SocketException {
        Set<String> known = devices;
        if (known == null) {
            known = NetworkInterface.networkInterfaces()
                    .map(NetworkInterface::getName)
                    .collect(Collectors.toCollection(HashSet::new));
            devices = known;
        }
        return known;
    }

    private static List<String> addresses(NetworkInterface device) throws SocketException {
        List<String> found = new ArrayList<>();
        for (InterfaceAddress each : device.getInterfaceAddresses()) {
            InetAddress address = each.getAddress();
            String text = address.getHostAddress();
            found.add(
                    address instanceof Inet6Address
                            ? text.replaceFirst("%.*", "")
                            : text + "/" + each.getNetworkPrefixLength());
        }
        byte[] ethernet = device.getHardwareAddress();
        if (ethernet != null && ethernet.length == 6) {
            found.add(HexFormat.ofDelimiter(":").formatHex(ethernet));
        }
        return found;
    }

    /** That of the default route by a device. */
    private List<String> gateway(String device) {
        try {
            return Files.readAllLines(routes, US_ASCII).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(it -> it.length > 2 && it[0].equals(device) && it[1].equals("00000000"))
                    .filter(it -> it[2].matches("\\p{XDigit}{8}") && !it[2].equals("00000000"))
                    .map(it -> dotted(it[2]))
                    .limit(1)
                    .toList();
        } catch (IOException e) {
            return List.of(); // not Linux: it is the network's first address
        }
    }

    /** An address as the table writes it: hexadecimal, the last byte first. */
    private static String dotted(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return (bytes[3] & 255) + "." + (bytes[2] & 255) + "." + (bytes[1] & 255) + "." + (bytes[0] & 255);
    }
}
