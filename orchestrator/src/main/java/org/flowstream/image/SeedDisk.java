package org.flowstream.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small disk with files for a guest, as cloud-init looks for its settings (data source NoCloud): a FAT12 file system
 * (ECMA-107) labelled CIDATA whose files have long names (Microsoft's FAT specification, "Long File Names"). The same
 * files give the same bytes.
 */
public final class SeedDisk {
    private static final int SECTOR = 512;
    private static final int SECTORS = 2880;
    private static final int FAT_SECTORS = 9;
    private static final int FATS = 2;
    private static final int ROOT_ENTRIES = 224;
    private static final int ENTRY = 32;
    private static final int FAT_AT = SECTOR;
    private static final int ROOT_AT = FAT_AT + FATS * FAT_SECTORS * SECTOR;
    private static final int DATA_AT = ROOT_AT + ROOT_ENTRIES * ENTRY;
    private static final int FIRST_CLUSTER = 2;
    private static final int CLUSTERS = SECTORS - DATA_AT / SECTOR;
    private static final int LAST = 0xfff;
    private static final int NAME_UNITS = 13;
    private static final int[] NAME_PLACES = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    private static final int LAST_NAME_ENTRY = 0x40;
    private static final byte VOLUME = 8;
    private static final byte LONG_NAME = 0x0f;
    private static final byte ARCHIVE = 0x20;

    private final ByteBuffer disk = ByteBuffer.allocate(SECTORS * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
    private int entry = ROOT_AT;
    private int cluster = FIRST_CLUSTER;

    private SeedDisk() {}

    /** The most that its files may have together, bytes; each fills up its last sector. */
    public static int largest() {
        return CLUSTERS * SECTOR;
    }

    /** The disk's bytes, of files by name; more than fit are an {@link IllegalArgumentException}. */
    public static byte[] of(Map<String, byte[]> files) {
        SeedDisk disk = new SeedDisk();
        disk.begin();
        new TreeMap<>(files).forEach(disk::add);
        return disk.disk.array();
    }

    private void begin() {
        disk.put(0, new byte[] {(byte) 0xeb, 0x3c, (byte) 0x90});
        disk.put(3, "FLOWSTRM".getBytes(StandardCharsets.US_ASCII));
        disk.putShort(11, (short) SECTOR)
                .put(13, (byte) 1)
                .putShort(14, (short) 1)
                .put(16, (byte) FATS);
        disk.putShort(17, (short) ROOT_ENTRIES).putShort(19, (short) SECTORS).put(21, (byte) 0xf0);
        disk.putShort(22, (short) FAT_SECTORS).putShort(24, (short) 18).putShort(26, (short) 2);
        disk.put(38, (byte) 0x29).putInt(39, 0x666c6f77);
        disk.put(43, "CIDATA     FAT12   ".getBytes(StandardCharsets.US_ASCII));
        disk.putShort(SECTOR - 2, (short) 0xaa55);
        link(0, 0xff0);
        link(1, LAST);
        disk.put(entry, "CIDATA     ".getBytes(StandardCharsets.US_ASCII)).put(entry + 11, VOLUME);
        entry += ENTRY;
    }

    /** Sets the 12 bits of a cluster in both tables. */
    private void link(int at, int value) {
        for (int fat = 0; fat < FATS; fat++) {
            int place = FAT_AT + fat * FAT_SECTORS * SECTOR + at * 3 / 2;
            int before = Short.toUnsignedInt(disk.getShort(place));
            int now = at % 2 == 0 ? (before & 0xf000) | value : (before & 0x000f) | (value << 4);
            disk.putShort(place, (short) now);
        }
    }

    private void add(String name, byte[] content) {
        int clusters = (content.length + SECTOR - 1) / SECTOR;
        int nameEntries = (name.length() + NAME_UNITS - 1) / NAME_UNITS;
        if (cluster + clusters > FIRST_CLUSTER + CLUSTERS || entry + (nameEntries + 1) * ENTRY > DATA_AT) {
            throw new IllegalArgumentException("the seed's files have more than " + largest() + " bytes");
        }
        byte[] shortName = String.format("F%07d   ", (entry - ROOT_AT) / ENTRY).getBytes(StandardCharsets.US_ASCII);
        for (int part = nameEntries; part > 0; part--) {
            longName(name, part, part == nameEntries, checksum(shortName));
        }
        disk.put(entry, shortName).put(entry + 11, ARCHIVE);
        disk.putShort(entry + 26, (short) (clusters == 0 ? 0 : cluster)).putInt(entry + 28, content.length);
        entry += ENTRY;
        disk.put(DATA_AT + (cluster - FIRST_CLUSTER) * SECTOR, content);
        for (int i = 0; i < clusters; i++, cluster++) {
            link(cluster, i + 1 < clusters ? cluster + 1 : LAST);
        }
    }

    private void longName(String name, int part, boolean last, int checksum) {
        disk.put(entry, (byte) (last ? part | LAST_NAME_ENTRY : part));
        disk.put(entry + 11, LONG_NAME).put(entry + 13, (byte) checksum);
        for (int i = 0; i < NAME_UNITS; i++) {
            int at = (part - 1) * NAME_UNITS + i;
            int unit = at < name.length() ? name.charAt(at) : at == name.length() ? 0 : 0xffff;
            disk.putShort(entry + NAME_PLACES[i], (short) unit);
        }
        entry += ENTRY;
    }

    private static int checksum(byte[] shortName) {
        int sum = 0;
        for (byte each : shortName) {
            sum = (((sum >> 1) | (sum << 7)) + Byte.toUnsignedInt(each)) & 0xff;
        }
        return sum;
    }
}
