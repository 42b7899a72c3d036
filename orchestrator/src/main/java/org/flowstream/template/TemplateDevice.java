package org.flowstream.template;

import java.util.List;
import java.util.Optional;
import org.flowstream.model.DeviceMode;

/**
 * One side of a middlebox, as its template declares it.
 *
 * @param name where it is wired to: {@code outside}
 * @param clickNames the names it answers to in the configuration: {@code 0}, {@code eth0}
 * @param role what it is for, if that is known
 * @param mode whether it has addresses of its own
 */
public record TemplateDevice(String name, List<String> clickNames, Optional<Role> role, DeviceMode mode) {
    public TemplateDevice {
        clickNames = List.copyOf(clickNames);
    }

    /** What a device is for. */
    public enum Role {
        OUTSIDE("outside"),
        INSIDE("inside"),
        COPY_TO("copy-to"),
        MANAGEMENT("management");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        static Optional<Role> of(String word) {
            return List.of(values()).stream().filter(it -> it.word.equals(word)).findFirst();
        }
    }
}
