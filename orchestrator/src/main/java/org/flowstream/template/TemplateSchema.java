package org.flowstream.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.flowstream.problem.SourceText;

/** The JSON Schema of {@code template.json}, as it ships with the program. */
public final class TemplateSchema {
    private static final String FILE = "template.schema.json";

    private TemplateSchema() {}

    /** The schema's text, for {@code flowstream template schema} and for editors. */
    public static String text() {
        try (InputStream in = TemplateSchema.class.getResourceAsStream(FILE)) {
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
