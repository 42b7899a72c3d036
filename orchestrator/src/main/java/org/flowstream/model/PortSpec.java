package org.flowstream.model;

/**
 * A port that brings traffic, as a user's document asks for it; what becomes of it is an {@link ExternalPort}.
 *
 * @param apiVersion {@value ChainSpec#API_VERSION}
 * @param kind {@value #KIND}
 */
public record PortSpec(String apiVersion, String kind, PortName name, Owner owner, Spec spec) {
    public static final String KIND = "Port";

    public PortSpec {
        ChainSpec.requireKind(apiVersion, kind, KIND);
    }

    public static PortSpec of(PortName name, Owner owner, Spec spec) {
        return new PortSpec(ChainSpec.API_VERSION, KIND, name, owner, spec);
    }

    /**
     * What is wished of it.
     *
     * @param moveAddresses consent to take an interface that the host uses itself
     */
    public record Spec(BridgeName bridge, boolean moveAddresses) {}
}
