package org.flowstream.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.util.Optional;
import org.flowstream.model.ExitReason;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.PortName;

/**
 * Something that happened. Events tell; nothing is derived from them: what is so is read from the world.
 *
 * <p>Each has a one-line text for people; its kind is its class name in lower case with hyphens.
 */
public sealed interface Event {
    /** What happened, in one line without the subject's name. */
    @JsonIgnore
    String text();

    /** The chain, middlebox or port it happened to; empty for what happened to the daemon or the host. */
    Optional<Name> subject();

    /** The kind, such as {@code middlebox-ready}. */
    @JsonIgnore
    default String kind() {
        return getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(java.util.Locale.ROOT);
    }

    /** The daemon began or ended its work. */
    record DaemonChanged(boolean started, String detail) implements Event {
        @Override
        public String text() {
            return (started ? "the daemon started" : "the daemon stops") + (detail.isEmpty() ? "" : ": " + detail);
        }

        @Override
        public Optional<Name> subject() {
            return Optional.empty();
        }
    }

    /** A system of the host, such as libvirt, began or ceased to answer. */
    record SystemChanged(String system, boolean answers, String detail) implements Event {
        @Override
        public String text() {
            return system + (answers ? " answers" : " does not answer") + (detail.isEmpty() ? "" : ": " + detail);
        }

        @Override
        public Optional<Name> subject() {
            return Optional.empty();
        }
    }

    /** What was asked for was written down or struck out. */
    record Declared(Name name, boolean present, String detail) implements Event {
        @Override
        public String text() {
            return (present ? "declared" : "no longer declared") + (detail.isEmpty() ? "" : ": " + detail);
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /**
     * A part of a chain's flow got machines of its own with its first packet.
     *
     * @param instance by the name of its first machine
     * @param pooled whether its machines had waited
     * @param took from the first packet's arrival until it was handed over
     */
    record InstanceBegan(Name chain, Name instance, String flow, boolean pooled, Duration took) implements Event {
        @Override
        public String text() {
            return "instance " + instance + " for " + flow + (pooled ? "" : ", of a machine that was started for it");
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(chain);
        }
    }

    /** A part of a chain's flow got no machines: its packets met the failure policy. */
    record SetUpFailed(Name chain, String flow, String reason) implements Event {
        @Override
        public String text() {
            return "no instance for " + flow + ": " + reason;
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(chain);
        }
    }

    /** An external port was written down or struck out. */
    record PortDeclared(PortName port, boolean present) implements Event {
        @Override
        public String text() {
            return "port " + port + (present ? " declared" : " no longer declared");
        }

        @Override
        public Optional<Name> subject() {
            return Optional.empty();
        }
    }

    /**
     * An action changed the world.
     *
     * @param type of action, as its failpoint is called: {@code start-machine}
     */
    record ActionDone(Optional<Name> subject, String type, String action, Duration took) implements Event {
        @Override
        public String text() {
            return action;
        }
    }

    /** An action did not do what it says; the loop plans anew. */
    record ActionFailed(Optional<Name> subject, String type, String action, Duration took, String reason)
            implements Event {
        @Override
        public String text() {
            return action + ": " + reason;
        }
    }

    /** A stage on the way from the declaration to ready ended; the times are shown by {@code run}. */
    record StageDone(Name name, Stage stage, String detail, Duration took) implements Event {
        @Override
        public String text() {
            return stage + ": " + detail;
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /** All levels of health that were asked for hold, for the first time since the machine's start. */
    record MiddleboxReady(Name name, Duration sinceDeclared) implements Event {
        @Override
        public String text() {
            return "ready";
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /** A machine ended. */
    record MiddleboxExited(Name name, ExitReason reason) implements Event {
        @Override
        public String text() {
            return reason.toString();
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /** A level of health was lost or gained. */
    record HealthChanged(Name name, HealthLevel level, boolean good, String detail) implements Event {
        @Override
        public String text() {
            return level + (good ? " is well" : " is lost") + (detail.isEmpty() ? "" : ": " + detail);
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /** A machine is to be started again, after a wait. */
    record RestartPlanned(Name name, int attempt, Duration after) implements Event {
        @Override
        public String text() {
            return "restart " + attempt + (after.isZero() ? " at once" : " in " + after.toMillis() + " ms");
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }

    /**
     * An operation began or ended.
     *
     * @param subject the chain it was asked of; empty where it is about several
     * @param detail its outcome; empty at its beginning
     */
    record OperationChanged(
            long id, Operation.Kind operation, Operation.State state, Optional<Name> subject, String detail)
            implements Event {
        @Override
        public String text() {
            return "operation " + id + " (" + operation + ") "
                    + (state == Operation.State.RUNNING ? "began" : "is " + state)
                    + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    /** A machine began to end again and again, or has lasted since. */
    record FlappingChanged(Name name, boolean flaps, String detail) implements Event {
        @Override
        public String text() {
            return flaps ? "flaps: " + detail + "; each restart now waits longer" : "flaps no more";
        }

        @Override
        public Optional<Name> subject() {
            return Optional.of(name);
        }
    }
}
