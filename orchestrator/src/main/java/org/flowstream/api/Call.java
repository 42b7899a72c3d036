package org.flowstream.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.flowstream.problem.BadValueException;

/** A request, as a resource sees it. */
public final class Call {
    private final Map<String, String> path;
    private final Map<String, String> query;
    private final byte[] body;
    private final Peer peer;
    private final ObjectMapper json;

    /**
     * @param path the values of the path's variables
     * @param query the query's parameters; the last of equal names counts
     * @param peer who asks
     */
    Call(Map<String, String> path, Map<String, String> query, byte[] body, Peer peer, ObjectMapper json) {
        this.path = Map.copyOf(path);
        this.query = Map.copyOf(query);
        this.body = body.clone();
        this.peer = peer;
        this.json = json;
    }

    public Peer peer() {
        return peer;
    }

    /** The body as it came. */
    public byte[] body() {
        return body.clone();
    }

    /** A variable of the path, as a value. */
    public <T> T path(String name, Function<String, T> parse) {
        String text = path.get(name);
        if (text == null) {
            throw new IllegalStateException("the route has no variable '" + name + "'");
        }
        return value(name, text, parse);
    }

    /** A parameter of the query, as a value; empty when it is not given. */
    public <T> Optional<T> query(String name, Function<String, T> parse) {
        return Optional.ofNullable(query.get(name)).map(text -> value(name, text, parse));
    }

    /** Whether a parameter of the query is given, without a value or as {@code true}. */
    public boolean flag(String name) {
        return query(name, text -> switch (text) {
                    case "", "true" -> true;
                    case "false" -> false;
                    default -> throw BadValueException.expected(text, "true or false");
                })
                .orElse(false);
    }

    /** The body, as a value. */
    public <T> T body(Class<T> type) {
        try {
            T value = json.readValue(body, type);
            if (value == null) {
                throw ApiProblem.badRequest("the body is null");
            }
            return value;
        } catch (JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof BadValueException bad) {
                    throw bad;
                }
            }
            String place = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw ApiProblem.badRequest("the body is not what was expected: " + e.getOriginalMessage() + place);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static <T> T value(String name, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (BadValueException | NumberFormatException e) {
            throw ApiProblem.badRequest(name + ": " + e.getMessage());
        }
    }
}
