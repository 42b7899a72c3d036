package org.flowstream.qemutests;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waiting on a condition with a bound that says what it waited for. */
final class Wait {
    private Wait() {}

    static void until(String what, Duration bound, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(bound)
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("waited " + bound + " for " + what + ", in vain", e);
        }
    }
}
