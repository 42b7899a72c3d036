package org.flowstream.doctor;

import java.util.List;

/** One look at the host. It changes nothing, and answers also where it cannot look: with the reason. */
public interface Check {
    /** What it found; more than one where there are several things of the kind, such as ports. */
    List<Finding> look();
}
