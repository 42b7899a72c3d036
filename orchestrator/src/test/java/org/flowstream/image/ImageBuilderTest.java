package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.flowstream.model.ImageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageBuilderTest {
    private static final byte[] BLOB = "FSBLOB\r\n and so on".getBytes(UTF_8);

    @TempDir
    private Path folder;

    @Test
    void theRuntimeStaysAsItIsButForTheSpares() {
        byte[] runtime = SmallRuntime.bytes(2);
        byte[] image = build("t").bytes();
        Arrays.fill(runtime, 64 + 3 * 56, 64 + 5 * 56, (byte) 0);
        byte[] begin = Arrays.copyOf(image, runtime.length);
        Arrays.fill(begin, 64 + 3 * 56, 64 + 5 * 56, (byte) 0);
        assertThat(begin).isEqualTo(runtime);
    }

    @Test
    void theSegmentIsWhereTheContractSays() {
        byte[] bytes = build("t").bytes();
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int segment = 0x3000; // behind 0x2345
        int load = 64 + 3 * 56;
        assertThat(file.getInt(load)).isEqualTo(1);
        assertThat(file.getInt(load + 4)).isEqualTo(4);
        assertThat(file.getLong(load + 8)).isEqualTo(segment);
        assertThat(file.getLong(load + 16)).isEqualTo(0x104000); // behind 0x102000 + 0x1234
        assertThat(file.getLong(load + 24)).isEqualTo(0x104000);
        assertThat(file.getLong(load + 32)).isEqualTo(bytes.length - segment);
        assertThat(file.getLong(load + 40)).isEqualTo(bytes.length - segment);
        assertThat(new String(bytes, segment, 8, UTF_8)).isEqualTo("FSIMAGE1");
        assertThat(file.getInt(segment + 8)).isEqualTo(bytes.length - segment);
        int blob = segment + file.getInt(segment + 12);
        assertThat(blob % 8).isZero();
        assertThat(Arrays.copyOfRange(bytes, blob, blob + file.getInt(segment + 16)))
                .isEqualTo(BLOB);
        int manifest = segment + file.getInt(segment + 28);
        assertThat(new String(bytes, manifest, file.getInt(segment + 32), UTF_8))
                .isEqualTo(SmallRuntime.manifest("t").toJson());
        assertThat(file.getInt(segment + 36)).isEqualTo(bytes.length - segment - 32);
    }

    @Test
    void readelfSeesTheNote() throws Exception {
        Path file = folder.resolve("t.elf");
        build("t").writeTo(file);
        Process readelf = new ProcessBuilder("readelf", "-lnW", file.toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(readelf.getInputStream().readAllBytes(), UTF_8);
        assertThat(readelf.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(text)
                .doesNotContain("Warning")
                .doesNotContain("Error")
                .contains("Flowstream")
                .containsPattern("LOAD +0x003000 0x0+104000 0x0+104000 .* R +0x1000");
    }

    @Test
    void theDigestIsOfAllButTheLastThirtyTwoBytes() throws Exception {
        Path file = folder.resolve("t.elf");
        Image image = build("t");
        image.writeTo(file);
        Process sum = new ProcessBuilder("sha256sum").redirectInput(head(file)).start();
        String text = new String(sum.getInputStream().readAllBytes(), UTF_8);
        assertThat(sum.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(text).startsWith(image.digest().hex());
        byte[] bytes = Files.readAllBytes(file);
        assertThat(ImageDigest.of(Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length)))
                .isEqualTo(image.digest());
    }

    private java.io.File head(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Files.write(folder.resolve("head"), Arrays.copyOf(bytes, bytes.length - 32))
                .toFile();
    }

    @Test
    void theSameInputGivesTheSameBytes() {
        assertThat(build("t").bytes()).isEqualTo(build("t").bytes());
        assertThat(build("t").digest()).isNotEqualTo(build("u").digest());
    }

    @Test
    void anImageIsReadBack() {
        Image built = build("t");
        Image read = ImageFile.parse(built.bytes(), "t.elf");
        assertThat(read).isEqualTo(built);
        assertThat(read.manifest().toJson()).isEqualTo(built.manifest().toJson());
        assertThat(read.manifest().elements()).isEqualTo(built.manifest().elements());
        assertThat(read.manifest().devices()).isEqualTo(built.manifest().devices());
        assertThat(read.manifest().health()).isEqualTo(built.manifest().health());
        assertThat(ImageFile.blob(read)).isEqualTo(BLOB);
    }

    @Test
    void theManifestIsOneLineWithSortedMembers() {
        assertThat(SmallRuntime.manifest("t").toJson())
                .isEqualTo(
                        "{\"built_by\":\"flowstream 0.1.0\",\"devices\":[{\"click\":[\"0\",\"eth0\"],\"mode\":\"bump\","
                                + "\"name\":\"outside\"}],\"effects\":[\"drop\",\"observe\"],\"elements\":[{\"class\":\"Filter\","
                                + "\"file\":\"f.click\",\"line\":7,\"name\":\"f\",\"rules\":[{\"parameter\":\"rules\"}]},"
                                + "{\"class\":\"Idle\",\"file\":\"f.click\",\"line\":8,\"name\":\"Idle@2\"}],\"format\":1,"
                                + "\"health\":{\"heartbeat_ms\":1000,\"ready\":[\"machine\",\"control\",\"forwarding\"]},"
                                + "\"memory\":8388608,\"parameters\":{\"label\":\"a \\\"b\\\" \\\\ ü \\n\",\"limit\":-5,"
                                + "\"on\":true,\"rules\":[\"allow tcp\",\"deny all\"],\"where\":\"10.0.0.0/8\"},\"runtime\":\""
                                + "ab".repeat(32) + "\",\"template\":\"t\",\"version\":\"1.0.0\"}");
    }

    @Test
    void rulesThatAreAParametersAreReadInBothForms() {
        Manifest manifest = SmallRuntime.manifest("t");
        String named = "{\"parameter\":\"rules\"}";
        String plain = manifest.toJson().replace(named, "\"allow tcp\",\"deny all\"");
        assertThat(Manifest.parse(plain, "x").elements()).isEqualTo(manifest.elements());
        String mixed = manifest.toJson().replace(named, "\"deny udp\"," + named + ",\"allow all\"");
        assertThat(Manifest.parse(mixed, "x").elements().get(0).rules())
                .containsExactly("deny udp", "allow tcp", "deny all", "allow all");
        assertThat(Manifest.parse(mixed, "x").toJson()).isEqualTo(mixed);
        assertThatThrownBy(() -> Manifest.parse(manifest.toJson().replace(named, "{\"parameter\":\"limit\"}"), "x"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("'limit' is not a parameter that is a list");
    }

    @Test
    void anImageThatIsTooLargeIsRefused() {
        assertThatThrownBy(() ->
                        new ImageBuilder(SmallRuntime.runtime()).build(new byte[800_000], SmallRuntime.manifest("t")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("at most 786432");
    }

    @Test
    void aRuntimeNeedsTwoSpares() {
        assertThatThrownBy(() -> RuntimeElf.of(SmallRuntime.bytes(1), "r.elf"))
                .hasMessage("r.elf is no runtime: it has 1 spare program headers, not 2");
        assertThatThrownBy(() -> RuntimeElf.of(build("t").bytes(), "r.elf"))
                .hasMessage("r.elf is no runtime: it has 0 spare program headers, not 2");
    }

    private static Image build(String template) {
        return new ImageBuilder(SmallRuntime.runtime()).build(BLOB, SmallRuntime.manifest(template));
    }
}
