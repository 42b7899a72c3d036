package org.flowstream.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What clients of ControlSocket 1.3 send, cut into commands. */
final class ControlCommandTest {
    private static List<String> commands(String sent) throws IOException {
        ControlCommand.Reader reader = new ControlCommand.Reader(new ByteArrayInputStream(sent.getBytes(ISO_8859_1)));
        List<String> all = new ArrayList<>();
        for (Optional<ControlCommand> next = reader.next(); next.isPresent(); next = reader.next()) {
            if (next.get() instanceof ControlCommand.Request request) {
                all.add(new String(request.bytes(), ISO_8859_1));
            } else if (next.get() instanceof ControlCommand.Refused refused) {
                all.add("! " + refused.answer());
            } else {
                all.add("quit");
            }
        }
        return all;
    }

    @Test
    void linesEndInAnyWayAndDataInNone() throws IOException {
        assertThat(commands("READ a.b\r\n\r\nread c\nWRITE d e f\rQUIT\r\n"))
                .containsExactly("READ a.b\r\n", "read c\r\n", "WRITE d e f\r\n", "quit");
        // The LF of the line's CRLF is not data; a CR alone may be followed by data that begins with anything else.
        assertThat(commands("WRITEDATA a 4\r\n\r\nx\n" + "READDATA b 2\rxy" + "SETDATA c 0\r\n" + "READDATA d 0\n"
                        + "HELP\n"))
                .containsExactly(
                        "WRITEDATA a 4\r\n\r\nx\n",
                        "READDATA b 2\r\nxy",
                        "SETDATA c 0\r\n",
                        "READDATA d 0\r\n",
                        "HELP\r\n");
    }

    @Test
    void dataUpToATerminatorIsSentOnWithItsLength() throws IOException {
        assertThat(commands("WRITEUNTIL a END\r\none\r\ntwo\nEND  \r\nREADUNTIL b\nx\n\nREAD c\n"))
                .containsExactly("WRITEDATA a 8\r\none\ntwo\n", "READDATA b 2\r\nx\n", "READ c\r\n");
    }

    @Test
    void whatIsTooLongIsSkippedAndTheSessionGoesOn() throws IOException {
        String line = "x".repeat(ControlCommand.LONGEST_LINE);
        assertThat(commands(line + "x\n" + line + "\nREAD a\n"))
                .containsExactly("! 500 Line too long, at most 8192 bytes", line + "\r\n", "READ a\r\n");
        int many = ControlCommand.MOST_DATA + 1;
        assertThat(commands("WRITEDATA a " + many + "\n" + "y".repeat(many) + "READ a\n"))
                .containsExactly("! 521 Data too large for handler 'a'", "READ a\r\n");
        assertThat(commands("WRITEUNTIL a .\n" + ("z".repeat(999) + "\n").repeat(100) + ".\nREAD a\n"))
                .containsExactly("! 521 Data too large for handler 'a'", "READ a\r\n");
        // A length that is no number is refused by the guest, and no data follows.
        assertThat(commands("WRITEDATA a many\nREAD a\n")).containsExactly("WRITEDATA a many\r\n", "READ a\r\n");
    }

    @Test
    void whatBreaksOffIsNoCommand() throws IOException {
        assertThat(commands("READ a\nWRITE b 1")).containsExactly("READ a\r\n");
        for (String cut :
                List.of("WRITEDATA a 5\n1234", "WRITEDATA a 5\r", "WRITEUNTIL a END\nx\n", "READUNTIL a END")) {
            if (cut.equals("READUNTIL a END")) {
                assertThat(commands(cut)).isEmpty();
            } else {
                assertThatThrownBy(() -> commands(cut)).as(cut).isInstanceOf(EOFException.class);
            }
        }
    }
}
