package org.flowstream.problem;

/**
 * How Click itself tells a problem. Click looks at a configuration in stages, and tells what is wrong in the first stage
 * in which anything is.
 *
 * @param stage in which stage Click finds it
 * @param landmark the place that Click names, which may be another one than what is underlined; without a file's name when
 *     Click names none
 * @param order by which the problems of a stage follow each other; those alike, as they were found
 * @param notes whole lines that Click prints below it; may be empty
 */
public record Telling(Stage stage, Position landmark, int order, String notes) {
    public Telling(Stage stage, Position landmark, int order) {
        this(stage, landmark, order, "");
    }

    /** Click's stages, in their order. */
    public enum Stage {
        /** Reading the text, and putting compound elements in place. */
        READ,
        /** Whether the ports that are used are there. */
        PORTS,
        /** Whether what is pushed is not pulled. */
        PROCESSING,
        /** Whether ports are used once, and all of them. */
        COMPLETENESS,
        /** The elements' arguments. */
        CONFIGURE
    }

    static Telling of(Position position) {
        return new Telling(Stage.CONFIGURE, position, 0);
    }
}
