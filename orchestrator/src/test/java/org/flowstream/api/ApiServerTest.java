package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.flowstream.model.Name;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ApiServerTest {
    @TempDir
    private Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = new HttpClient(new HttpClientTransportDynamic());
    private final CountDownLatch left = new CountDownLatch(1);
    private @Nullable ApiServer server;

    @BeforeEach
    void startBoth() throws Exception {
        client.start();
        server = start();
    }

    @AfterEach
    void stopBoth() throws Exception {
        client.stop();
        server().close();
    }

    @Test
    void answersWithValuesAndTellsTheKernelsWordOnThePeer() throws Exception {
        ContentResponse response = request("GET", "/v1/things/a%20b?size=3", null);
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getMediaType()).isEqualTo("application/json");
        JsonNode value = json.readTree(response.getContent());
        assertThat(value.path("name").asText()).isEqualTo("a b");
        assertThat(value.path("size").asInt()).isEqualTo(3);
        assertThat(value.path("peer").asText()).isEqualTo(System.getProperty("user.name"));
        assertThat(Files.getPosixFilePermissions(socket())).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
        server().close();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void errorsAreProblems() throws Exception {
        assertProblem(request("GET", "/v1/nosuch", null), 404, "there is no /v1/nosuch");
        assertProblem(request("DELETE", "/v1/things/a", null), 400, "/v1/things/a does not take DELETE");
        assertProblem(request("GET", "/v1/things/a?size=x", null), 400, "size: For input string: \"x\"");
        assertProblem(request("PUT", "/v1/things/a", "{\"name\": \"No\"}"), 400, "'No': expected a name");
        assertProblem(request("PUT", "/v1/things/a", "{\"name\""), 400, "line 1, column 8");
        ContentResponse taken = request("POST", "/v1/things/a", null);
        assertProblem(taken, 409, "the name is taken");
        assertThat(json.readTree(taken.getContent()).path("cure").asText()).isEqualTo("choose another");
    }

    @Test
    void aFaultOfOursIsOneLine() throws Exception {
        ContentResponse response = request("GET", "/v1/fault", null);
        assertThat(response.getStatus()).isEqualTo(500);
        assertThat(response.getContentAsString().lines()).hasSize(1);
        assertThat(response.getContentAsString())
                .contains("a fault of the daemon")
                .contains("on purpose");
    }

    @Test
    void linesComeOneByOneAndALeavingClientEndsTheWork() throws Exception {
        InputStreamResponseListener listener = new InputStreamResponseListener();
        client.newRequest("http://flowstream/v1/lines")
                .transport(new Transport.TCPUnix(socket()))
                .send(listener);
        assertThat(listener.get(10, TimeUnit.SECONDS).getStatus()).isEqualTo(200);
        java.io.InputStream in = listener.getInputStream();
        // The writer goes on only when it was asked to probe: this line cannot have waited for more to come.
        assertThat(new String(in.readNBytes(8), UTF_8)).isEqualTo("{\"n\":1}\n");
        in.close();
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void strangersAreTurnedAway() throws Exception {
        PeerPolicy policy = new PeerPolicy("nobody-else", "", Path.of("/etc/group"));
        assertThat(policy.allows(new Peer("root", "root"))).isTrue();
        assertThat(policy.allows(new Peer("mallory", "users"))).isFalse();
        Path groups = Files.writeString(folder.resolve("group"), "wheel:x:10:\nflow:x:11:alice,bob\n");
        PeerPolicy grouped = new PeerPolicy("root", "flow", groups);
        assertThat(grouped.allows(new Peer("bob", "users"))).isTrue();
        assertThat(grouped.allows(new Peer("carol", "flow"))).isTrue();
        assertThat(grouped.allows(new Peer("mallory", "users"))).isFalse();
    }

    private ApiServer server() {
        return Objects.requireNonNull(server);
    }

    private record Thing(Name name) {}

    private ApiServer start() throws Exception {
        return ApiServer.start(
                socket(),
                PeerPolicy.of(""),
                List.of(
                        new Route(
                                "GET",
                                "/v1/things/{name}",
                                call -> Answer.ok(Map.of(
                                        "name", call.path("name", text -> text),
                                        "size",
                                                call.query("size", Integer::valueOf)
                                                        .orElse(0),
                                        "peer", call.peer().user()))),
                        new Route("PUT", "/v1/things/{name}", call -> Answer.ok(call.body(Thing.class))),
                        new Route("POST", "/v1/things/{name}", call -> {
                            throw ApiProblem.conflict("the name is taken", "choose another");
                        }),
                        new Route("GET", "/v1/fault", call -> {
                            throw new IllegalStateException("on purpose");
                        }),
                        new Route("GET", "/v1/lines", call -> Answer.jsonLines(this::lines))),
                json);
    }

    private void lines(Answer.Sink sink) throws java.io.IOException {
        sink.line(Map.of("n", 1));
        try {
            while (true) {
                sink.probe();
                Thread.onSpinWait();
            }
        } finally {
            left.countDown();
        }
    }

    private Path socket() {
        return folder.resolve("api.sock");
    }

    private ContentResponse request(String method, String path, @Nullable String body) throws Exception {
        org.eclipse.jetty.client.Request request = client.newRequest("http://flowstream" + path)
                .method(HttpMethod.fromString(method))
                .transport(new Transport.TCPUnix(socket()));
        if (body != null) {
            request = request.body(new StringRequestContent("application/json", body));
        }
        return request.send();
    }

    private void assertProblem(ContentResponse response, int status, String detail) throws Exception {
        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(response.getMediaType()).isEqualTo("application/problem+json");
        assertThat(json.readTree(response.getContent()).path("detail").asText()).contains(detail);
    }
}
