package org.flowstream.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is not met, as the client sees it: a problem of RFC 9457, with the cure where one is known. */
public final class ApiProblem extends RuntimeException {
    private final int status;
    private final @Nullable String cure;

    private ApiProblem(int status, String detail, @Nullable String cure) {
        super(detail);
        this.status = status;
        this.cure = cure;
    }

    /** The request itself is wrong (400). */
    public static ApiProblem badRequest(String detail) {
        return new ApiProblem(400, detail, null);
    }

    /** The client may not ask this (403). */
    public static ApiProblem forbidden(String detail) {
        return new ApiProblem(403, detail, null);
    }

    /** What it names is not there (404). */
    public static ApiProblem notFound(String detail, String cure) {
        return new ApiProblem(404, detail, cure);
    }

    /** It does not fit what is there (409). */
    public static ApiProblem conflict(String detail, String cure) {
        return new ApiProblem(409, detail, cure);
    }

    /** It was understood and could not be done (422). */
    public static ApiProblem refused(String detail, @Nullable String cure) {
        return new ApiProblem(422, detail, cure);
    }

    /** A system that it needs does not answer (503). */
    public static ApiProblem unavailable(String detail, String cure) {
        return new ApiProblem(503, detail, cure);
    }

    public int status() {
        return status;
    }

    public Optional<String> cure() {
        return Optional.ofNullable(cure);
    }
}
