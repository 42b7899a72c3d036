package org.flowstream.model;

import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/**
 * One device of a middlebox and what it is wired to. Its place in the middlebox's list is its number in the guest.
 *
 * @param device the template's name for it: 1 to 32 letters, digits and {@code _ -}
 */
public record DeviceWiring(String device, DeviceMode mode, WireEnd to) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    public DeviceWiring {
        if (!FORM.matcher(device).matches()) {
            throw BadValueException.expected(device, "a device name of 1 to 32 letters, digits and _ -");
        }
    }
}
