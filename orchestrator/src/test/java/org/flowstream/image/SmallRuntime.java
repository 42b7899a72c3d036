package org.flowstream.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthSpec;
import org.flowstream.template.ParameterValue;

/** A runtime of a few bytes, written by hand after the ELF specification: two loads, two spares, one PVH note. */
final class SmallRuntime {
    static final long FIRST = 0x100000;
    static final long SECOND = 0x102000;
    static final long SECOND_MEMORY = 0x1234;
    static final int SIZE = 0x2345;

    private SmallRuntime() {}

    static byte[] bytes(int spares) {
        byte[] bytes = new byte[SIZE];
        new Random(7).nextBytes(bytes);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, new byte[64 + 6 * 56]);
        file.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
        file.putShort(16, (short) 2).putShort(18, (short) 62).putInt(20, 1);
        file.putLong(24, FIRST).putLong(32, 64).putShort(52, (short) 64);
        file.putShort(54, (short) 56).putShort(56, (short) (3 + spares));
        header(file, 0, 1, 5, 0x1000, FIRST, 0x800, 0x800);
        header(file, 1, 1, 6, 0x1800, SECOND, 0x400, SECOND_MEMORY);
        header(file, 2, 4, 4, 0x400, FIRST, 0, 0);
        return bytes;
    }

    private static void header(
            ByteBuffer file, int place, int type, int flags, long offset, long address, long size, long memory) {
        int at = 64 + place * 56;
        file.putInt(at, type).putInt(at + 4, flags).putLong(at + 8, offset);
        file.putLong(at + 16, address).putLong(at + 24, address);
        file.putLong(at + 32, size).putLong(at + 40, memory).putLong(at + 48, 4096);
    }

    static RuntimeElf runtime() {
        return RuntimeElf.of(bytes(2), "small.elf");
    }

    static Manifest manifest(String template) {
        TreeMap<String, ParameterValue> parameters = new TreeMap<>();
        parameters.put("limit", new ParameterValue.NumberValue(-5));
        parameters.put("on", new ParameterValue.BooleanValue(true));
        parameters.put(
                "rules",
                new ParameterValue.ListValue(
                        List.of(new ParameterValue.RuleValue("allow tcp"), new ParameterValue.RuleValue("deny all"))));
        parameters.put("where", new ParameterValue.WordValue("10.0.0.0/8"));
        parameters.put("label", new ParameterValue.TextValue("a \"b\" \\ ü \n"));
        return new Manifest(
                template,
                "1.0.0",
                parameters,
                List.of(new Manifest.Device("outside", List.of("0", "eth0"), DeviceMode.BUMP)),
                List.of(
                        new Manifest.Element("f", "Filter", "f.click", 7, List.of("allow tcp", "deny all")),
                        new Manifest.Element("Idle@2", "Idle", "f.click", 8, List.of())),
                new TreeSet<>(List.of("drop", "observe")),
                8L << 20,
                HealthSpec.STANDARD,
                List.of(),
                "ab".repeat(32),
                "flowstream 0.1.0");
    }
}
