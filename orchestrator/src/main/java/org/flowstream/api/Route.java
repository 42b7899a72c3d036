package org.flowstream.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One resource and method of the interface.
 *
 * @param template the path, with variables in braces: {@code /v1/chains/{name}}
 */
public record Route(String method, String template, Handler handler) {
    /** Answers the request, or throws an {@link ApiProblem}. */
    @FunctionalInterface
    public interface Handler {
        Answer handle(Call call) throws InterruptedException;
    }

    /** The variables' values when the path is this route's. */
    Optional<Map<String, String>> match(String path) {
        List<String> expected = List.of(template.split("/", -1));
        List<String> found = List.of(path.split("/", -1));
        if (expected.size() != found.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int index = 0; index < expected.size(); index++) {
            String segment = expected.get(index);
            if (segment.startsWith("{")) {
                String decoded = URLDecoder.decode(found.get(index).replace("+", "%2B"), StandardCharsets.UTF_8);
                values.put(segment.substring(1, segment.length() - 1), decoded);
            } else if (!segment.equals(found.get(index))) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
