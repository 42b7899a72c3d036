package org.flowstream.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.flowstream.metrics.Metrics;
import org.junit.jupiter.api.Test;

final class MetricsServerTest {
    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> ask(MetricsServer server, String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void itShowsTheFiguresAndNothingElse() throws Exception {
        try (MetricsServer server = MetricsServer.start("127.0.0.1", 0, new Metrics(List.of()))) {
            HttpResponse<String> read = ask(server, "GET", "/metrics");
            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(read.headers().firstValue("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(ask(server, "POST", "/metrics").statusCode()).isEqualTo(405);
            assertThat(ask(server, "GET", "/v1/chains").statusCode()).isEqualTo(404);
            assertThat(ask(server, "DELETE", "/v1/chains/fw").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void anAddressThatIsTakenIsOneClearError() throws Exception {
        try (MetricsServer server = MetricsServer.start("127.0.0.1", 0, new Metrics(List.of()))) {
            int port = server.port();
            assertThatThrownBy(() -> MetricsServer.start("127.0.0.1", port, new Metrics(List.of())))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("cannot listen at 127.0.0.1:" + port + " for --metrics: .*in use.*");
        }
    }
}
