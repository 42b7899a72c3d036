package org.flowstream.api;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.control.ControlPort;
import org.flowstream.control.HandlerException;
import org.flowstream.domain.Places;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;

/** The control ports of all machines: one conversation at a time with each. */
public final class Guests {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final Places places;
    private final Map<MachineId, ControlPort> ports = new ConcurrentHashMap<>();

    public Guests(Places places) {
        this.places = places;
    }

    Places places() {
        return places;
    }

    /** Talks with a middlebox; what it refuses, and that it does not answer, are problems. */
    <T> T talk(Name name, MachineId id, ControlPort.Conversation<T> conversation) {
        ControlPort port = ports.computeIfAbsent(id, machine -> new ControlPort(places.control(machine), BOUND));
        try {
            return port.talk(conversation);
        } catch (HandlerException e) {
            throw ApiProblem.refused(name + ": " + e.getMessage(), "flowstream handler ls " + name);
        } catch (IOException e) {
            throw ApiProblem.unavailable(
                    "middlebox '" + name + "' does not answer: " + e.getMessage(), "flowstream inspect " + name);
        }
    }
}
