package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** {@code /v1/openapi.yaml}: the description of the interface, which a test holds equal to what the daemon serves. */
public final class OpenApiResource {
    private OpenApiResource() {}

    public static List<Route> routes() {
        return List.of(new Route("GET", "/v1/openapi.yaml", call -> new Answer.Text(document(), "application/yaml")));
    }

    static String document() {
        try (InputStream in = OpenApiResource.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is not in the jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
