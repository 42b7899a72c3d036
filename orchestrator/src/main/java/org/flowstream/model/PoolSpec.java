package org.flowstream.model;

import org.flowstream.problem.BadValueException;

/**
 * Machines that wait empty until they become middleboxes, as a user's document asks for them.
 *
 * @param apiVersion {@value ChainSpec#API_VERSION}
 * @param kind {@value #KIND}
 */
public record PoolSpec(String apiVersion, String kind, Name name, Owner owner, Spec spec) {
    public static final String KIND = "Pool";
    /** The image of a pool: the runtime of this version, without a configuration. */
    public static final String RUNTIME = "runtime";

    public PoolSpec {
        ChainSpec.requireKind(apiVersion, kind, KIND);
    }

    public static PoolSpec of(Name name, Owner owner, Spec spec) {
        return new PoolSpec(ChainSpec.API_VERSION, KIND, name, owner, spec);
    }

    /**
     * What is wished of it.
     *
     * @param image {@value PoolSpec#RUNTIME}
     * @param size machines that wait, 0 to 1024
     * @param memoryMib of each, in MiB: 4 to 4096
     */
    public record Spec(String image, int size, int memoryMib, HypervisorChoice hypervisor) {
        private static final int MOST = 1024;
        private static final int LEAST_MEMORY_MIB = 4;
        private static final int MOST_MEMORY_MIB = 4096;

        public Spec {
            if (!image.equals(RUNTIME)) {
                throw BadValueException.expected(image, "image " + RUNTIME);
            }
            if (size < 0 || size > MOST) {
                throw BadValueException.expected(Integer.toString(size), "a pool of 0 to " + MOST + " machines");
            }
            if (memoryMib < LEAST_MEMORY_MIB || memoryMib > MOST_MEMORY_MIB) {
                throw BadValueException.expected(memoryMib + " MiB", "memory from 4 MiB to 4096 MiB");
            }
        }
    }
}
