package org.flowstream.reconcile;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.flowstream.chain.ChainPlan;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.event.Stage;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.plan.Action;

/**
 * The ways of chains from a request to ready, with the time of each stage, told as events for those who wait. A chain
 * that comes back by itself after a fault has a journey too.
 */
final class Journeys {
    private final World world;
    private final EventLog events;
    private final Map<Name, Journey> journeys = new HashMap<>();

    Journeys(World world, EventLog events) {
        this.world = world;
        this.events = events;
    }

    /** One chain on its way. */
    private static final class Journey {
        final Owner owner;
        final long beganNanos = System.nanoTime();
        Duration wiring = Duration.ZERO;
        boolean machineTold;
        /** How many machines are to start before a look at the world counts: those that run still are ready, too. */
        int startsToCome;

        boolean guestTold;
        boolean wiringTold;
        Optional<String> failure = Optional.empty();

        Journey(Owner owner) {
            this.owner = owner;
        }
    }

    /** A chain's way begins; where the loop was quicker than the one who asked, it goes on, and old failures are forgotten. */
    synchronized void begin(Name chain, Owner owner) {
        journeys.computeIfAbsent(chain, name -> new Journey(owner)).failure = Optional.empty();
    }

    /** The way of a chain begins whose machines, so many, are to start anew. */
    synchronized void beginAnew(Name chain, Owner owner, int machines) {
        Journey journey = new Journey(owner);
        journey.startsToCome = machines;
        journeys.put(chain, journey);
    }

    synchronized void end(Name chain) {
        journeys.remove(chain);
    }

    synchronized boolean onItsWay(Name chain) {
        return journeys.containsKey(chain);
    }

    synchronized void stage(Name chain, Stage stage, String text, Duration took) {
        Journey journey = journeys.get(chain);
        if (journey != null) {
            journey.failure = Optional.empty();
            if (stage == Stage.MACHINE) {
                journey.machineTold = true;
                journey.startsToCome--;
            }
            events.add(journey.owner, new Event.StageDone(chain, stage, text, took));
        }
    }

    synchronized void wired(Name chain, Duration took) {
        Journey journey = journeys.get(chain);
        if (journey != null) {
            journey.wiring = journey.wiring.plus(took);
        }
    }

    synchronized void steered(Action.SetRules rules) {
        ChainPlan plan = rules.plan();
        Journey journey = journeys.get(plan.name());
        if (journey != null && rules.stage() == org.flowstream.chain.Stage.STEERED) {
            tellWiring(plan, journey);
        }
    }

    private void tellWiring(ChainPlan plan, Journey journey) {
        if (!journey.wiringTold) {
            journey.wiringTold = true;
            stage(
                    plan.name(),
                    Stage.WIRING,
                    between(plan) + ", fail " + plan.failure().toString(),
                    journey.wiring);
        }
    }

    private static String between(ChainPlan plan) {
        var ports = plan.externalPorts();
        return ports.isEmpty()
                ? plan.name().toString()
                : ports.get(0) + " ⇄ " + plan.name() + (ports.size() > 1 ? " ⇄ " + ports.get(1) : "");
    }

    /** Takes in a look at the world: guests that are ready, and the end of the journey. */
    synchronized boolean see(ChainPlan plan, Pass pass) {
        Journey journey = journeys.get(plan.name());
        if (journey == null) {
            return false;
        }
        // A guest may be ready before the action that starts its machine has returned: its stage comes first. A chain
        // that is ready without one was adopted.
        if (journey.startsToCome > 0 || (!journey.machineTold && !pass.isReady(plan.name()))) {
            return false;
        }
        if (!journey.guestTold) {
            Duration guest = Duration.ZERO;
            Duration health = Duration.ZERO;
            String guestText = "";
            String healthText = "";
            for (MachineSpec machine : plan.machines()) {
                Optional<Readiness> readiness = world.readiness(machine.id());
                boolean ready = pass.machine(machine.id())
                        .filter(it -> it.wellness() == org.flowstream.plan.ObservedMachine.Wellness.READY)
                        .isPresent();
                if (!ready || readiness.isEmpty()) {
                    return false;
                }
                guest = max(guest, readiness.get().guest());
                health = max(health, readiness.get().health());
                guestText = readiness.get().guestText();
                healthText = readiness.get().healthText();
            }
            journey.guestTold = true;
            stage(plan.name(), Stage.GUEST, guestText, guest);
            stage(plan.name(), Stage.HEALTH, healthText, health);
        }
        if (!pass.isReady(plan.name())) {
            return false;
        }
        tellWiring(plan, journey);
        journeys.remove(plan.name());
        events.add(
                journey.owner,
                new Event.MiddleboxReady(plan.name(), Duration.ofNanos(System.nanoTime() - journey.beganNanos)));
        return true;
    }

    synchronized void failed(Name chain, String reason) {
        Journey journey = journeys.get(chain);
        if (journey != null) {
            journey.failure = Optional.of(reason);
        }
    }

    /** What last went wrong on a chain's way. */
    synchronized Optional<String> failure(Name chain) {
        return Optional.ofNullable(journeys.get(chain)).flatMap(journey -> journey.failure);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
