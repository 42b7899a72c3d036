package org.flowstream.trace;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;

/** Running middleboxes, as a trace asks them. */
@FunctionalInterface
public interface LiveMachines {
    /**
     * The values of handlers, by {@code element.handler}; those that cannot be read are left out.
     *
     * @throws IOException when the middlebox does not answer
     */
    Map<String, String> read(Name name, MachineId machine, List<String> handlers) throws IOException;
}
