package org.flowstream.ovsdb;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.Owner;
import org.flowstream.problem.BadValueException;

/**
 * The marks by which our rows in the database are known: keys of their external_ids. What has none of them is of others.
 *
 * @param of the chain or external port that the row belongs to; {@code bridge} for our bridge
 * @param machine whose tap it is
 * @param installation the daemon whose it is: one sweeps its own alone
 */
public record Tags(String of, Optional<MachineId> machine, Owner owner, Installation installation) {
    static final String OF = "flowstream";
    static final String MACHINE = "flowstream-machine";
    static final String OWNER = "flowstream-owner";
    static final String INSTALLATION = "flowstream-installation";
    /** On a bridge: the range of group numbers that are ours, since groups carry no mark. */
    static final String GROUPS = "flowstream-groups";

    /** Of a row without a machine; {@link SwitchDatabase} adds whose it is. */
    public static Tags of(String of, Owner owner) {
        return new Tags(of, Optional.empty(), owner, Installation.STANDARD);
    }

    /** Of a machine's tap; {@link SwitchDatabase} adds whose it is. */
    public static Tags of(String chain, MachineId machine, Owner owner) {
        return new Tags(chain, Optional.of(machine), owner, Installation.STANDARD);
    }

    Tags in(Installation theirs) {
        return new Tags(of, machine, owner, theirs);
    }

    Map<String, String> externalIds() {
        Map<String, String> ids =
                new TreeMap<>(Map.of(OF, of, OWNER, owner.toString(), INSTALLATION, installation.toString()));
        machine.ifPresent(id -> ids.put(MACHINE, id.toString()));
        return ids;
    }

    /** The marks among a row's external_ids; empty if it is of others. */
    static Optional<Tags> read(Map<String, String> externalIds) {
        String of = externalIds.get(OF);
        if (of == null) {
            return Optional.empty();
        }
        return Optional.of(new Tags(
                of,
                read(externalIds, MACHINE, MachineId::parse),
                read(externalIds, OWNER, Owner::parse).orElse(Owner.OPERATOR),
                read(externalIds, INSTALLATION, Installation::parse).orElse(Installation.STANDARD)));
    }

    /** A mark that somebody has garbled counts as absent: what carries it is still ours, and can be cleaned up. */
    private static <T> Optional<T> read(Map<String, String> externalIds, String key, Function<String, T> parse) {
        try {
            return Optional.ofNullable(externalIds.get(key)).map(parse);
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }
}
