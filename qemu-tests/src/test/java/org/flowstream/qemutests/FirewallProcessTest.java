package org.flowstream.qemutests;

/** The same firewall as a process: its users see no difference. */
final class FirewallProcessTest extends FirewallTest {
    @Override
    String hypervisor() {
        return "process";
    }
}
