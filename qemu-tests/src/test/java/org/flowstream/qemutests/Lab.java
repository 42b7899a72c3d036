package org.flowstream.qemutests;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The lab of one test class, and the proof that nothing outlives a test.
 *
 * <pre>
 *   fst-Xa (namespace)                 host                        fst-Xb (namespace)
 *   eth0 198.18.0.1  ===  fstXa ── bridge ── [middlebox VM] ── bridge ── fstXb  ===  eth0 198.18.0.2
 *        2001:db8::1                                                          2001:db8::2
 * </pre>
 *
 * X is derived from this process's id. After each test the host must hold what it held before it; a test that failed
 * shows the daemon's log and the guests' consoles.
 */
public final class Lab implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, BeforeEachCallback {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final boolean ports;
    private final boolean own;
    private @Nullable OwnHost ownHost;
    private @Nullable Leftovers beforeClass;
    private @Nullable Leftovers beforeTest;
    private @Nullable Platform platform;
    private @Nullable Endpoint client;
    private @Nullable Endpoint server;

    private Lab(boolean ports, boolean own) {
        this.ports = ports;
        this.own = own;
    }

    /** Two endpoints whose ports were added to the switch. */
    public static Lab withPorts() {
        return new Lab(true, false);
    }

    /** Two endpoints whose ports the test adds itself. */
    public static Lab withoutPorts() {
        return new Lab(false, false);
    }

    /**
     * Two endpoints whose ports were added, and libvirt and Open vSwitch of the test's own. What one of its tests makes the
     * next ones may use: nothing is left when all are done.
     */
    static Lab withHostOfItsOwn() {
        return new Lab(true, true);
    }

    /** What the lab's daemon works with. */
    Host host() {
        return ownHost == null ? Host.SHARED : ownHost.host();
    }

    /** Whose daemons may be killed. */
    OwnHost ownHost() {
        return there(ownHost);
    }

    public Endpoint client() {
        return there(client);
    }

    public Endpoint server() {
        return there(server);
    }

    public Platform platform() {
        return there(platform);
    }

    public Command.Result flowstream(String... arguments) {
        return platform().flowstream(arguments);
    }

    /** `--between`'s value for the two endpoints. */
    public String between() {
        return client().port() + ":" + server().port();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (own) {
            ownHost = OwnHost.start();
        }
        beforeClass = Leftovers.now(host());
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        client = Endpoint.make(run, 'a', 1);
        server = Endpoint.make(run, 'b', 2);
        platform = Platform.start(host().settings(), List.of());
        if (ports) {
            // A bridge that is made just now takes its time where the host is busy.
            Wait.until(
                    "the ports to be added",
                    BOUND,
                    () -> flowstream("port", "add", client().port(), server().port())
                                    .status()
                            == 0);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        beforeTest = Leftovers.now(host());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        context.getExecutionException()
                .ifPresent(failure -> System.err.println(context.getDisplayName() + ": " + failure + "\n"
                        + platform().evidence()));
        if (own) {
            return;
        }
        List<String> left = there(beforeTest).added(host());
        if (!left.isEmpty()) {
            platform().removeAll();
            throw new AssertionError("left behind by the test:\n" + String.join("\n", left));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> left;
        try {
            if (platform != null) {
                platform.close();
            }
            if (client != null) {
                client.remove();
            }
            if (server != null) {
                server.remove();
            }
            left = there(beforeClass).added(host());
        } finally {
            if (ownHost != null) {
                ownHost.close();
            }
        }
        if (!left.isEmpty()) {
            throw new AssertionError("left behind by the test class:\n" + String.join("\n", left));
        }
    }

    private static <T> T there(@Nullable T thing) {
        if (thing == null) {
            throw new AssertionError("the lab is not set up");
        }
        return thing;
    }
}
