package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Limits;
import org.flowstream.model.Name;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;

/** {@code /v1/pools}, {@code /v1/chains/NAME/demand}: machines that wait, and what chains whose machines come with packets take. */
public final class DemandResource {
    private final Declarations declarations;
    private final Pools pools;
    private final FirstPackets firstPackets;

    public DemandResource(Declarations declarations, Pools pools, FirstPackets firstPackets) {
        this.declarations = declarations;
        this.pools = pools;
        this.firstPackets = firstPackets;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/pools", call -> pools()),
                new Route("GET", "/v1/chains/{name}/demand", this::demand));
    }

    private Answer pools() {
        ArrayNode list = Json.array();
        for (Pools.Level level : pools.levels()) {
            ObjectNode pool = Json.MAPPER.valueToTree(level.pool());
            pool.put("wanted", level.wanted()).put("ready", level.ready()).put("starting", level.starting());
            list.add(pool);
        }
        return Answer.ok(list);
    }

    private Answer demand(Call call) {
        Name name = call.path("name", Name::parse);
        DeclaredChain chain = declarations
                .chain(name)
                .filter(it -> it.spec().spec().isOnDemand())
                .orElseThrow(() -> ApiProblem.notFound(
                        "there is no chain '" + name + "' whose machines come with packets", "flowstream chain ls"));
        Limits limits = chain.spec().spec().limits();
        ObjectNode demand = Json.object()
                .put("instances", declarations.instances(name))
                .put("mostInstances", limits.instances())
                .put("newPerSecond", limits.newPerSecond());
        ArrayNode shed = demand.putArray("shed");
        firstPackets
                .shed(names())
                .getOrDefault(name, Map.of())
                .forEach((reason, packets) ->
                        shed.addObject().put("reason", reason.toString()).put("packets", packets));
        return Answer.ok(demand);
    }

    private Set<Name> names() {
        Set<Name> names = new TreeSet<>();
        declarations.chains().forEach(chain -> names.add(chain.name()));
        return names;
    }
}
