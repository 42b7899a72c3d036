package org.flowstream.api;

import java.util.List;
import org.flowstream.image.ImageException;
import org.flowstream.image.PartStore;
import org.flowstream.model.ImageDigest;

/** {@code /v1/parts}: large files that images name, such as kernels; they come piece by piece. */
public final class PartResource {
    private final PartStore parts;

    public PartResource(PartStore parts) {
        this.parts = parts;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/parts/{digest}", this::show), new Route("PUT", "/v1/parts/{digest}", this::put));
    }

    private Answer show(Call call) {
        ImageDigest digest = call.path("digest", ImageDigest::parse);
        if (!parts.has(digest)) {
            throw ApiProblem.notFound("there is no file " + digest, "flowstream image build, then run");
        }
        return Answer.ok(Json.object().put("digest", digest.toString()));
    }

    private Answer put(Call call) {
        ImageDigest digest = call.path("digest", ImageDigest::parse);
        try {
            parts.put(
                    digest,
                    call.query("offset", Long::parseLong).orElse(0L),
                    call.query("size", Long::parseLong).orElse((long) call.body().length),
                    call.body());
            return Answer.ok(Json.object().put("digest", digest.toString()));
        } catch (ImageException e) {
            throw ApiProblem.refused(String.valueOf(e.getMessage()), null);
        }
    }
}
