package org.flowstream.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.flowstream.api.Answer;
import org.flowstream.api.ApiServer;
import org.flowstream.api.PeerPolicy;
import org.flowstream.api.Route;
import org.flowstream.model.DeclaredJson;

/** The daemon's own HTTP server on a Unix socket, with answers that a test gives. Requests are kept, in order. */
final class FakeDaemon implements AutoCloseable {
    private final Path runFolder;
    private final List<Route> routes = new ArrayList<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private ApiServer server;

    private FakeDaemon(Path runFolder) {
        this.runFolder = runFolder;
        this.server = serve();
    }

    static FakeDaemon in(Path folder) {
        try {
            return new FakeDaemon(Files.createDirectories(folder.resolve("run")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ApiServer serve() {
        try {
            return ApiServer.start(
                    runFolder.resolve("api.sock"), PeerPolicy.of(""), List.copyOf(routes), DeclaredJson.mapper());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeDaemon answers(String method, String template, Route.Handler handler) {
        routes.add(new Route(method, template, call -> {
            requests.add(method + " " + template);
            return handler.handle(call);
        }));
        close();
        server = serve();
        return this;
    }

    FakeDaemon answers(String method, String template, Object value) {
        return answers(method, template, call -> Answer.ok(value));
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    /** Runs a command that asks this daemon. */
    int run(Screen screen, String... arguments) {
        List<String> whole = new ArrayList<>(List.of(arguments));
        whole.addAll(List.of("--run-folder", runFolder.toString()));
        return screen.run(whole.toArray(String[]::new));
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
