package org.flowstream.domain;

import java.nio.file.Path;
import java.util.List;
import org.flowstream.net.MacAddress;

/**
 * A machine for packet tests: it belongs to no chain and no installation, and its frames come and go as datagrams on the
 * loopback interface, one each.
 *
 * @param name of the domain
 * @param commandLine what the guest is told at its start
 * @param control where its control protocol is to be found
 * @param console where it prints
 * @param devices in the order of their numbers
 */
public record TrialSpec(
        String name, Path image, String commandLine, int memoryMib, Path control, Path console, List<Device> devices) {
    public TrialSpec {
        devices = List.copyOf(devices);
    }

    /**
     * One device.
     *
     * @param port the UDP port that frames for it are sent to
     * @param peer the UDP port that its frames are sent to
     */
    public record Device(MacAddress mac, int port, int peer) {}
}
