package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The heap of a blob while it is written: equal contents are stored once. */
final class BlobHeap {
    private static final int ALIGNMENT = 8;

    /** Where something lies in the heap. */
    record Reference(int offset, int length) {}

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Map<String, Reference> texts = new HashMap<>();
    private final Map<ByteBuffer, Reference> values = new HashMap<>();

    /** UTF-8 with a zero byte behind it, which the length does not count. */
    Reference text(String text) {
        return texts.computeIfAbsent(text, it -> {
            byte[] utf8 = it.getBytes(StandardCharsets.UTF_8);
            Reference reference = new Reference(bytes.size(), utf8.length);
            bytes.writeBytes(utf8);
            bytes.write(0);
            return reference;
        });
    }

    /** A value, at an offset that is a multiple of 8. */
    Reference value(Value value) {
        byte[] content = value.bytes();
        boolean text = value.encoding() == Encoding.TEXT;
        ByteBuffer key = ByteBuffer.allocate(content.length + 1)
                .put(content)
                .put((byte) (text ? 1 : 0))
                .flip();
        return values.computeIfAbsent(key, it -> {
            align();
            Reference reference = new Reference(bytes.size(), content.length);
            bytes.writeBytes(content);
            if (text) {
                bytes.write(0);
            }
            return reference;
        });
    }

    private void align() {
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.write(0);
        }
    }

    byte[] toBytes() {
        align();
        return bytes.toByteArray();
    }
}
