package org.flowstream.model;

import org.flowstream.problem.BadValueException;

/**
 * What one chain may ask of the host at most; what goes beyond it meets the failure policy, established flows never do.
 *
 * @param instances at a time, 1 to {@value #MOST_INSTANCES}
 * @param newPerSecond instances that come to be in a second, 1 to {@value #MOST_NEW}
 */
public record Limits(int instances, int newPerSecond) {
    public static final int MOST_INSTANCES = 65_536;
    public static final int MOST_NEW = 100_000;
    public static final Limits STANDARD = new Limits(1024, 1000);

    public Limits {
        if (instances < 1 || instances > MOST_INSTANCES) {
            throw BadValueException.expected(
                    Integer.toString(instances), "a limit of instances from 1 to " + MOST_INSTANCES);
        }
        if (newPerSecond < 1 || newPerSecond > MOST_NEW) {
            throw BadValueException.expected(
                    Integer.toString(newPerSecond), "a limit of new instances per second from 1 to " + MOST_NEW);
        }
    }
}
