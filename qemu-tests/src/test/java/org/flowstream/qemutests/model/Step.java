package org.flowstream.qemutests.model;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/** One thing that is asked of Flowstream, or done to it. What it comes to is known before: steps depend on nothing else. */
public sealed interface Step {
    /** What is declared afterwards. */
    Site after(Site before);

    /** Boxes that may be down for a while, because of this. */
    default Set<Integer> shaky(Site before) {
        return Set.of();
    }

    /** How a change is asked for. */
    enum Manner {
        PLAIN,
        /** With a confirmation that comes. */
        CONFIRMED,
        /** With a confirmation that does not come: it is taken back. */
        TAKEN_BACK,
        /** The daemon is killed in the middle of it. */
        INTERRUPTED
    }

    /**
     * A chain is made, or becomes another.
     *
     * @param millis after which the daemon is killed
     */
    record Put(Chain chain, Manner manner, int millis) implements Step {
        @Override
        public Site after(Site before) {
            return manner == Manner.TAKEN_BACK ? before : before.with(chain);
        }

        /** What is declared meanwhile. */
        public Site between(Site before) {
            return before.with(chain);
        }

        @Override
        public Set<Integer> shaky(Site before) {
            Set<Integer> changed = new LinkedHashSet<>();
            Chain old = before.chains().get(chain.slot());
            if (old != null) {
                // Those that come have yet to start; those that go end before the switch is told.
                chain.boxes().stream()
                        .map(Box::number)
                        .filter(box -> old.indexOf(box) < 0)
                        .forEach(changed::add);
                old.boxes().stream()
                        .map(Box::number)
                        .filter(box -> chain.indexOf(box) < 0)
                        .forEach(changed::add);
            }
            return changed;
        }
    }

    /** A chain is asked for that cannot be told from another: it is refused, and nothing changes. */
    record Refused(Chain chain) implements Step {
        @Override
        public Site after(Site before) {
            return before;
        }
    }

    /** A chain is removed; the daemon is killed after so many milliseconds, but for 0. */
    record Remove(int slot, int millis) implements Step {
        @Override
        public Site after(Site before) {
            return before.without(slot);
        }

        @Override
        public Set<Integer> shaky(Site before) {
            return boxes(before, slot);
        }
    }

    /** What is asked of a chain by one word. */
    enum Word {
        BYPASS,
        RESUME,
        STOP,
        START,
        RESTART
    }

    /** A word to a chain. */
    record Tell(int slot, Word word) implements Step {
        @Override
        public Site after(Site before) {
            Chain chain = Objects.requireNonNull(before.chains().get(slot));
            return switch (word) {
                case BYPASS -> before.with(chain.withBypassed(true));
                case RESUME -> before.with(chain.withBypassed(false));
                case STOP -> before.with(chain.withStopped(true));
                // Who asks for a restart wants it to run.
                case START, RESTART -> before.with(chain.withStopped(false));
            };
        }

        @Override
        public Set<Integer> shaky(Site before) {
            return word == Word.BYPASS || word == Word.RESUME ? Set.of() : boxes(before, slot);
        }
    }

    /** An endpoint's port leaves the switch, or comes back. */
    record MovePort(int port, boolean there) implements Step {
        @Override
        public Site after(Site before) {
            return before.withPort(port, there);
        }
    }

    /** A port is to be removed that a chain uses: it is refused. */
    record KeepPort(int port) implements Step {
        @Override
        public Site after(Site before) {
            return before;
        }
    }

    /** What befalls a box. */
    enum Blow {
        /** Its process or QEMU is killed. */
        KILL,
        /** It is stopped, and goes on after a while. */
        FREEZE,
        /** It is stopped, and does not go on: it is started anew. */
        HANG,
        /** It is killed while the daemon is dead, which comes back later. */
        KILL_WITHOUT_DAEMON
    }

    /** A box is hurt. */
    record Hurt(int box, Blow blow, int millis) implements Step {
        @Override
        public Site after(Site before) {
            return before;
        }

        @Override
        public Set<Integer> shaky(Site before) {
            return Set.of(box);
        }
    }

    /** The daemon is killed and started again. */
    record KillDaemon() implements Step {
        @Override
        public Site after(Site before) {
            return before;
        }
    }

    private static Set<Integer> boxes(Site site, int slot) {
        Set<Integer> boxes = new LinkedHashSet<>();
        Objects.requireNonNull(site.chains().get(slot)).boxes().forEach(box -> boxes.add(box.number()));
        return boxes;
    }
}
