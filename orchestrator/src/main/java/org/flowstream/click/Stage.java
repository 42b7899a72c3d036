package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.Place;

/**
 * The elements between two arrows of a chain.
 *
 * @param endpoints the elements, parted by commas in the text
 * @param parallel whether {@code =>} joins this stage to the one before it
 * @param arrow where the arrow before it stands; the first stage has its own place here
 * @param end the token behind it
 */
public record Stage(List<Endpoint> endpoints, boolean parallel, Place arrow, Place end) {
    public Stage {
        endpoints = List.copyOf(endpoints);
    }
}
