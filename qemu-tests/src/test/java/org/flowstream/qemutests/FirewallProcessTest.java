package org.flowstream.qemutests;

import org.junit.jupiter.api.Tag;

/** The same firewall as a process: its users see no difference. */
@Tag("long")
final class FirewallProcessTest extends FirewallTest {
    @Override
    String hypervisor() {
        return "process";
    }
}
