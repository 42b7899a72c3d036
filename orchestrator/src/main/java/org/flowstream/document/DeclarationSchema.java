package org.flowstream.document;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonSchema;

/** The JSON Schema of declared objects, as it ships with the program. */
public final class DeclarationSchema {
    private static final String FILE = "declaration.schema.json";

    private DeclarationSchema() {}

    /** The schema's text, for {@code flowstream chain schema} and for editors. */
    public static String text() {
        try (InputStream in = DeclarationSchema.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from the program");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + FILE, e);
        }
    }

    static JsonSchema schema() {
        return JsonSchema.of(new SourceText(FILE, text()));
    }
}
