package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.flowstream.click.ConfigText;

/** {@code texts}: repeated arguments as they were written, quotes and all: what is parsed where it runs. */
record TextsLowering() implements Lowering {
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 8;

    @Override
    public String type() {
        return "texts";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        table.writeBytes(
                words(HEADER_BYTES).putInt(FORMAT).putInt(given.items().size()).array());
        for (ConfigText item : given.items()) {
            byte[] bytes = item.text().getBytes(StandardCharsets.UTF_8);
            table.writeBytes(words(Integer.BYTES).putInt(bytes.length).array());
            table.writeBytes(bytes);
            table.write(0);
        }
        return Optional.of(Value.table(table.toByteArray()));
    }

    private static ByteBuffer words(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
