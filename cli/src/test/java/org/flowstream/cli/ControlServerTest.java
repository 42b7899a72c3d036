package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the protocol, and what a server of it makes of them. */
final class ControlServerTest {
    private static final String GREETING = "Click::ControlSocket/1.3\r\n";

    @TempDir
    private Path folder;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private byte[] answer(byte[] command) {
        String text = new String(command, UTF_8);
        asked.add(text);
        if (text.startsWith("READ gone")) {
            throw new CommandFailure("middlebox 'fw' does not answer:\nno such file");
        }
        return "200 OK\r\n".getBytes(UTF_8);
    }

    private ControlServer tcp() throws IOException {
        return ControlServer.start(ControlAddress.parse("0"), this::answer);
    }

    private static Socket connect(ControlServer server) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                Integer.parseInt(server.address().replaceFirst(".*:", "")));
        assertThat(new String(socket.getInputStream().readNBytes(GREETING.length()), UTF_8))
                .isEqualTo(GREETING);
        return socket;
    }

    private static String ask(Socket socket, String command) throws IOException {
        socket.getOutputStream().write(command.getBytes(UTF_8));
        StringBuilder line = new StringBuilder();
        InputStream in = socket.getInputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    @Test
    void eachClientHasASessionAndOneThatDiesInTheMiddleOfItsDataHarmsNobody() throws IOException {
        try (ControlServer server = tcp();
                Socket one = connect(server)) {
            assertThat(server.isLocal()).isTrue();
            try (Socket dying = connect(server)) {
                dying.getOutputStream().write("WRITEDATA fw.rules 100\r\nallow".getBytes(UTF_8));
                assertThat(ask(one, "READ c.count\r\n")).isEqualTo("200 OK");
            }
            try (Socket two = connect(server)) {
                assertThat(ask(two, "WRITEDATA a.b 3\r\nxyz")).isEqualTo("200 OK");
                assertThat(ask(one, "CHECKREAD a.b\r\n")).isEqualTo("200 OK");
                assertThat(ask(two, "READ gone\r\n")).isEqualTo("540 middlebox 'fw' does not answer:; no such file");
                assertThat(ask(two, "QUIT\r\n")).isEqualTo("200 Goodbye!");
                assertThat(two.getInputStream().read()).isNegative();
            }
            assertThat(asked)
                    .containsExactly(
                            "READ c.count\r\n", "WRITEDATA a.b 3\r\nxyz", "CHECKREAD a.b\r\n", "READ gone\r\n");
        }
    }

    @Test
    void aUnixSocketIsTheUsersAloneAndGoesWithTheServer() throws IOException {
        Path path = folder.resolve("control");
        // One that nobody listens at any more is in nobody's way.
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(path));
        dead.close();
        assertThat(path).exists();
        try (ControlServer server = ControlServer.start(ControlAddress.parse("unix:" + path), this::answer)) {
            assertThat(server.address()).isEqualTo("unix:" + path);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(new String(Channels.newInputStream(client).readNBytes(GREETING.length()), UTF_8))
                        .isEqualTo(GREETING);
            }
            assertThatThrownBy(() -> ControlServer.start(ControlAddress.parse(path.toString()), this::answer))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageStartingWith("cannot listen at " + path);
        }
        assertThat(path).doesNotExist();
        Files.writeString(path, "somebody's");
        assertThatThrownBy(() -> ControlServer.start(ControlAddress.parse(path.toString()), this::answer))
                .isInstanceOf(CommandFailure.class);
        assertThat(path).hasContent("somebody's");
    }

    @Test
    void aPortAloneIsOneOfTheLoopbackInterface() throws IOException {
        try (ControlServer server = tcp()) {
            assertThat(server.address()).startsWith("127.0.0.1:");
            String taken = server.address();
            assertThatThrownBy(() -> ControlServer.start(ControlAddress.parse(taken), this::answer))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageStartingWith("cannot listen at " + taken);
        }
        assertThatThrownBy(() -> ControlAddress.parse("nowhere")).isInstanceOf(BadValueException.class);
        assertThatThrownBy(() -> ControlAddress.parse("unix:")).isInstanceOf(BadValueException.class);
    }
}
