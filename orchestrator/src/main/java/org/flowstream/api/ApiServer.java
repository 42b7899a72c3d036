package org.flowstream.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interface on its Unix socket: HTTP/1.1, mode 0660 and of the policy's group. The caller holds the lock of the
 * state folder, so a socket that is already there was left behind and is replaced.
 */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    /** Each stream that is followed holds a thread. */
    private static final int MOST_THREADS = 200;

    /** Streams that are followed never end by themselves: nothing is waited for. */
    private static final long STOP_MILLIS = 0;

    private final Server server;
    private final Path socket;

    private ApiServer(Server server, Path socket) {
        this.server = server;
        this.socket = socket;
    }

    /** Begins to answer. */
    public static ApiServer start(Path socket, PeerPolicy policy, List<Route> routes, ObjectMapper json)
            throws IOException {
        Files.deleteIfExists(socket);
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 2);
        threads.setName("api");
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        UnixDomainServerConnector connector =
                new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setUnixDomainPath(socket);
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        server.setHandler(new ApiHandler(routes, policy, json));
        server.setErrorHandler(ApiServer::internalError);
        server.setStopTimeout(STOP_MILLIS);
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
        }
        protect(socket, policy.group());
        return new ApiServer(server, socket);
    }

    private static void protect(Path socket, String group) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
        if (!group.isEmpty()) {
            view.setGroup(socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
    }

    /** A fault of ours: logged with its trace, told in one line. */
    private static boolean internalError(Request request, Response response, Callback callback) {
        Object failure = request.getAttribute(org.eclipse.jetty.server.handler.ErrorHandler.ERROR_EXCEPTION);
        if (failure instanceof Throwable thrown) {
            LOG.error("{} {} failed", request.getMethod(), request.getHttpURI(), thrown);
        }
        response.getHeaders().put(org.eclipse.jetty.http.HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        org.eclipse.jetty.io.Content.Sink.write(
                response, true, "a fault of the daemon; its log says more: " + failure + "\n", callback);
        return true;
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the interface does not stop: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(socket);
        }
    }
}
