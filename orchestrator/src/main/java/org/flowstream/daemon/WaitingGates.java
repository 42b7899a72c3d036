package org.flowstream.daemon;

import java.io.IOException;
import java.time.Duration;
import org.flowstream.control.ControlPort;
import org.flowstream.control.InputGate;
import org.flowstream.domain.Places;
import org.flowstream.model.MachineId;
import org.flowstream.pool.Pools;

/** The input gates of machines that wait, closed by their control ports. */
record WaitingGates(Places places) implements Pools.Gates {
    private static final Duration BOUND = Duration.ofSeconds(1);

    @Override
    public void close(MachineId machine) throws IOException {
        new ControlPort(places.control(machine), BOUND).talk(session -> {
            new InputGate(session).close();
            return machine;
        });
    }
}
