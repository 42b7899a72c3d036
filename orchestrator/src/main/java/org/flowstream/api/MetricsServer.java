package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.flowstream.metrics.Metrics;

/**
 * {@code GET /metrics} on a TCP port, for monitoring systems that read no Unix socket: this one resource, nothing that
 * changes anything, and no more than a few readers at once.
 */
public final class MetricsServer implements AutoCloseable {
    private static final int MOST_THREADS = 6;
    private static final long IDLE_MILLIS = 30_000;

    private final Server server;
    private final ServerConnector connector;

    private MetricsServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Begins to answer.
     *
     * @param port 0 for any that is free
     * @throws IOException when the address cannot be listened at
     */
    public static MetricsServer start(String host, int port, Metrics metrics) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 1);
        threads.setName("metrics");
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        server.setHandler(new Reading(metrics));
        server.setStopTimeout(0);
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException(
                    "cannot listen at " + host + ":" + port + " for --metrics: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        }
        return new MetricsServer(server, connector);
    }

    /** The port that it listens at. */
    public int port() {
        return connector.getLocalPort();
    }

    private static final class Reading extends Handler.Abstract {
        private final Metrics metrics;

        Reading(Metrics metrics) {
            this.metrics = metrics;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            boolean reads =
                    request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
            if (!Request.getPathInContext(request).equals("/metrics")) {
                return plain(response, callback, HttpStatus.NOT_FOUND_404, "there is /metrics alone\n");
            }
            if (!reads) {
                response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
                return plain(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, "/metrics is read alone\n");
            }
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, Metrics.CONTENT_TYPE);
            response.write(true, ByteBuffer.wrap(metrics.text().getBytes(UTF_8)), callback);
            return true;
        }

        private static boolean plain(Response response, Callback callback, int status, String text) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
            response.write(true, ByteBuffer.wrap(text.getBytes(UTF_8)), callback);
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the figures' port does not close: " + e.getMessage(), e);
        }
    }
}
