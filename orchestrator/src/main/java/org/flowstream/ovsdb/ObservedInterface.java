package org.flowstream.ovsdb;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An interface of a port in the switch's database.
 *
 * @param uuid its row
 * @param type {@code internal}, {@code patch}, {@code geneve} ...; empty for an interface of the host
 * @param number its OpenFlow number, -1 where opening it failed; empty until ovs-vswitchd has looked at it
 * @param error why opening it failed
 * @param isUp whether its link is up
 * @param bfd how it stands with BFD; empty where that is off
 */
public record ObservedInterface(
        String uuid,
        String name,
        String type,
        OptionalInt number,
        OptionalInt requestedNumber,
        Optional<String> error,
        boolean isUp,
        Map<String, String> options,
        Optional<Bfd.Session> bfd) {
    public ObservedInterface {
        options = Map.copyOf(options);
    }
}
