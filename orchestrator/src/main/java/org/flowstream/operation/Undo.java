package org.flowstream.operation;

/** Takes back what an operation asked for while it goes on, where that is well defined. */
@FunctionalInterface
public interface Undo {
    /**
     * Takes it back.
     *
     * @return what then becomes of it, in one line
     * @throws CancelException when it cannot be taken back; nothing was changed then
     */
    String takeBack();

    /** Of what cannot be taken back. */
    static Undo none(String why, String cure) {
        return () -> {
            throw new CancelException(why, cure);
        };
    }
}
