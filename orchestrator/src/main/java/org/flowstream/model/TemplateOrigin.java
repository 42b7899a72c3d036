package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Where the template of a middlebox's image came from: what a document may name it by on another host. */
public enum TemplateOrigin {
    /** The program, whose templates every host has by the same name. */
    STOCK,
    /** A folder, a bare configuration or a built image of the user's: elsewhere the image alone stands for it. */
    OTHER;

    @JsonCreator
    public static TemplateOrigin parse(String text) {
        return Words.parse(TemplateOrigin.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
