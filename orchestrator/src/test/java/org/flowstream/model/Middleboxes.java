package org.flowstream.model;

import java.util.List;

/** Middleboxes for tests to which it does not matter what they do. */
public final class Middleboxes {
    private Middleboxes() {}

    /**
     * A wire with two devices.
     *
     * @param digit of its image's digest, which is that digit alone
     * @param outside what its first device is wired to
     * @param inside what its second device is wired to
     */
    public static MiddleboxSpec wire(String name, int digit, String outside, String inside) {
        return new MiddleboxSpec(
                Name.parse(name),
                "wire 1.0.0",
                ImageDigest.parse("sha256:" + Integer.toString(digit).repeat(64)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse(outside)),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse(inside))));
    }
}
