package org.flowstream.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;

/**
 * The JSON form of the declared objects. Values are their texts ({@code "1s"}, {@code "tcp,tp_dst=80"}); a member that
 * is not known is an error, and so is one that is not there, but for those that documents of earlier versions have not
 * ({@link EarlierDocuments}).
 */
public final class DeclaredJson {
    private DeclaredJson() {}

    /** A mapper for every type of this package. */
    public static JsonMapper mapper() {
        SimpleModule values = new SimpleModule();
        text(values, FlowMatch.class, FlowMatch::parse, FlowMatch::toString);
        text(values, MacAddress.class, MacAddress::parse, MacAddress::toString);
        text(values, Duration.class, Durations::parse, Durations::text);
        text(values, Instant.class, Instant::parse, Instant::toString);
        values.setDeserializerModifier(new EarlierDocuments());
        return JsonMapper.builder()
                .addModule(values)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }

    private static <T> void text(
            SimpleModule module, Class<T> type, Function<String, T> parse, Function<T, String> text) {
        module.addSerializer(type, new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(text.apply(value));
            }
        });
        module.addDeserializer(type, new JsonDeserializer<>() {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                return parse.apply(in.getValueAsString(""));
            }
        });
    }
}
