package org.flowstream.element;

/**
 * How many ports an element may have on one side.
 *
 * @param least at least so many
 * @param most at most so many
 * @param perArgument whether it is one for each of the repeated arguments, whose number then takes the place of both
 */
public record PortRange(int least, int most, boolean perArgument) {
    /** No class has more ports: they are counted in 16 bits. */
    public static final int MOST = 0xffff;

    /** {@code 1}, {@code 1-2}, {@code 1-}, {@code -} or {@code =arguments}. */
    public static PortRange parse(String text) {
        if (text.equals("=arguments")) {
            return new PortRange(0, MOST, true);
        }
        int dash = text.indexOf('-');
        if (dash < 0) {
            int count = Integer.parseInt(text);
            return new PortRange(count, count, false);
        }
        String most = text.substring(dash + 1);
        return new PortRange(
                dash == 0 ? 0 : Integer.parseInt(text.substring(0, dash)),
                most.isEmpty() ? MOST : Integer.parseInt(most),
                false);
    }

    /** The range for an element with so many repeated arguments. */
    public PortRange of(int arguments) {
        return perArgument ? new PortRange(arguments, arguments, false) : this;
    }

    public boolean contains(int count) {
        return count >= least && count <= most;
    }

    /** {@code 1 input}, {@code 1 to 2 inputs}, {@code at least 1 input}, {@code any number of inputs}. */
    public String text(String noun) {
        if (least == most) {
            return least == 0 ? "no " + noun + "s" : least + " " + noun + (least == 1 ? "" : "s");
        }
        if (most == MOST) {
            return least == 0
                    ? "any number of " + noun + "s"
                    : "at least " + least + " " + noun + (least == 1 ? "" : "s");
        }
        return least + " to " + most + " " + noun + "s";
    }
}
