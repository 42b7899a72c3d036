package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowstream.api.Answer;
import org.flowstream.api.ApiProblem;
import org.flowstream.model.ChainSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code run} says and leaves when something is wrong: with the template, or with what the daemon answers. */
final class RunCommandTest {
    private static final String IMAGE = "/v1/images/{digest}";

    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private FakeDaemon daemon;
    private boolean imageIsThere;

    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder)
                .answers("GET", IMAGE, call -> {
                    if (!imageIsThere) {
                        throw ApiProblem.notFound("there is no such image", "flowstream image ls");
                    }
                    return Answer.ok(Map.of());
                })
                .answers("PUT", IMAGE, call -> {
                    imageIsThere = true;
                    return Answer.done();
                })
                .answers("DELETE", IMAGE, call -> {
                    imageIsThere = false;
                    return Answer.done();
                });
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private int run(String template, String... more) {
        String[] whole = new String[more.length + 6];
        System.arraycopy(new String[] {"run", template, "--name", "w", "--between", "left:right"}, 0, whole, 0, 6);
        System.arraycopy(more, 0, whole, 6, more.length);
        return daemon.run(screen, whole);
    }

    @Test
    void aRefusalIsOneLineWithItsCureAndLeavesNoImage() throws Exception {
        daemon.answers("POST", "/v1/chains", call -> {
            throw ApiProblem.conflict("the name 'w' is taken", "flowstream rm w, or choose another name");
        });
        assertThat(run("wire")).isEqualTo(1);
        assertThat(screen.err())
                .endsWith("flowstream: the name 'w' is taken\n  cure: flowstream rm w, or choose another name\n");
        assertThat(imageIsThere).isFalse();
    }

    /** The wires that the daemon is asked for, as {@code DEVICE=PORT}. */
    private List<String> wires(String template, String... devices) {
        List<String> asked = new ArrayList<>();
        daemon.answers("POST", "/v1/chains", call -> {
            call.body(ChainSpec.class)
                    .spec()
                    .middleboxes()
                    .get(0)
                    .devices()
                    .forEach(it -> asked.add(it.device() + "=" + it.to()));
            return Answer.jsonLines(sink -> sink.line(Map.of("kind", "ready")));
        });
        List<String> words = new ArrayList<>(List.of("run", template, "--name", "w"));
        for (String device : devices) {
            words.addAll(List.of("--device", device));
        }
        assertThat(daemon.run(screen, words.toArray(String[]::new)))
                .as(screen.err())
                .isZero();
        return asked;
    }

    @Test
    void oneDeviceIsWiredByItsName() {
        assertThat(wires("ether-mirror", "outside=lab")).containsExactly("outside=lab");
    }

    @Test
    void threeDevicesAreWiredByTheirNamesInTheTemplatesOrder() {
        assertThat(wires("tee", "copy=monitor", "inside=servers", "outside=uplink"))
                .containsExactly("outside=uplink", "inside=servers", "copy=monitor");
    }

    @Test
    void theSidesCanBeGivenTogetherAndAThirdDeviceByItsName() {
        daemon.answers("POST", "/v1/chains", call -> Answer.jsonLines(sink -> sink.line(Map.of("kind", "ready"))));
        assertThat(run("tee", "--device", "copy=monitor")).as(screen.err()).isZero();
    }

    @Test
    void aDeviceWithoutAPortIsNamed() {
        assertThat(run("tee")).isEqualTo(2);
        assertThat(screen.err())
                .contains("Template tee has devices outside, inside, copy; not wired: copy (--device DEVICE=PORT)");
        assertThat(run("ether-mirror")).isEqualTo(2);
        assertThat(screen.err()).contains("template ether-mirror has 1 device; use --device");
    }

    @Test
    void anImageThatWasThereBeforeStays() throws Exception {
        imageIsThere = true;
        daemon.answers("POST", "/v1/chains", call -> {
            throw ApiProblem.unavailable("libvirt does not answer", "flowstream doctor --fix libvirt");
        });
        assertThat(run("wire")).isEqualTo(1);
        assertThat(screen.err()).contains("libvirt does not answer", "cure: flowstream doctor --fix libvirt");
        assertThat(imageIsThere).isTrue();
    }

    @Test
    void whatIsNotReadyInTimeFailsWithTheDaemonsReason() throws Exception {
        daemon.answers(
                "POST",
                "/v1/chains",
                call -> Answer.jsonLines(sink -> sink.line(Map.of("kind", "failed", "text", "its guest is mute"))));
        assertThat(run("wire")).isEqualTo(1);
        assertThat(screen.err()).contains("flowstream: w did not become ready: its guest is mute");
    }

    @Test
    void fiveMistakesAreFiveLinesWithTheirPlacesAndTheDaemonIsNotAsked() throws Exception {
        Path template = Files.createDirectory(folder.resolve("five"));
        Files.writeString(template.resolve("template.json"), """
                {"name": "five", "version": "1.0.0", "summary": "Five mistakes.",
                 "devices": [{"name": "outside", "click": ["0"], "mode": "bump"},
                             {"name": "inside", "click": ["1"], "mode": "bump"}],
                 "parameters": {"limit": {"type": "integer", "maximum": 10, "default": 5, "description": "A limit."}},
                 "image": {"click": "five.click"},
                 "resources": {"vcpus": "one"}}
                """);
        Files.writeString(template.resolve("five.click"), """
                FromDevice(0) -> c :: Classifier(12/0800, -);
                c[0] -> Conter -> ToDevice(1);
                """);
        assertThat(run(template.toString(), "-p", "limit=99", "-p", "limt=1")).isEqualTo(1);
        assertThat(screen.err().replace(template + "/", ""))
                .contains(
                        "template.json:6:25: resources.vcpus: \"one\" is not an integer\n",
                        "-p limit=99: limit: 99 is above the maximum 10\n",
                        "-p limt=1: unknown parameter \"limt\" of template five",
                        "five.click:2:9: undeclared element 'Conter' (did you mean 'Counter'?)\n",
                        "five.click:1:18: While configuring 'c :: Classifier':\n",
                        "  need 1 arguments, one per output port (output 1 is not connected, it has 2 outputs)\n",
                        "5 problems. Nothing was created.\n");
        assertThat(daemon.requests()).isEmpty();
    }

    @Test
    void aSyntaxErrorStandsAloneWithItsPlace() throws Exception {
        Path template = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(template.resolve("template.json"), "{\"name\": \"broken\",\n \"devices\": [{]}\n");
        Files.writeString(template.resolve("broken.click"), "Conter -> Nosuch;\n");
        assertThat(run(template.toString(), "-p", "limt=1")).isEqualTo(1);
        assertThat(screen.err().lines()).hasSize(2);
        assertThat(screen.err())
                .contains("template.json:2:15: not JSON: ")
                .endsWith("1 problem. Nothing was created.\n");
    }

    @Test
    void withoutADaemonTheCureIsToStartIt() {
        assertThat(screen.run("ps", "--run-folder", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(screen.err()).contains("cure: flowstream daemon start");
    }
}
