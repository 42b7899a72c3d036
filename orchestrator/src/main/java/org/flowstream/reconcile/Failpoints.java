package org.flowstream.reconcile;

import java.util.Map;
import java.util.TreeMap;
import org.flowstream.problem.BadValueException;

/**
 * Places where a test makes an action fail or the daemon die, named by {@link org.flowstream.plan.Action#failpoint()}:
 * {@code FLOWSTREAM_FAILPOINTS=start-machine:before=fail,set-rules:after=halt}. Empty in all real use.
 */
public final class Failpoints {
    /** The variable that names them. */
    public static final String VARIABLE = "FLOWSTREAM_FAILPOINTS";

    /** No failpoint. */
    public static final Failpoints NONE = new Failpoints(Map.of());

    private static final int HALT_STATUS = 137;

    private final Map<String, Effect> effects;

    /** What happens at a failpoint. */
    private enum Effect {
        FAIL,
        HALT
    }

    private Failpoints(Map<String, Effect> effects) {
        this.effects = Map.copyOf(effects);
    }

    /** From {@code NAME:before|after=fail|halt,...}; empty text is none. */
    public static Failpoints parse(String text) {
        Map<String, Effect> effects = new TreeMap<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            if (!each.matches("[a-z-]+:(before|after)=(fail|halt)")) {
                throw BadValueException.expected(each, "a failpoint such as start-machine:before=fail");
            }
            String[] parts = each.split("=", 2);
            effects.put(parts[0], parts[1].equals("halt") ? Effect.HALT : Effect.FAIL);
        }
        return new Failpoints(effects);
    }

    void before(String action) {
        reach(action + ":before");
    }

    void after(String action) {
        reach(action + ":after");
    }

    private void reach(String point) {
        Effect effect = effects.get(point);
        if (effect == Effect.HALT) {
            // As SIGKILL does: nothing is tidied up.
            Runtime.getRuntime().halt(HALT_STATUS);
        }
        if (effect == Effect.FAIL) {
            throw new WorldException("failpoint", "failpoint " + point);
        }
    }
}
