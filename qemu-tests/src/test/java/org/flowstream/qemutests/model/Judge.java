package org.flowstream.qemutests.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says whether a packet may have come the way that its marks tell, while one phase followed another: each hop is one of
 * the phase that it was taken in, and phases only go on.
 */
public final class Judge {
    private Judge() {}

    /**
     * Whether a packet may have arrived so.
     *
     * @param phases those from when it was sent to when it arrived
     * @param port the endpoint where it arrived
     */
    public static boolean allows(List<Phase> phases, Header header, List<Mark> marks, int port) {
        int now = 0;
        Map<Integer, Integer> images = new HashMap<>();
        for (int passed = 0; passed <= marks.size(); passed++) {
            int at = passed;
            Hop.Into before = passed == 0 ? null : into(marks.get(passed - 1));
            while (now < phases.size()) {
                Set<Hop> hops = before == null
                        ? phases.get(now).enter(header)
                        : phases.get(now).leave(before);
                if (at == marks.size() ? ends(hops, port, header) : hops.contains(into(marks.get(at)))) {
                    break;
                }
                now++;
            }
            if (now == phases.size()) {
                return false;
            }
            if (at < marks.size() && !marked(phases, marks.get(at), images)) {
                return false;
            }
        }
        return now < phases.size();
    }

    private static Hop.Into into(Mark mark) {
        return new Hop.Into(mark.box(), mark.forward());
    }

    private static boolean ends(Set<Hop> hops, int port, Header header) {
        return hops.contains(new Hop.Out(port)) || (hops.contains(Hop.SWITCHED) && port != header.from());
    }

    /**
     * Whether the box had the image that wrote the mark. Images are changed apart from rules, before or after.
     *
     * @param images the phase of each box's latest mark
     */
    private static boolean marked(List<Phase> phases, Mark mark, Map<Integer, Integer> images) {
        for (int phase = images.getOrDefault(mark.box(), 0); phase < phases.size(); phase++) {
            if (phases.get(phase)
                    .version(mark.box())
                    .filter(version -> version == mark.version())
                    .isPresent()) {
                images.put(mark.box(), phase);
                return true;
            }
        }
        return false;
    }
}
